"""The scene of the VPC: it is mended step by step, and AWS Config says each time what it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from demo.follow import SECONDS_BETWEEN_LOOKS, SECONDS_TO_WAIT, WaitError
from demo.outcome import VpcResult
from local_aws import logs
from local_aws.recorder import VPC, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.scenario import VpcStep
    from local_aws.client import AwsSession, Controls
    from local_aws.deploy import Stack

LOG_TAIL_LINES = 12
ENDPOINT = "AWS::EC2::VPCEndpoint"


@dataclass(frozen=True)
class VpcScene:
    """One VPC, and the rule that scores it."""

    session: AwsSession
    controls: Controls
    stack: Stack
    vpc_id: str
    seconds: float = SECONDS_TO_WAIT

    def play(self, step: VpcStep, act: Callable[[], str]) -> VpcResult:
        """Let the owner act, and Config record what changed; gives what Config says then.

        `act` gives the id of the endpoint that it changed; empty if it changed nothing.
        """
        changed = act()
        kind, name = (ENDPOINT, changed) if changed else (VPC, self.vpc_id)
        captured_at = Recorder(self.session, self.controls).record(kind, name)
        return self._result(step, datetime.fromisoformat(captured_at))

    def _result(self, step: VpcStep, captured_at: datetime) -> VpcResult:
        """What Config says of the VPC as of a time; `WaitError` if it says nothing."""
        deadline = time.monotonic() + self.seconds
        while True:
            found = self._evaluation(captured_at)
            if found is not None:
                return found
            log = logs.log_lines(self.session, self.stack.resources["ConfigRuleLogGroup"])
            if time.monotonic() > deadline or any('"level":"ERROR"' in line for line in log):
                tail = "\n  ".join(log[-LOG_TAIL_LINES:])
                raise WaitError(f"No score of {self.vpc_id} came: {step.what}.\n  {tail}")
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _evaluation(self, captured_at: datetime) -> VpcResult | None:
        found = self.session.client("config").get_compliance_details_by_config_rule(
            ConfigRuleName=self.stack.outputs["VpcScoreRuleName"]
        )
        for each in found["EvaluationResults"]:
            about = each["EvaluationResultIdentifier"]
            told_of = about["EvaluationResultQualifier"]["ResourceId"]
            if told_of == self.vpc_id and about["OrderingTimestamp"] >= captured_at:
                return VpcResult(each["ComplianceType"], each["Annotation"])
        return None
