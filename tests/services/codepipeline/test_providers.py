"""Commands, batches, images, pipelines that start pipelines, and rules that builds and functions judge."""

import json
from typing import Any

import pytest

from penstock.engine.facts import Fired
from penstock.services.codepipeline.model import run_of
from penstock.wire.call import ServiceError
from services.codepipeline.test_actions import ARN, GET, PUT, begin, condition
from services.codepipeline.worlds import World, action, declared, in_a_world, stage, zipped

RUN = action(
    "Run", "Compute/AWS/Commands", takes=["Code"], makes=["Made"], namespace="Run",
    commands=["echo #{Get.VersionId} > made.txt", "export TAG=v1"], outputVariables=["TAG"],
    environmentVariables=[{"name": "WHICH", "value": "#{Get.ETag}", "type": "PLAINTEXT"}],
)  # fmt: skip


@in_a_world
async def test_commands_are_a_build_of_a_project_that_is_there_as_long(world: World) -> None:
    run = {**RUN, "outputArtifacts": [{"name": "Made", "files": ["made.txt"]}]}
    ask = action("Ask", "Approval/AWS/Manual", given={"CustomData": "#{Run.TAG}"})
    await begin(world, stage("Run", run), stage("Ask", ask))
    await world.until_token("Ask", "Ask")

    (made,) = world.outside.asked("CreateProject")
    project = made.request
    spec = json.loads(project["source"]["buildspec"])
    version = (await world.s3("HeadObject", Bucket="sources", Key="app.zip"))["VersionId"]
    assert spec["phases"]["build"]["commands"] == [f"echo {version} > made.txt", "export TAG=v1"]
    assert (spec["env"], spec["artifacts"]) == ({"exported-variables": ["TAG"]}, {"files": ["made.txt"]})
    assert project["environment"]["environmentVariables"][0]["value"] != "#{Get.ETag}"
    assert project["logsConfig"]["cloudWatchLogs"]["groupName"] == "/aws/codepipeline/p"
    assert project["artifacts"]["path"] == "p/Made"
    (started,) = world.outside.asked("StartBuild")
    assert (started.request["projectName"], started.request["sourceVersion"]) == (project["name"], version)
    assert [each.request["name"] for each in world.outside.asked("DeleteProject")] == [project["name"]]
    execution = next(iter(await world.executions()))
    history = await world.ask("ListActionExecutions", pipelineName="p", filter={"pipelineExecutionId": execution})
    asked = next(each for each in history["actionExecutionDetails"] if each["actionName"] == "Ask")
    assert asked["input"]["resolvedConfiguration"] == {"CustomData": "v1"}
    ran = next(each for each in history["actionExecutionDetails"] if each["actionName"] == "Run")
    result = ran["output"]["executionResult"]
    assert result["logStreamARN"] == f"arn:log:{result['externalExecutionId']}"
    assert (await world.action("Run", "Run"))["logStreamARN"] == result["logStreamARN"]


@in_a_world
async def test_the_builds_of_a_batch_make_the_outputs_that_are_named_for_them(world: World) -> None:
    await world.s3("CreateBucket", Bucket="builds")
    for key in ("made/one", "made/two"):
        await world.s3("PutObject", Bucket="builds", Key=key, Body=zipped({"a.txt": key}))
    world.outside.groups = [
        {
            "identifier": "linux_small",
            "currentBuildSummary": {
                "primaryArtifact": {"location": "arn:aws:s3:::builds/made/one"},
                "secondaryArtifacts": [{"identifier": "docs", "location": "arn:aws:s3:::builds/made/two"}],
            },
        }
    ]
    given = {"ProjectName": "b", "BatchEnabled": "true"}
    build = action("Build", "Build/AWS/CodeBuild", given=given, takes=["Code"],
                   makes=["linux_small", "linux_small_docs"])  # fmt: skip
    put = action("Put", "Deploy/AWS/S3", given=PUT["configuration"], takes=["linux_small_docs"])
    await begin(world, stage("Build", build), stage("Deploy", put))

    await world.until_status("Succeeded")

    assert await world.read("deployed", "a.txt") == b"made/two"
    (asked,) = world.outside.asked("StartBuildBatch")
    names = [each["artifactIdentifier"] for each in asked.request["secondaryArtifactsOverride"]]
    assert names == ["docs", "small", "small_docs"]
    assert asked.request["artifactsOverride"]["namespaceType"] == "BUILD_ID"


@in_a_world
async def test_a_batch_that_combines_makes_one_output(world: World) -> None:
    given = {"ProjectName": "b", "BatchEnabled": "true", "CombineArtifacts": "true"}
    build = action("Build", "Test/AWS/CodeBuild", given=given, takes=["Code"], makes=["Built"])
    await begin(world, stage("Build", build))

    await world.until_status("Succeeded")

    (asked,) = world.outside.asked("StartBuildBatch")
    assert asked.request["buildBatchConfigOverride"] == {"combineArtifacts": True}
    assert asked.request["artifactsOverride"]["path"] == "p/Built"


@in_a_world
async def test_an_image_is_told_of_and_a_new_one_starts_the_pipeline(world: World) -> None:
    source = action("Get", "Source/AWS/ECR", given={"RepositoryName": "app"}, makes=["Code"], namespace="Get")
    await begin(world, stage("Deploy", PUT), source=source)
    await world.until_status("Succeeded")
    detail = json.loads(await world.read("deployed", "imageDetail.json"))
    assert detail["ImageURI"] == "1.dkr.ecr.us-east-1.amazonaws.com/app@sha256:one"

    await world.poller.look()
    world.outside.image = "sha256:two"
    await world.poller.look()

    await world.until_count(2)
    await world.until_status("Succeeded")
    last = list((await world.executions()).values())[-1]
    assert last["sourceRevisions"][0]["revisionId"] == "sha256:two"


@in_a_world
async def test_a_pipeline_starts_another_with_a_revision(world: World) -> None:
    await begin(world, stage("Deploy", PUT))
    await world.until_status("Succeeded")
    version = {"actionName": "Get", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": "#{Get.VersionId}"}
    given = {"PipelineName": "p", "Variables": "[]", "SourceRevisions": json.dumps([version])}
    other = declared(stage("Start", action("Start", "Invoke/AWS/CodePipeline", given=given)), name="q")
    other["stages"][0]["actions"] = [GET]
    await world.ask("CreatePipeline", pipeline=other)
    await world.until_status("Succeeded", "q")

    started = await world.action("Start", "Start", "q")
    await world.until_count(2)
    await world.until_status("Succeeded")
    found = await world.executions()
    assert list(found)[-1] == started["externalExecutionId"]
    assert list(found.values())[-1]["trigger"]["triggerDetail"] == ARN.replace(":p", ":q")


def judged(provider: str, *, commands: tuple[str, ...] = (), **given: str) -> dict[str, Any]:
    found: dict[str, Any] = condition("FAIL", provider, **given)
    found["conditions"][0]["rules"][0]["inputArtifacts"] = [{"name": "Code"}]
    if commands:
        found["conditions"][0]["rules"][0]["commands"] = list(commands)
    return found


@pytest.mark.parametrize(("project", "status"), [("good", "Succeeded"), ("bad", "Failed")])
@pytest.mark.parametrize("provider", ["CodeBuild", "Commands"])
async def test_a_build_judges(tmp_path: Any, provider: str, project: str, status: str) -> None:
    @in_a_world
    async def judge(world: World) -> None:
        if provider == "Commands" and project == "bad":
            world.outside.comes_to = "FAILED"
        rule = (
            judged("CodeBuild", ProjectName=project)
            if provider == "CodeBuild"
            else judged("Commands", commands=("test -f #{Get.VersionId}",))
        )
        await begin(world, stage("Deploy", PUT, beforeEntry=rule))
        await world.until_status(status)
        (told,) = (await world.ask("ListRuleExecutions", pipelineName="p"))["ruleExecutionDetails"]
        assert told["status"] == status
        assert told["output"]["executionResult"]["externalExecutionId"] in world.outside.builds
        assert told["input"]["inputArtifacts"][0]["name"] == "Code"

    await judge(tmp_path)


@in_a_world
async def test_a_function_judges_and_tells_its_judgement_as_a_job(world: World) -> None:
    rule = judged("LambdaInvoke", FunctionName="f", UserParameters="#{Get.VersionId}")
    await begin(world, stage("Deploy", PUT, onSuccess=rule))

    async def job(number: int) -> Any:
        await world.until(lambda: len(world.outside.asked("Invoke")) == number)
        return json.loads(world.outside.asked("Invoke")[-1].request["Payload"])["CodePipeline.job"]

    first = await job(1)
    assert first["data"]["inputArtifacts"][0]["name"] == "Code"
    await world.ask("PutJobSuccessResult", jobId=first["id"], continuationToken="more")
    (execution,) = await world.executions()
    await world.engine.tell_later(run_of(ARN, execution), Fired(f"{first['id']}/again/1"))
    second = await job(2)
    assert (second["id"], second["data"]["continuationToken"]) == (first["id"], "more")
    assert await world.statuses() == ["InProgress"]

    failure = {"type": "JobFailed", "message": "too slow"}
    await world.ask("PutJobFailureResult", jobId=second["id"], failureDetails=failure)

    assert await world.statuses() == ["Failed"]
    (told,) = (await world.ask("ListRuleExecutions", pipelineName="p"))["ruleExecutionDetails"]
    assert told["output"]["executionResult"]["errorDetails"]["message"] == "too slow"


@in_a_world
async def test_a_rule_has_its_time(world: World) -> None:
    rule = judged("LambdaInvoke", FunctionName="f")
    rule["conditions"][0]["rules"][0]["timeoutInMinutes"] = 5
    await begin(world, stage("Deploy", PUT, beforeEntry=rule))
    await world.until(lambda: bool(world.outside.asked("Invoke")))
    job = json.loads(world.outside.asked("Invoke")[0].request["Payload"])["CodePipeline.job"]["id"]
    (execution,) = await world.executions()

    await world.engine.tell_later(run_of(ARN, execution), Fired(f"{job}/timeout"))

    assert await world.statuses() == ["Failed"]
    state = (await world.stage("Deploy"))["beforeEntryConditionState"]["conditionStates"][0]["ruleStates"][0]
    assert state["latestExecution"]["errorDetails"] == {"code": "TimedOut", "message": "The rule R timed out."}


KIND = {"category": "Test", "owner": "ThirdParty", "provider": "Scan", "version": "1"}
NONE = {"minimumCount": 0, "maximumCount": 0}
WORKERS: dict[str, Any] = {"type": "JobWorker", "configuration": {"jobWorkerExecutorConfiguration": {}}}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:scan"
LAMBDA: dict[str, Any] = {
    "type": "Lambda", "configuration": {"lambdaExecutorConfiguration": {"lambdaFunctionArn": FUNCTION}},
}  # fmt: skip


async def partner(world: World, executor: dict[str, Any], **more: Any) -> None:
    properties = [{"name": "Depth", "optional": True, "key": False, "noEcho": False}]
    given = {"id": KIND, "executor": executor, "properties": properties, **more}
    given |= {"inputArtifactDetails": NONE, "outputArtifactDetails": NONE}
    await world.ask("UpdateActionType", actionType=given)
    assert (await world.ask("GetActionType", **KIND))["actionType"] == given


@in_a_world
async def test_a_partners_worker_has_a_job_by_the_actions_token(world: World) -> None:
    await partner(world, {**WORKERS, "jobTimeout": 60})
    secret = {"ClientId": "00000000-0000-4000-8000-000000000001", "ClientToken": "hush", "Depth": "#{Get.v}"}
    await world.declare(stage("Scan", action("Scan", "Test/ThirdParty/Scan", given=secret)))
    await world.do("Get", outputVariables={"v": "3"})
    with pytest.raises(ServiceError, match="PollForThirdPartyJobs"):
        await world.ask("PollForJobs", actionTypeId=KIND)

    (job,) = (await world.ask("PollForThirdPartyJobs", actionTypeId=KIND))["jobs"]
    assert job["clientId"] == secret["ClientId"]
    proof = {"jobId": job["jobId"], "clientToken": "hush"}
    with pytest.raises(ServiceError) as wrong:
        await world.ask("GetThirdPartyJobDetails", **{**proof, "clientToken": "guess"})
    details = (await world.ask("GetThirdPartyJobDetails", **proof))["jobDetails"]
    assert (await world.ask("AcknowledgeThirdPartyJob", **proof, nonce=details["nonce"])) == {"status": "InProgress"}
    await world.ask("PutThirdPartyJobSuccessResult", **proof, continuationToken="half")
    details = (await world.ask("GetThirdPartyJobDetails", **proof))["jobDetails"]
    assert details["data"]["continuationToken"] == "half"
    await world.ask("AcknowledgeThirdPartyJob", **proof, nonce=details["nonce"])
    await world.ask("PutThirdPartyJobSuccessResult", **proof)

    assert wrong.value.code == "InvalidClientTokenException"
    assert details["data"]["actionConfiguration"]["configuration"] == {**secret, "Depth": "3"}
    assert set(details["data"]["pipelineContext"]) == {"pipelineName", "stage", "action"}
    assert await world.statuses() == ["Succeeded"]
    assert "hush" not in json.dumps(await world.ask("GetPipeline", name="p"))


@in_a_world
async def test_a_partners_worker_that_says_nothing_fails_the_action(world: World) -> None:
    await partner(world, {**WORKERS, "jobTimeout": 60})
    secret = {"ClientId": "c", "ClientToken": "hush"}
    await world.declare(stage("Scan", action("Scan", "Test/ThirdParty/Scan", given=secret)))
    await world.do("Get")
    (job,) = (await world.ask("PollForThirdPartyJobs", actionTypeId=KIND))["jobs"]
    (execution,) = await world.executions()

    await world.engine.tell_later(run_of(ARN, execution), Fired(f"{job['jobId']}/silence/1"))

    assert (await world.action("Scan", "Scan"))["errorDetails"]["code"] == "TimedOut"
    failure = {"type": "JobFailed", "message": "no"}
    with pytest.raises(ServiceError) as late:
        await world.ask("PutThirdPartyJobFailureResult", jobId=job["jobId"], clientToken="hush", failureDetails=failure)
    assert late.value.code == "InvalidJobStateException"


@in_a_world
async def test_a_partners_function_does_its_actions(world: World) -> None:
    await partner(world, LAMBDA)
    await world.declare(stage("Scan", action("Scan", "Test/ThirdParty/Scan", given={"Depth": "3"})))
    await world.do("Get")
    await world.until(lambda: bool(world.outside.asked("Invoke")))
    asked = world.outside.asked("Invoke")[0].request

    await world.ask("PutJobSuccessResult", jobId=json.loads(asked["Payload"])["CodePipeline.job"]["id"])

    assert asked["FunctionName"] == FUNCTION
    assert await world.statuses() == ["Succeeded"]
    with pytest.raises(ServiceError) as none:
        await world.ask("PollForThirdPartyJobs", actionTypeId=KIND)
    assert none.value.code == "ActionTypeNotFoundException"


@in_a_world
async def test_a_partners_type_is_there_for_those_that_may_use_it(world: World) -> None:
    listed = {**KIND, "owner": "AWS"}
    with pytest.raises(ServiceError) as missing:
        await world.ask("GetActionType", **KIND)
    with pytest.raises(ServiceError) as aws:
        await partner(world, LAMBDA, id=listed)
    await partner(world, LAMBDA, permissions={"allowedAccounts": ["999999999999"]})

    with pytest.raises(ServiceError, match="is not available in region"):
        await world.declare(stage("Scan", action("Scan", "Test/ThirdParty/Scan")))
    with pytest.raises(ServiceError, match="is there already"):
        await partner(world, LAMBDA, id={**KIND, "category": "Source", "provider": "GitHub"})
    github, shown = (await world.ask("ListActionTypes", actionOwnerFilter="ThirdParty"))["actionTypes"]
    secrets = {each["name"] for each in github["actionConfigurationProperties"] if each["secret"]}
    assert (github["id"]["provider"], secrets) == ("GitHub", {"OAuthToken"})

    assert (missing.value.code, aws.value.code) == ("ActionTypeNotFoundException", "RequestFailedException")
    assert (shown["id"], set(shown)) == (
        KIND,
        {"id", "settings", "actionConfigurationProperties", "inputArtifactDetails", "outputArtifactDetails"},
    )


@in_a_world
async def test_a_deployment_has_no_targets(world: World) -> None:
    await begin(world, stage("Deploy", PUT))
    await world.until_status("Succeeded")
    attempt = (await world.action("Deploy", "Put"))["actionExecutionId"]

    assert await world.ask("ListDeployActionExecutionTargets", actionExecutionId=attempt) == {"targets": []}
    with pytest.raises(ServiceError) as error:
        await world.ask("ListDeployActionExecutionTargets", pipelineName="p", actionExecutionId="none")
    assert error.value.code == "ActionExecutionNotFoundException"


SET = {
    "StackSetName": "set",
    "TemplatePath": "Code::t.yaml",
    "Parameters": "ParameterKey=A,ParameterValue=1 ParameterKey=B,UsePreviousValue=true",
    "DeploymentTargets": "Code::accounts.json",
    "Regions": "us-east-1, eu-west-1",
    "RegionConcurrencyType": "PARALLEL",
    "FailureToleranceCount": "1",
}


async def deploy_set(world: World, provider: str, given: dict[str, str]) -> None:
    await world.buckets()
    files = {"t.yaml": "T", "accounts.json": '["123456789012"]'}
    await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped(files))
    deployed = action("Set", f"Deploy/AWS/{provider}", given=given, takes=["Code"])
    pipeline = declared(stage("Deploy", deployed))
    pipeline["stages"][0]["actions"] = [GET]
    await world.ask("CreatePipeline", pipeline=pipeline)


@in_a_world
async def test_a_stack_set_is_made_with_its_instances_and_the_next_time_updated(world: World) -> None:
    await deploy_set(world, "CloudFormationStackSet", SET)
    await world.until_status("Succeeded")
    await world.ask("StartPipelineExecution", name="p")
    await world.until_count(2)
    await world.until_status("Succeeded")

    (made,), (updated,) = world.outside.asked("CreateStackSet"), world.outside.asked("UpdateStackSet")
    assert (made.request["TemplateBody"], updated.request["TemplateBody"]) == ("T", "T")
    assert made.request["Parameters"] == [
        {"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "UsePreviousValue": True},
    ]  # fmt: skip
    first, second = (each.request for each in world.outside.asked("CreateStackInstances"))
    assert (first["Accounts"], first["Regions"]) == (["123456789012"], ["us-east-1", "eu-west-1"])
    assert first["OperationPreferences"] == {"FailureToleranceCount": 1, "RegionConcurrencyType": "PARALLEL"}
    assert len({first["OperationId"], second["OperationId"], updated.request["OperationId"]}) == 3


@in_a_world
async def test_instances_that_cannot_be_made_fail_the_action_with_the_reason(world: World) -> None:
    world.outside.stack = "bad"
    given = {name: SET[name] for name in ("StackSetName", "DeploymentTargets", "Regions")}

    await deploy_set(world, "CloudFormationStackInstances", given)
    await world.until_status("Failed")

    failed = (await world.action("Deploy", "Set"))["errorDetails"]
    assert failed["code"] == "JobFailed"
    assert failed["message"].endswith("is FAILED. us-east-1: no room")
