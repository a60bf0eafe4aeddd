"""Commands as text: whatever comes from outside stays one word of the shell."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from tests.laws import law
from vpc_guardrail.core.command import asked_for, aws, in_turn, kept_as, variable


@law
@given(st.text(min_size=1))
def test_what_comes_from_outside_stays_one_word(text: str) -> None:
    command = aws("ec2", "delete-route", route_table_id=text, filters=[text, text])

    assert shlex.split(command) == [
        *("aws", "ec2", "delete-route", "--route-table-id", text, "--filters", text, text)
    ]


def test_a_flag_has_no_value() -> None:
    assert aws("ec2", "modify-vpc-endpoint", private_dns_enabled=True, add=1) == (
        "aws ec2 modify-vpc-endpoint --private-dns-enabled --add 1"
    )


def test_steps_hand_values_on_in_variables() -> None:
    made = kept_as("NAT", aws("ec2", "create-nat-gateway"))
    used = aws("ec2", "create-route", nat_gateway_id=variable("NAT"))

    assert in_turn(made, used) == (
        'NAT=$(aws ec2 create-nat-gateway) && aws ec2 create-route --nat-gateway-id "$NAT"'
    )


def test_a_value_is_asked_for() -> None:
    assert asked_for("SUBNETS", "Which") == "printf 'Which: ' && read -r SUBNETS"
