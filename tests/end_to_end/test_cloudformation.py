"""CloudFormation with boto3 and the AWS CLI: stacks of real resources, made, changed, rolled back and deleted."""

import json
import time
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from end_to_end.test_aws_cli import aws
from end_to_end.test_codepipeline import zipped
from end_to_end.world import ROLE, World, until

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: !If [IsProd, Enabled, Suspended]}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: '2012-10-17'
            Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${Data.Arn}/*'}]
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !GetAtt Role.Arn
      PrimaryContainer: {Image: 'penstock/base:1', Environment: {STAGE: !Ref Stage}}
Outputs:
  Bucket: {Value: !Ref Data}
  Model: {Value: !GetAtt Model.ModelName, Export: {Name: !Sub '${AWS::StackName}-model'}}
"""


def outputs(stack: Any) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def test_a_stack_lives_from_its_creation_over_a_replacement_to_its_deletion(world: World) -> None:
    cloudformation, sagemaker = world.client("cloudformation"), world.sagemaker
    asked = {"StackName": "life", "TemplateBody": TEMPLATE, "Capabilities": ["CAPABILITY_IAM"]}

    cloudformation.create_stack(**asked)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="life", WaiterConfig={"Delay": 1})
    made = outputs(cloudformation.describe_stacks(StackName="life")["Stacks"][0])
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(**asked)
    cloudformation.update_stack(**asked, Parameters=[{"ParameterKey": "Stage", "ParameterValue": "prod"}])
    cloudformation.get_waiter("stack_update_complete").wait(StackName="life", WaiterConfig={"Delay": 1})
    changed = outputs(cloudformation.describe_stacks(StackName="life")["Stacks"][0])
    versioning = world.client("s3").get_bucket_versioning(Bucket=changed["Bucket"])
    models = [each["ModelName"] for each in sagemaker.list_models(NameContains="life")["Models"]]
    stack_id = cloudformation.describe_stacks(StackName="life")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="life")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_id, WaiterConfig={"Delay": 1})

    assert changed["Bucket"] == made["Bucket"]
    assert changed["Model"] != made["Model"]
    assert models == [changed["Model"]]
    assert versioning["Status"] == "Enabled"
    assert sagemaker.list_models(NameContains="life")["Models"] == []
    events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    assert [each["ResourceStatus"] for each in events if each["ResourceType"] == "AWS::CloudFormation::Stack"] == [
        "DELETE_COMPLETE", "DELETE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_IN_PROGRESS",
    ]  # fmt: skip


def test_the_aws_cli_deploys_a_stack_and_deploys_it_again(world: World, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    deploy = (
        "cloudformation", "deploy", "--stack-name", "deployed", "--template-file", str(template),
        "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset",
    )  # fmt: skip

    first = aws(world, *deploy)
    again = aws(world, *deploy)
    time.sleep(1.1)  # the command names its change sets by the second
    change_set = aws(
        world, *deploy, "--no-execute-changeset", "--parameter-overrides", "Stage=prod", "--tags", "team=a"
    )
    told = json.loads(aws(world, "cloudformation", "describe-stacks", "--stack-name", "deployed"))["Stacks"][0]
    exports = json.loads(aws(world, "cloudformation", "list-exports"))["Exports"]

    assert "Successfully created/updated stack" in first
    assert "No changes to deploy" in again
    assert "describe-change-set" in change_set
    assert told["StackStatus"] == "CREATE_COMPLETE"
    assert [each["Name"] for each in exports if each["ExportingStackId"] == told["StackId"]] == ["deployed-model"]


def test_a_creation_that_fails_is_rolled_back(world: World) -> None:
    cloudformation = world.client("cloudformation")
    world.client("s3").create_bucket(Bucket="taken-already")
    body = {
        "Resources": {
            "Free": {"Type": "AWS::S3::Bucket"},
            "Taken": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": "taken-already"},
                "DependsOn": "Free",
            },
        }
    }

    cloudformation.create_stack(StackName="fails", TemplateBody=json.dumps(body))
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="fails", WaiterConfig={"Delay": 1})

    def rolled_back() -> Any:
        (stack,) = cloudformation.describe_stacks(StackName="fails")["Stacks"]
        return stack if stack["StackStatus"] == "ROLLBACK_COMPLETE" else None

    stack = until(rolled_back, "the stack is rolled back")
    names = [each["Name"] for each in world.client("s3").list_buckets()["Buckets"]]
    assert stack["StackName"] == "fails"
    assert "taken-already" in names
    assert not [name for name in names if name.startswith("fails-")]


ANSWERS = """
import json, urllib.request

def handler(event, context):
    print(json.dumps(event))
    wanted = event["ResourceProperties"]["Wanted"]
    answer = {
        "Status": "FAILED" if wanted == "trouble" and event["RequestType"] != "Delete" else "SUCCESS",
        "Reason": "there is trouble",
        "PhysicalResourceId": event.get("PhysicalResourceId") if wanted == "trouble" else "thing-" + wanted,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Told": event["RequestType"] + " " + wanted},
    }
    put = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), {"content-type": ""}, method="PUT")
    urllib.request.urlopen(put, timeout=20)
"""


def test_a_custom_resource_is_made_changed_and_deleted_by_its_function(world: World) -> None:
    cloudformation, functions = world.client("cloudformation"), world.client("lambda")
    function = functions.create_function(
        FunctionName="answers", Runtime="python3.12", Handler="index.handler", Role=ROLE,
        Code={"ZipFile": zipped(index_py=ANSWERS)},
    )["FunctionArn"]  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName="answers", WaiterConfig={"Delay": 1})

    def settled(wanted: str, ask: Any) -> Any:
        thing = {"Type": "Custom::Thing", "Properties": {"ServiceToken": function, "Wanted": wanted}}
        body = {"Resources": {"Thing": thing}, "Outputs": {"Told": {"Value": {"Fn::GetAtt": "Thing.Told"}}}}
        ask(StackName="custom", TemplateBody=json.dumps(body))

        def at_rest() -> Any:
            (stack,) = cloudformation.describe_stacks(StackName="custom")["Stacks"]
            return stack if not stack["StackStatus"].endswith("_IN_PROGRESS") else None

        stack = until(at_rest, "the stack is at rest")
        (resource,) = cloudformation.describe_stack_resources(StackName="custom")["StackResources"]
        return stack["StackStatus"], outputs(stack)["Told"], resource["PhysicalResourceId"]

    made = settled("one", cloudformation.create_stack)
    changed = settled("two", cloudformation.update_stack)
    failed = settled("trouble", cloudformation.update_stack)
    stack_id = cloudformation.describe_stacks(StackName="custom")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="custom")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_id, WaiterConfig={"Delay": 1})

    assert made == ("CREATE_COMPLETE", "Create one", "thing-one")
    assert changed == ("UPDATE_COMPLETE", "Update two", "thing-two")
    assert failed[0] == "UPDATE_ROLLBACK_COMPLETE"
    assert failed[2] == "thing-two"


INLINE = """
import cfnresponse

def handler(event, context):
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Told": "python"}, "by-python", reason="it went well")
"""
INLINE_JS = """
const response = require("cfn-response");
exports.handler = (event, context) => response.send(event, context, response.SUCCESS, {Told: "js"}, "by-js");
"""


def test_functions_with_inline_code_answer_through_cfnresponse(world: World) -> None:
    runtimes = {"Python": ("python3.12", INLINE), **({"Node": ("nodejs22.x", INLINE_JS)} if which("node") else {})}
    resources: dict[str, Any] = {}
    for name, (runtime, code) in runtimes.items():
        properties = {"Runtime": runtime, "Handler": "index.handler", "Role": ROLE, "Timeout": 60}
        resources[name] = {"Type": "AWS::Lambda::Function", "Properties": {**properties, "Code": {"ZipFile": code}}}
        token = {"ServiceToken": {"Fn::GetAtt": [name, "Arn"]}}
        resources[f"{name}Thing"] = {"Type": "AWS::CloudFormation::CustomResource", "Properties": token}
    told = {name: {"Value": {"Fn::GetAtt": [f"{name}Thing", "Told"]}} for name in runtimes}
    cloudformation = world.client("cloudformation")

    cloudformation.create_stack(StackName="inline", TemplateBody=json.dumps({"Resources": resources, "Outputs": told}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="inline", WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName="inline")["Stacks"]
    cloudformation.delete_stack(StackName="inline")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig={"Delay": 1})

    assert outputs(stack) == {name: {"Python": "python", "Node": "js"}[name] for name in runtimes}
