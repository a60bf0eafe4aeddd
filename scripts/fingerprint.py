"""Tells whether what was made is still what its sources would make: a stamp holds their digest.

Contents count, not times: a switched branch has new times and may have the same contents.
"""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"


def digest_of(files: Iterable[Path], *facts: str, root: Path = ROOT) -> str:
    """Digest the names and contents of the files, and any other facts that matter."""
    digest = hashlib.sha256()
    for file in sorted(files):
        for part in (file.relative_to(root).as_posix().encode(), file.read_bytes()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    digest.update(repr(facts).encode())
    return digest.hexdigest()


def is_current(stamp: Path, digest: str) -> bool:
    """Tell whether the stamp was written for this very digest."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == digest


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Hold the lock of this name, so that two runs of make do not build the same thing at once."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / f"{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
