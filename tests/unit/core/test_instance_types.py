"""EFA facts: named cases, the laws of the table, and the table's freshness."""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vpc_guardrail.core._instance_types_table import EFA_CAPABLE, KNOWN
from vpc_guardrail.core.instance_types import EFA_CERTAIN, EfaUse, efa_use

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).resolve().parents[3] / "scripts/generate_instance_types.py"
SOME_DATE = dt.date(2020, 2, 29)
LATER = "2031-01-31"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_instance_types", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        pytest.param("ml.p4d.24xlarge", EfaUse.CERTAIN, id="the training toolkit uses EFA"),
        pytest.param("ml.g4dn.12xlarge", EfaUse.CERTAIN, id="a size that the toolkit names"),
        pytest.param("ml.p6e-gb200.36xlarge", EfaUse.CERTAIN, id="known by an override only"),
        pytest.param("ml.p5en.48xlarge", EfaUse.CERTAIN, id="built for EFA after the toolkit"),
        pytest.param("ml.trn2.48xlarge", EfaUse.CERTAIN, id="Trainium built for EFA"),
        pytest.param("p5.48xlarge", EfaUse.CERTAIN, id="EC2's own name"),
        pytest.param("ml.g4dn.16xlarge", EfaUse.POSSIBLE, id="a size that the toolkit omits"),
        pytest.param("ml.p5.4xlarge", EfaUse.POSSIBLE, id="small size of an EFA family"),
        pytest.param("ml.c5n.18xlarge", EfaUse.POSSIBLE, id="can carry EFA, without accelerator"),
        pytest.param("ml.m8i.96xlarge", EfaUse.POSSIBLE, id="largest size can"),
        pytest.param("ml.g4dn.4xlarge", EfaUse.NEVER, id="size below the EFA sizes"),
        pytest.param("ml.trn1.2xlarge", EfaUse.NEVER, id="small Trainium"),
        pytest.param("ml.m5.xlarge", EfaUse.NEVER, id="general purpose"),
        pytest.param("ml.p3.16xlarge", EfaUse.NEVER, id="known by an override as without EFA"),
        pytest.param("ml.p9.48xlarge", None, id="type of the future"),
        pytest.param("ml.hpc7a.96xlarge", None, id="EC2 type that training does not take"),
        pytest.param("ml.ml.p4d.24xlarge", None, id="prefix twice"),
        pytest.param("ml.P4D.24XLARGE", None, id="another case"),
        pytest.param("p4d", None, id="family without size"),
        pytest.param("", None, id="empty"),
    ],
)
def test_efa_use(instance_type: str, expected: EfaUse | None) -> None:
    assert efa_use(instance_type) is expected


def test_certain_types_can_carry_an_efa_and_those_are_known() -> None:
    assert EFA_CERTAIN < EFA_CAPABLE < KNOWN


def test_every_training_type_is_known(generator: ModuleType) -> None:
    unknown = {name for name in generator.training_types() if efa_use(f"ml.{name}") is None}

    assert unknown == set()


def test_table_is_fresh(generator: ModuleType) -> None:
    known = generator.training_types()
    capable = generator.efa_capable(known, generator.efa_support_in_dump())
    table = generator.TABLE.read_text(encoding="utf-8")

    assert table == generator.refreshed(table, known, capable, SOME_DATE)
    assert generator.main(["--check"]) == 0


def test_table_holds_the_facts_and_fits_the_line_length(generator: ModuleType) -> None:
    table = generator.TABLE.read_text(encoding="utf-8")

    assert table.startswith('"""Generated on ')
    assert max(map(len, table.splitlines())) <= generator.LINE_LENGTH


def test_overrides_speak_only_where_the_dump_is_silent(generator: ModuleType) -> None:
    assert generator.OVERRIDES.keys().isdisjoint(generator.efa_support_in_dump())
    assert generator.OVERRIDES.keys() <= generator.training_types()


def test_ec2_overrules_an_override(generator: ModuleType) -> None:
    assert generator.efa_capable(["p2.xlarge"], {"p2.xlarge": True}) == {"p2.xlarge"}


def test_type_without_facts_is_refused(generator: ModuleType) -> None:
    with pytest.raises(generator.IncompleteFactsError, match=r"p9\.48xlarge"):
        generator.efa_capable(["p9.48xlarge", "m5.large"], {"m5.large": False})


def test_families_are_sorted_by_size(generator: ModuleType) -> None:
    types = frozenset({"m5.24xlarge", "m5.xlarge", "m5.large", "c5.metal", "c5.2xlarge"})

    table = generator.render(types, frozenset(), SOME_DATE)

    assert '    "c5.2xlarge", "c5.metal",\n' in table
    assert '    "m5.large", "m5.xlarge", "m5.24xlarge",\n' in table


def test_date_is_kept_when_nothing_else_changes(generator: ModuleType) -> None:
    known, capable = frozenset({"m5.large", "p4d.24xlarge"}), frozenset({"p4d.24xlarge"})
    table = generator.render(known, capable, SOME_DATE)
    today = dt.date.fromisoformat(LATER)

    assert generator.refreshed(table, known, capable, today) == table
    assert generator.refreshed(table, known, frozenset(), today).startswith(
        f'"""Generated on {LATER} '
    )


def test_stale_table_fails_the_check_until_it_is_written(
    generator: ModuleType, tmp_path: Path
) -> None:
    table = tmp_path / "table.py"

    assert generator.main(["--check"], table) == 1
    assert not table.exists()
    assert generator.main(["--date", LATER], table) == 0
    assert table.read_text(encoding="utf-8").startswith(f'"""Generated on {LATER} ')
    assert generator.main(["--check"], table) == 0
