"""The rule's scope, and the tags that it is told by."""

from __future__ import annotations

import pytest

from tests.builders import a_vpc
from vpc_guardrail.core.score_rule import ScoreRule, Tag

TRAINING = Tag("purpose", "training")
ANY_PURPOSE = Tag("purpose")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("purpose=training", TRAINING),
        (" purpose = training ", TRAINING),
        ("purpose", ANY_PURPOSE),
        ("purpose=", Tag("purpose", "")),
        ("purpose=a=b", Tag("purpose", "a=b")),
    ],
)
def test_a_tag_is_read_from_a_text(text: str, tag: Tag) -> None:
    assert Tag.parse(text) == tag


@pytest.mark.parametrize("text", ["", "=", "=training", "  =x"])
def test_a_tag_without_a_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no tag"):
        Tag.parse(text)


@pytest.mark.parametrize("tag", [TRAINING, ANY_PURPOSE, Tag("purpose", "")])
def test_a_tag_is_told_as_it_is_read(tag: Tag) -> None:
    assert Tag.parse(str(tag)) == tag


@pytest.mark.parametrize(
    ("rule", "tags", "covered"),
    [
        (ScoreRule(), {}, True),
        (ScoreRule(included_vpc_tags=(TRAINING,)), {"purpose": "training"}, True),
        (ScoreRule(included_vpc_tags=(TRAINING,)), {"purpose": "web"}, False),
        (ScoreRule(included_vpc_tags=(TRAINING, Tag("ml"))), {"ml": "x"}, True),
        (ScoreRule(excluded_vpc_tags=(ANY_PURPOSE,)), {"purpose": "web"}, False),
        (ScoreRule(excluded_vpc_tags=(TRAINING,)), {"purpose": "web"}, True),
        (
            ScoreRule(included_vpc_tags=(ANY_PURPOSE,), excluded_vpc_tags=(TRAINING,)),
            {"purpose": "training"},
            False,
        ),
    ],
)
def test_tags_decide_which_vpcs_are_scored(
    rule: ScoreRule, tags: dict[str, str], covered: bool
) -> None:
    assert rule.covers(a_vpc(tags=tags)) is covered


def test_fault_14_an_untagged_vpc_does_not_pass_an_include_filter() -> None:
    assert not ScoreRule(included_vpc_tags=(TRAINING,)).covers(a_vpc(tags={}))
    assert not ScoreRule(included_vpc_tags=(ANY_PURPOSE,)).covers(a_vpc(tags={}))
