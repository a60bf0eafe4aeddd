"""Looks over the template for what is unsafe, with checkov: `make audit`.

What is excused stands in the template, in the Metadata of the resource, with its reason. checkov
leaves out what a parameter's default leaves out, so it is shown the template without conditions:
every resource is looked at.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
CONDITION_OF_A_RESOURCE = re.compile(r"^    Condition: \w+\n", re.MULTILINE)
OPTIONS = ("--framework", "cloudformation", "--skip-download", "--compact", "--quiet")


def main() -> int:
    """Show checkov the template; its own exit code tells whether anything is wrong."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    checkov = Path(sys.executable).with_name("checkov")
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "template.yaml"
        whole.write_text(CONDITION_OF_A_RESOURCE.sub("", template), encoding="utf-8")
        # It complains at length of services of its maker's that it is not connected to.
        environment = os.environ | {"LOG_LEVEL": "ERROR"}
        command = (sys.executable, checkov, "--file", whole, *OPTIONS)
        done = subprocess.run(command, check=False, env=environment)
    if done.returncode == 0:
        print("The template has no finding that is not excused.")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
