"""The stopper, on the wire: moto has no StopTrainingJob."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.integration.wire import ALWAYS, Wire
from vpc_guardrail.adapters.stopper import SageMakerStopper
from vpc_guardrail.app.errors import JobAlreadyEndedError, JobNotFoundError
from vpc_guardrail.core.model import JobKind

if TYPE_CHECKING:
    from tests.integration.conftest import Waits
    from vpc_guardrail.adapters.clients import Clients


@pytest.fixture
def wire(clients: Clients) -> Wire:
    return Wire(clients.sagemaker)


@pytest.fixture
def stopper(clients: Clients) -> SageMakerStopper:
    return SageMakerStopper(clients.sagemaker)


def test_a_job_is_stopped_by_its_name(wire: Wire, stopper: SageMakerStopper) -> None:
    wire.answers("StopTrainingJob", "{}")
    stopper.stop("train-1")
    assert wire.requests == [("StopTrainingJob", {"TrainingJobName": "train-1"})]


def test_a_tuning_job_is_stopped_by_its_name(wire: Wire, stopper: SageMakerStopper) -> None:
    wire.answers("StopHyperParameterTuningJob", "{}")
    stopper.stop("tune-1", JobKind.TUNING)
    assert wire.requests == [
        ("StopHyperParameterTuningJob", {"HyperParameterTuningJobName": "tune-1"})
    ]


def test_a_tuning_job_that_has_ended_is_told_apart(wire: Wire, stopper: SageMakerStopper) -> None:
    reason = "The request was rejected because the tuning job is in status Stopped"
    wire.fails("StopHyperParameterTuningJob", "ValidationException", f"{reason}.")
    with pytest.raises(JobAlreadyEndedError, match=reason):
        stopper.stop("tune-1", JobKind.TUNING)


def test_a_stop_of_a_tuning_job_that_was_not_made_is_a_fault(
    wire: Wire, stopper: SageMakerStopper, waits: Waits
) -> None:
    wire.fails("StopHyperParameterTuningJob", "ThrottlingException", "No.", times=ALWAYS)
    with pytest.raises(ClientError, match="ThrottlingException"):
        stopper.stop("tune-1", JobKind.TUNING)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped", "Deleting"])
def test_a_job_that_has_ended_is_told_apart_in_fault_10(
    wire: Wire, stopper: SageMakerStopper, status: str
) -> None:
    """Fault 10 of the peers: the stop of a job that had already stopped failed the whole run.

    The use case takes this error for done.
    """
    reason = f"The request was rejected because the training job is in status {status}"
    wire.fails("StopTrainingJob", "ValidationException", f"{reason}.")
    with pytest.raises(JobAlreadyEndedError) as raised:
        stopper.stop("train-1")
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ValidationException", "Requested resource not found."),
        ("ResourceNotFound", "No such training job."),
    ],
)
def test_a_job_that_does_not_exist_is_not_found(
    wire: Wire, stopper: SageMakerStopper, code: str, message: str
) -> None:
    wire.fails("StopTrainingJob", code, message)
    with pytest.raises(JobNotFoundError):
        stopper.stop("train-1")


def test_a_stop_that_is_throttled_for_a_while_is_done(
    wire: Wire, stopper: SageMakerStopper, waits: Waits
) -> None:
    wire.fails("StopTrainingJob", "ThrottlingException", "Rate exceeded", times=3)
    wire.answers("StopTrainingJob", "{}")
    stopper.stop("train-1")
    assert len(wire.attempts) == 4


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalFailure", "AccessDeniedException"]
)
def test_a_stop_that_was_not_made_is_a_fault_in_fault_2(
    wire: Wire, stopper: SageMakerStopper, waits: Waits, code: str
) -> None:
    """Fault 2 of the peers: a throttled StopTrainingJob was swallowed, and the job ran on."""
    wire.fails("StopTrainingJob", code, "No.", times=ALWAYS)
    with pytest.raises(ClientError, match=code):
        stopper.stop("train-1")


def test_a_refusal_of_the_request_itself_is_a_fault(wire: Wire, stopper: SageMakerStopper) -> None:
    wire.fails("StopTrainingJob", "ValidationException", "1 validation error detected.")
    with pytest.raises(ClientError, match="1 validation error"):
        stopper.stop("train-1")
