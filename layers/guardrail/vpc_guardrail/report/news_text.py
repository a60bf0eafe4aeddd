"""News as lines that a person reads, in an e-mail or a chat; made of the published documents."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from vpc_guardrail.core.problems import UNKNOWN_VPC
from vpc_guardrail.report.news_documents import DIGEST, MENDED

Json = Any
NAMED = 5
"""Names of jobs in a text; the document holds more."""


def news_title(document: Mapping[str, Json]) -> str:
    """What the message is about, on one line."""
    if document["message_type"] == MENDED:
        return f"mended: {_count(len(document['mended']), 'problem')} of {_vpc(document)}"
    jobs, still_open = document["jobs"], len(document["open"])
    return (
        f"digest: {_count(jobs['inspected'], 'job')} inspected, "
        f"{_count(still_open, 'problem')} open"
    )


def news_lines(document: Mapping[str, Json]) -> Iterator[str]:
    """The whole of it; empty lines part it."""
    lines = {MENDED: _mended_lines, DIGEST: _digest_lines}
    return lines[document["message_type"]](document)


def recurrence_line(recurrence: Mapping[str, Json]) -> str:
    """How many jobs met the same since it was told last."""
    names = recurrence["job_names"]
    more = recurrence["jobs"] - len(names[:NAMED])
    listed = ", ".join([*names[:NAMED], *([f"and {more} more"] if more > 0 else [])])
    return (
        f"{_count(recurrence['jobs'], 'more job')} met the same since "
        f"{_time(recurrence['since'])}: {listed}."
    )


def _mended_lines(document: Mapping[str, Json]) -> Iterator[str]:
    yield f"What was told of {_vpc(document)} is mended:"
    yield ""
    for each in document["mended"]:
        yield f"  {_mended_line(each)}"
    yield ""
    yield f"Account {document['account']}, {document['region']}"
    seen = "by a second look at" if document.get("second_look") else "with"
    yield f"Seen {seen} {document['seen_with']}, at {_time(document['at'])}"
    yield from _left_out(document)


def _digest_lines(document: Mapping[str, Json]) -> Iterator[str]:
    jobs = document["jobs"]
    yield f"Account {document['account']}, {document['region']}"
    yield f"{_time(document['since'])} to {_time(document['until'])}"
    yield ""
    yield (
        f"{_count(jobs['inspected'], 'job')} inspected: {jobs['noncompliant']} noncompliant, "
        f"{jobs['undetermined']} undetermined, {jobs['exempted']} exempted, "
        f"{jobs['compliant']} compliant; {_count(jobs['stops_ordered'], 'stop')} ordered."
    )
    yield ""
    yield "Open problems:" if document["open"] else "No problem is open."
    by_vpc = sorted(document["open"], key=_vpc)
    for vpc_id, problems in groupby(by_vpc, key=_vpc):
        yield f"  {vpc_id}"
        for each in problems:
            yield f"    {_open_line(each)}"
    if document["mended"]:
        yield ""
        yield "Mended:"
        for each in document["mended"]:
            yield f"  {_vpc(each)}: {_mended_line(each)}"
    if document["expired_exemptions"]:
        yield ""
        yield "Exemptions that hold no more:"
        for each in document["expired_exemptions"]:
            yield f"  until {each['expires']}, by {each['owner']}: {each['reason']}"
    yield from _left_out(document)


def _left_out(document: Mapping[str, Json]) -> Iterator[str]:
    if document.get("left_out"):
        yield ""
        yield f"There is no room for {document['left_out']} more."


def _vpc(about: Mapping[str, Json]) -> str:
    vpc_id = str(about["vpc_id"])
    return "a VPC that is not known" if vpc_id == UNKNOWN_VPC else vpc_id


def _open_line(problem: Mapping[str, Json]) -> str:
    return (
        f"{problem['status']} {problem['severity']} {problem['check']}, {problem['resource']}: "
        f"open since {_time(problem['since'])}, met by {_count(problem['jobs_today'], 'job')}."
    )


def _mended_line(mended: Mapping[str, Json]) -> str:
    return (
        f"{mended['severity']} {mended['check']}, {mended['resource']}: was open since "
        f"{_time(mended['since'])}, met by {_count(mended['jobs'], 'job')}."
    )


def _time(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
