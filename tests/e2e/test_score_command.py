"""`vpc-guardrail score` as a user runs it, in the ordinary AWS environment."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from local_aws.launch import ROOT

if TYPE_CHECKING:
    from local_aws.launch import LocalAws
    from local_aws.networks import TrainingNetwork

COMMAND = Path(sys.executable).with_name("vpc-guardrail")
SECONDS_TO_ANSWER = 60


def test_vpcs_are_scored_worst_first_in_the_published_form(
    aws: LocalAws, sound: TrainingNetwork, without_s3_endpoint: TrainingNetwork
) -> None:
    done = subprocess.run(
        [COMMAND, "score", "--all", "--instance-count", "1", "--format", "json"],
        check=False,
        env={"PATH": os.environ["PATH"], **aws.environment()},
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_ANSWER,
    )

    scores = json.loads(done.stdout)
    schema = json.loads((ROOT / "docs" / "score.schema.json").read_text(encoding="utf-8"))
    for score in scores:
        Draft202012Validator(schema).validate(score)
    status = {score["vpc"]["id"]: score["status"] for score in scores}
    assert status[without_s3_endpoint.vpc_id] == "NON_COMPLIANT"
    assert status[sound.vpc_id] == "COMPLIANT"
    assert scores[0]["status"] == "NON_COMPLIANT"
    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_shows_how_far_it_has_come(
    aws: LocalAws, sound: TrainingNetwork, without_s3_endpoint: TrainingNetwork
) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [COMMAND, "score", sound.vpc_id, without_s3_endpoint.vpc_id, "--format", "json"],
            check=False,
            env={"PATH": os.environ["PATH"], "TERM": "xterm", **aws.environment()},
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=SECONDS_TO_ANSWER,
        )
        shown = os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)

    assert "2/2" in shown
    assert len(json.loads(done.stdout)) == 2
