"""What samconfig.toml says arrives as it was meant: SAM's own parser reads it here."""

from __future__ import annotations

import json
import string
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.template.cloudformation import ROOT
from vpc_guardrail.cli.settings import NOT_IN_SAMCONFIG

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SAMS_PYTHON = ROOT / ".tools" / "sam" / "bin" / "python"
AS_SAM_READS_IT = """
import json, sys
from samcli.cli.types import CfnParameterOverridesType
from samcli.lib.config.samconfig import SamConfig

def overrides(folder, environment):
    try:
        said = SamConfig(folder).get_all(["deploy"], "parameters", environment)
        return CfnParameterOverridesType().convert(said["parameter_overrides"], None, None)
    except Exception as error:  # SAM refuses in many ways, and each is an answer.
        return {"refused": str(error)}

print(json.dumps([overrides(*each) for each in json.load(sys.stdin)]))
"""
"""Its answers for pairs of a folder and an environment; an error is one of them."""

FILE = """version = 0.1
[prod.deploy.parameters]
parameter_overrides = ["Mode=audit", \"\"\"Settings='{document}'\"\"\", "LogLevel=INFO"]
"""
"""The form that samconfig.toml shows."""

IN_A_TEXT = sorted({*string.printable, "\u00e9", "\u4e2d"} - {*string.whitespace, '"'} | {" "})
"""What a text of JSON may hold as it is, or begin an escape with."""


def as_sam_reads(places: Sequence[tuple[Path, str]]) -> list[dict[str, str]]:
    """The stack's parameters that samconfig.toml in each folder gives an environment."""
    asked = json.dumps([(str(folder), environment) for folder, environment in places])
    done = subprocess.run(
        [SAMS_PYTHON, "-c", AS_SAM_READS_IT],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    read: list[dict[str, str]] = json.loads(done.stdout)
    return read


def carried(folder: Path, documents: Sequence[str]) -> list[dict[str, str]]:
    """The stack's parameters for documents that stand in a samconfig.toml each."""
    places = []
    for number, document in enumerate(documents):
        place = folder / str(number)
        place.mkdir()
        text = FILE.replace("{document}", document)
        (place / "samconfig.toml").write_text(text, encoding="utf-8")
        places.append((place, "prod"))
    return as_sam_reads(places)


def test_every_environment_gives_the_document_that_it_shows() -> None:
    read = as_sam_reads([(ROOT, each) for each in ("default", "dev", "staging", "prod")])

    assert [(each["Mode"], each["Settings"]) for each in read] == [("audit", "{}")] * 4


@pytest.mark.parametrize("indent", [None, 2], ids=["on one line", "on many lines"])
def test_a_document_arrives_as_it_is(tmp_path: Path, indent: int | None) -> None:
    document = {
        "required_services": ["sts", "logs"],
        "exemptions": [
            {
                "role": "arn:aws:iam::111122223333:role/research-*",
                "reason": "Two  blanks, 100 % of A=B, Mode=enforce; #1 at the caf\u00e9.",
            }
        ],
    }
    text = json.dumps(document, indent=indent, ensure_ascii=False)

    (read,) = carried(tmp_path, [text])

    assert read == {"Mode": "audit", "Settings": text, "LogLevel": "INFO"}


def test_what_does_not_arrive_is_what_validate_notes(tmp_path: Path) -> None:
    texts = [f'{{"reason": "a{character}b"}}' for character in IN_A_TEXT]

    read = carried(tmp_path, texts)

    lost = {
        character
        for character, text, parameters in zip(IN_A_TEXT, texts, read, strict=True)
        if parameters.get("Settings") != text
    }
    assert lost == {*NOT_IN_SAMCONFIG}


@pytest.mark.parametrize("escape", ["\\\\", '\\"', "\\n"])
def test_no_escape_of_json_arrives_either(tmp_path: Path, escape: str) -> None:
    text = f'{{"reason": "a{escape}b"}}'

    (read,) = carried(tmp_path, [text])

    assert read.get("Settings") != text
