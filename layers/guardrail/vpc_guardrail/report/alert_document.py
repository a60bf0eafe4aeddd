"""A published message read again: by whoever tells it on, and may not trust its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.app.starters import recorded
from vpc_guardrail.core.finding import Severity, Status
from vpc_guardrail.core.model import JobKind, Unknown
from vpc_guardrail.report.console import console_url
from vpc_guardrail.report.news_documents import DIGEST, MENDED
from vpc_guardrail.report.news_text import news_lines, news_title, recurrence_line
from vpc_guardrail.report.text import starter_text

RANKS = [each.value for each in Severity]
TOLD = [Status.FAIL.value, Status.UNKNOWN.value]

NOT_KNOWN = "not known"


MALFORMED = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
"""What reading a document of another form may raise."""


class MalformedAlertError(ValueError):
    """A document that is neither a verdict nor what became of a stop order."""


@dataclass(frozen=True, slots=True)
class AlertDocument:
    """What the document says; texts are as untrusted as they came."""

    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not self.job_name or not (self.is_enforcement or text(self.values, "verdict")):
            raise MalformedAlertError("the message tells neither a verdict nor a stop")

    @property
    def is_enforcement(self) -> bool:
        """True if it tells what became of a stop order."""
        return bool(text(self.values, "outcome"))

    @property
    def job(self) -> Mapping[str, Any]:
        """What it says of the job."""
        job = self.values.get("job")
        return job if isinstance(job, Mapping) else {}

    @property
    def job_name(self) -> str:
        """The job's name; empty if it names none."""
        return text(self.job, "name")

    @property
    def arn(self) -> JobArn | None:
        """The job's ARN, if it is one."""
        try:
            return JobArn.parse(text(self.job, "arn"))
        except MalformedArnError:
            return None

    @property
    def kind(self) -> JobKind:
        """What kind of job it is about."""
        return JobKind.of_arn(text(self.job, "arn"))

    @property
    def console_url(self) -> str | None:
        """The job's page in the SageMaker console: of a sound ARN, in a known partition alone."""
        return console_url(text(self.job, "arn"))

    @property
    def starter(self) -> str:
        """Who started the job, such as `role Research, session alice`."""
        started_by = recorded(self.values.get("started_by"))
        known = not isinstance(started_by, Unknown)
        return starter_text(started_by).removeprefix("by ") if known else NOT_KNOWN

    @property
    def role(self) -> str:
        """The name of the job's own role."""
        return text(self.job, "role_arn").rpartition("/")[2] or NOT_KNOWN

    @property
    def place(self) -> str:
        """Account and Region."""
        region = self.arn.region if self.arn else ""
        return ", ".join(each for each in (text(self.job, "account"), region) if each) or NOT_KNOWN

    @property
    def recurrence(self) -> str:
        """How many more jobs met the same since it was told last; empty if none did."""
        again = self.values.get("since_last_told")
        if not isinstance(again, Mapping):
            return ""
        try:
            return recurrence_line(again)
        except MALFORMED as error:
            raise MalformedAlertError("the message does not tell what recurred") from error

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """The failed and the undecided ones: failures first, each by falling severity.

        What is exempted comes last.
        """
        found = self.values.get("findings")
        structures = (
            [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
        )
        told = [each for each in structures if text(each, "status") in TOLD]
        return sorted(told, key=_rank)

    @property
    def is_cut(self) -> bool:
        """True if findings were left out of the message, which was too large."""
        return bool(self.values.get("findings_left_out"))


def text(values: Mapping[str, Any], name: str) -> str:
    """A member that is a text; empty for any other."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def exemption_of(finding: Mapping[str, Any]) -> str:
    """That the finding is exempted, or no longer; empty for neither."""
    for name, what in (
        ("exemption", "Exempted until"),
        ("expired_exemption", "No longer exempted since the end of"),
    ):
        each = finding.get(name)
        if isinstance(each, Mapping):
            return f"{what} {text(each, 'expires')}, by {text(each, 'owner')}."
    return ""


def news_of(document: Mapping[str, Any]) -> tuple[str, list[str]] | None:
    """The title and lines of news that are about no single job; None for a verdict or a stop."""
    if document.get("message_type") not in (MENDED, DIGEST):
        return None
    try:
        return news_title(document), [*news_lines(document)]
    except MALFORMED as error:
        raise MalformedAlertError("the message does not tell its news") from error


def _rank(finding: Mapping[str, Any]) -> tuple[bool, int, int]:
    severity = text(finding, "severity")
    rank = RANKS.index(severity) if severity in RANKS else len(RANKS)
    return "exemption" in finding, TOLD.index(text(finding, "status")), rank
