"""Training jobs from descriptions and requests, in each form that AWS gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW, REGION, a_plan
from tests.messages import ABSENT, a_request, an_arn
from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.app.members import MalformedRequestError
from vpc_guardrail.app.requests import (
    NO_COUNT,
    NO_INSTANCES,
    described_job,
    requested_job,
)
from vpc_guardrail.core.model import (
    Fact,
    FileSystem,
    InstancePlan,
    JobSource,
    S3Place,
    S3Use,
    TrainingJob,
    VpcConfig,
)
from vpc_guardrail.core.model.job import NO_ROLE

Json = Any
Plans = Fact[tuple[InstancePlan, ...]]


def a_description(**members: Json) -> dict[str, Json]:
    """A DescribeTrainingJob response."""
    description = {
        "TrainingJobName": "train-1",
        "TrainingJobArn": an_arn(),
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "CreationTime": NOW,
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/training",
        "OutputDataConfig": {"S3OutputPath": "s3://data/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
        "VpcConfig": {"Subnets": ["subnet-a"], "SecurityGroupIds": ["sg-1"]},
        "EnableInterContainerTrafficEncryption": True,
        "HyperParameters": {"secret": "value"},
        "Environment": {"SECRET": "value"},
    }
    changed = description | members
    return {name: value for name, value in changed.items() if value is not ABSENT}


def asked_for(**members: Json) -> TrainingJob:
    return requested_job(a_request(**members), JobArn.parse(an_arn()), NOW)


class TestADescribedJob:
    def test_all_that_concerns_its_network_is_taken_over(self) -> None:
        assert described_job(a_description()) == TrainingJob(
            name="train-1",
            arn=an_arn(),
            partition="aws",
            region=REGION,
            account=ACCOUNT,
            status="InProgress",
            secondary_status="Starting",
            created_at=NOW,
            source=JobSource.DESCRIBED,
            vpc_config=VpcConfig(("subnet-a",), ("sg-1",)),
            instance_plans=(a_plan(("ml.m5.xlarge", 2)),),
            encrypts_inter_container_traffic=True,
            tuning_job_arn=None,
            role_arn=f"arn:aws:iam::{ACCOUNT}:role/training",
            s3_places=(S3Place("the output", "s3://data/models/train-1/output", S3Use.WRITES),),
        )

    def test_neither_environment_nor_hyperparameters_are(self) -> None:
        assert "value" not in repr(described_job(a_description()))

    def test_the_tuning_job_is_named(self) -> None:
        parent = an_arn().replace("training-job", "hyper-parameter-tuning-job")

        assert described_job(a_description(TuningJobArn=parent)).tuning_job_arn == parent

    def test_the_creation_time_is_in_utc_whatever_the_zone_of_the_machine(self) -> None:
        in_berlin = NOW.astimezone(timezone(timedelta(hours=1)))
        job = described_job(a_description(CreationTime=in_berlin))

        assert job.created_at == NOW
        assert job.created_at.tzinfo is UTC
        assert job.created_at.isoformat() == "2026-11-23T12:00:00+00:00"

    @pytest.mark.parametrize("time", [None, "2026-11-23T12:00:00Z", 1_700_000_000, ABSENT])
    def test_without_a_creation_time_it_is_none(self, time: Json) -> None:
        with pytest.raises(MalformedRequestError, match="CreationTime"):
            described_job(a_description(CreationTime=time))

    @pytest.mark.parametrize("arn", [ABSENT, "", "arn:aws:sagemaker:x"])
    def test_without_an_arn_it_is_none(self, arn: Json) -> None:
        with pytest.raises(MalformedArnError):
            described_job(a_description(TrainingJobArn=arn))


class TestARequestedJob:
    def test_it_says_that_it_comes_from_an_event(self) -> None:
        job = asked_for()

        assert (job.source, job.status, job.secondary_status) == (JobSource.EVENT, "", "")
        assert job.created_at == NOW

    def test_it_is_of_the_arn_that_the_response_gave(self) -> None:
        arn = JobArn.parse("arn:aws-cn:sagemaker:cn-north-1:444455556666:training-job/x")
        job = requested_job(a_request("x"), arn, NOW)

        assert (job.arn, job.partition) == (arn.text, "aws-cn")
        assert (job.region, job.account) == ("cn-north-1", "444455556666")


VPC_CONFIGS = [
    pytest.param(ABSENT, None, id="absent"),
    pytest.param(None, None, id="null"),
    pytest.param({}, None, id="empty"),
    pytest.param({"subnets": [], "securityGroupIds": []}, None, id="empty lists"),
    pytest.param({"subnets": None, "securityGroupIds": None}, None, id="null lists"),
    pytest.param({"subnets": [""], "securityGroupIds": [""]}, None, id="empty texts"),
    pytest.param({"subnets": ["a"]}, VpcConfig(("a",), ()), id="subnets only"),
    pytest.param({"securityGroupIds": ["g"]}, VpcConfig((), ("g",)), id="groups only"),
    pytest.param(
        {"subnets": ["b", "a", "b", ""], "securityGroupIds": ["g", "g"]},
        VpcConfig(("b", "a"), ("g",)),
        id="each once, in the order given",
    ),
    pytest.param(
        {"Subnets": ["a"], "SECURITYGROUPIDS": ["g"], "future": 1},
        VpcConfig(("a",), ("g",)),
        id="other casing, and a member of the future",
    ),
]


@pytest.mark.parametrize(("config", "expected"), VPC_CONFIGS)
def test_vpc_config(config: Json, expected: VpcConfig | None) -> None:
    assert asked_for(vpcConfig=config).vpc_config == expected


M5, P4D = "ml.m5.xlarge", "ml.p4d.24xlarge"

RESOURCE_CONFIGS = [
    pytest.param({"instanceType": M5, "instanceCount": 4}, (a_plan((M5, 4)),), id="one type"),
    pytest.param(
        {
            "instanceGroups": [
                {"instanceType": M5, "instanceCount": 2, "instanceGroupName": "cpu"},
                {"instanceType": P4D, "instanceCount": 1, "instanceGroupName": "gpu"},
            ]
        },
        (a_plan((M5, 2), (P4D, 1)),),
        id="instance groups start together",
    ),
    pytest.param(
        {
            "instanceType": "",
            "instanceCount": 0,
            "instanceGroups": [{"instanceType": M5, "instanceCount": 3}],
        },
        (a_plan((M5, 3)),),
        id="groups beside what the console leaves empty",
    ),
    pytest.param(
        {
            "instancePreferences": [
                {"instanceType": P4D, "instanceCount": 2},
                {"instanceType": M5, "instanceCount": 8},
            ]
        },
        (a_plan((P4D, 2)), a_plan((M5, 8))),
        id="of the preferences exactly one starts",
    ),
    pytest.param(
        {"instancePreferences": [{"instanceType": P4D}, {"instanceType": M5}], "instanceCount": 3},
        (a_plan((P4D, 3)), a_plan((M5, 3))),
        id="preferences without counts share the job's",
    ),
    pytest.param(
        {
            "instancePreferences": [{"instanceType": P4D, "instanceCount": 0}],
            "instanceCount": 3,
        },
        (a_plan((P4D, 3)),),
        id="a preference's zero is no count",
    ),
    pytest.param(
        {
            "instancePreferences": [{"instanceType": P4D}, {"instanceType": M5}],
            "instanceCount": 3,
            "selectedInstanceType": M5,
            "selectedInstanceCount": 2,
        },
        (a_plan((M5, 2)),),
        id="what SageMaker selected is all that counts",
    ),
    pytest.param(
        {
            "instancePreferences": [{"instanceType": P4D, "instanceCount": 1}],
            "selectedInstanceType": "",
            "selectedInstanceCount": 0,
        },
        (a_plan((P4D, 1)),),
        id="nothing selected yet",
    ),
    pytest.param(
        {"instanceType": M5, "instanceCount": 1, "instanceGroups": []},
        (a_plan((M5, 1)),),
        id="an empty list of groups",
    ),
    pytest.param(
        {"instanceType": M5, "instanceCount": 1, "instanceGroups": None},
        (a_plan((M5, 1)),),
        id="a null list of groups",
    ),
    pytest.param(ABSENT, NO_INSTANCES, id="absent: serverless"),
    pytest.param(None, NO_INSTANCES, id="null: serverless"),
    pytest.param({}, NO_INSTANCES, id="empty: serverless"),
    pytest.param({"volumeSizeInGB": 1}, NO_INSTANCES, id="without a type"),
    pytest.param({"instanceType": None, "instanceCount": 2}, NO_INSTANCES, id="a null type"),
    pytest.param({"instanceType": "", "instanceCount": 2}, NO_INSTANCES, id="an empty type"),
    pytest.param({"instanceType": M5}, NO_COUNT, id="without a count"),
    pytest.param({"instanceType": M5, "instanceCount": None}, NO_COUNT, id="a null count"),
    pytest.param({"instanceType": M5, "instanceCount": 0}, NO_COUNT, id="a count of zero"),
    pytest.param(
        {"instanceGroups": [{"instanceType": M5, "instanceCount": 1}, {"instanceType": P4D}]},
        NO_COUNT,
        id="one group without a count makes the whole unknown",
    ),
    pytest.param(
        {"instancePreferences": [{"instanceType": M5, "instanceCount": 1}, {"instanceCount": 1}]},
        NO_INSTANCES,
        id="one preference without a type makes the whole unknown",
    ),
]


@pytest.mark.parametrize(("resources", "expected"), RESOURCE_CONFIGS)
def test_instance_plans(resources: Json, expected: Plans) -> None:
    assert asked_for(resourceConfig=resources).instance_plans == expected


def test_what_was_asked_for_is_kept_where_sagemaker_has_chosen() -> None:
    wishes = {"instancePreferences": [{"instanceType": P4D}, {"instanceType": M5}]}
    chosen = {"selectedInstanceType": M5, "selectedInstanceCount": 2}
    before = asked_for(resourceConfig={**wishes, "instanceCount": 3})
    after = asked_for(resourceConfig={**wishes, "instanceCount": 3, **chosen})

    assert before.instance_plans_asked_for is None
    assert after.instance_plans_asked_for == before.instance_plans


@pytest.mark.parametrize(("flag", "expected"), [(True, True), (False, False), (None, False)])
def test_inter_container_encryption(flag: Json, expected: bool) -> None:
    job = asked_for(enableInterContainerTrafficEncryption=flag)

    assert job.encrypts_inter_container_traffic is expected


def a_channel(**source: Json) -> dict[str, Json]:
    return {"channelName": "train", "dataSource": source}


def a_file_system_source(id: str, kind: str = "EFS") -> dict[str, Json]:
    return {"fileSystemId": id, "fileSystemType": kind, "directoryPath": "/"}


def test_the_file_systems_of_all_channels_are_known_each_once() -> None:
    efs, lustre = a_file_system_source("fs-1"), a_file_system_source("fs-2", "FSxLustre")
    job = asked_for(
        inputDataConfig=[
            a_channel(s3DataSource={"s3Uri": "s3://bucket/"}, fileSystemDataSource=None),
            a_channel(fileSystemDataSource=efs),
            a_channel(fileSystemDataSource=lustre),
            a_channel(fileSystemDataSource=efs | {"directoryPath": "/other"}),
            a_channel(fileSystemDataSource={"fileSystemId": ""}),
            {"channelName": "without a source"},
        ]
    )

    assert job.file_systems == (FileSystem("EFS", "fs-1"), FileSystem("FSxLustre", "fs-2"))


@pytest.mark.parametrize("channels", [ABSENT, None, []])
def test_without_channels_there_are_no_file_systems(channels: Json) -> None:
    assert asked_for(inputDataConfig=channels).file_systems == ()


@pytest.mark.parametrize(
    ("config", "registry"),
    [
        pytest.param({"trainingRepositoryAccessMode": "Vpc"}, "registry.example:5000", id="Vpc"),
        pytest.param({"trainingRepositoryAccessMode": "Platform"}, None, id="Platform"),
        pytest.param({}, None, id="empty"),
        pytest.param(None, None, id="null"),
    ],
)
def test_the_registry_is_known_if_the_image_comes_through_the_vpc(
    config: Json, registry: str | None
) -> None:
    algorithm = {"trainingImage": "registry.example:5000/a/b:1", "trainingImageConfig": config}

    assert asked_for(algorithmSpecification=algorithm).vpc_registry == registry


def test_without_an_image_there_is_no_registry() -> None:
    algorithm = {"trainingImageConfig": {"trainingRepositoryAccessMode": "Vpc"}}

    assert asked_for(algorithmSpecification=algorithm).vpc_registry is None


MALFORMED = [
    pytest.param({"trainingJobName": 5}, "TrainingJobName", id="a number as name"),
    pytest.param({"vpcConfig": []}, "VpcConfig", id="a list as VpcConfig"),
    pytest.param({"vpcConfig": "x"}, "VpcConfig", id="a text as VpcConfig"),
    pytest.param({"vpcConfig": {"omitted": True}}, "omitted VpcConfig", id="VpcConfig omitted"),
    pytest.param({"vpcConfig": {"Omitted": True}}, "omitted VpcConfig", id="Omitted, re-cased"),
    pytest.param({"vpcConfig": {"subnets": "a"}}, "Subnets", id="a text as subnets"),
    pytest.param({"vpcConfig": {"subnets": ["a", 1]}}, "Subnets", id="a number as subnet"),
    pytest.param({"vpcConfig": {"subnets": [["a"]]}}, "Subnets", id="a list as subnet"),
    pytest.param({"vpcConfig": {"subnets": {"omitted": True}}}, "Subnets", id="subnets omitted"),
    pytest.param({"resourceConfig": "x"}, "ResourceConfig", id="a text as ResourceConfig"),
    pytest.param({"resourceConfig": {"omitted": True}}, "omitted Resource", id="resources omitted"),
    pytest.param({"resourceConfig": {"instanceType": 4}}, "InstanceType", id="a number as type"),
    pytest.param({"resourceConfig": {"instanceGroups": {}}}, "InstanceGroups", id="no list"),
    pytest.param({"resourceConfig": {"instanceGroups": [1]}}, "InstanceGroups", id="a list of 1"),
    pytest.param(
        {"resourceConfig": {"instanceType": M5, "instanceCount": "2"}}, "Count", id="a text"
    ),
    pytest.param({"resourceConfig": {"instanceType": M5, "instanceCount": -1}}, "Count", id="-1"),
    pytest.param({"resourceConfig": {"instanceType": M5, "instanceCount": 1.5}}, "Count", id="1.5"),
    pytest.param(
        {"resourceConfig": {"instanceType": M5, "instanceCount": True}}, "Count", id="true"
    ),
    pytest.param({"enableInterContainerTrafficEncryption": "no"}, "Encryption", id="text as flag"),
]


@pytest.mark.parametrize(("members", "named"), MALFORMED)
def test_a_form_that_the_api_does_not_know_is_refused_and_named(
    members: dict[str, Json], named: str
) -> None:
    with pytest.raises(MalformedRequestError, match=named):
        asked_for(**members)


def test_times_of_an_event_are_kept() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    assert requested_job(a_request(), JobArn.parse(an_arn()), at).created_at == at


def the_places(**members: Json) -> list[tuple[str, str, S3Use]]:
    given = {"inputDataConfig": None, "outputDataConfig": None} | members
    return [(each.purpose, each.uri, each.use) for each in asked_for(**given).s3_places]


class TestPlacesInS3:
    """The key paths of every S3 URI of a request."""

    @pytest.mark.parametrize(
        ("kind", "purpose", "use"),
        [
            ("S3Prefix", "the channel train", S3Use.READS_PREFIX),
            ("ManifestFile", "the manifest of the channel train", S3Use.READS_OBJECT),
            ("AugmentedManifestFile", "the manifest of the channel train", S3Use.READS_OBJECT),
            (None, "the channel train", S3Use.READS_PREFIX),
        ],
    )
    def test_an_input(self, kind: str | None, purpose: str, use: S3Use) -> None:
        source = {"s3DataType": kind, "s3Uri": "s3://a/b"}
        channel = {"channelName": "train", "dataSource": {"s3DataSource": source}}

        assert the_places(inputDataConfig=[channel]) == [(purpose, "s3://a/b", use)]

    @pytest.mark.parametrize(
        ("config", "uris"),
        [
            ({"s3OutputPath": "s3://a"}, ["s3://a/train-1/output"]),
            ({"s3OutputPath": "s3://a/b/"}, ["s3://a/b/train-1/output"]),
            ({"s3OutputPath": "s3://a/b", "removeJobNameFromS3OutputPath": True}, ["s3://a/b"]),
            ({"s3OutputPath": "s3://a/b", "disableModelUpload": True}, []),
            ({"s3OutputPath": ""}, []),
            ({}, []),
        ],
    )
    def test_the_output(self, config: Json, uris: list[str]) -> None:
        found = the_places(outputDataConfig=config)

        assert found == [("the output", uri, S3Use.WRITES) for uri in uris]

    @pytest.mark.parametrize(("given", "kept"), [("alias/k", "alias/k"), ("", None), (None, None)])
    def test_the_key_of_the_output_is_kept(self, given: str | None, kept: str | None) -> None:
        config = {"s3OutputPath": "s3://a", "kmsKeyId": given}
        (place,) = asked_for(inputDataConfig=None, outputDataConfig=config).s3_places

        assert place.kms_key == kept

    def test_checkpoints_are_read_and_written(self) -> None:
        assert the_places(checkpointConfig={"s3Uri": "s3://a/c"}) == [
            ("the checkpoints", "s3://a/c", S3Use.READS_PREFIX),
            ("the checkpoints", "s3://a/c", S3Use.WRITES),
        ]

    def test_what_observes_the_job_writes_below_its_name(self) -> None:
        rule = {"ruleConfigurationName": "r", "s3OutputPath": "s3://a/r"}
        found = the_places(
            debugHookConfig={"s3OutputPath": "s3://a/d"},
            debugRuleConfigurations=[rule, {"ruleConfigurationName": "silent"}],
            tensorBoardOutputConfig={"s3OutputPath": "s3://a/t"},
            profilerConfig={"s3OutputPath": "s3://a/p"},
            profilerRuleConfigurations=[rule],
        )

        assert found == [
            ("TensorBoard's events", "s3://a/t", S3Use.WRITES),
            ("the profiler's output", "s3://a/p/train-1/profiler-output", S3Use.WRITES),
            ("the debugger's tensors", "s3://a/d/train-1/debug-output", S3Use.WRITES),
            ("the output of rule r", "s3://a/r/train-1/rule-output", S3Use.WRITES),
        ]

    def test_a_profiler_that_is_off_writes_nothing(self) -> None:
        assert the_places(profilerConfig={"s3OutputPath": "s3://a", "disableProfiler": True}) == []

    def test_hyperparameters_are_not_looked_at(self) -> None:
        script = {"sagemaker_submit_directory": '"s3://a/source.tar.gz"'}

        assert the_places(hyperParameters=script) == []

    @pytest.mark.parametrize("path", [1, ["s3://a"], {"s3": "a"}])
    def test_a_path_that_is_no_text_is_refused(self, path: Json) -> None:
        with pytest.raises(MalformedRequestError, match="S3OutputPath"):
            asked_for(outputDataConfig={"s3OutputPath": path})


@pytest.mark.parametrize("role", [ABSENT, None, "", "training", "arn:aws:iam::1:role/x"])
def test_a_role_of_no_form_that_there_is_is_not_known(role: Json) -> None:
    assert asked_for(roleArn=role).role_arn == NO_ROLE


def test_the_role_is_told() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/service-role/x"

    assert asked_for(roleArn=role).role_arn == role
