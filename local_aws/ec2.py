"""EC2 by moto, in this process.

moto keeps endpoint policies, prefix lists and free-address counts, which ministack's EC2 drops.
Added here, because moto lacks them: AssociateSecurityGroupVpc, DisassociateSecurityGroupVpc and
DescribeSecurityGroupVpcAssociations (an association holds at once and is not checked against
groups or VPCs), the blocks in the answer of DescribePrefixLists (which takes no filter here), and a
way to set how many addresses of a subnet are free.
"""

from __future__ import annotations

import uuid
from typing import Any
from xml.sax.saxutils import escape

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from local_aws.account import ACCOUNT_ID
from local_aws.wire import XML, AwsCall, Reply

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


class Ec2:
    """moto's EC2, and the associations of security groups with further VPCs."""

    def __init__(self) -> None:
        self._moto: Any = DomainDispatcherApplication(create_backend_app)
        self._associations: dict[tuple[str, str], str] = {}
        self._operations = {
            "AssociateSecurityGroupVpc": self._associate,
            "DisassociateSecurityGroupVpc": self._disassociate,
            "DescribeSecurityGroupVpcAssociations": self._describe_associations,
            "DescribePrefixLists": self._describe_prefix_lists,
        }

    def answer(self, call: AwsCall) -> Reply:
        own = self._operations.get(call.operation)
        return own(call) if own else self._by_moto(call)

    def reset(self) -> None:
        """Forget every resource of every service that moto holds."""
        moto_api_backend.reset()
        self._associations.clear()

    def set_free_addresses(self, region: str, subnet_id: str, free: int) -> None:
        """Let a subnet have this many free addresses, whatever its CIDR block and interfaces."""
        try:
            subnet = ec2_backends[ACCOUNT_ID][region].get_subnet(subnet_id)
        except InvalidSubnetIdError as error:
            raise KeyError(subnet_id) from error
        subnet._available_ip_addresses += free - subnet.available_ip_address_count

    def _by_moto(self, call: AwsCall) -> Reply:
        headers = [
            (name, value) for name, value in call.headers.items() if name != "content-length"
        ]
        environ = EnvironBuilder(
            path=call.path,
            query_string=call.query_string,
            method=call.method,
            base_url=f"http://{call.headers.get('host', '127.0.0.1')}",
            headers=headers,
            data=call.body,
        ).get_environ()
        chunks, status, answer_headers = run_wsgi_app(self._moto, environ, buffered=True)
        content_type = answer_headers.get("content-type", XML)
        return Reply(int(status.split()[0]), b"".join(chunks), content_type)

    def _associate(self, call: AwsCall) -> Reply:
        self._associations[_group_and_vpc(call)] = "associated"
        return _reply(call, "<state>associated</state>")

    def _disassociate(self, call: AwsCall) -> Reply:
        self._associations.pop(_group_and_vpc(call), None)
        return _reply(call, "<state>disassociated</state>")

    def _describe_associations(self, call: AwsCall) -> Reply:
        wanted = _filters(call)
        items = []
        for (group, vpc), state in self._associations.items():
            facts = {"group-id": group, "vpc-id": vpc, "state": state}
            if all(facts.get(name) in values for name, values in wanted.items()):
                items.append(
                    f"<item><groupId>{escape(group)}</groupId>"
                    f"<groupOwnerId>{ACCOUNT_ID}</groupOwnerId><vpcId>{escape(vpc)}</vpcId>"
                    f"<vpcOwnerId>{ACCOUNT_ID}</vpcOwnerId><state>{state}</state></item>"
                )
        name = "securityGroupVpcAssociationSet"
        return _reply(call, f"<{name}>{''.join(items)}</{name}>")

    def _describe_prefix_lists(self, call: AwsCall) -> Reply:
        items = []
        for each in ec2_backends[ACCOUNT_ID][call.region].describe_managed_prefix_lists():
            if each.owner_id != "AWS":
                continue
            entries = next(reversed(each.entries.values()), [])
            blocks = "".join(f"<item>{escape(entry['Cidr'])}</item>" for entry in entries)
            items.append(
                f"<item><prefixListId>{each.id}</prefixListId>"
                f"<prefixListName>{escape(each.prefix_list_name or '')}</prefixListName>"
                f"<cidrSet>{blocks}</cidrSet></item>"
            )
        return _reply(call, f"<prefixListSet>{''.join(items)}</prefixListSet>")


def _group_and_vpc(call: AwsCall) -> tuple[str, str]:
    parameters = call.parameters
    return parameters.get("GroupId", ""), parameters.get("VpcId", "")


def _filters(call: AwsCall) -> dict[str, set[str]]:
    """`Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1` as `{"vpc-id": {"vpc-1"}}`."""
    parameters = call.parameters
    filters: dict[str, set[str]] = {}
    for key, name in parameters.items():
        if key.startswith("Filter.") and key.endswith(".Name"):
            prefix = key.removesuffix("Name") + "Value."
            values = {value for other, value in parameters.items() if other.startswith(prefix)}
            filters[name] = values
    return filters


def _reply(call: AwsCall, inner: str) -> Reply:
    request_id = str(uuid.uuid4())
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{call.operation}Response xmlns="{NAMESPACE}">'
        f"<requestId>{request_id}</requestId>{inner}</{call.operation}Response>"
    )
    return Reply(200, body.encode(), XML, request_id=request_id)
