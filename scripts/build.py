"""Builds the deployable artifact into .aws-sam/build, when anything that it is made from changed.

Needs the environments `sam` and `build` (scripts/environments.py), and itself the standard library.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from scripts.fingerprint import ROOT, TOOLS, digest_of, is_current, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTIFACT = ROOT / ".aws-sam" / "build"
STAMP = ROOT / ".aws-sam" / "built"
SOURCE_FOLDERS = ("functions", "layers")


def sources() -> Iterator[Path]:
    """List every file that the artifact is made from, the pins of its tools included."""
    yield from (ROOT / "template.yaml", ROOT / "samconfig.toml")
    yield from (ROOT / "requirements" / f"{tool}.txt" for tool in ("sam", "build"))
    for folder in SOURCE_FOLDERS:
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def build() -> int:
    """Run `sam build` with the runtime's own Python first on the PATH; tell why if it fails."""
    path = os.pathsep.join([str(TOOLS / "build" / "bin"), os.environ["PATH"]])
    # The layers have Makefiles of their own, which the options of an outer make are not for.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    sam = subprocess.run(
        [TOOLS / "sam" / "bin" / "sam", "build"],
        check=False,
        cwd=ROOT,
        env={**variables, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if sam.returncode != 0:
        print(sam.stdout, file=sys.stderr)
    return sam.returncode


def main() -> int:
    """Build unless the artifact is current; the stamp is last, so a half-made one is never used."""
    with one_at_a_time("artifact"):
        digest = digest_of(sources(), str(ROOT))
        if is_current(STAMP, digest) and (ARTIFACT / "template.yaml").is_file():
            return 0
        print(f"Building {ARTIFACT.relative_to(ROOT)} ...", flush=True)
        STAMP.unlink(missing_ok=True)
        failed = build()
        if not failed:
            STAMP.write_text(digest, encoding="utf-8")
        return failed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
