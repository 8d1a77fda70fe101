"""The limits that endpoints tell, in all the names they have for them."""

import time
from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.llm.allowances import Allowance, Quota, allowance_in

NOW = 2_000_000_000.0
DATE = {"date": formatdate(NOW, usegmt=True)}
LATER = datetime.fromtimestamp(NOW + 30, UTC)

SAID = {
    "requests and tokens": (
        {
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-limit-tokens": "160000",
            "x-ratelimit-remaining-tokens": "152000",
            "x-ratelimit-reset-tokens": "1m30.5s",
        },
        Quota(500, 499, 0.12),
        Quota(160_000, 152_000, 90.5),
    ),
    "kind first, and moments": (
        {
            **DATE,
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": LATER.isoformat().replace("+00:00", "Z"),
            "anthropic-ratelimit-tokens-limit": "40000",
        },
        Quota(50, 49, 30),
        Quota(40_000),
    ),
    "a window in the limit": (
        {"ratelimit-limit": "100, 100;w=10", "ratelimit-remaining": "7", "ratelimit-reset": "3"},
        Quota(600, 7, 3),
        Quota(),
    ),
    "a policy and a state": (
        {"ratelimit-policy": '"default";q=3000;w=3600', "ratelimit": '"default";r=50;t=30'},
        Quota(50, 50, 30),
        Quota(),
    ),
    "a limit of unknown window": (
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4", "x-ratelimit-reset": str(int(NOW) + 30)}
        | DATE,
        Quota(None, 4, 30),
        Quota(),
    ),
    "a moment in milliseconds": (
        {"x-ratelimit-remaining": "4", "x-ratelimit-reset": str(int(NOW * 1000) + 30_000)} | DATE,
        Quota(None, 4, 30),
        Quota(),
    ),
    "a moment that is past": (
        {"x-ratelimit-remaining": "4", "x-ratelimit-reset": str(int(NOW) - 30)} | DATE,
        Quota(None, 4, 0),
        Quota(),
    ),
    "what is left, but not until when": (
        {"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "0"},
        Quota(500),
        Quota(),
    ),
    "no limit": ({"x-ratelimit-limit-requests": "0"}, Quota(), Quota()),
    "a limit below nothing": ({"x-ratelimit-limit-tokens": "-1"}, Quota(), Quota()),
    "words": (
        {
            "x-ratelimit-limit-requests": "unlimited",
            "x-ratelimit-remaining-requests": "1e9",
            "x-ratelimit-reset-requests": "soon",
        },
        Quota(),
        Quota(),
    ),
    "a window of nothing": ({"ratelimit-policy": "10;w=0"}, Quota(), Quota()),
    "nothing": ({}, Quota(), Quota()),
}


@pytest.mark.parametrize("name", SAID)
def test_each_way_to_tell_a_limit_is_understood(name):
    headers, requests, tokens = SAID[name]
    allowance = allowance_in(headers)
    assert allowance == Allowance(requests, tokens)
    assert bool(allowance) == bool(requests or tokens)


def test_without_a_date_a_moment_is_measured_by_the_own_clock():
    headers = {"x-ratelimit-remaining": "4", "x-ratelimit-reset": str(time.time() + 30)}
    assert allowance_in(headers).requests.reset_s == pytest.approx(30, abs=2)


NAMES = sorted({name for headers, *_ in SAID.values() for name in headers} | {"ratelimit"})


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40) | st.from_regex(r"[0-9hmsTZ:.;=-]{1,40}"))
)
def test_no_header_is_an_error_or_a_limit_below_nothing(headers):
    allowance = allowance_in(headers)
    for quota in (allowance.requests, allowance.tokens):
        assert quota.per_minute is None or 0 < quota.per_minute < 1e18
        assert quota.left is None or 0 <= quota.left < 1e18
        assert (quota.reset_s is None) == (quota.left is None)
        assert quota.reset_s is None or quota.reset_s >= 0
