"""Snapshots: the facts of a judgement as JSON, from which it can be judged again offline.

The form follows the model: a member for each field, `{"unknown": reason}` for what was not read.
A job in the model carries neither environment nor hyperparameters, so a snapshot does not either.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Union, get_args, get_origin, get_type_hints

from vpc_guardrail.core.model import Network, TrainingJob, Unknown
from vpc_guardrail.core.settings import Settings

SCHEMA_VERSION = "1"
UNKNOWN = "unknown"


class MalformedSnapshotError(ValueError):
    """A document that is not a snapshot; names the place in it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a judgement rests on."""

    job: TrainingJob
    network: Network | None
    settings: Settings
    taken_at: datetime


def dump(snapshot: Snapshot) -> str:
    """The snapshot as a JSON text."""
    return json.dumps({"schema_version": SCHEMA_VERSION} | _encoded(snapshot), indent=2)


def load(text: str) -> Snapshot:
    """The snapshot of a JSON text; raises `MalformedSnapshotError`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedSnapshotError("the snapshot is not JSON") from error
    if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
        raise MalformedSnapshotError(f"the document is not a snapshot of version {SCHEMA_VERSION}")
    snapshot = _decoded(Snapshot, document, "snapshot")
    if not isinstance(snapshot, Snapshot):
        raise MalformedSnapshotError("the document is not a snapshot")
    if any(each.instance_plans == () for each in (snapshot.job, *snapshot.job.definitions)):
        raise MalformedSnapshotError("snapshot.job.instance_plans is empty")
    return snapshot


def _encoded(value: Any) -> Any:
    if isinstance(value, Unknown):
        return {UNKNOWN: value.reason}
    if is_dataclass(value):
        return {each.name: _encoded(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {key: _encoded(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_encoded(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(_encoded(each) for each in value)
    return _encoded_leaf(value)


def _encoded_leaf(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decoded(kind: Any, value: Any, place: str) -> Any:
    """A value of the kind that a field is annotated with."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(arguments, value, place)
    if origin is tuple or origin is frozenset:
        items = _expect(list, value, place)
        return origin(
            _decoded(arguments[0], each, f"{place}[{index}]") for index, each in enumerate(items)
        )
    if origin is not None and issubclass(origin, Mapping):
        members = _expect(dict, value, place)
        return {
            key: _decoded(arguments[1], each, f"{place}.{key}") for key, each in members.items()
        }
    if kind is Unknown:
        return _unknown(value, place)
    if is_dataclass(kind):
        return _structure(kind, value, place)
    return _leaf(kind, value, place)


def _one_of(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    """The alternatives of the model are told apart by their form."""
    if value is None and types.NoneType in kinds:
        return None
    if isinstance(value, dict) and value.keys() == {UNKNOWN} and Unknown in kinds:
        return _unknown(value, place)
    others = [kind for kind in kinds if kind not in (types.NoneType, Unknown)]
    if IPv4Network in others:
        return _block_or_text(value, place, text_is_meant=str in others)
    return _decoded(others[0], value, place)


def _block_or_text(value: Any, place: str, *, text_is_meant: bool) -> Any:
    text = _expect(str, value, place)
    try:
        return ip_network(text)
    except ValueError as error:
        if text_is_meant:
            return text
        raise MalformedSnapshotError(f"{place}: {error}") from error


def _unknown(value: Any, place: str) -> Unknown:
    return Unknown(_expect(str, _expect(dict, value, place).get(UNKNOWN), place))


def _structure(kind: Any, value: Any, place: str) -> Any:
    """A part of the model; a field with a default may lack, as in snapshots older than it."""
    members = _expect(dict, value, place)
    hints = _hints(kind)
    lacking = sorted(_needed(kind) - members.keys())
    if lacking:
        raise MalformedSnapshotError(f"{place} lacks {', '.join(lacking)}")
    return kind(
        **{
            each.name: _decoded(hints[each.name], members[each.name], f"{place}.{each.name}")
            for each in fields(kind)
            if each.name in members
        }
    )


@cache
def _needed(kind: Any) -> frozenset[str]:
    """The fields without a default."""
    return frozenset(
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    )


def _leaf(kind: Any, value: Any, place: str) -> Any:
    try:
        if kind is datetime:
            return _time(_expect(str, value, place))
        if kind is date:
            return date.fromisoformat(_expect(str, value, place))
        if kind in (IPv4Network, IPv6Network):
            return kind(_expect(str, value, place))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
    except ValueError as error:
        raise MalformedSnapshotError(f"{place}: {error}") from error
    return _expect(kind, value, place)


def _time(text: str) -> datetime:
    """A time that is the same everywhere: raises ValueError where its zone is not told."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} tells no time zone")
    return time


def _expect(kind: type, value: Any, place: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise MalformedSnapshotError(f"{place} is not a {kind.__name__}")
    return value
