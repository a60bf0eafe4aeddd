"""A deployed rule of AWS Config, and what a test needs to set it off and to read its results."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from local_aws.deploy import deploy
from local_aws.recorder import VPC, Recorder
from tests.e2e.guardrail import Function

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local_aws.client import AwsSession
    from local_aws.launch import LocalAws

ANSWERED = "The message of AWS Config is answered"
FAILED = "The message of AWS Config failed"
SCORED = "The VPC is scored"
SCHEDULE = "schedule"

SECONDS_BETWEEN_CHANGES = 1.0
"""While a setting takes effect."""


@dataclass(frozen=True)
class Result:
    """What Config says of a VPC."""

    compliance: str
    annotation: str


@dataclass(frozen=True)
class ScoreRule:
    """The rule of one deployed stack, with its function."""

    aws: LocalAws
    session: AwsSession
    name: str
    function: Function
    recorder: Recorder
    settings_parameter: str
    _ticks: list[str] = field(default_factory=list)

    @classmethod
    def deployed(
        cls,
        aws: LocalAws,
        session: AwsSession,
        build: Path,
        name: str,
        parameters: Mapping[str, str],
    ) -> ScoreRule:
        stack = deploy(session, build, name, {"ScoreVpcs": "true", **parameters})
        function = Function(
            aws=aws,
            session=session,
            log_group=stack.resources["ConfigRuleLogGroup"],
            role=stack.resources["ConfigRuleRole"],
            queue_url="",
            dead_letter_queue_url="",
            mapping_id="",
        )
        recorder = Recorder(session, aws.controls)
        parameter = stack.outputs["SettingsParameterName"]
        return cls(aws, session, stack.outputs["VpcScoreRuleName"], function, recorder, parameter)

    def set(self, document: Mapping[str, Any]) -> None:
        """Change the settings document as its owner does, past the stack."""
        self.session.client("ssm").put_parameter(
            Name=self.settings_parameter, Value=json.dumps(document), Type="String", Overwrite=True
        )

    def comes_to_say(self, vpc_id: str, pattern: str) -> Result:
        """What Config says of a VPC, once changes of it come to an annotation of a pattern."""

        def look() -> Result | None:
            self.recorder.record(VPC, vpc_id)
            time.sleep(SECONDS_BETWEEN_CHANGES)
            found = self.results()[vpc_id]
            return found if re.search(pattern, found.annotation) else None

        found = self.function.wait_until(look, f"nobody says {pattern!r} of {vpc_id}")
        assert found is not None
        self.function.wait_until_quiet()
        return found

    def change(self, resource_type: str, resource_id: str, *, oversized: bool = False) -> None:
        """Let Config record a resource as it is now, and wait for the answer."""
        captured_at = self.recorder.record(resource_type, resource_id, oversized=oversized)
        self.wait_for(ANSWERED, f"{resource_type} {resource_id}", captured_at)

    def change_at_once(self, resources: Sequence[tuple[str, str]]) -> None:
        """Let Config tell of several changes that were captured before; wait for all answers."""
        items = [self.recorder.item(*each) for each in resources]
        for item in items:
            self.aws.controls.record(item)
        for item in items:
            about = f"{item['resourceType']} {item['resourceId']}"
            self.wait_for(ANSWERED, about, item["configurationItemCaptureTime"])

    def tick(self) -> None:
        """Let the time of the schedule come, and wait for the answer."""
        self.start_tick()
        self.wait_for_tick(ANSWERED)

    def start_tick(self) -> None:
        """Let the time of the schedule come."""
        self._ticks.append(self.aws.controls.tick())

    def wait_for_tick(self, message: str) -> dict[str, Any]:
        """The first log record with this message on the last time of the schedule."""
        return self.wait_for(message, SCHEDULE, self._ticks[-1])

    def wait_for(self, message: str, about: str, as_of: str) -> dict[str, Any]:
        """The first log record with this message on what was captured then."""
        time = datetime.fromisoformat(as_of)
        return self.function.wait_for(
            message,
            lambda record: (
                record.get("about") == about and datetime.fromisoformat(record["as_of"]) == time
            ),
        )

    def results(self) -> dict[str, Result]:
        """What Config says of each VPC that the rule told of, as anybody reads it back."""
        config = self.session.client("config")
        pages = config.get_paginator("get_compliance_details_by_config_rule").paginate(
            ConfigRuleName=self.name
        )
        found = {}
        for page in pages:
            for each in page["EvaluationResults"]:
                about = each["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
                assert about["ResourceType"] == VPC
                found[about["ResourceId"]] = Result(each["ComplianceType"], each["Annotation"])
        return found
