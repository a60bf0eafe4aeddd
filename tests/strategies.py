"""What Hypothesis invents: JSON, texts, findings, and requests as botocore's model allows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.builders import NOW
from vpc_guardrail.app.enforcement import StopOrder
from vpc_guardrail.core.alert_routes import ROUTE_NAME
from vpc_guardrail.core.finding import Finding, Kind, Severity, Status
from vpc_guardrail.core.model import Starter
from vpc_guardrail.core.model.job import NO_ROLE, TAGS_NOT_READ
from vpc_guardrail.core.model.starter import NOBODY_TOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = Any

patiently = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
"""For every property: a busy machine and a large strategy are no faults of what is tested."""

wild_texts = st.text(st.characters())
"""Any text, lone surrogates and control characters among it: JSON can carry them."""

json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | wild_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(wild_texts, inner, max_size=4),
    max_leaves=12,
)

short_texts = st.text(max_size=8)

hostile_texts = st.one_of(
    st.text(),
    st.text('"\\\n\t\x1b\u202e\u2028é漢🔥', max_size=60),
    st.builds(
        str.__mul__,
        st.sampled_from(['"', "\\", "é", "漢", "🔥", "\n", "a"]),
        st.integers(0, 40_000),
    ),
)
"""Texts that grow when they are escaped, and long ones."""

job_names = st.from_regex(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,20}", fullmatch=True)
subnet_ids = st.from_regex(r"subnet-[0-9a-f]{8,17}", fullmatch=True)
group_ids = st.from_regex(r"sg-[0-9a-f]{8,17}", fullmatch=True)
file_system_ids = st.from_regex(r"fs-[0-9a-f]{8,17}", fullmatch=True)
channel_names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
s3_uris = st.sampled_from(
    ["s3://training-data/input", "s3://training-data", "https://s3.amazonaws.com/other/x", "s3://x"]
)
images = st.text("abc0-_./:@", max_size=12) | st.sampled_from(
    ["111122223333.dkr.ecr.eu-central-1.amazonaws.com/a/b:latest", "registry.example:5000/a"]
)


# Requests, from the service's own model.


@dataclass(frozen=True)
class Request:
    """A CreateTrainingJob request with the API's casing."""

    values: Mapping[str, Json]

    @property
    def name(self) -> str:
        return str(self.values["TrainingJobName"])

    @property
    def as_cloudtrail_writes_it(self) -> dict[str, Json]:
        """Each structure's members begin in lower case; the keys of maps are left alone."""
        written = _lowered(_request_shape(), self.values)
        assert isinstance(written, dict)
        return written


CREATE_TUNING_JOB = "CreateHyperParameterTuningJob"


@dataclass(frozen=True)
class TuningRequest:
    """A CreateHyperParameterTuningJob request with the API's casing."""

    values: Mapping[str, Json]

    @property
    def name(self) -> str:
        return str(self.values["HyperParameterTuningJobName"])

    @property
    def definitions(self) -> list[Mapping[str, Json]]:
        """In either form; SageMaker takes one of the two."""
        one = self.values.get("TrainingJobDefinition")
        return [*([one] if one else ()), *self.values.get("TrainingJobDefinitions", ())]

    @property
    def as_cloudtrail_writes_it(self) -> dict[str, Json]:
        """Each structure's members begin in lower case; the keys of maps are left alone."""
        written = _lowered(_request_shape(CREATE_TUNING_JOB), self.values)
        assert isinstance(written, dict)
        return written


def requests(
    texts: st.SearchStrategy[str] = short_texts, **members: st.SearchStrategy[Json]
) -> st.SearchStrategy[Request]:
    """Requests that the model allows; `members` replace those of the same name."""
    allowed = _values(_request_shape(), texts)
    replaced = st.fixed_dictionaries(members)
    return st.builds(lambda values, chosen: Request(values | chosen), allowed, replaced)


def tuning_requests() -> st.SearchStrategy[TuningRequest]:
    """Requests that the model allows: by its words neither form of definitions is required."""
    return st.builds(TuningRequest, _values(_request_shape(CREATE_TUNING_JOB), short_texts))


def values_of(shape_name: str) -> st.SearchStrategy[Json]:
    """Values of a shape of SageMaker's model."""
    return _values(_model().shape_for(shape_name), short_texts)


@cache
def _model() -> Any:
    return botocore.session.get_session().get_service_model("sagemaker")


@cache
def _request_shape(operation: str = "CreateTrainingJob") -> StructureShape:
    shape = _model().operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


SPECIAL = {
    "TrainingJobName": job_names,
    "HyperParameterTuningJobName": job_names,
    "MaxParallelTrainingJobs": st.integers(1, 100),
    "SubnetId": subnet_ids,
    "SecurityGroupId": group_ids,
    "TrainingInstanceCount": st.integers(1, 64),
    "AlgorithmImage": images,
    "FileSystemId": file_system_ids,
    "S3Uri": s3_uris,
    "ChannelName": channel_names,
    "ProcessingJobName": channel_names,
    "RuleConfigurationName": channel_names,
}
"""Shapes whose values have a meaning here, by their name in the model."""

SCALARS: dict[str, st.SearchStrategy[Json]] = {
    "boolean": st.booleans(),
    "integer": st.integers(0, 1000),
    "long": st.integers(0, 10**12),
    "float": st.floats(0, 1),
    "double": st.floats(0, 1),
}


def _values(shape: Shape, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    if shape.name in SPECIAL:
        return SPECIAL[shape.name]
    if isinstance(shape, StructureShape):
        members = {name: _values(each, texts) for name, each in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        return st.fixed_dictionaries(required, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(_values(shape.member, texts), min_size=1, max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(texts, _values(shape.value, texts), max_size=3)
    if isinstance(shape, StringShape):
        return st.sampled_from(shape.enum) if shape.enum else texts
    return SCALARS[shape.type_name]


def _lowered(shape: Shape, value: Json) -> Json:
    if isinstance(shape, StructureShape):
        return {
            name[0].lower() + name[1:]: _lowered(shape.members[name], each)
            for name, each in value.items()
        }
    if isinstance(shape, ListShape):
        return [_lowered(shape.member, each) for each in value]
    if isinstance(shape, MapShape):
        return {key: _lowered(shape.value, each) for key, each in value.items()}
    return value


# What the guardrail itself makes.

findings: st.SearchStrategy[Finding] = st.builds(
    Finding,
    check=st.sampled_from(["s3-reachable", "vpc-config-present"]),
    kind=st.sampled_from(Kind),
    status=st.sampled_from(Status),
    severity=st.sampled_from(Severity),
    resource=hostile_texts,
    message=hostile_texts,
    evidence=st.dictionaries(
        st.text(max_size=5), hostile_texts | st.lists(st.integers()), max_size=2
    ),
    remediation=hostile_texts,
)

starters: st.SearchStrategy[Starter] = st.builds(
    Starter,
    type=st.text(min_size=1),
    name=st.text(min_size=1),
    **dict.fromkeys(
        ("arn", "session_name", "source_identity", "invoked_by"), st.none() | st.text(min_size=1)
    ),
)

orders: st.SearchStrategy[StopOrder] = st.builds(
    StopOrder,
    job_name=st.text(min_size=1),
    job_arn=st.text(min_size=1),
    account=st.text(min_size=1),
    created_at=st.datetimes(timezones=st.timezones() | st.just(NOW.tzinfo)),
    vpc_id=st.none() | st.text(),
    checks=st.lists(st.text(min_size=1), min_size=1).map(tuple),
    severity=st.text(min_size=1),
    rule_set=st.text(min_size=1),
    started_by=st.just(NOBODY_TOLD) | starters,
    role_arn=st.just(NO_ROLE) | st.text(min_size=1),
    routes=st.lists(st.from_regex(ROUTE_NAME, fullmatch=True), min_size=1, max_size=3).map(tuple),
    tags=st.just(TAGS_NOT_READ) | st.dictionaries(st.text(), st.text(), max_size=3),
)
