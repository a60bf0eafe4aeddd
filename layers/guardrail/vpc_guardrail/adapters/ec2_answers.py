"""How EC2's answers are taken apart: nothing is made up.

An answer that lacks a member on which a verdict could hang, or in which it has an unknown form, is
Unknown as a whole; only what the API documents as a default is filled in.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from vpc_guardrail.core.model import Fact

Description: TypeAlias = "Mapping[str, Any]"
"""One item of an answer, as boto3 gives it."""

Block: TypeAlias = IPv4Network | IPv6Network

T = TypeVar("T")


class IncompleteAnswerError(ValueError):
    """An answer lacks a member, or the member's form is not known."""


def by_id(
    action: str, id_member: str, found: Iterable[Description], parse: Callable[[Description], T]
) -> Fact[Mapping[str, T]]:
    """The parsed items of an answer, by their ids."""
    try:
        return {text(item, id_member): parse(item) for item in found}
    except IncompleteAnswerError as error:
        return Unknown(f"{action} answered without {error}")


def text(item: Description, member: str) -> str:
    """A member that must be there, and not empty."""
    value = item.get(member)
    if not isinstance(value, str) or not value:
        raise IncompleteAnswerError(member)
    return value


def structure(item: Description, member: str) -> Description:
    """A structure; empty if it is missing."""
    found: Description = item.get(member) or {}
    return found


def items(item: Description, member: str) -> tuple[Description, ...]:
    """A list of structures; empty if it is missing, as EC2 leaves out empty lists."""
    return tuple(item.get(member) or ())


def texts(item: Description, member: str) -> frozenset[str]:
    """A list of texts; empty if it is missing."""
    return frozenset(item.get(member) or ())


def ids(found: Iterable[Description], member: str) -> frozenset[str]:
    """The ids that items name, if they name one."""
    return frozenset(each[member] for each in found if each.get(member))


def tags(item: Description) -> dict[str, str]:
    """The tags of a resource, by their keys."""
    return {text(each, "Key"): each.get("Value") or "" for each in items(item, "Tags")}


def block(address: str) -> Block:
    """A block of addresses; what stands after its prefix does not matter to EC2."""
    try:
        return ip_network(address, strict=False)
    except ValueError as error:
        raise IncompleteAnswerError(f"a sound block of addresses, but {address!r}") from error


def ipv4_block(address: str) -> IPv4Network:
    """A block of IPv4 addresses."""
    found = block(address)
    if not isinstance(found, IPv4Network):
        raise IncompleteAnswerError(f"a sound block of IPv4 addresses, but {address!r}")
    return found
