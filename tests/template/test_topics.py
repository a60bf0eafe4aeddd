"""The topics are encrypted, and just those may publish, and use their keys, who have to."""

from __future__ import annotations

from tests.template.cloudformation import Statement, Template, get_att, ref, sub

OUR_ACCOUNT = {"aws:SourceAccount": ref("AWS::AccountId")}
ALARMS_OF_THIS_STACK = sub(
    "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*"
)


def statements(template: Template, resource: str, document: str) -> list[Statement]:
    return [
        Statement.of(raw) for raw in template.resource(resource).properties[document]["Statement"]
    ]


def publishers(template: Template) -> set[str]:
    """The roles that may publish on a topic."""
    return {
        role.name
        for role in template.of_type("AWS::IAM::Role")
        for statement in template.statements_of_role(role.name)
        if "sns:Publish" in statement.actions
    }


def test_a_key_is_either_given_or_made(template: Template) -> None:
    empty = {"Fn::Equals": [ref("KmsKeyArn"), ""]}

    assert template.body["Conditions"]["KeyIsMade"] == empty
    assert template.body["Conditions"]["KeyIsGiven"] == {"Fn::Not": [empty]}


def test_every_topic_is_encrypted_with_the_given_key_or_else_with_one_that_serves(
    template: Template,
) -> None:
    """An alarm cannot publish under AWS's own key."""
    keys = {
        topic.name: topic.properties["KmsMasterKeyId"]["Fn::If"]
        for topic in template.of_type("AWS::SNS::Topic")
    }

    assert keys == {
        "ViolationsTopic": ["KeyIsGiven", ref("KmsKeyArn"), "alias/aws/sns"],
        "OperationsTopic": ["KeyIsGiven", ref("KmsKeyArn"), ref("OperationsKey")],
    }


def test_the_made_key_is_rotated_and_made_only_if_none_is_given(template: Template) -> None:
    key = template.resource("OperationsKey")

    assert key.body["Condition"] == "KeyIsMade"
    assert key.properties["EnableKeyRotation"] is True


def test_the_made_key_serves_its_account_and_the_alarms_in_it(template: Template) -> None:
    owner, alarms = statements(template, "OperationsKey", "KeyPolicy")

    assert owner.principal == {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    assert owner.actions == ("kms:*",)
    assert alarms.principal == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms.actions == ("kms:Decrypt", "kms:GenerateDataKey*")
    assert alarms.condition == {"StringEquals": OUR_ACCOUNT}
    assert {owner.effect, alarms.effect} == {"Allow"}


def test_only_alarms_of_this_stack_publish_on_the_operations_topic(template: Template) -> None:
    allowed, denied = template.statements_on("OperationsTopic")

    assert (allowed.effect, allowed.principal) == ("Allow", {"Service": "cloudwatch.amazonaws.com"})
    assert allowed.actions == ("sns:Publish",)
    assert allowed.resources == (ref("OperationsTopic"),)
    assert allowed.condition == {
        "ArnLike": {"aws:SourceArn": ALARMS_OF_THIS_STACK},
        "StringEquals": OUR_ACCOUNT,
    }
    assert (denied.effect, denied.principal, denied.actions) == ("Deny", "*", ("sns:Publish",))
    assert denied.condition == {"Bool": {"aws:SecureTransport": "false"}}


def test_those_who_publish_alerts_may_use_a_given_key_through_sns_and_nothing_else(
    template: Template,
) -> None:
    policy = template.resource("PublishUnderGivenKeyPolicy")
    (statement,) = statements(template, "PublishUnderGivenKeyPolicy", "PolicyDocument")

    assert policy.body["Condition"] == "KeyIsGiven"
    assert {role["Ref"] for role in policy.properties["Roles"]} == publishers(template)
    assert statement.effect == "Allow"
    assert statement.actions == ("kms:Decrypt", "kms:GenerateDataKey")
    assert statement.resources == (ref("KmsKeyArn"),)
    assert statement.condition == {
        "StringLike": {"kms:ViaService": sub("sns.${AWS::Region}.amazonaws.*")}
    }


def test_alarms_have_names_that_the_topic_lets_in(template: Template) -> None:
    """CloudFormation begins the name of an alarm with the stack's, unless it is given one."""
    for alarm in template.of_type("AWS::CloudWatch::Alarm"):
        assert "AlarmName" not in alarm.properties, alarm.name
        assert alarm.properties["AlarmActions"] == [ref("OperationsTopic")], alarm.name


def test_no_function_may_publish_on_the_operations_topic(template: Template) -> None:
    reached = [
        resource
        for role in template.of_type("AWS::IAM::Role")
        for statement in template.statements_of_role(role.name)
        for resource in statement.resources
    ]

    assert ref("OperationsTopic") not in reached
    assert get_att("OperationsTopic", "TopicArn") not in reached
