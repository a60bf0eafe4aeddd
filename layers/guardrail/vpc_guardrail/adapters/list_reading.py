"""The reading of prefix lists: AWS's own come in one answer, others when something names them.

A list that is not among AWS's is asked for by its id, as soon as a rule or a route is seen to name
it: most VPCs name none, and an organisation may share many. Its name and owner are not asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vpc_guardrail.core.model import PrefixList, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set
    from concurrent.futures import Executor, Future

    from vpc_guardrail.adapters.ec2_reader import Ec2Reader
    from vpc_guardrail.adapters.network_facts import Blocks
    from vpc_guardrail.core.model import Fact, RouteTable, SecurityGroup

LISTS_READ = 20
"""Prefix lists that are asked for by their ids at most: one call each."""

TOO_MANY = Unknown("its entries were not read: too many prefix lists are in use")


class PrefixLists:
    """AWS's own prefix lists, and those that were asked for since something names them.

    Where AWS's own may not be read, no list is: which of them is S3's cannot be told.
    """

    def __init__(
        self,
        ec2: Ec2Reader,
        pool: Executor,
        found: Fact[Mapping[str, PrefixList]],
        at_most: int = LISTS_READ,
    ) -> None:
        self._ec2 = ec2
        self._pool = pool
        self._found = found
        self._at_most = at_most
        self._asked: dict[str, Future[Fact[Blocks]]] = {}
        self._left_out: set[str] = set()

    def ask_for_those_of_rules(self, groups: Fact[Mapping[str, SecurityGroup]]) -> None:
        """Begin to read the lists that security groups name."""
        self._ask_for(named_by_rules(groups))

    def ask_for_those_of_routes(self, tables: Fact[Mapping[str, RouteTable]]) -> None:
        """Begin to read the lists that routes name as their destinations."""
        if not isinstance(tables, Unknown):
            routes = (route for table in tables.values() for route in table.routes)
            destinations = (route.destination for route in routes)
            self._ask_for({each for each in destinations if isinstance(each, str)})

    def _ask_for(self, list_ids: Set[str]) -> None:
        """Ask for lists whose entries are not there yet; the same list is not asked for twice."""
        if isinstance(self._found, Unknown):
            return
        for list_id in sorted(list_ids - _with_entries(self._found) - self._asked.keys()):
            if len(self._asked) < self._at_most:
                self._asked[list_id] = self._pool.submit(self._ec2.prefix_list_entries, list_id)
            else:
                self._left_out.add(list_id)

    def read(self) -> Fact[Mapping[str, PrefixList]]:
        """All lists, with the entries of those that were asked for."""
        entries: dict[str, Fact[Blocks]] = dict.fromkeys(self._left_out, TOO_MANY)
        entries.update({list_id: future.result() for list_id, future in self._asked.items()})
        return lists_with(entries, self._found)


def named_by_rules(groups: Fact[Mapping[str, SecurityGroup]]) -> frozenset[str]:
    """The ids of the prefix lists that the rules of security groups name."""
    if isinstance(groups, Unknown):
        return frozenset()
    rules = (rule for group in groups.values() for rule in (*group.ingress, *group.egress))
    return frozenset(list_id for rule in rules for list_id in rule.peers.prefix_list_ids)


def lists_with(
    entries: Mapping[str, Fact[Blocks]], found: Fact[Mapping[str, PrefixList]]
) -> Fact[Mapping[str, PrefixList]]:
    """The lists that were found, and further ones of which only the entries were asked for."""
    if isinstance(found, Unknown):
        return found
    further = {
        list_id: replace(found[list_id], entries=each)
        if list_id in found
        else PrefixList(id=list_id, name="", owner_id="", entries=each)
        for list_id, each in entries.items()
    }
    return {**found, **further}


def lists_without(
    list_ids: Iterable[str], found: Fact[Mapping[str, PrefixList]], reason: Unknown
) -> Fact[Mapping[str, PrefixList]]:
    """The lists that were found, and why others, which something names, were not asked for."""
    if isinstance(found, Unknown):
        return found
    return lists_with(dict.fromkeys({*list_ids} - _with_entries(found), reason), found)


def _with_entries(found: Mapping[str, PrefixList]) -> frozenset[str]:
    return frozenset(
        list_id for list_id, each in found.items() if not isinstance(each.entries, Unknown)
    )
