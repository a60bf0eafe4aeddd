"""Trims botocore's data to the AWS calls that the functions make; a helper of the build.

What a client costs at start-up is the reading of its service model: EC2's is 830 kB packed, and
10 kB when trimmed. Kept are, for each declared service, the newest model with the declared
operations and every shape they reach, the paginators of these operations and the endpoint rule
set, and beside them the files that botocore reads whatever the service. An operation that is not
declared is then no method of its client: the call fails loudly, in tests too.

    python3.13 trim_botocore.py --calls aws_calls.py --data python/botocore/data
"""

import argparse
import gzip
import json
import runpy
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

KEPT_WHOLE: Final = frozenset({"_retry.json", "partitions.json", "sdk-default-configuration.json"})
"""Small files that botocore reads whatever the service."""

ENDPOINTS: Final = "endpoints.json"
MODEL: Final = "service-2"
RULE_SET: Final = "endpoint-rule-set-1"
PAGINATORS: Final = ("paginators-1", "paginators-1.sdk-extras")

Model = dict[str, Any]
Calls = Mapping[str, tuple[str, ...]]


class TrimError(Exception):
    """The declared calls and botocore's data do not fit together."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Trim botocore's data to the declared calls.")
    parser.add_argument("--calls", type=Path, required=True, help="the file that declares them")
    parser.add_argument(
        "--data", type=Path, required=True, help="botocore's data folder, changed in place"
    )
    options = parser.parse_args()
    trim(options.data, runpy.run_path(str(options.calls))["every_call"]())


def trim(data: Path, calls: Calls) -> None:
    """Leave in botocore's data folder only what the calls need."""
    endpoint_names = {_trim_service(data / service, names) for service, names in calls.items()}
    for entry in data.iterdir():
        if entry.is_dir() and entry.name not in calls:
            shutil.rmtree(entry)
        elif entry.is_file() and entry.name not in {*KEPT_WHOLE, ENDPOINTS}:
            entry.unlink()
    endpoints = data / ENDPOINTS
    _write(endpoints, trim_endpoints(_read(endpoints), endpoint_names | set(calls)))


def _trim_service(folder: Path, operations: tuple[str, ...]) -> str:
    """Trim the folder of one service, and return the name by which `endpoints.json` knows it."""
    if not folder.is_dir():
        message = f"botocore knows no service named {folder.name}."
        raise TrimError(message)
    newest = max(path.parent for path in folder.glob(f"*/{MODEL}.json*"))
    for version in folder.iterdir():
        if version != newest:
            shutil.rmtree(version)
    model = trim_model(_read(_file(newest, MODEL)), operations)
    kept = {MODEL: model, RULE_SET: _read(_file(newest, RULE_SET))}
    for name in PAGINATORS:
        if (newest / f"{name}.json").exists():
            kept[name] = trim_paginators(_read(newest / f"{name}.json"), operations)
    shutil.rmtree(newest)
    newest.mkdir()
    for name, content in kept.items():
        _write(newest / f"{name}.json", content)
    return str(model["metadata"]["endpointPrefix"])


def trim_model(model: Model, operations: tuple[str, ...]) -> Model:
    """The service model with these operations, the shapes they reach, and no documentation."""
    if missing := set(operations) - set(model["operations"]):
        message = (
            f"{model['metadata']['serviceId']} has no operation named {', '.join(sorted(missing))}."
        )
        raise TrimError(message)
    kept = {name: _undocumented(model["operations"][name]) for name in operations}
    reached: set[str] = set()
    to_visit = [shape for operation in kept.values() for shape in _shapes_of_operation(operation)]
    while to_visit:
        name = to_visit.pop()
        if name not in reached:
            reached.add(name)
            to_visit.extend(_shapes_of_shape(model["shapes"][name]))
    shapes = {name: _undocumented_shape(model["shapes"][name]) for name in sorted(reached)}
    return {**_undocumented(model), "operations": kept, "shapes": shapes}


def trim_paginators(paginators: Model, operations: tuple[str, ...]) -> Model:
    """The paginators of these operations, from botocore's own file or from its extras beside it."""
    if "merge" in paginators:
        return {**paginators, "merge": trim_paginators(paginators["merge"], operations)}
    pagination = paginators["pagination"]
    return {
        **paginators,
        "pagination": {name: pagination[name] for name in operations if name in pagination},
    }


def trim_endpoints(endpoints: Model, services: set[str]) -> Model:
    """The partitions and their Regions, with the endpoints of these services alone."""
    return {
        **endpoints,
        "partitions": [
            {
                **partition,
                "services": {
                    name: service
                    for name, service in partition["services"].items()
                    if name in services
                },
            }
            for partition in endpoints["partitions"]
        ],
    }


def _shapes_of_operation(operation: Model) -> Iterator[str]:
    references = [operation.get("input"), operation.get("output"), *operation.get("errors", [])]
    return (reference["shape"] for reference in references if reference)


def _shapes_of_shape(shape: Model) -> Iterator[str]:
    references = [
        shape.get("member"),
        shape.get("key"),
        shape.get("value"),
        *shape.get("members", {}).values(),
    ]
    return (reference["shape"] for reference in references if reference)


def _undocumented(node: Model) -> Model:
    return {
        key: value
        for key, value in node.items()
        if key not in {"documentation", "documentationUrl"}
    }


def _undocumented_shape(shape: Model) -> Model:
    """The shape without documentation; a member that is itself called `documentation` stays."""
    bare = _undocumented(shape)
    if "members" in bare:
        bare["members"] = {name: _undocumented(member) for name, member in bare["members"].items()}
    for part in ("member", "key", "value"):
        if part in bare:
            bare[part] = _undocumented(bare[part])
    return bare


def _file(folder: Path, name: str) -> Path:
    packed = folder / f"{name}.json.gz"
    return packed if packed.exists() else folder / f"{name}.json"


def _read(path: Path) -> Model:
    content = path.read_bytes()
    model: Model = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return model


def _write(path: Path, content: Model) -> None:
    """Write plain JSON: little is left, Lambda packs the layer anyway, and no time gets in."""
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
