"""What every page of ours is made with: an environment that escapes what it shows, and digests for a policy.

A page holds all it needs and may load nothing: its content security policy names its own style and script by
their digests. Any string that a template shows is escaped, and what is invisible in it becomes visible.
"""

import base64
import hashlib
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from extractor.writing.cleaning import for_page


def page_environment(loader: BaseLoader | None = None) -> Environment:
    """Return an environment for templates of pages; Markup is our own and is shown as it is."""
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        loader=loader,
    )


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else literal(for_page(value))


def literal(text: str) -> Markup:
    """Escape a text; a carriage return becomes a reference, else a browser would drop it."""
    return escape(text).replace("\r", Markup("&#13;"))


def digest_of(content: str) -> str:
    """Return the source expression that lets one inline style or script pass the policy of a page."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
