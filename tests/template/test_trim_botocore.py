"""The build's helper keeps of botocore's data what the declared calls need, and no more."""

from __future__ import annotations

import gzip
import json
import runpy
from typing import TYPE_CHECKING, Any

import pytest

from tests.template.cloudformation import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HELPER = runpy.run_path(str(ROOT / "layers" / "deps" / "trim_botocore.py"))
trim, trim_model, TrimError = (HELPER[name] for name in ("trim", "trim_model", "TrimError"))

MODEL: dict[str, Any] = {
    "metadata": {"serviceId": "Zoo", "endpointPrefix": "api.zoo"},
    "documentation": "All about animals.",
    "operations": {
        "DescribeAnimal": {
            "name": "DescribeAnimal",
            "documentation": "Tells about an animal.",
            "input": {"shape": "AnimalName"},
            "output": {"shape": "Animal"},
            "errors": [{"shape": "NoSuchAnimal"}],
        },
        "FeedAnimal": {"name": "FeedAnimal", "input": {"shape": "Food"}},
    },
    "shapes": {
        "AnimalName": {"type": "structure", "members": {"name": {"shape": "Text"}}},
        "Animal": {
            "type": "structure",
            "documentation": "An animal.",
            "members": {
                "documentation": {"shape": "Text", "documentation": "What is written of it."},
                "children": {"shape": "Animals"},
                "nicknames": {"shape": "Nicknames"},
                "marks": {"shape": "Marks"},
            },
        },
        "Nicknames": {"type": "list", "member": {"shape": "Nickname"}},
        "Nickname": {"type": "string"},
        "Animals": {"type": "list", "member": {"shape": "Animal"}},
        "Marks": {"type": "map", "key": {"shape": "MarkName"}, "value": {"shape": "MarkValue"}},
        "MarkName": {"type": "string"},
        "MarkValue": {"type": "string"},
        "NoSuchAnimal": {"type": "structure", "members": {}, "exception": True},
        "Text": {"type": "string"},
        "Food": {"type": "structure", "members": {"kind": {"shape": "FoodKind"}}},
        "FoodKind": {"type": "string"},
    },
}

ENDPOINTS = {
    "version": 3,
    "partitions": [
        {
            "partition": "aws",
            "regions": {"us-east-1": {}},
            "services": {"api.zoo": {"endpoints": {}}, "circus": {"endpoints": {}}},
        }
    ],
}


def test_what_a_call_reaches_stays_and_the_rest_goes() -> None:
    trimmed = trim_model(MODEL, ("DescribeAnimal",))

    assert set(trimmed["operations"]) == {"DescribeAnimal"}
    assert set(trimmed["shapes"]) == set(MODEL["shapes"]) - {"Food", "FoodKind"}


def test_documentation_goes_but_not_a_member_of_that_name() -> None:
    trimmed = trim_model(MODEL, ("DescribeAnimal",))

    assert trimmed["shapes"]["Animal"]["members"]["documentation"] == {"shape": "Text"}
    assert "All about" not in json.dumps(trimmed)
    assert "An animal." not in json.dumps(trimmed)
    assert "Tells" not in json.dumps(trimmed)


def test_a_call_that_the_service_does_not_have_stops_the_build() -> None:
    with pytest.raises(TrimError, match="Zoo has no operation named PetAnimal"):
        trim_model(MODEL, ("DescribeAnimal", "PetAnimal"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of two services, one of them in two versions."""
    for service, version in (
        ("zoo", "2020-01-01"),
        ("zoo", "2024-01-01"),
        ("circus", "2020-01-01"),
    ):
        folder = tmp_path / service / version
        folder.mkdir(parents=True)
        (folder / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(MODEL).encode()))
        (folder / "endpoint-rule-set-1.json.gz").write_bytes(gzip.compress(b'{"rules": []}'))
        (folder / "waiters-2.json").write_text("{}")
        (folder / "paginators-1.json").write_text(
            json.dumps({"pagination": {"DescribeAnimal": {"a": 1}, "FeedAnimal": {"b": 2}}})
        )
    (tmp_path / "endpoints.json").write_text(json.dumps(ENDPOINTS))
    (tmp_path / "partitions.json").write_text('{"whole": true}')
    (tmp_path / "another.json").write_text("{}")
    return tmp_path


def test_data_folder_keeps_the_newest_model_of_the_declared_services(data: Path) -> None:
    trim(data, {"zoo": ("DescribeAnimal",)})

    assert {str(file.relative_to(data)) for file in data.rglob("*.*") if file.is_file()} == {
        "endpoints.json",
        "partitions.json",
        "zoo/2024-01-01/endpoint-rule-set-1.json",
        "zoo/2024-01-01/paginators-1.json",
        "zoo/2024-01-01/service-2.json",
    }
    assert read(data / "zoo/2024-01-01/paginators-1.json") == {
        "pagination": {"DescribeAnimal": {"a": 1}}
    }
    assert read(data / "partitions.json") == {"whole": True}


def test_endpoints_keep_the_regions_and_lose_the_other_services(data: Path) -> None:
    trim(data, {"zoo": ("DescribeAnimal",)})

    (partition,) = read(data / "endpoints.json")["partitions"]
    assert partition["regions"] == {"us-east-1": {}}
    assert set(partition["services"]) == {"api.zoo"}


def test_a_service_that_botocore_does_not_have_stops_the_build(data: Path) -> None:
    with pytest.raises(TrimError, match="no service named aquarium"):
        trim(data, {"aquarium": ("DescribeFish",)})


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
