"""template.yaml as values: its resources, and what their policies say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]

Value = Any
"""What a YAML document holds; intrinsic functions are mappings such as `{"Ref": "Ledger"}`."""


def ref(name: str) -> Value:
    return {"Ref": name}


def when_routed(parameter: str, condition: str, otherwise: Value) -> Value:
    """The filter policy of a subscriber of the routes that a parameter names."""
    names = {"Fn::Split": [",", ref(parameter)]}
    return {"Fn::If": [condition, {"routes": names}, otherwise]}


def get_att(resource: str, attribute: str) -> Value:
    return {"Fn::GetAtt": [resource, attribute]}


def sub(text: str) -> Value:
    return {"Fn::Sub": text}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each turned into its long one."""


def _intrinsic(loader: _Loader, tag: str, node: yaml.Node) -> Value:
    name = "Ref" if tag == "Ref" else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = str(loader.construct_scalar(node))
        return get_att(*text.split(".", 1)) if tag == "GetAtt" else {name: text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    raise yaml.YAMLError(f"!{tag} stands before something that is neither text nor a list")


_Loader.add_multi_constructor("!", _intrinsic)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; actions and resources are always tuples."""

    sid: str
    effect: str
    principal: Value
    actions: tuple[str, ...]
    resources: tuple[Value, ...]
    condition: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Statement:
        unknown = set(raw) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
        assert not unknown, f"A statement holds {unknown}, which these tests do not understand."
        return cls(
            sid=raw.get("Sid", ""),
            effect=raw["Effect"],
            principal=raw.get("Principal"),
            actions=_as_tuple(raw["Action"]),
            resources=_as_tuple(raw.get("Resource", ())),
            condition=raw.get("Condition", {}),
        )


@dataclass(frozen=True)
class Resource:
    """One resource of the template."""

    name: str
    type: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self.body["Properties"]
        return properties


@dataclass(frozen=True)
class Template:
    """The whole template."""

    text: str
    body: Mapping[str, Any]

    @classmethod
    def load(cls, path: Path) -> Template:
        text = path.read_text(encoding="utf-8")
        return cls(text, yaml.load(text, _Loader))  # noqa: S506 # a safe loader with more tags

    @property
    def parameters(self) -> Mapping[str, Mapping[str, Any]]:
        parameters: Mapping[str, Mapping[str, Any]] = self.body["Parameters"]
        return parameters

    @property
    def resources(self) -> tuple[Resource, ...]:
        raw = self.body["Resources"]
        return tuple(Resource(name, body["Type"], body) for name, body in raw.items())

    def of_type(self, type_: str) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources if resource.type == type_)

    def resource(self, name: str) -> Resource:
        return next(resource for resource in self.resources if resource.name == name)

    def global_of_functions(self, name: str) -> Value:
        return self.body["Globals"]["Function"][name]

    def statements_of_role(self, role: str) -> tuple[Statement, ...]:
        policies = self.resource(role).properties["Policies"]
        return tuple(
            Statement.of(raw)
            for policy in policies
            for raw in policy["PolicyDocument"]["Statement"]
        )

    def statements_on(self, name: str) -> tuple[Statement, ...]:
        """The statements of the resource policies of a queue or topic."""
        return tuple(
            Statement.of(raw)
            for resource in self.resources
            for target in ("Queues", "Topics")
            if ref(name) in resource.body.get("Properties", {}).get(target, ())
            for raw in resource.properties["PolicyDocument"]["Statement"]
        )


def values_in(node: Value) -> Iterator[Value]:
    """Every value within a part of the template, the part itself included."""
    yield node
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for value in inner:
        yield from values_in(value)


def _as_tuple(value: Value) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)
