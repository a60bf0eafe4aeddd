"""What AWS Config recorded of a resource before, over config:GetResourceConfigHistory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from vpc_guardrail.adapters.faults import code_of
from vpc_guardrail.app.vpc_changes import ResourceState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOT_RECORDED = "ResourceNotDiscoveredException"
"""Config knows nothing of the resource."""

STATES_READ = 5
"""The newest states, in one page: the last but one of a deleted resource still tells all."""


class ConfigHistory:
    """The port `ResourceHistory`."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def states(self, resource_type: str, resource_id: str) -> Iterator[ResourceState]:
        """The last states of a resource, newest first; none of one that Config does not know.

        Other errors raise: what cannot be read now may be read when Config asks again.
        """
        try:
            answer = self._config.get_resource_config_history(
                resourceType=resource_type, resourceId=resource_id, limit=STATES_READ
            )
        except ClientError as error:
            if code_of(error) == NOT_RECORDED:
                return
            raise
        for item in answer.get("configurationItems") or ():
            yield ResourceState.read(resource_type, resource_id, _with_configuration(item))


def _with_configuration(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The item with its configuration as values: here it is a text; broken, it says nothing."""
    try:
        configuration = json.loads(item.get("configuration") or "{}")
    except (ValueError, RecursionError):
        configuration = {}
    return {**item, "configuration": configuration}
