"""Commands that let traffic through a network ACL, ahead of the rule that denies it."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from vpc_guardrail.core.command import Value, aws, in_turn
from vpc_guardrail.core.crossing import Crossing, Gate
from vpc_guardrail.core.model import AclEntry, Network, Unknown
from vpc_guardrail.core.model.acls import LAST_RULE
from vpc_guardrail.core.model.groups import ALL_PROTOCOLS, TCP, UDP
from vpc_guardrail.core.routing import EVERYWHERE

STEP = 10
"""The distance that AWS advises between rules, so that others fit in between.

https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

NAMES = {TCP: "tcp", UDP: "udp"}

Rules = Mapping[int, AclEntry]


def let_through_acl(network: Network, way: Crossing) -> str:
    """Allow, in each direction that is shut, just before the first rule that denies."""
    return in_turn(*(command for gate in way.gates for command in _open(network, way, gate)))


def _open(network: Network, way: Crossing, gate: Gate) -> Iterator[str]:
    rules = _rules(network, way.acl_id, gate)
    allow = AclEntry(gate.before, gate.direction, TCP, True, _block(way), *gate.ports)
    number = _free_before(gate.before, rules)
    if number is not None:
        yield _put("create", way.acl_id, number, allow)
        return
    free = next(each for each in range(gate.before, LAST_RULE + 1) if each not in rules)
    moved = [rules[each] for each in range(gate.before, free)]
    if free == LAST_RULE or not all(_can_be_copied(each) for each in moved):
        yield aws("ec2", "describe-network-acls", network_acl_ids=way.acl_id)
        return
    for entry in reversed(moved):
        verb = "create" if entry.number + 1 == free else "replace"
        yield _put(verb, way.acl_id, entry.number + 1, entry)
    yield _put("replace", way.acl_id, gate.before, allow)


def _rules(network: Network, acl_id: str, gate: Gate) -> Rules:
    """The rules of one direction, which has numbers of its own."""
    acl = None if isinstance(network.network_acls, Unknown) else network.network_acls.get(acl_id)
    entries = acl.entries if acl else ()
    return {each.number: each for each in entries if each.direction is gate.direction}


def _block(way: Crossing) -> IPv4Network:
    """What the rule speaks of: the other side, if one block holds it."""
    return way.other[0] if len(way.other) == 1 else EVERYWHERE


def _free_before(number: int, rules: Rules) -> int | None:
    """A free rule number that comes before another; before AWS's last one, after all others."""
    if number >= LAST_RULE:
        highest = max((each for each in rules if each < LAST_RULE), default=0)
        number = min((highest // STEP + 1) * STEP + 1, LAST_RULE)
    return next((each for each in range(number - 1, 0, -1) if each not in rules), None)


def _can_be_copied(entry: AclEntry) -> bool:
    """Whether all that the rule says was read: types of ICMP were not."""
    return entry.protocol in (ALL_PROTOCOLS, TCP, UDP)


def _put(verb: str, acl_id: str, number: int, entry: AclEntry) -> str:
    """Create or replace a rule of this number that says what another says."""
    is_ipv4 = isinstance(entry.block, IPv4Network)
    options: dict[str, Value] = {
        "network_acl_id": acl_id,
        entry.direction.name.lower(): True,
        "rule_number": number,
        "rule_action": "allow" if entry.allows else "deny",
        "cidr_block" if is_ipv4 else "ipv6_cidr_block": str(entry.block),
        "protocol": NAMES.get(entry.protocol, entry.protocol),
    }
    if entry.protocol in (TCP, UDP):
        first, last = entry.port_range
        options["port_range"] = f"From={first},To={last}"
    return aws("ec2", f"{verb}-network-acl-entry", **options)
