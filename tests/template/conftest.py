"""What these tests look at: the template, and the artifact that `make build` makes of it."""

from __future__ import annotations

import pytest

from tests.template.artifact import Artifact
from tests.template.cloudformation import ROOT, Template


@pytest.fixture(scope="session")
def template() -> Template:
    return Template.load(ROOT / "template.yaml")


@pytest.fixture(scope="session")
def artifact() -> Artifact:
    return Artifact.built()
