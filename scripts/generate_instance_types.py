"""Write the table of training instance types and of those that can carry an EFA.

Usage: python scripts/generate_instance_types.py [--check] [--live] [--date YYYY-MM-DD]

The training types are the values of TrainingInstanceType in botocore's model of SageMaker. Which of
them can carry an EFA is read from the answer of EC2's DescribeInstanceTypes: by default the copy
that moto ships, with --live the one of the account and Region of the ordinary AWS environment.
The date in the table is that of its last change.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import re
import sys
import textwrap
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import boto3
from botocore.loaders import Loader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TABLE = (
    Path(__file__).resolve().parents[1]
    / "layers/guardrail/vpc_guardrail/core/_instance_types_table.py"
)
LINE_LENGTH = 100

_DATE_IN_TABLE = re.compile(r'\A"""Generated on (\d{4}-\d{2}-\d{2}) ')
_SIZE = re.compile(r"(?P<multiple>\d*)(?P<unit>[a-z-]+)")
_UNITS = ("nano", "micro", "small", "medium", "large", "xlarge", "metal")


class Override(NamedTuple):
    """What holds for a type that the answer of DescribeInstanceTypes lacks."""

    efa_capable: bool
    reason: str


_RETIRED_WITHOUT_EFA = "Retired from EC2's answers; never on EC2's list of types with EFA."

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html#efa-instance-types
OVERRIDES: Mapping[str, Override] = {
    "p2.xlarge": Override(False, _RETIRED_WITHOUT_EFA),
    "p2.8xlarge": Override(False, _RETIRED_WITHOUT_EFA),
    "p2.16xlarge": Override(False, _RETIRED_WITHOUT_EFA),
    "p3.2xlarge": Override(False, _RETIRED_WITHOUT_EFA),
    "p3.8xlarge": Override(False, _RETIRED_WITHOUT_EFA),
    "p3.16xlarge": Override(False, _RETIRED_WITHOUT_EFA),
    "p6e-gb200.36xlarge": Override(
        True, "Offered in few Regions; AWS's SageMaker training toolkit uses EFA on it."
    ),
}


class IncompleteFactsError(ValueError):
    """Training types of which neither EC2's answer nor an override says whether they carry EFA."""


def training_types() -> frozenset[str]:
    """Read the EC2 names of every type that CreateTrainingJob takes."""
    model = Loader().load_service_model("sagemaker", "service-2")
    names: list[str] = model["shapes"]["TrainingInstanceType"]["enum"]
    return frozenset(name.removeprefix("ml.") for name in names)


def efa_support_in_dump() -> dict[str, bool]:
    """Read EfaSupported by EC2 type from the copy of DescribeInstanceTypes that moto ships."""
    dump = files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    types = json.loads(gzip.decompress(dump))
    return {name: facts["NetworkInfo"]["EfaSupported"] for name, facts in types.items()}


def efa_support_live() -> dict[str, bool]:
    """Ask EC2 for EfaSupported by type, those that the Region does not offer included.

    A type whose answer lacks the field is left out: its EFA support was not read.
    """
    pages = (
        boto3.client("ec2")
        .get_paginator("describe_instance_types")
        .paginate(IncludeUnsupportedInRegion=True)
    )
    return {
        facts["InstanceType"]: facts["NetworkInfo"]["EfaSupported"]
        for page in pages
        for facts in page["InstanceTypes"]
        if "EfaSupported" in facts.get("NetworkInfo", {})
    }


def efa_capable(known: Iterable[str], efa_support: Mapping[str, bool]) -> frozenset[str]:
    """Select the types that can carry an EFA; an override speaks where EC2 is silent."""
    support = {name: override.efa_capable for name, override in OVERRIDES.items()}
    support.update(efa_support)
    known = frozenset(known)
    if missing := sorted(known - support.keys()):
        message = f"Not in EC2's answer, so each needs an override: {', '.join(missing)}."
        raise IncompleteFactsError(message)
    return frozenset(name for name in known if support[name])


def render(known: frozenset[str], capable: frozenset[str], date: dt.date) -> str:
    """Write the module's text, the same for the same facts and date."""
    return "\n".join(
        (
            f'"""Generated on {date} by scripts/generate_instance_types.py; do not edit.',
            "",
            "The EC2 names of SageMaker's training instance types, family by family.",
            '"""',
            "",
            "from typing import Final",
            "",
            "# fmt: off",
            "",
            "# Every type that CreateTrainingJob takes.",
            *_frozenset("KNOWN", known),
            "",
            "# Those of them to which EC2 can attach an EFA.",
            *_frozenset("EFA_CAPABLE", capable),
            "",
        )
    )


def _frozenset(name: str, types: Iterable[str]) -> list[str]:
    lines = [f"{name}: Final = frozenset({{"]
    for _, family in groupby(sorted(types, key=_by_family_and_size), key=_family):
        lines += textwrap.wrap(
            " ".join(f'"{instance_type}",' for instance_type in family),
            width=LINE_LENGTH,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return [*lines, "})"]


def _family(instance_type: str) -> str:
    return instance_type.partition(".")[0]


def _by_family_and_size(instance_type: str) -> tuple[str, int, int, str]:
    family, _, size = instance_type.partition(".")
    match = _SIZE.fullmatch(size)
    if match is None or match["unit"] not in _UNITS:
        return family, len(_UNITS), 0, size
    return family, _UNITS.index(match["unit"]), int(match["multiple"] or 1), size


def refreshed(table: str, known: frozenset[str], capable: frozenset[str], today: dt.date) -> str:
    """Write the table anew; it keeps its date when nothing else in it changes."""
    if dated := _DATE_IN_TABLE.match(table):
        unchanged = render(known, capable, dt.date.fromisoformat(dated[1]))
        if table == unchanged:
            return unchanged
    return render(known, capable, today)


def main(arguments: Sequence[str] | None = None, path: Path = TABLE) -> int:
    """Write or check the table at `path`; 1 when the check finds it stale, 2 on bad input."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    parser.add_argument("--live", action="store_true", help="ask EC2 instead of moto's copy")
    parser.add_argument(
        "--date",
        type=dt.date.fromisoformat,
        default=dt.datetime.now(tz=dt.UTC).date(),
        help="date of a change (default: today, UTC)",
    )
    options = parser.parse_args(arguments)

    known = training_types()
    efa_support = efa_support_live() if options.live else efa_support_in_dump()
    try:
        capable = efa_capable(known, efa_support)
    except IncompleteFactsError as error:
        parser.error(str(error))
    table = path.read_text(encoding="utf-8") if path.exists() else ""
    fresh = refreshed(table, known, capable, options.date)
    if table == fresh:
        print(f"{path.name} is up to date: {len(known)} types, {len(capable)} can carry an EFA.")
        return 0
    if options.check:
        print(f"{path.name} is stale: run scripts/generate_instance_types.py.", file=sys.stderr)
        return 1
    path.write_text(fresh, encoding="utf-8")
    print(f"{path.name} is written: {len(known)} types, {len(capable)} can carry an EFA.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
