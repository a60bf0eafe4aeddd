"""The ARN of a training job."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.strategies import job_names, patiently, wild_texts
from vpc_guardrail.app.arn import JobArn, MalformedArnError
from vpc_guardrail.core.model import JobKind


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"])
def test_its_parts_are_taken_apart_in_every_partition(partition: str) -> None:
    text = f"arn:{partition}:sagemaker:eu-central-1:111122223333:training-job/my-job"

    assert JobArn.parse(text) == JobArn(text, partition, "eu-central-1", "111122223333", "my-job")
    assert str(JobArn.parse(text)) == text


def test_it_tells_a_tuning_job_from_a_training_job() -> None:
    before = "arn:aws:sagemaker:eu-central-1:111122223333"

    assert JobArn.parse(f"{before}:training-job/x").kind is JobKind.TRAINING
    assert JobArn.parse(f"{before}:hyper-parameter-tuning-job/x").kind is JobKind.TUNING
    assert JobKind.of_arn(f"{before}:training-job/hyper-parameter-tuning-job") is JobKind.TRAINING
    assert JobKind.of_arn(f"{before}:hyper-parameter-tuning-job/x") is JobKind.TUNING


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("arn:aws:sagemaker:eu-central-1:111122223333:tuning-job/x", id="no such kind"),
        pytest.param("my-job", id="a name"),
        pytest.param("arn:aws:sagemaker:eu-central-1:111122223333:processing-job/x", id="other"),
        pytest.param("arn:aws:s3:eu-central-1:111122223333:training-job/x", id="other service"),
        pytest.param("arn:aws:sagemaker::111122223333:training-job/x", id="no Region"),
        pytest.param("arn:aws:sagemaker:eu-central-1::training-job/x", id="no account"),
        pytest.param("arn:aws:sagemaker:eu-central-1:11112222333:training-job/x", id="short"),
        pytest.param(
            "arn:aws:sagemaker:eu-central-1:١١١١٢٢٢٢٣٣٣٣:training-job/x", id="other digits"
        ),
        pytest.param("arn:aws:sagemaker:eu-central-1:111122223333:training-job/", id="no name"),
        pytest.param("arn:aws:sagemaker:eu-central-1:111122223333:training-job/-x", id="hyphen"),
        pytest.param("arn:aws:sagemaker:eu-central-1:111122223333:training-job/x/y", id="path"),
        pytest.param("arn:aws:sagemaker:eu-central-1:111122223333:training-job/x\n", id="newline"),
        pytest.param(" arn:aws:sagemaker:eu-central-1:111122223333:training-job/x", id="blank"),
        pytest.param(
            "arn:aws:sagemaker:eu-central-1:111122223333:training-job/" + "x" * 64, id="too long"
        ),
    ],
)
def test_what_is_no_such_arn_is_refused(text: str) -> None:
    with pytest.raises(MalformedArnError):
        JobArn.parse(text)


def test_a_long_text_is_refused_at_once_and_told_in_short() -> None:
    text = "arn:aws:sagemaker:eu-central-1:111122223333:training-job/" + "a-" * 100_000

    with pytest.raises(MalformedArnError) as refusal:
        JobArn.parse(text)
    assert len(str(refusal.value)) < 300


@patiently
@given(wild_texts)
def test_the_refusal_is_harmless_to_print(text: str) -> None:
    try:
        JobArn.parse(text)
    except MalformedArnError as error:
        assert str(error).isprintable()


@patiently
@given(job_names)
def test_every_allowed_name_comes_back(name: str) -> None:
    arn = JobArn.parse(f"arn:aws:sagemaker:eu-central-1:111122223333:training-job/{name}")

    assert arn.name == name
