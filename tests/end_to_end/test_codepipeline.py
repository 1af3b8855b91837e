"""CodePipeline with boto3 and the AWS CLI, on a server of its own that is killed while an approval is waited for."""

import io
import json
import zipfile
from typing import Any

from end_to_end.test_aws_cli import V1
from end_to_end.world import ROLE, World, until

FUNCTION = """
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    said = job["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    boto3.client("codepipeline").put_job_success_result(jobId=job["id"], outputVariables={"said": said})
"""
MACHINE = {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "End": True}}}


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


def action(name: str, kind: str, given: Any, *, takes: str = "", makes: str = "", **more: Any) -> Any:
    category, provider = kind.split("/")
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": given,
        "inputArtifacts": [{"name": takes}] if takes else [],
        "outputArtifacts": [{"name": makes}] if makes else [],
        **more,
    }


def pipeline(machine: str, topic: str) -> Any:
    source = {"S3Bucket": "sources", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}
    run = {"StateMachineArn": machine, "Input": '{"said": "#{Check.said}"}'}
    asked = {"NotificationArn": topic, "CustomData": "version #{Get.VersionId}"}
    return {
        "name": "deliver",
        "roleArn": ROLE,
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/S3", source, makes="Code", namespace="Get")]},
            {
                "name": "Check",
                "actions": [
                    action("Call", "Invoke/Lambda", {"FunctionName": "check", "UserParameters": "#{Get.ETag}"},
                           takes="Code", namespace="Check"),
                    action("Ask", "Approval/Manual", asked, runOrder=2),
                    action("Run", "Invoke/StepFunctions", run, makes="Said", runOrder=3),
                ],
            },
            {
                "name": "Deploy",
                "actions": [
                    action("Code", "Deploy/S3", {"BucketName": "deployed", "Extract": "true"}, takes="Code"),
                    action("Said", "Deploy/S3", {"BucketName": "deployed", "Extract": "true", "ObjectKey": "said"},
                           takes="Said"),
                ],
            },
        ],
    }  # fmt: skip


def furnish(world: World) -> Any:
    """Buckets with a source in them, a function, a state machine, a queue behind a topic; the pipeline."""
    s3 = world.client("s3")
    for bucket in ("sources", "artifacts", "deployed"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="sources", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="sources", Key="app.zip", Body=zipped(a_txt="one"))
    world.client("lambda").create_function(
        FunctionName="check",
        Runtime="python3.12",
        Role=ROLE,
        Handler="m.handler",
        Code={"ZipFile": zipped(m_py=FUNCTION)},
    )
    machine = world.client("stepfunctions").create_state_machine(
        name="m", definition=json.dumps(MACHINE), roleArn=ROLE
    )["stateMachineArn"]
    topic = world.client("sns").create_topic(Name="approvals")["TopicArn"]
    return pipeline(machine, topic)


def state(world: World, stage: str, name: str) -> Any:
    found = world.client("codepipeline").get_pipeline_state(name="deliver")["stageStates"]
    actions = next(each["actionStates"] for each in found if each["stageName"] == stage)
    return next(each for each in actions if each["actionName"] == name).get("latestExecution", {})


def test_a_pipeline_delivers_what_is_approved_also_over_a_kill(own: World) -> None:
    codepipeline = own.client("codepipeline")
    rule = {"source": ["aws.codepipeline"], "detail": {"state": ["SUCCEEDED"]}}
    own.client("events").put_rule(Name="ends", EventPattern=json.dumps(rule))
    queue = own.client("sqs").create_queue(QueueName="ends")["QueueUrl"]
    declared = furnish(own)
    created = codepipeline.create_pipeline(pipeline=declared, tags=[{"key": "team", "value": "a"}])
    assert created["pipeline"]["version"] == 1
    token = until(lambda: state(own, "Check", "Ask").get("token"), "an approval is waited for")

    own.server.kill()
    own.start()
    queue = own.client("sqs").create_queue(QueueName="ends")["QueueUrl"]
    arn = own.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    own.client("events").put_targets(Rule="ends", Targets=[{"Id": "q", "Arn": arn}])
    assert state(own, "Check", "Ask")["token"] == token
    approved = own.run(
        *V1, "codepipeline", "put-approval-result", "--pipeline-name", "deliver",
        "--stage-name", "Check", "--action-name", "Ask", "--result", "summary=fine,status=Approved", "--token", token,
    )  # fmt: skip
    assert approved.returncode == 0, approved.stderr

    def last() -> Any:
        found = codepipeline.list_pipeline_executions(pipelineName="deliver")["pipelineExecutionSummaries"]
        return found[0] if found[0]["status"] != "InProgress" else None

    execution = until(last, "the execution has ended")
    assert execution["status"] == "Succeeded"
    assert own.get("s3://deployed/a.txt") == b"one"
    assert "said" in json.loads(own.get("s3://deployed/said/output.json"))
    history = codepipeline.list_action_executions(
        pipelineName="deliver", filter={"pipelineExecutionId": execution["pipelineExecutionId"]}
    )["actionExecutionDetails"]
    assert [each["actionName"] for each in history][2:] == ["Run", "Ask", "Call", "Get"]

    def told() -> Any:
        found = own.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=2, MaxNumberOfMessages=10)
        events = [json.loads(each["Body"]) for each in found.get("Messages", [])]
        return next((each for each in events if "Pipeline Execution" in each["detail-type"]), None)

    event = until(told, "the event of its end")
    assert event["detail"]["execution-id"] == execution["pipelineExecutionId"]
    assert event["detail"]["pipeline"] == "deliver"


def test_a_worker_of_a_users_does_a_custom_action(world: World) -> None:
    codepipeline = world.client("codepipeline")
    for category, makes in (("Source", 1), ("Test", 0)):
        codepipeline.create_custom_action_type(
            category=category, provider="Slurm", version="1",
            inputArtifactDetails={"minimumCount": 0, "maximumCount": 1},
            outputArtifactDetails={"minimumCount": makes, "maximumCount": makes},
        )  # fmt: skip
    kinds = [{"category": each, "owner": "Custom", "provider": "Slurm", "version": "1"} for each in ("Source", "Test")]
    codepipeline.create_pipeline(
        pipeline={
            "name": "slurm",
            "roleArn": ROLE,
            "artifactStore": {"type": "S3", "location": world.bucket()},
            "stages": [
                {"name": "S", "actions": [{"name": "S", "actionTypeId": kinds[0], "outputArtifacts": [{"name": "A"}]}]},
                {"name": "T", "actions": [{"name": "T", "actionTypeId": kinds[1], "inputArtifacts": [{"name": "A"}]}]},
            ],
        }
    )

    for kind in kinds:
        (job,) = codepipeline.poll_for_jobs(actionTypeId=kind)["jobs"]
        codepipeline.acknowledge_job(jobId=job["id"], nonce=job["nonce"])
        assert codepipeline.get_job_details(jobId=job["id"])["jobDetails"]["data"]["actionTypeId"] == kind
        codepipeline.put_job_success_result(jobId=job["id"])

    (execution,) = codepipeline.list_pipeline_executions(pipelineName="slurm")["pipelineExecutionSummaries"]
    assert execution["status"] == "Succeeded"


WHO = "echo $CODEBUILD_INITIATOR $CODEBUILD_RESOLVED_SOURCE_VERSION > who.txt"


def guarded_pipeline(bucket: str) -> Any:
    """Commands make what is deployed once somebody says so; a rule looks at the source first."""
    source = {"S3Bucket": bucket, "S3ObjectKey": "app.zip"}
    run = action(
        "Run", "Compute/Commands", {}, takes="Code", namespace="Run", outputVariables=["WORD"],
        commands=[WHO, "cp a.txt shipped.txt", "export WORD=$GREETING-$(cat a.txt)"],
        environmentVariables=[{"name": "GREETING", "value": "#{codepipeline.PipelineExecutionId}"}],
    )  # fmt: skip
    rule = {
        "name": "Filled", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "Commands", "version": "1"},
        "inputArtifacts": [{"name": "Code"}], "commands": ["test -s a.txt"],
    }  # fmt: skip
    ship = action("Ship", "Deploy/S3", {"BucketName": bucket, "Extract": "true", "ObjectKey": "live"}, takes="Made")
    return {
        "name": "guarded",
        "roleArn": ROLE,
        "pipelineType": "V2",
        "artifactStore": {"type": "S3", "location": bucket},
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/S3", source, makes="Code", namespace="Get")]},
            {
                "name": "Make",
                "beforeEntry": {"conditions": [{"result": "FAIL", "rules": [rule]}]},
                "actions": [{**run, "outputArtifacts": [{"name": "Made", "files": ["who.txt", "shipped.txt"]}]}],
            },
            {"name": "Ask", "actions": [action("Ask", "Approval/Manual", {"CustomData": "#{Run.WORD}"})]},
            {"name": "Deploy", "actions": [ship]},
        ],
    }


def test_a_change_is_watched_rejected_retried_approved_and_rolled_back(world: World) -> None:
    codepipeline, s3 = world.client("codepipeline"), world.client("s3")
    bucket = world.bucket()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="app.zip", Body=zipped(a_txt="one"))["VersionId"]
    codepipeline.create_pipeline(pipeline=guarded_pipeline(bucket))

    def executions() -> Any:
        return codepipeline.list_pipeline_executions(pipelineName="guarded")["pipelineExecutionSummaries"]

    def asked(stale: str = "") -> Any:
        stages = codepipeline.get_pipeline_state(name="guarded")["stageStates"]
        token = stages[2]["actionStates"][0].get("latestExecution", {}).get("token")
        return token if token != stale else None

    def answer(token: str, status: str) -> None:
        codepipeline.put_approval_result(
            pipelineName="guarded", stageName="Ask", actionName="Ask", token=token,
            result={"status": status, "summary": "said"},
        )  # fmt: skip

    def latest(status: str, count: int) -> Any:
        def look() -> Any:
            found = executions()
            return found[0] if len(found) == count and found[0]["status"] == status else None

        return until(look, f"execution {count} is {status}")

    token = until(asked, "an approval is waited for")
    answer(token, "Rejected")
    rejected = latest("Failed", 1)["pipelineExecutionId"]
    codepipeline.retry_stage_execution(
        pipelineName="guarded", stageName="Ask", pipelineExecutionId=rejected, retryMode="FAILED_ACTIONS"
    )
    again = until(lambda: asked(token), "the approval is asked for again")
    answer(again, "Approved")
    latest("Succeeded", 1)
    assert world.get(f"s3://{bucket}/live/shipped.txt") == b"one"
    assert world.get(f"s3://{bucket}/live/who.txt").decode().split() == ["codepipeline/guarded", first]
    history = codepipeline.list_action_executions(pipelineName="guarded", filter={"pipelineExecutionId": rejected})[
        "actionExecutionDetails"
    ]
    details = {each["actionName"]: each for each in history}
    assert details["Ask"]["input"]["resolvedConfiguration"] == {"CustomData": f"{rejected}-one"}
    build = details["Run"]["output"]["executionResult"]["externalExecutionId"]
    stream = build.rpartition(":")[2]
    log = world.client("logs").get_log_events(logGroupName="/aws/codepipeline/guarded", logStreamName=stream)
    assert any("cp a.txt shipped.txt" in event["message"] for event in log["events"])
    assert not [each for each in world.client("codebuild").list_projects()["projects"] if "CodePipeline" in each]

    s3.put_object(Bucket=bucket, Key="app.zip", Body=zipped(a_txt="two"))
    newer = until(lambda: asked(again), "the change is seen, and asked for")
    answer(newer, "Approved")
    assert latest("Succeeded", 2)["trigger"]["triggerType"] == "PollForSourceChanges"
    assert world.get(f"s3://{bucket}/live/shipped.txt") == b"two"

    back = codepipeline.rollback_stage(pipelineName="guarded", stageName="Deploy", targetPipelineExecutionId=rejected)[
        "pipelineExecutionId"
    ]
    rolled = latest("Succeeded", 3)
    assert (rolled["pipelineExecutionId"], rolled["executionType"]) == (back, "ROLLBACK")
    assert world.get(f"s3://{bucket}/live/shipped.txt") == b"one"
    rules = codepipeline.list_rule_executions(pipelineName="guarded")["ruleExecutionDetails"]
    assert [each["status"] for each in rules] == ["Succeeded", "Succeeded"]
