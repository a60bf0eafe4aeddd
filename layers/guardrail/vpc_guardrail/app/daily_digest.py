"""Tell the digest of a day, once, in the hour that the settings name."""

from dataclasses import dataclass
from datetime import UTC, datetime

from vpc_guardrail.app.alert_book import AlertBook
from vpc_guardrail.app.digest import digest_of, is_due
from vpc_guardrail.app.ports import Ledger, Publisher
from vpc_guardrail.core.settings import Settings


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """The use case, with all that it works through."""

    book: AlertBook
    ledger: Ledger
    publisher: Publisher
    settings: Settings
    place: tuple[str, str]
    """The account and the Region."""

    def tell(self, scheduled: datetime) -> bool:
        """Tell it if it is due, once a day however often it is asked for; gives whether it is due.

        The time is that of the schedule, whenever its event is delivered.
        """
        if not is_due(self.settings, scheduled):
            return False
        until = scheduled.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        self.ledger.once(f"digest {until:%Y-%m-%d}", lambda: self._tell(until))
        return True

    def _tell(self, until: datetime) -> None:
        self.publisher.tell_digest(digest_of(self.book, self.settings, self.place, until))
