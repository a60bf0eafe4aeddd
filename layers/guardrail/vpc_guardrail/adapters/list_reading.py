"""The reading of prefix lists: all are seen, and the entries of those that are used are read.

Beside S3's, the entries of a prefix list are asked for only if a rule or a route names it, as soon
as that is known: most VPCs name none, and an organisation may share many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpc_guardrail.adapters import network_facts
from vpc_guardrail.core.model import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set
    from concurrent.futures import Executor, Future

    from vpc_guardrail.adapters.ec2_answers import Description
    from vpc_guardrail.adapters.ec2_reader import Ec2Reader
    from vpc_guardrail.adapters.network_facts import Blocks
    from vpc_guardrail.core.model import Fact, PrefixList, RouteTable, SecurityGroup

LISTS_READ = 20
"""Prefix lists whose entries are asked for at most, S3's among them: one call each."""

NOT_NAMED = Unknown("its entries were not read, since no route or rule in sight names it")
TOO_MANY = Unknown(f"its entries were not read: more than {LISTS_READ} prefix lists are in use")

AWS = "AWS"
"""The owner of the prefix lists that AWS manages."""


class PrefixLists:
    """The prefix lists in sight, and the entries that were asked for."""

    def __init__(self, ec2: Ec2Reader, pool: Executor, found: Fact[list[Description]]) -> None:
        self._ec2 = ec2
        self._pool = pool
        self._found = found
        self._items = [] if isinstance(found, Unknown) else found
        self._asked: dict[str, Future[Fact[Blocks]]] = {}
        self._left_out: set[str] = set()

    def ask_for_s3(self, region: str) -> None:
        """Begin to read the entries of the Region's S3 list."""
        name = f"com.amazonaws.{region}.s3"
        self._ask_for(
            {
                item["PrefixListId"]
                for item in self._items
                if item.get("PrefixListName") == name and item.get("OwnerId") == AWS
            }
        )

    def ask_for_those_of_rules(self, groups: Fact[Mapping[str, SecurityGroup]]) -> None:
        """Begin to read the entries of the lists that security groups name."""
        if not isinstance(groups, Unknown):
            rules = (rule for group in groups.values() for rule in (*group.ingress, *group.egress))
            self._ask_for({list_id for rule in rules for list_id in rule.peers.prefix_list_ids})

    def ask_for_those_of_routes(self, tables: Fact[Mapping[str, RouteTable]]) -> None:
        """Begin to read the entries of the lists that routes lead to."""
        if not isinstance(tables, Unknown):
            routes = (route for table in tables.values() for route in table.routes)
            destinations = (route.destination for route in routes)
            self._ask_for({each for each in destinations if isinstance(each, str)})

    def _ask_for(self, list_ids: Set[str]) -> None:
        """Ask for lists in sight; those that were asked for are not again."""
        in_sight = {item.get("PrefixListId") for item in self._items}
        for list_id in sorted((list_ids & in_sight) - self._asked.keys()):
            if len(self._asked) < LISTS_READ:
                self._asked[list_id] = self._pool.submit(self._ec2.prefix_list_entries, list_id)
            else:
                self._left_out.add(list_id)

    def read(self) -> Fact[Mapping[str, PrefixList]]:
        """All lists in sight, with the entries that were asked for."""
        entries: dict[str, Fact[Blocks]] = dict.fromkeys(self._left_out, TOO_MANY)
        entries.update({list_id: future.result() for list_id, future in self._asked.items()})
        return lists_with(entries, self._found, otherwise=NOT_NAMED)


def lists_with(
    entries: Mapping[str, Fact[Blocks]], found: Fact[Iterable[Description]], otherwise: Unknown
) -> Fact[Mapping[str, PrefixList]]:
    """Prefix lists with the entries that were read; `otherwise` tells why others were not."""
    if isinstance(found, Unknown):
        return found
    return network_facts.prefix_lists(found, entries, otherwise)
