"""`vpc-guardrail score` in this process, before moto's AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from tests.builders import ACCOUNT, DATA_ACTIONS, REGION, a_policy, a_statement, of_bucket
from tests.integration.networks import BuiltVpc, build_vpc, let_in
from tests.integration.wire import Wire
from vpc_guardrail.adapters.clients import Clients
from vpc_guardrail.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_ec2 import EC2Client
    from typer.testing import Result

TAGGED = ("--training-tags", "purpose=training")


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def ec2() -> EC2Client:
    return boto3.client("ec2", region_name=REGION)


def a_sound_vpc(ec2: EC2Client) -> BuiltVpc:
    """A VPC with a tagged group whose members may talk, and a closed endpoint."""
    built = build_vpc(ec2)
    let_in(ec2, built.group, members_of=built.group)
    own = a_policy(a_statement(action=DATA_ACTIONS, resource=of_bucket("bucket")))
    ec2.modify_vpc_endpoint(VpcEndpointId=built.s3_endpoint, PolicyDocument=own)
    tag(ec2, built.group)
    return built


def an_unsound_vpc(ec2: EC2Client) -> str:
    """A VPC with a private subnet and no S3 endpoint."""
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")
    return vpc


def tag(ec2: EC2Client, resource: str) -> None:
    ec2.create_tags(Resources=[resource], Tags=[{"Key": "purpose", "Value": "training"}])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["score", *arguments])


def documents(done: Result) -> dict[str, Any]:
    return {each["vpc"]["id"]: each for each in json.loads(done.stdout)}


def test_a_sound_vpc_is_compliant(ec2: EC2Client) -> None:
    built = a_sound_vpc(ec2)

    done = run(built.id, "--format", "json", *TAGGED)

    document = documents(done)[built.id]
    assert (document["status"], document["score"]) == ("COMPLIANT", 100)
    assert document["vpc"]["security_groups"] == [built.group]
    assert document["vpc"]["account"] == ACCOUNT
    assert done.exit_code == 0


def test_an_unsound_vpc_is_noncompliant_and_told_how_to_mend(ec2: EC2Client) -> None:
    vpc = an_unsound_vpc(ec2)

    done = run(vpc)

    assert done.exit_code == 1
    assert "NON_COMPLIANT  s3-reachable fails at CRITICAL." in done.stdout
    assert "s3-reachable, s3-gateway-endpoint\n        aws ec2 create-vpc-endpoint" in done.stdout


def test_all_vpcs_come_worst_first(ec2: EC2Client) -> None:
    sound, unsound = a_sound_vpc(ec2), an_unsound_vpc(ec2)

    done = run("--all", "--format", "json", *TAGGED)

    statuses = [each["status"] for each in documents(done).values()]
    assert statuses == ["NON_COMPLIANT", "NON_COMPLIANT", "COMPLIANT"]
    assert {unsound, sound.id} < documents(done).keys()  # The third is moto's default VPC.
    assert done.exit_code == 1


def test_a_vpc_that_does_not_exist_is_bad_input(ec2: EC2Client) -> None:
    built = a_sound_vpc(ec2)

    done = run(built.id, "vpc-0123456789abcdef0", *TAGGED)

    assert done.exit_code == 2
    assert f"vpc-0123456789abcdef0 was not found in {REGION}" in done.stderr
    assert built.id in done.stdout


def test_tags_choose_the_vpcs(ec2: EC2Client) -> None:
    sound, unsound = a_sound_vpc(ec2), an_unsound_vpc(ec2)
    tag(ec2, sound.id)

    done = run(sound.id, unsound, "--included-vpc-tags", "purpose", "--format", "json", *TAGGED)

    assert documents(done)[unsound]["status"] == "NOT_APPLICABLE"
    assert done.exit_code == 0


def test_the_environment_sets_what_no_option_does(
    ec2: EC2Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = a_sound_vpc(ec2)
    monkeypatch.setenv("GUARDRAIL_REQUIRED_SERVICES", "sts")

    by_environment = documents(run(built.id, "--format", "json", *TAGGED))[built.id]
    by_option = documents(
        run(built.id, "--format", "json", "--required-services", "logs", *TAGGED)
    )[built.id]

    for document, service in ((by_environment, "sts"), (by_option, "logs")):
        (mend,) = document["mends"]
        assert mend["checks"] == ["required-services-reachable"]
        assert f".{service}" in mend["remediations"][0]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire of the EC2 client that the command uses."""
    client = Clients().ec2
    monkeypatch.setattr(Clients, "ec2", property(lambda _: client))
    return Wire(client)


def test_what_may_not_be_read_is_undetermined(ec2: EC2Client, wire: Wire) -> None:
    built = a_sound_vpc(ec2)
    wire.fails("DescribeNetworkAcls", "UnauthorizedOperation")

    done = run(built.id, *TAGGED)

    assert done.exit_code == 3
    assert "ec2:DescribeNetworkAcls is denied" in done.stdout


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "AuthFailure"])
def test_an_account_that_may_not_be_read_is_an_error(wire: Wire, code: str) -> None:
    wire.fails("DescribeVpcs", code)

    done = run("--all")

    assert done.exit_code == 4
    assert "DescribeVpcs" in done.stderr
    assert done.stdout == ""


def test_a_document_holds_for_the_score(ec2: EC2Client, tmp_path: Path) -> None:
    built = a_sound_vpc(ec2)
    file = tmp_path / "settings.json"
    severe = {"required-services-reachable": {"severity": "CRITICAL"}}
    file.write_text(json.dumps({"required_services": ["sts"], "checks": severe}))

    arguments = (built.id, "--format", "json", "--settings", str(file), *TAGGED)
    document = documents(run(*arguments))[built.id]

    (check,) = [each for each in document["checks"] if each["check"] in severe]
    assert (check["severity"], check["status"], check["lost"]) == ("CRITICAL", "FAIL", 10)


@pytest.mark.parametrize(
    ("text", "told"),
    [("[", "the document is not JSON"), ('{"mode": "x"}', "mode: is 'x'; it must be audit")],
)
def test_a_broken_document_is_bad_input(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)

    result = run("vpc-1", "--settings", str(file))

    assert result.exit_code == 2
    assert told in result.stderr


def test_json_without_a_score_is_an_empty_list(wire: Wire) -> None:
    wire.fails("DescribeVpcs", "AuthFailure")

    assert json.loads(run("--all", "--format", "json").stdout) == []
