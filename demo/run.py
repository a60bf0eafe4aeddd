"""The demo from its first step to its last."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from demo import judge
from demo.follow import Follower, Sight
from demo.judge import Ending
from demo.progress import Display
from demo.scenario import (
    FIRST_JOBS,
    JOB_WITHOUT_VPC,
    LAST_JOB,
    SCORING,
    SOUND_JOB,
    TOLD_IN_FULL,
    VPC_STEPS,
)
from demo.show import (
    alert_in_full,
    closing_line,
    console_for,
    ending_facts,
    ending_table,
    introduction,
    say,
    vpc_table,
)
from demo.stage import Stage, failed_calls
from demo.vpc_scene import VpcScene
from local_aws.client import ControlError, ServerGone
from local_aws.deploy import DeployError, Stack, deploy
from local_aws.inbox import Inbox
from local_aws.launch import LocalAws, LocalAwsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from demo.outcome import Outcome, VpcResult
    from demo.scenario import JobPlan

BUILD = Path(__file__).resolve().parent.parent / ".aws-sam" / "build"
STACK_NAME = "vpc-guardrail-demo"
SERVER_LOG_LINES = 15


class DemoError(RuntimeError):
    """The demo could not be brought to its end; the message says why."""


def run() -> int:
    """Play the demo on standard output; gives the exit code."""
    console = console_for()
    say(console, introduction())
    with Display(console) as display:
        ending = _play(display)
    faults = ending.faults
    _show_ending(console, ending)
    console.print(closing_line(faults, display.seconds))
    return 1 if faults else 0


def _play(display: Display) -> Ending:
    """Everything from the start of the local AWS to its end."""
    with contextlib.ExitStack() as cleanup:
        try:
            with display.step("An AWS of this machine starts"):
                aws = cleanup.enter_context(LocalAws(auth=True))
        except LocalAwsError as error:
            raise DemoError(str(error)) from error
        try:
            ended = _play_on(aws, display)
        except (DeployError, TimeoutError) as error:
            raise DemoError(str(error)) from error
        except (BotoCoreError, ClientError, ControlError, ServerGone) as error:
            tail = "\n  ".join(aws.server_log().splitlines()[-SERVER_LOG_LINES:])
            raise DemoError(f"{error}\nThe end of the local AWS's log:\n  {tail}") from error
        with display.step("The AWS is taken down, nothing is left behind"):
            cleanup.close()
    return ended


def _play_on(aws: LocalAws, display: Display) -> Ending:
    """The scenario, act by act."""
    session = aws.session()
    with display.step("The built template is deployed, Mode=enforce, ScoreVpcs=true"):
        stack = deploy(session, BUILD, STACK_NAME, {"Mode": "enforce", **SCORING})
        inbox = Inbox(session, stack.outputs["ViolationsTopicArn"])
    stage = Stage(session, aws.controls)
    follower = Follower(session, stack, inbox, stage, partial(_tell, display, stage))
    with display.step("Three networks are built: sound, without S3 endpoint, public"):
        stage.build_networks()
    with display.step(f"{len(FIRST_JOBS)} training jobs start and are inspected"):
        _start_and_follow(stage, follower, FIRST_JOBS)
    with display.step(f"The event of {JOB_WITHOUT_VPC.name} comes once more"):
        _repeat_event(stage, follower)
    with display.step(f"A call without VPC fails: the name {SOUND_JOB.name} is taken"):
        error_code = _fail_to_start(stage, follower)
    with display.step("One more sound job starts, and the queues run empty"):
        _start_and_follow(stage, follower, [LAST_JOB])
        sight = follower.wait_until_quiet()
    scene = VpcScene(session, aws.controls, stack, stage.unserved.vpc_id)
    with display.step("The VPC without S3 endpoint is mended, and AWS Config scores it anew"):
        results = _mend_vpc(scene, stage, display)
    outcomes = outcomes_of(sight, stage)
    stops = aws.controls.calls("sagemaker", "StopTrainingJob")
    facts = [
        judge.fact_of_duplicate(outcomes[JOB_WITHOUT_VPC.name]),
        judge.fact_of_failed_call(error_code, sight, outcomes[SOUND_JOB.name]),
        judge.fact_of_stopper([call.principal for call in stops], _enforcer_role(stack)),
        judge.fact_of_scores(results),
        judge.fact_of_dead_letters(follower.dead_letters()),
    ]
    alert = sight.verdict_message(stage.arns[TOLD_IN_FULL])
    return Ending(outcomes, facts, alert, results)


def _start_and_follow(stage: Stage, follower: Follower, plans: Iterable[JobPlan]) -> None:
    plans = tuple(plans)
    for plan in plans:
        stage.start(plan)

    def all_over(sight: Sight) -> bool:
        outcomes = outcomes_of(sight, stage)
        return all(judge.is_over(plan.expected, outcomes[plan.name]) for plan in plans)

    follower.wait(f"the end of {', '.join(plan.name for plan in plans)}", all_over)


def _repeat_event(stage: Stage, follower: Follower) -> None:
    """The inspector and the enforcer handle it again, and must do nothing."""
    name = JOB_WITHOUT_VPC.name
    arn = stage.arns[name]
    stage.repeat_event_of(JOB_WITHOUT_VPC)
    twice = JOB_WITHOUT_VPC.expected.inspections
    follower.wait(
        f"the second event of {name} to be handled",
        lambda sight: (
            sight.outcome(name, arn).inspections >= twice and sight.orders_handled(arn) >= twice
        ),
    )


def _fail_to_start(stage: Stage, follower: Follower) -> str:
    """The failed call's event comes onto the bus; gives the error code."""
    name = SOUND_JOB.name
    error_code = stage.start_in_vain(SOUND_JOB)
    follower.wait(
        f"the event of the failed call for {name}",
        lambda sight: bool(failed_calls(sight.recorded, name)),
    )
    return error_code


def _mend_vpc(scene: VpcScene, stage: Stage, display: Display) -> list[VpcResult]:
    """What AWS Config says of the VPC as it is, and after each act of its owner."""
    acts = (lambda: "", stage.add_s3_endpoint, stage.tighten_endpoint_policy)
    results = []
    for step, act in zip(VPC_STEPS, acts, strict=True):
        result = scene.play(step, act)
        display.vpc(step.what, result)
        results.append(result)
    return results


def outcomes_of(sight: Sight, stage: Stage) -> dict[str, Outcome]:
    """What became of each job that was started."""
    return {name: sight.outcome(name, arn) for name, arn in stage.arns.items()}


def _tell(display: Display, stage: Stage, sight: Sight) -> None:
    display.jobs(outcomes_of(sight, stage))


def _enforcer_role(stack: Stack) -> str:
    return stack.resources["JobEnforcerRole"]


def _show_ending(console: Console, ending: Ending) -> None:
    parts = [ending_table(ending, console.width), vpc_table(ending.vpc)]
    if ending.alert:
        parts.append(alert_in_full(ending.alert))
    parts.append(ending_facts(ending, console.options.ascii_only))
    for part in parts:
        console.print()
        say(console, part)
    console.print()
