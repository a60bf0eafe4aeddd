"""Make the generated documents from the code; `--check` only tells whether they are stale.

They are the parts of the README between `<!-- generated: NAME -->` and `<!-- end of NAME -->`, and
a page for each check under `docs/checks/`.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from vpc_guardrail.adapters.aws_calls import CALLS_BY_FUNCTION, actions
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import CheckSpec, StopPolicy
from vpc_guardrail.report.check_page import check_page

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
CHECK_PAGES = ROOT / "docs" / "checks"

GENERATED = "<!-- Generated from the check's spec by `make docs`; do not edit. -->\n\n"

STOP_MARKS = {StopPolicy.DEFAULT: "yes", StopPolicy.ALLOWED: "may be set", StopPolicy.NEVER: "no"}


def checks_table() -> str:
    """The checks, from their specs."""
    rows = [
        "| check | asks | severity | stops | what must hold |",
        "|---|---|---|---|---|",
        *(_check_row(spec) for spec in SPECS),
    ]
    return "\n".join(rows)


def _check_row(spec: CheckSpec) -> str:
    name = f"[`{spec.name}`](docs/checks/{spec.name}.md)"
    return (
        f"| {name} | {spec.kind.value} | {spec.severity.value} | {STOP_MARKS[spec.stop]} "
        f"| {spec.title} |"
    )


def permissions_table() -> str:
    """What each function may call, from the list that its role is tested against."""
    rows = ["| function | may call |", "|---|---|"]
    for function, calls in CALLS_BY_FUNCTION.items():
        named = ", ".join(f"`{action}`" for action in actions(calls))
        rows.append(f"| `{function}` | {named} |")
    return "\n".join(rows)


def parts() -> Mapping[str, str]:
    """The generated parts, by name."""
    return {"checks": checks_table(), "permissions": permissions_table()}


def filled(text: str) -> str:
    """A document with its generated parts made anew; raises `KeyError` for a part unknown here."""
    made = parts()

    def fill(match: re.Match[str]) -> str:
        return f"{match['start']}\n{made[match['name']]}\n{match['end']}"

    return re.sub(
        r"(?P<start><!-- generated: (?P<name>\w+) -->)\n.*?(?P<end><!-- end of (?P=name) -->)",
        fill,
        text,
        flags=re.DOTALL,
    )


def documents() -> dict[Path, str]:
    """Every document that is generated, wholly or in parts, as it should be."""
    pages = {CHECK_PAGES / f"{spec.name}.md": GENERATED + check_page(spec) for spec in SPECS}
    return {README: filled(README.read_text()), **pages}


def stale() -> list[Path]:
    """The documents that differ from what they should be, and pages of checks that are gone."""
    wanted = documents()
    differing = [
        path for path, text in wanted.items() if not path.exists() or path.read_text() != text
    ]
    return differing + [page for page in CHECK_PAGES.glob("*.md") if page not in wanted]


def main() -> int:
    """Write or check the documents; 1 if some are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    if parser.parse_args().check:
        for path in (found := stale()):
            sys.stderr.write(f"{path.relative_to(ROOT)} is stale: run make docs.\n")
        return int(bool(found))
    wanted = documents()
    for path in stale():
        if path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
