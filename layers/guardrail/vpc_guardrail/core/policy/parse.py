"""From a policy document to a `Policy`, or a `PolicyError` that says where it goes wrong.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vpc_guardrail.core.policy.model import (
    Actions,
    Condition,
    Effect,
    Policy,
    PolicyError,
    PrincipalEntry,
    PrincipalKind,
    Principals,
    Quantifier,
    Resources,
    Statement,
)
from vpc_guardrail.core.policy.operators import OPERATORS, READERS, TAKES_VARIABLES, Family
from vpc_guardrail.core.policy.template import Template, template

DOCUMENT = "document"
"""The place of what is wrong with the whole."""
LATEST = "2012-10-17"
"""The version that knows variables."""
OLDEST = "2008-10-17"
"""The version of a document that names none."""
STATEMENT_MEMBERS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
KINDS = {kind.value.lower(): kind for kind in PrincipalKind}
IF_EXISTS = "ifexists"

Json = Any


def parse_policy(document: str | Mapping[str, Json], *, names_principals: bool = True) -> Policy:
    """Read a document: the text that AWS returns, or the object that it stands for.

    Policies of buckets and endpoints must name principals; those of identities must not.
    """
    members = _members(_decoded(document), DOCUMENT, {"Version", "Id", "Statement"})
    version = members.get("Version", OLDEST)
    if version not in (LATEST, OLDEST):
        raise PolicyError("Version", f"is neither {LATEST} nor {OLDEST}")
    policy_id = members.get("Id")
    if policy_id is not None and not isinstance(policy_id, str):
        raise PolicyError("Id", "is not a string")
    if "Statement" not in members:
        raise PolicyError(DOCUMENT, "has no Statement")
    found = members["Statement"]
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list) or not found:
        raise PolicyError("Statement", "is neither a statement nor a list of them")
    statements = tuple(
        _Reader(f"Statement[{index}]", variables=version == LATEST).statement(
            index, each, names_principals=names_principals
        )
        for index, each in enumerate(found)
    )
    return Policy(version, statements, policy_id)


def _decoded(document: str | Mapping[str, Json]) -> Json:
    if not isinstance(document, str):
        return document
    try:
        return json.loads(
            document, object_pairs_hook=_without_doubles, parse_constant=_no_such_number
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise PolicyError(place, f"no JSON: {error.msg}") from None
    except RecursionError:
        raise PolicyError(DOCUMENT, "is nested too deeply") from None
    except PolicyError:
        raise
    except ValueError:
        raise PolicyError(DOCUMENT, "holds a number that is too long") from None


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise PolicyError(DOCUMENT, f"has {double!r} twice in one object")
    return members


def _no_such_number(name: str) -> Json:
    raise PolicyError(DOCUMENT, f"holds {name}, which is no JSON")


def _members(value: Json, place: str, allowed: set[str] | frozenset[str]) -> dict[str, Json]:
    """The members of an object under their documented names, whatever case they are in."""
    if not isinstance(value, Mapping):
        raise PolicyError(place, "is not an object")
    names = {name.lower(): name for name in allowed}
    members: dict[str, Json] = {}
    for given, member in value.items():
        name = names.get(given.lower()) if isinstance(given, str) else None
        if name is None:
            raise PolicyError(place, f"has no member {given!r} in the grammar")
        if name in members:
            raise PolicyError(place, f"has {name} twice")
        members[name] = member
    return members


class _Reader:
    """Reads one statement, and knows where it stands."""

    def __init__(self, place: str, *, variables: bool) -> None:
        self.place = place
        self.variables = variables

    def statement(self, index: int, value: Json, *, names_principals: bool) -> Statement:
        members = _members(value, self.place, STATEMENT_MEMBERS)
        sid = members.get("Sid")
        if sid is not None and not isinstance(sid, str):
            raise PolicyError(f"{self.place}.Sid", "is not a string")
        if "Effect" not in members:
            raise PolicyError(self.place, "has no Effect")
        effects = {effect.value: effect for effect in Effect}
        effect = members["Effect"]
        if not isinstance(effect, str) or effect not in effects:
            raise PolicyError(f"{self.place}.Effect", "is neither Allow nor Deny")
        return Statement(
            index=index,
            sid=sid or None,
            effect=effects[effect],
            principals=self._principals(members, wanted=names_principals),
            actions=self._actions(members),
            resources=self._resources(members),
            conditions=self._conditions(members.get("Condition", {})),
        )

    def _either(self, members: Mapping[str, Json], name: str) -> tuple[str, bool] | None:
        present = [each for each in (name, f"Not{name}") if each in members]
        if len(present) > 1:
            raise PolicyError(self.place, f"has both {name} and Not{name}")
        return (present[0], present[0] != name) if present else None

    def _principals(self, members: Mapping[str, Json], *, wanted: bool) -> Principals | None:
        found = self._either(members, "Principal")
        if found is None:
            if wanted:
                raise PolicyError(self.place, "has neither Principal nor NotPrincipal")
            return None
        name, negated = found
        place = f"{self.place}.{name}"
        if not wanted:
            raise PolicyError(place, "has no place in the policy of an identity")
        value = members[name]
        if isinstance(value, str):
            return Principals((PrincipalEntry(PrincipalKind.AWS, value),), negated)
        if not isinstance(value, Mapping) or not value:
            raise PolicyError(place, "is neither * nor a map of principals")
        entries: list[PrincipalEntry] = []
        for kind_name, who in value.items():
            kind = KINDS.get(str(kind_name).lower())
            if kind is None:
                raise PolicyError(place, f"knows no principals of the kind {kind_name!r}")
            each_place = f"{place}.{kind_name}"
            entries += [PrincipalEntry(kind, each) for each in self._strings(who, each_place)]
        return Principals(tuple(entries), negated)

    def _actions(self, members: Mapping[str, Json]) -> Actions:
        name, negated, patterns = self._required(members, "Action")
        for pattern in patterns:
            service, colon, action = pattern.partition(":")
            if pattern != "*" and not (colon and service and action) and "*" not in service:
                raise PolicyError(f"{self.place}.{name}", f"has {pattern!r}, which is no action")
        return Actions(tuple(pattern.lower() for pattern in patterns), negated)

    def _resources(self, members: Mapping[str, Json]) -> Resources:
        _, negated, patterns = self._required(members, "Resource")
        return Resources(tuple(self._template(pattern) for pattern in patterns), negated)

    def _required(self, members: Mapping[str, Json], name: str) -> tuple[str, bool, list[str]]:
        found = self._either(members, name)
        if found is None:
            raise PolicyError(self.place, f"has neither {name} nor Not{name}")
        return (*found, self._strings(members[found[0]], f"{self.place}.{found[0]}"))

    def _strings(self, value: Json, place: str) -> list[str]:
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not value:
            raise PolicyError(place, "is neither a string nor a list of strings")
        for index, each in enumerate(value):
            if not isinstance(each, str):
                raise PolicyError(f"{place}[{index}]", "is not a string")
        return list(value)

    def _template(self, text: str) -> Template:
        return template(text, variables=self.variables)

    def _conditions(self, value: Json) -> tuple[Condition, ...]:
        place = f"{self.place}.Condition"
        if not isinstance(value, Mapping):
            raise PolicyError(place, "is not an object")
        found: list[Condition] = []
        for given, keys in value.items():
            if not isinstance(keys, Mapping):
                raise PolicyError(f"{place}.{given}", "is not an object")
            found += [
                self._condition(str(given), str(key), values, place) for key, values in keys.items()
            ]
        return tuple(found)

    def _condition(self, given: str, key: str, values: Json, place: str) -> Condition:
        place = f"{place}.{given}"
        name, quantifier = given.lower(), Quantifier.NONE
        for each in (Quantifier.FOR_ALL, Quantifier.FOR_ANY):
            if name.startswith(each.value.lower()):
                name, quantifier = name.removeprefix(each.value.lower()), each
        if_exists = name.endswith(IF_EXISTS)
        operator = OPERATORS.get(name.removesuffix(IF_EXISTS))
        if operator is None:
            raise PolicyError(place, "is no condition operator")
        if if_exists and operator.family is Family.NULL:
            raise PolicyError(place, "does not exist: Null takes no IfExists")
        listed = values if isinstance(values, list) else [values]
        place = f"{place}.{key}"
        if not listed:
            raise PolicyError(place, "has no values")
        variables = self.variables and operator.family in TAKES_VARIABLES
        texts = [_condition_value(each, place) for each in listed]
        reads = READERS.get(operator.family)
        for text in texts:
            if reads and reads(text) is None and not (variables and "${" in text):
                raise PolicyError(place, f"has {text!r}, which {operator.name} cannot compare")
        templates = tuple(template(text, variables=variables) for text in texts)
        return Condition(operator, quantifier, if_exists, key.lower(), templates)


def _condition_value(value: Json, place: str) -> str:
    """Strings, and numbers and booleans without quotes."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise PolicyError(place, "is neither a string nor a number nor a boolean")
