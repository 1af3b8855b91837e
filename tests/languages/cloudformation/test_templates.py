"""Whole templates: what is told of them, SAM's, what is limited."""

import pytest
import yaml

from penstock.languages.cloudformation import (
    DynamicReference,
    Scope,
    Template,
    TemplateError,
    capabilities,
    check,
    chosen,
    dynamic_references,
    expand,
    filled_in,
    pseudo_parameters,
    read,
    resolve,
    summarise,
    validate,
    values,
)
from penstock.languages.cloudformation.tree import Json

PSEUDO = pseudo_parameters(account="123456789012", region="eu-west-1", stack_name="s", stack_id="i")

TOLD = """
AWSTemplateFormatVersion: 2010-09-09
Description: What it is for
Metadata: {AWS::CloudFormation::Interface: {ParameterGroups: []}}
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod], Description: where}
  Secret: {Type: String, NoEcho: true}
Resources:
  Role: {Type: AWS::IAM::Role}
  Policy: {Type: AWS::IAM::Policy, Properties: {PolicyName: p}}
  Bucket: {Type: AWS::S3::Bucket}
"""

SERVERLESS = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, Timeout: 10}}
Parameters: {Rate: {Type: String, Default: rate(1 hour)}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: s3://b/layer.zip}}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: s3://b/code.zip
      AutoPublishAlias: live
      Layers: [!Ref Layer]
      Policies: [AmazonS3ReadOnlyAccess, {SQSPollerPolicy: {QueueName: !GetAtt Queue.QueueName}}]
      Events:
        Uploaded: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: s3:ObjectCreated:*}}
        Queued: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
        Hourly: {Type: Schedule, Properties: {Schedule: !Ref Rate}}
        Approved: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.sagemaker]}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: "${Function}", End: true}}}
      DefinitionSubstitutions: {Function: !GetAtt Function.Arn}
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Function}}]
"""


def made(text: str) -> Template:
    template = read(text)
    parameters = values(template, chosen(template, {}))
    return expand(template, parameters=parameters, pseudo=PSEUDO)


def test_validating_a_template_tells_its_parameters_and_what_it_needs() -> None:
    assert validate(read(TOLD)) == {
        "Description": "What it is for",
        "Parameters": [
            {"ParameterKey": "Stage", "DefaultValue": "dev", "NoEcho": False, "Description": "where"},
            {"ParameterKey": "Secret", "NoEcho": True},
        ],
        "Capabilities": ["CAPABILITY_IAM"],
        "CapabilitiesReason": "The following resource(s) require capabilities: [AWS::IAM::Policy, AWS::IAM::Role]",
    }


def test_a_summary_tells_types_and_metadata_as_well() -> None:
    told = summarise(read(TOLD))

    assert told["ResourceTypes"] == ["AWS::IAM::Policy", "AWS::IAM::Role", "AWS::S3::Bucket"]
    assert told["Version"] == "2010-09-09"
    assert told["Metadata"] == '{"AWS::CloudFormation::Interface": {"ParameterGroups": []}}'
    assert told["Parameters"][0]["ParameterConstraints"] == {"AllowedValues": ["dev", "prod"]}
    assert told["Parameters"][1]["ParameterType"] == "String"


@pytest.mark.parametrize(
    ("resource", "needed"),
    [
        ("{Type: AWS::S3::Bucket}", []),
        ("{Type: AWS::IAM::AccessKey}", ["CAPABILITY_IAM"]),
        ("{Type: AWS::IAM::Policy, Properties: {PolicyName: p}}", ["CAPABILITY_IAM"]),
        ("{Type: AWS::IAM::Role, Properties: {RoleName: r}}", ["CAPABILITY_NAMED_IAM"]),
    ],
)
def test_identities_have_to_be_acknowledged(resource: str, needed: list[str]) -> None:
    assert list(capabilities(read(f"Resources:\n  A: {resource}"))) == needed


def test_transforms_have_to_be_acknowledged() -> None:
    told = validate(read(SERVERLESS))

    assert told["Capabilities"] == ["CAPABILITY_AUTO_EXPAND"]
    assert told["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]


def test_serverless_resources_become_plain_ones() -> None:
    policy = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"

    template = made(SERVERLESS)

    check(template)
    types = {each.type for each in template.resources.values()}
    assert types == {
        "AWS::Events::Rule", "AWS::IAM::Role", "AWS::Lambda::Alias", "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function", "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::Lambda::Version",
        "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine",
    }  # fmt: skip
    assert template.transforms == ()
    assert template.resources["Function"].properties["Timeout"] == 10
    assert policy in template.resources["FunctionRole"].properties["ManagedPolicyArns"]
    assert template.resources["FunctionHourly"].properties["ScheduleExpression"] == {"Ref": "Rate"}


def test_a_transform_leaves_the_template_that_it_was_given() -> None:
    template = read(SERVERLESS)

    made(SERVERLESS)

    assert template == read(SERVERLESS)


@pytest.mark.parametrize(
    ("section", "count", "sentence"),
    [
        ("Resources", 501, "Number of resources, 501, is greater than maximum allowed, 500"),
        ("Parameters", 201, "Number of parameters, 201, is greater than maximum allowed, 200"),
        ("Outputs", 201, "Number of outputs, 201, is greater than maximum allowed, 200"),
        ("Mappings", 201, "Number of mappings, 201, is greater than maximum allowed, 200"),
    ],
)
def test_a_template_has_limits(section: str, count: int, sentence: str) -> None:
    member = {"Resources": {"Type": "T"}, "Parameters": {"Type": "String"}, "Outputs": {"Value": "a"}}.get(section, {})
    document: Json = {"Resources": {"A": {"Type": "T"}}, section: {f"A{number}": member for number in range(count)}}

    with pytest.raises(TemplateError, match=f"^Template format error: {sentence}$"):
        read(yaml.dump(document, Dumper=yaml.SafeDumper))


def test_a_text_is_not_endless() -> None:
    with pytest.raises(TemplateError, match=r"^Template may not exceed 1000000 bytes in size\.$"):
        read("#" * 1_000_001)


def test_aliases_do_not_multiply_without_end() -> None:
    lines = ["A0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"A{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    with pytest.raises(TemplateError, match="it has too many values"):
        read("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 5_000, '{"a":' * 5_000, "a: " + "[" * 5_000, '{"a":' * 200 + "1" + "}" * 200])
def test_depth_is_not_endless(text: str) -> None:
    with pytest.raises(TemplateError, match=r"^Template format error: "):
        read(text)


def test_dynamic_references_are_filled_in() -> None:
    value = {
        "User": "{{resolve:ssm:/user}}",
        "All": ["{{resolve:ssm:/user}}:{{resolve:secretsmanager:s:SecretString:k}}"],
    }

    found = {each: f"<{each.name}>" for each in dynamic_references(value)}

    assert filled_in(value, found) == {"User": "</user>", "All": ["</user>:<s>"]}


def test_a_key_is_taken_from_a_secret() -> None:
    of_a_key = DynamicReference(service="secretsmanager", name="s", key="k")

    assert DynamicReference(service="secretsmanager", name="s").taken_from("whole") == "whole"
    assert of_a_key.taken_from('{"k": "v"}') == "v"
    assert of_a_key.taken_from('{"k": 1}') == "1"
    with pytest.raises(TemplateError, match=r"^Could not find a value associated with JSONKey in SecretString: k$"):
        of_a_key.taken_from("{}")
    with pytest.raises(TemplateError, match=r"^Could not parse SecretString JSON of the secret s$"):
        of_a_key.taken_from("text")


def test_loops_in_loops_do_not_write_without_end() -> None:
    fragment: Json = {"${A}${B}${C}${D}": {"Type": "T"}}
    for name in "DCBA":
        fragment = {f"Fn::ForEach::{name}": [name, [f"{name}{number}" for number in range(60)], fragment]}

    with pytest.raises(TemplateError, match="the loops of the template write too much"):
        made(yaml.dump({"Transform": "AWS::LanguageExtensions", "Resources": fragment}))


@pytest.mark.parametrize(
    "function",
    [
        {"Fn::Sub": "${P}" * 300},
        {"Fn::Join": ["-", [{"Ref": "P"}] * 300]},
        {"Fn::ToJsonString": [{"Ref": "P"}] * 300},
    ],
)
def test_a_text_that_a_function_makes_is_not_endless(function: Json) -> None:
    scope = Scope(parameters={"P": "p" * 4096}, pseudo=PSEUDO)

    with pytest.raises(TemplateError, match="makes a text of more than 1000000 characters"):
        resolve(function, scope)
