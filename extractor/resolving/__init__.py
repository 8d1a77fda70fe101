"""What an LLM pointed at, resolved to records: grounded, normalised, and held to the coding rules.

An answer about one chunk and its scene go in; records with ids of that chunk, and warnings, come out.
"""

from dataclasses import replace

from extractor.drafts import AnswerDraft
from extractor.resolving.counting import counted
from extractor.resolving.figures import resolve_figure
from extractor.resolving.findings import Findings
from extractor.resolving.instruments import resolve_instrument
from extractor.resolving.joining import joined
from extractor.resolving.linking import linked
from extractor.resolving.meetings import carried, parted, resolve_meeting
from extractor.resolving.scene import Scene
from extractor.resolving.seating import seated
from extractor.resolving.signing import signed

__all__ = ["Findings", "Scene", "resolve"]


def resolve(answer: AnswerDraft, scene: Scene) -> Findings:
    """Return the records that stand, and a warning for each that does not."""
    found = Findings()
    meetings = [one for meeting in answer.meetings for one in parted(meeting, scene)]
    for number, meeting in enumerate(meetings, 1):
        found += resolve_meeting(meeting, scene, number)
    found = seated(joined(replace(found, meetings=carried(found.meetings))), scene)
    for number, instrument in enumerate((*answer.agreements, *answer.mous), 1):
        found += resolve_instrument(instrument, scene, number)
    for number, figure in enumerate(answer.figures, 1):
        found += resolve_figure(figure, scene, number)
    return signed(linked(counted(found, scene)), scene)
