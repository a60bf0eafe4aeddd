"""Which settings are in force: the newest document, the last good one, or audit mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from vpc_guardrail.app.errors import DocumentOutOfReachError
from vpc_guardrail.app.settings_in_force import DocumentUnreadableError, SettingsInForce
from vpc_guardrail.core.settings import Mode, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = Settings(mode=Mode.ENFORCE, required_services=("sts",))
HELD = Settings(mode=Mode.AUDIT, required_services=("sts",))
BROKEN = '{"mod": "enforce"}'
DENIED = DocumentUnreadableError("ssm:GetParameter is denied")
THROTTLED = DocumentOutOfReachError("ssm:GetParameter is throttled")


@dataclass
class Documents:
    """The texts of a document, the newest last; an error in place of one is raised."""

    texts: list[str | Exception]
    complaints: list[tuple[str, str]] = field(default_factory=list)

    def newest(self) -> str:
        return self._text(self.texts[-1])

    def earlier(self) -> Iterator[str]:
        return (self._text(each) for each in reversed(self.texts))

    def _text(self, text: str | Exception) -> str:
        if isinstance(text, Exception):
            raise text
        return text

    def in_force(self) -> SettingsInForce:
        return SettingsInForce(
            BASE, self, lambda reason, instead: self.complaints.append((reason, instead))
        )


def with_mode(mode: str) -> str:
    return f'{{"mode": "{mode}"}}'


def test_the_newest_document_holds_over_the_base() -> None:
    documents = Documents([with_mode("enforce"), with_mode("audit")])

    assert documents.in_force().now() == HELD
    assert documents.complaints == []


def test_a_change_takes_effect() -> None:
    documents = Documents(["{}"])
    in_force = documents.in_force()
    assert in_force.now() == BASE

    documents.texts.append(with_mode("audit"))

    assert in_force.now() == HELD


@pytest.mark.parametrize(
    ("texts", "settings", "instead"),
    [
        pytest.param(["{}", BROKEN], BASE, "the last good document", id="an earlier is good"),
        pytest.param(
            [with_mode("audit"), "[", BROKEN], HELD, "the last good document", id="the last but one"
        ),
        pytest.param([BROKEN, "["], HELD, "audit mode", id="none was ever good"),
        pytest.param([DENIED], HELD, "audit mode", id="it may not be read"),
        pytest.param([DENIED, BROKEN], HELD, "audit mode", id="its history may not be read"),
    ],
)
def test_in_place_of_a_broken_document_stands_the_last_good_one_or_audit_mode(
    texts: list[str | Exception], settings: Settings, instead: str
) -> None:
    documents = Documents(texts)

    assert documents.in_force().now() == settings
    ((reason, told),) = documents.complaints
    assert reason
    assert told == instead


@pytest.mark.parametrize("newest", [DENIED, THROTTLED, BROKEN], ids=["denied", "passing", "broken"])
@pytest.mark.parametrize("history", [DENIED, THROTTLED], ids=["denied", "passing"])
def test_a_process_keeps_what_it_used_where_no_history_can_be_read(
    newest: str | Exception, history: Exception
) -> None:
    documents = Documents(["{}"])
    in_force = documents.in_force()
    in_force.now()

    documents.texts = [history, newest]

    assert in_force.now() == BASE
    assert [instead for _, instead in documents.complaints] == ["the last good document"]


@pytest.mark.parametrize(
    "texts", [[THROTTLED], [THROTTLED, BROKEN]], ids=["the document", "its history"]
)
def test_a_passing_failure_is_raised_where_no_document_was_used_yet(
    texts: list[str | Exception],
) -> None:
    documents = Documents(texts)
    in_force = documents.in_force()

    with pytest.raises(DocumentOutOfReachError, match="throttled"):
        in_force.now()

    assert [instead for _, instead in documents.complaints] == ["nothing: the messages come back"]
    documents.texts = ["{}"]
    assert in_force.now() == BASE


def test_the_trouble_is_told_as_long_as_it_lasts_and_no_longer() -> None:
    documents = Documents([BROKEN])
    in_force = documents.in_force()
    in_force.now()
    in_force.now()
    assert len(documents.complaints) == 2

    documents.texts.append("{}")

    assert in_force.now() == BASE
    assert len(documents.complaints) == 2
