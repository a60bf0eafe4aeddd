"""Compiles every pinned requirement file anew, with the hash of every archive: `make lock`.

The files name no registry, so that they install from whichever index a machine is set up for.
"""

from __future__ import annotations

import sys

from scripts.environments import SetupError, bootstrap_uv, run_uv

OLDEST_PYTHON = "3.11"
LAMBDA_PYTHON = "3.13"
SHARED = ("--constraint", "requirements/constraints.txt")

RUN_TIME = ("pyproject.toml",)
WITH_CLI = ("pyproject.toml", "--extra", "cli")

# Output, the oldest Python that it serves, and what it is compiled from.
FILES = (
    ("requirements/uv.txt", OLDEST_PYTHON, ("requirements/uv.in",)),
    ("layers/deps/requirements.txt", OLDEST_PYTHON, (*RUN_TIME, *SHARED)),
    ("requirements/dev.txt", OLDEST_PYTHON, (*WITH_CLI, "requirements/dev.in", *SHARED)),
    ("requirements/local-aws.txt", OLDEST_PYTHON, ("requirements/local-aws.in", *SHARED)),
    ("requirements/lambda.txt", LAMBDA_PYTHON, ("requirements/lambda.in", *SHARED)),
    ("requirements/build.txt", LAMBDA_PYTHON, ("requirements/build.in",)),
    # aws-sam-cli pins a boto3 of its own, so it takes no part in the shared versions.
    ("requirements/sam.txt", OLDEST_PYTHON, ("requirements/sam.in",)),
    # So does checkov.
    ("requirements/audit.txt", OLDEST_PYTHON, ("requirements/audit.in",)),
)


def lock(output: str, python: str, *sources: str) -> None:
    """Compile one file to the newest versions that agree."""
    print(f"Locking {output} ...", flush=True)
    reach = ("--upgrade", "--universal", "--python-version", python)
    form = ("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links")
    header = ("--custom-compile-command", "make lock")
    run_uv("pip", "compile", *reach, *form, *header, "--output-file", output, *sources)


def main() -> int:
    """Compile all the files."""
    try:
        bootstrap_uv()
        for output, python, sources in FILES:
            lock(output, python, *sources)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
