"""Enum values that earn half credit for one another: the table of GUIDELINES.md, section 9."""

_INSTRUMENT_STATUS = (
    "planned~agreed agreed~adopted agreed~signed adopted~signed ratified~in_force in_force~extended "
    "suspended~terminated"
)
_TABLE = {
    ("meetings", "kind"): (
        "summit~talks talks~courtesy_call talks~other conference~talks conference~summit conference~other"
    ),
    ("meetings", "mode"): "unknown~in_person unknown~phone unknown~video phone~video",
    ("meetings", "status"): "held~ongoing planned~proposed postponed~cancelled",
    ("meetings", "visit_type"): "state~official official~working",
    ("attendees", "office"): (
        "trade_economy_minister~other_minister defence_minister~other_minister "
        "deputy_minister~other_minister deputy_head~other_minister delegation~other adviser~other "
        "military~other party_official~other "
        "business~other io_head~other"
    ),
    ("attendees", "role"): (
        "host~participant visitor~participant visitor~delegation_member host~delegation_member mediator~host "
        "mediator~participant"
    ),
    ("attendees", "attendance"): "attended~delegation expected~delegation",
    ("agreements", "type"): (
        "treaty~agreement protocol~agreement exchange_of_notes~agreement contract~agreement "
        "unspecified~other unspecified~agreement letter_of_intent~joint_declaration programme~protocol"
    ),
    ("agreements", "status"): _INSTRUMENT_STATUS,
    ("mous", "status"): _INSTRUMENT_STATUS,
    ("trade_figures", "indicator"): (
        "contract_value~investment_flow loan_grant~investment_flow contract_value~loan_grant volume~exports "
        "volume~imports"
    ),
    ("trade_figures", "qualifier"): "about~nearly nearly~under over~at_least under~at_most at_most~up_to",
    ("trade_figures", "status"): "actual~estimate target~pledged",
}

NEIGHBOURS = {
    key: frozenset(frozenset(pair.split("~")) for pair in pairs.split()) for key, pairs in _TABLE.items()
}
"""By record type and field: the unordered pairs."""


def are_neighbours(kind: str, field: str, one: str, other: str) -> bool:
    """Tell whether two values of an enum field earn half credit for one another."""
    return frozenset((one, other)) in NEIGHBOURS.get((kind, field), frozenset())
