"""The settings that are in force: the newest document that can be used, or audit mode."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from vpc_guardrail.app.errors import DocumentOutOfReachError
from vpc_guardrail.app.settings_document import SettingsError, parse_settings
from vpc_guardrail.core.settings import Mode, Settings


class DocumentUnreadableError(Exception):
    """The document cannot be read, and asking again does not help: it is denied, or gone."""


class SettingsDocuments(Protocol):
    """Where the settings document is kept."""

    def newest(self) -> str:
        """The document's text; raises `DocumentUnreadableError`, `DocumentOutOfReachError`."""

    def earlier(self) -> Iterator[str]:
        """Its earlier texts, the newest first; raises what `newest` does."""


class SettingsInForce:
    """What the document sets over a base; a broken document never stops a job.

    In its place stands the last one that could be used: of those kept where the document is, or
    of those that this process used. Where there is none, the base holds, but nothing is stopped.
    A failure that passes is no broken document: where this process used none yet, it is raised.
    """

    def __init__(
        self, base: Settings, documents: SettingsDocuments, complain: Callable[[str, str], None]
    ) -> None:
        self._base = base
        self._documents = documents
        self._complain = complain
        self._last_good: Settings | None = None

    def now(self) -> Settings:
        """The settings in force; what is wrong is complained of each time.

        Raises `DocumentOutOfReachError` where nobody can say yet which settings those are.
        """
        try:
            return self._read()
        except DocumentOutOfReachError as error:
            if self._last_good is None:
                self._complain(str(error), "nothing: the messages come back")
                raise
            return self._fallen_back(str(error), self._last_good)

    def _read(self) -> Settings:
        try:
            text = self._documents.newest()
        except DocumentUnreadableError as error:
            return self._fallen_back(str(error), self._last_good)
        try:
            self._last_good = parse_settings(text, self._base)
        except SettingsError as error:
            return self._fallen_back(str(error), self._earlier_good() or self._last_good)
        return self._last_good

    def _earlier_good(self) -> Settings | None:
        try:
            for text in self._documents.earlier():
                try:
                    return parse_settings(text, self._base)
                except SettingsError:
                    continue
        except DocumentUnreadableError:
            return None
        except DocumentOutOfReachError:
            if self._last_good is None:
                raise
        return None

    def _fallen_back(self, reason: str, kept: Settings | None) -> Settings:
        self._complain(reason, "the last good document" if kept else "audit mode")
        return kept or replace(self._base, mode=Mode.AUDIT)
