"""Fill the generated parts of the README from the code; `--check` only tells whether they are stale.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from vpc_guardrail.adapters.aws_calls import CALLS_BY_FUNCTION
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import CheckSpec, StopPolicy

README = Path(__file__).resolve().parent.parent / "README.md"

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
    name = f"[`{spec.name}`]({spec.source})"
    return (
        f"| {name} | {spec.kind.value} | {spec.severity.value} | {STOP_MARKS[spec.stop]} "
        f"| {spec.title} |"
    )


def permissions_table() -> str:
    """What each function may call, from the list that its role is tested against."""
    rows = ["| function | may call |", "|---|---|"]
    for function, calls in CALLS_BY_FUNCTION.items():
        actions = (
            f"`{service}:{operation}`"
            for service, operations in calls.items()
            for operation in operations
        )
        rows.append(f"| `{function}` | {', '.join(actions)} |")
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


def main() -> int:
    """Write or check the README; 1 if it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    stale = (text := README.read_text()) != (new := filled(text))
    if parser.parse_args().check:
        if stale:
            sys.stderr.write("README.md is stale: run make docs.\n")
        return int(stale)
    README.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
