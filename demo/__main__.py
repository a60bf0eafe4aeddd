"""`python -m demo`: exit code 0 only if all went as it should."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asks the demo to end; unwinds the stack, so that all is taken down."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _InterruptOnce:
    """Raises at the first signal: a second Ctrl-C must not interrupt the taking down."""

    def __init__(self) -> None:
        self._raised = False

    def __call__(self, number: int, _: FrameType | None) -> None:
        if not self._raised:
            self._raised = True
            raise Interrupted(number)


def main() -> int:
    """Play the demo; whatever happens, what it started is gone afterwards."""
    interrupt = _InterruptOnce()
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        from demo.run import DemoError, run

        try:
            return run()
        except DemoError as error:
            print(f"\nThe demo failed. {error}", file=sys.stderr)
            return 1
    except Interrupted as interruption:
        print("\nInterrupted; nothing is left behind.", file=sys.stderr)
        return 128 + interruption.number


if __name__ == "__main__":
    sys.exit(main())
