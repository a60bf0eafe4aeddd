"""Config's evaluations and history, on the wire: moto takes no evaluations but test ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.config_messages import ROUTE_TABLE, VPC, VPC_ID
from tests.integration.networks import add_subnet
from tests.integration.wire import ALWAYS, Wire, json_answer
from vpc_guardrail.adapters.config_history import ConfigHistory
from vpc_guardrail.adapters.config_writer import ConfigWriter
from vpc_guardrail.adapters.subnet_finder import SubnetFinder
from vpc_guardrail.app.errors import EvaluationsRefusedError
from vpc_guardrail.app.evaluation import Compliance, Evaluation
from vpc_guardrail.app.vpc_changes import ResourceState

if TYPE_CHECKING:
    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients

AT = datetime(2026, 3, 2, 9, 15, 27, 261000, tzinfo=UTC)


def evaluations(count: int) -> list[Evaluation]:
    return [
        Evaluation(VPC, f"vpc-{number:08x}", Compliance.COMPLIANT, "Score 100 of 100.")
        for number in range(count)
    ]


@pytest.fixture
def wire(clients: Clients) -> Wire:
    return Wire(clients.config)


@pytest.fixture
def writer(clients: Clients) -> ConfigWriter:
    return ConfigWriter(clients.config, "a-rule", "a-token")


class TestPut:
    def test_an_evaluation_carries_all_that_config_asks_for(
        self, wire: Wire, writer: ConfigWriter
    ) -> None:
        wire.answers("PutEvaluations", json_answer())
        assert writer.put(evaluations(1), AT) == 1
        assert wire.requests == [
            (
                "PutEvaluations",
                {
                    "ResultToken": "a-token",
                    "Evaluations": [
                        {
                            "ComplianceResourceType": VPC,
                            "ComplianceResourceId": "vpc-00000000",
                            "ComplianceType": "COMPLIANT",
                            "Annotation": "Score 100 of 100.",
                            "OrderingTimestamp": AT,
                        }
                    ],
                },
            )
        ]

    def test_a_hundred_go_at_once_and_none_is_lost(self, wire: Wire, writer: ConfigWriter) -> None:
        wire.answers("PutEvaluations", json_answer(), times=ALWAYS)
        assert writer.put(iter(evaluations(250)), AT) == 250
        sizes = [len(request["Evaluations"]) for _, request in wire.requests]
        assert sizes == [100, 100, 50]

    def test_nothing_to_tell_makes_no_call(self, wire: Wire, writer: ConfigWriter) -> None:
        assert writer.put([], AT) == 0
        assert wire.calls == []

    def test_what_config_did_not_take_is_an_error(self, wire: Wire, writer: ConfigWriter) -> None:
        refused = json.dumps({"FailedEvaluations": [{"ComplianceResourceId": "vpc-00000001"}]})
        wire.answers("PutEvaluations", refused)
        with pytest.raises(EvaluationsRefusedError, match="vpc-00000001"):
            writer.put(evaluations(2), AT)

    def test_what_config_did_not_take_holds_up_no_other(
        self, wire: Wire, writer: ConfigWriter
    ) -> None:
        """Fault: one VPC that Config never takes would leave those after it without a score."""
        refused = json.dumps({"FailedEvaluations": [{"ComplianceResourceId": "vpc-00000001"}]})
        wire.answers("PutEvaluations", refused, json_answer(), json_answer())
        with pytest.raises(EvaluationsRefusedError, match="vpc-00000001"):
            writer.put(evaluations(250), AT)
        assert [len(request["Evaluations"]) for _, request in wire.requests] == [100, 100, 50]

    def test_of_many_that_were_not_taken_some_are_named(
        self, wire: Wire, writer: ConfigWriter
    ) -> None:
        names = [{"ComplianceResourceId": f"vpc-{number:08x}"} for number in range(100)]
        wire.answers("PutEvaluations", json.dumps({"FailedEvaluations": names}))
        with pytest.raises(EvaluationsRefusedError, match=r"vpc-00000009 and 90 more$"):
            writer.put(evaluations(100), AT)

    @pytest.mark.parametrize("code", ["InvalidResultTokenException", "AccessDeniedException"])
    def test_a_refusal_is_an_error(self, wire: Wire, writer: ConfigWriter, code: str) -> None:
        wire.fails("PutEvaluations", code)
        with pytest.raises(ClientError, match=code):
            writer.put(evaluations(1), AT)

    def test_throttling_beyond_all_attempts_is_an_error(
        self, wire: Wire, writer: ConfigWriter, waits: Waits
    ) -> None:
        wire.fails("PutEvaluations", "ThrottlingException", times=ALWAYS)
        with pytest.raises(ClientError, match="ThrottlingException"):
            writer.put(evaluations(1), AT)


def a_page(*resources: tuple[str, str], token: str = "") -> str:
    results = [
        {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": "a-rule",
                    "ResourceType": kind,
                    "ResourceId": name,
                }
            },
            "ComplianceType": "COMPLIANT",
        }
        for kind, name in resources
    ]
    return json.dumps({"EvaluationResults": results} | ({"NextToken": token} if token else {}))


class TestEvaluated:
    def test_all_pages_are_read_and_other_types_left_out(
        self, wire: Wire, writer: ConfigWriter
    ) -> None:
        wire.answers(
            "GetComplianceDetailsByConfigRule",
            a_page((VPC, "vpc-1"), (ROUTE_TABLE, "rtb-1"), token="more"),
            a_page((VPC, "vpc-2")),
        )
        assert [*writer.evaluated(VPC)] == ["vpc-1", "vpc-2"]
        assert wire.requests[0][1] == {
            "ConfigRuleName": "a-rule",
            "ComplianceTypes": ["COMPLIANT", "NON_COMPLIANT"],
            "Limit": 100,
        }
        assert wire.requests[1][1]["NextToken"] == "more"

    def test_a_denial_is_an_error(self, wire: Wire, writer: ConfigWriter) -> None:
        wire.fails("GetComplianceDetailsByConfigRule", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            list(writer.evaluated(VPC))


def an_answer(*configurations: str | None) -> str:
    items = [
        {
            "resourceType": ROUTE_TABLE,
            "resourceId": "rtb-1",
            "relationships": [
                {"resourceType": VPC, "resourceId": VPC_ID, "relationshipName": "Is contained in"}
            ],
        }
        | ({} if configuration is None else {"configuration": configuration})
        for configuration in configurations
    ]
    return json.dumps({"configurationItems": items})


class TestHistory:
    @pytest.fixture
    def history(self, clients: Clients) -> ConfigHistory:
        return ConfigHistory(clients.config)

    def test_the_states_come_newest_first(self, wire: Wire, history: ConfigHistory) -> None:
        wire.answers("GetResourceConfigHistory", an_answer(None, '{"vpcId": "vpc-1"}', "{broken"))
        related = ((VPC, VPC_ID),)
        assert [*history.states(ROUTE_TABLE, "rtb-1")] == [
            ResourceState(ROUTE_TABLE, "rtb-1", {}, related),
            ResourceState(ROUTE_TABLE, "rtb-1", {"vpcId": "vpc-1"}, related),
            ResourceState(ROUTE_TABLE, "rtb-1", {}, related),
        ]
        assert wire.requests == [
            (
                "GetResourceConfigHistory",
                {"resourceType": ROUTE_TABLE, "resourceId": "rtb-1", "limit": 5},
            )
        ]

    def test_a_resource_that_config_does_not_know_has_none(
        self, wire: Wire, history: ConfigHistory
    ) -> None:
        wire.fails("GetResourceConfigHistory", "ResourceNotDiscoveredException")
        assert [*history.states(ROUTE_TABLE, "rtb-1")] == []

    @pytest.mark.parametrize(
        "code", ["AccessDeniedException", "NoAvailableConfigurationRecorderException"]
    )
    def test_another_refusal_is_an_error(
        self, wire: Wire, history: ConfigHistory, code: str
    ) -> None:
        wire.fails("GetResourceConfigHistory", code)
        with pytest.raises(ClientError, match=code):
            list(history.states(ROUTE_TABLE, "rtb-1"))


def test_subnets_that_are_there_tell_their_vpcs(clients: Clients) -> None:
    vpc_id = clients.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = add_subnet(clients.ec2, vpc_id, "10.0.0.0/24")
    finder = SubnetFinder(clients.ec2)

    assert finder.vpcs_of({subnet_id, "subnet-00000000"}) == {vpc_id}
    assert finder.vpcs_of({"subnet-00000000"}) == frozenset()
