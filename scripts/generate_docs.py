"""Make the generated documents from the code; `--check` only tells whether they are stale.

They are the parts of the README and of `docs/settings.md` between `<!-- generated: NAME -->` and
`<!-- end of NAME -->`, a page for each check under `docs/checks/`, and the schema of the settings
document.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from vpc_guardrail.adapters.aws_calls import CALLS_BY_FUNCTION, actions
from vpc_guardrail.app.forms import (
    Choice,
    Field,
    ListOf,
    MapOf,
    OrNull,
    Structure,
    Text,
    Whole,
)
from vpc_guardrail.app.settings_document import document_form, settings_schema
from vpc_guardrail.core.engine import SPECS
from vpc_guardrail.core.finding import CheckSpec, StopPolicy
from vpc_guardrail.report.check_page import check_page

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
CHECK_PAGES = ROOT / "docs" / "checks"
SETTINGS_PAGE = ROOT / "docs" / "settings.md"
SETTINGS_SCHEMA = ROOT / "docs" / "settings.schema.json"

GENERATED = "<!-- Generated from the check's spec by `make docs`; do not edit. -->\n\n"

STOP_MARKS = {StopPolicy.DEFAULT: "yes", StopPolicy.ALLOWED: "may", StopPolicy.NEVER: "no"}


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


def settings_table() -> str:
    """The fields of the settings document; those of the checks are all alike."""
    rows = ["| field | must be | default | |", "|---|---|---|---|"]
    for name, member in document_form().fields.items():
        rows += _field_rows(name, member)
    return "\n".join(rows)


def _field_rows(path: str, member: Field) -> list[str]:
    form = member.form
    if path == "checks" and isinstance(form, Structure):
        path, form = "checks.CHECK", next(iter(form.fields.values())).form
    if path.startswith("exemptions_by_tag") and isinstance(form, OrNull):
        form = form.form
    elif isinstance(form, ListOf) and isinstance(form.form, Structure):
        path, form = f"{path}[]", form.form
    if isinstance(form, Structure):
        inner = form.fields.items()
        return [row for name, each in inner for row in _field_rows(f"{path}.{name}", each)]
    default = "of the check" if path.startswith("checks.") else _json(member.default)
    row = f"| `{path}` | {_must_be(form)} | {default} | {member.about} |"
    return [row.replace("*", r"\*")]


def _json(value: object) -> str:
    return "" if value is None else f"`{json.dumps(value)}`"


def _must_be(form: object) -> str:
    match form:
        case Choice(choices):
            said = ", ".join(f"`{each.value}`" for each in choices)
        case Whole(least, most):
            said = f"{least} to {most}"
        case ListOf(inner):
            said = f"a list: {_must_be(inner)}"
        case MapOf(names, inner):
            said = f"{names.must_be}: {_must_be(inner)}"
        case OrNull(inner):
            said = f"{_must_be(inner)}, or null"
        case Text():
            said = form.must_be
        case _:
            said = "a day such as `2027-03-31`"
    return said


def parts() -> Mapping[str, str]:
    """The generated parts, by name."""
    return {
        "checks": checks_table(),
        "permissions": permissions_table(),
        "settings": settings_table(),
    }


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
    schema = json.dumps(settings_schema(), indent=2) + "\n"
    filled_in = {page: filled(page.read_text()) for page in (README, SETTINGS_PAGE)}
    return {**filled_in, SETTINGS_SCHEMA: schema, **pages}


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
