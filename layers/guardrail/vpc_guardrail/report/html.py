"""Judgements as one page of HTML: no script, nothing fetched, harmless whatever it tells."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from vpc_guardrail.core.decision import Judgement
from vpc_guardrail.report.job_page import page_of


def judgements_html(judgements: Sequence[Judgement], not_judged: Iterable[str] = ()) -> str:
    """A page that stands alone, in ASCII, so that no reader can take its encoding for another."""
    style = _file("jobs.css")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(_file("jobs.html")).render(
        page=page_of(judgements, not_judged),
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
    )
    return page.encode("ascii", "xmlcharrefreplace").decode() + "\n"


def _file(name: str) -> str:
    return (files("vpc_guardrail.report") / "pages" / name).read_text(encoding="utf-8")
