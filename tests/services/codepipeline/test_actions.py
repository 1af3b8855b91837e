"""Actions by provider, job workers, approvals and conditions: S3 is real, who else is asked is a stand-in."""

import json
from typing import Any

import pytest

from penstock.engine.facts import Fired
from penstock.services.codepipeline.model import run_of
from penstock.wire.call import Call, Scope, ServiceError
from services.codepipeline.worlds import World, action, declared, in_a_world, stage, zipped

ARN = "arn:aws:codepipeline:us-east-1:123456789012:p"
USERS = "arn:aws:iam::123456789012:user"
FROM_S3 = {"S3Bucket": "sources", "S3ObjectKey": "app.zip"}
GET = action("Get", "Source/AWS/S3", given=FROM_S3, makes=["Code"], namespace="Get")
PUT = action("Put", "Deploy/AWS/S3", given={"BucketName": "deployed", "Extract": "true"}, takes=["Code"])
ASK = action("Ask", "Approval/AWS/Manual", given={"NotificationArn": f"{ARN}:topic", "CustomData": "#{Get.VersionId}"})


async def begin(world: World, *stages: object, source: object = GET, content: str = "one", **more: Any) -> None:
    """A pipeline from S3, and its first execution."""
    await world.buckets()
    await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped({"a.txt": content}))
    pipeline = declared(*stages, **more)
    pipeline["stages"][0]["actions"] = [source]
    await world.ask("CreatePipeline", pipeline=pipeline)


@in_a_world
async def test_what_is_in_a_versioned_bucket_is_deployed_to_another(world: World) -> None:
    await begin(world, stage("Deploy", PUT))

    await world.until_status("Succeeded")

    assert await world.read("deployed", "a.txt") == b"one"
    (source,) = next(iter((await world.executions()).values()))["sourceRevisions"]
    assert source["revisionSummary"] == f"Amazon S3 version id: {source['revisionId']}"


@in_a_world
async def test_a_change_of_a_source_that_is_looked_at_starts_one_execution(world: World) -> None:
    await begin(world, stage("Deploy", PUT))
    await world.until_status("Succeeded")
    await world.poller.look()
    assert len(await world.executions()) == 1

    await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped({"a.txt": "two"}))
    await world.poller.look()
    await world.poller.look()

    await world.until_status("Succeeded")
    assert await world.read("deployed", "a.txt") == b"two"
    triggers = [each["trigger"]["triggerType"] for each in (await world.executions()).values()]
    assert triggers == ["CreatePipeline", "PollForSourceChanges"]


@in_a_world
async def test_an_execution_can_be_told_which_version_to_take(world: World) -> None:
    await begin(world, stage("Deploy", PUT))
    await world.until_status("Succeeded")
    old = (await world.s3("HeadObject", Bucket="sources", Key="app.zip"))["VersionId"]
    await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped({"a.txt": "two"}))

    wanted = {"actionName": "Get", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": old}
    await world.start(sourceRevisions=[wanted])

    await world.until_status("Succeeded")
    assert await world.read("deployed", "a.txt") == b"one"


@in_a_world
async def test_a_commit_is_zipped(world: World) -> None:
    given = {"RepositoryName": "r", "BranchName": "main"}
    source = action("Get", "Source/AWS/CodeCommit", given=given, makes=["Code"])
    await begin(world, stage("Deploy", PUT), source=source)

    await world.until_status("Succeeded")

    assert (await world.read("deployed", "a.txt"), await world.read("deployed", "d/b.txt")) == (b"one", b"two")


@in_a_world
async def test_a_build_gets_artifacts_and_its_variables_are_handed_on(world: World) -> None:
    given = {"ProjectName": "b", "EnvironmentVariables": '[{"name": "A", "value": "1"}]'}
    build = action("Build", "Build/AWS/CodeBuild", given=given, takes=["Code"], makes=["Built"], namespace="B")
    tag = {"BucketName": "deployed", "Extract": "false", "ObjectKey": "#{B.TAG}.zip"}
    put = action("Put", "Deploy/AWS/S3", given=tag, takes=["Code"])
    await begin(world, stage("Build", build), stage("Deploy", put))

    await world.until_status("Succeeded")

    (asked,) = world.outside.asked("StartBuild")
    assert asked.request["sourceLocationOverride"].startswith("artifacts/p/Code/")
    assert asked.request["artifactsOverride"]["path"] == "p/Built"
    assert asked.request["sourceTypeOverride"] == "CODEPIPELINE"
    (source,) = next(iter((await world.executions()).values()))["sourceRevisions"]
    assert asked.request["sourceVersion"] == source["revisionId"]
    assert asked.scope.principal == ARN
    assert asked.request["environmentVariablesOverride"] == [{"name": "A", "value": "1"}]
    assert await world.read("deployed", "v1.zip")


@in_a_world
async def test_an_action_says_which_artifact_was_never_made(world: World) -> None:
    build = action("Build", "Build/AWS/CodeBuild", given={"ProjectName": "b"}, takes=["Code"], makes=["Built"])
    put = action("Put", "Deploy/AWS/S3", given={"BucketName": "deployed", "Extract": "true"}, takes=["Built"])
    await begin(world, stage("Build", build), stage("Deploy", put))  # what builds here leaves nothing

    await world.until_status("Failed")

    found = (await world.ask("ListActionExecutions", pipelineName="p"))["actionExecutionDetails"]
    last = next(each for each in found if each["actionName"] == "Put")
    error = last["output"]["executionResult"]["errorDetails"]
    key = last["input"]["inputArtifacts"][0]["s3location"]["key"]
    assert error == {
        "code": "ConfigurationError",
        "message": (
            f"Unable to access the artifact with Amazon S3 object key '{key}' located in the Amazon S3 artifact bucket "
            "'artifacts': what was to make Built has left nothing there."
        ),
    }


@in_a_world
async def test_a_function_gets_a_job_and_goes_on_with_its_token(world: World) -> None:
    call = action("Call", "Invoke/AWS/Lambda", given={"FunctionName": "f", "UserParameters": "u"}, takes=["Code"])
    await begin(world, stage("Call", call))

    async def job(number: int) -> dict[str, object]:
        await world.until(lambda: len(world.outside.asked("Invoke")) == number)
        asked = world.outside.asked("Invoke")[-1].request
        told: dict[str, object] = json.loads(asked["Payload"])["CodePipeline.job"]
        return told

    first = await job(1)
    assert first["data"]["actionConfiguration"]["configuration"] == {"FunctionName": "f", "UserParameters": "u"}  # type: ignore[index]
    await world.ask("PutJobSuccessResult", jobId=first["id"], continuationToken="more")
    (execution,) = await world.executions()
    await world.engine.tell_later(run_of(ARN, execution), Fired(f"{first['id']}/again/1"))
    second = await job(2)
    await world.ask("PutJobSuccessResult", jobId=second["id"])

    assert second["data"]["continuationToken"] == "more"  # type: ignore[index]
    assert await world.statuses() == ["Succeeded"]


@in_a_world
async def test_a_function_is_told_the_key_of_the_artifacts(world: World) -> None:
    key = {"id": "arn:aws:kms:us-east-1:123456789012:key/k", "type": "KMS"}
    store = {"type": "S3", "location": "artifacts", "encryptionKey": key}
    call = action("Call", "Invoke/AWS/Lambda", given={"FunctionName": "f"})
    await begin(world, stage("Call", call), artifactStore=store)
    await world.until(lambda: bool(world.outside.asked("Invoke")))

    job = json.loads(world.outside.asked("Invoke")[0].request["Payload"])["CodePipeline.job"]

    assert job["data"]["encryptionKey"] == key


@in_a_world
async def test_a_function_that_says_nothing_fails_the_action(world: World) -> None:
    await begin(world, stage("Call", action("Call", "Invoke/AWS/Lambda", given={"FunctionName": "f"})))
    await world.until(lambda: bool(world.outside.asked("Invoke")))
    job = json.loads(world.outside.asked("Invoke")[0].request["Payload"])["CodePipeline.job"]["id"]
    (execution,) = await world.executions()

    await world.engine.tell_later(run_of(ARN, execution), Fired(f"{job}/silence/1"))

    assert await world.statuses() == ["Failed"]


@in_a_world
async def test_an_approval_asks_a_topic_and_takes_one_answer(world: World) -> None:
    await begin(world, stage("Ask", ASK))
    token = await world.until_token("Ask", "Ask")
    await world.until(lambda: bool(world.outside.asked("Publish")))
    message = json.loads(world.outside.asked("Publish")[0].request["Message"])
    where = {"pipelineName": "p", "stageName": "Ask", "actionName": "Ask"}
    answer = {"status": "Approved", "summary": "fine"}
    with pytest.raises(ServiceError) as wrong:
        await world.ask("PutApprovalResult", **where, result=answer, token="00000000-0000-4000-8000-000000000000")

    await world.ask("PutApprovalResult", **where, result=answer, token=token)
    with pytest.raises(ServiceError) as again:
        await world.ask("PutApprovalResult", **where, result=answer, token=token)

    assert message["approval"]["token"] == token
    assert (
        message["approval"]["customData"]
        == (await world.s3("HeadObject", Bucket="sources", Key="app.zip"))["VersionId"]
    )
    assert wrong.value.code == "InvalidApprovalTokenException"
    assert again.value.code == "ApprovalAlreadyCompletedException"
    assert await world.statuses() == ["Succeeded"]


@in_a_world
async def test_an_approval_with_a_quorum_counts_everybody_once(world: World) -> None:
    given = {"ApprovalsNeeded": "2", "Approvers": f"{USERS}/ada,{USERS}/bob,{USERS}/eve"}
    await begin(world, stage("Ask", action("Ask", "Approval/AWS/Manual", given=given)))
    token = await world.until_token("Ask", "Ask")

    async def say(who: str, status: str = "Approved") -> str:
        where = {"pipelineName": "p", "stageName": "Ask", "actionName": "Ask", "token": token}
        request = {**where, "result": {"status": status, "summary": "fine"}}
        call = Call("codepipeline", "PutApprovalResult", request, Scope(principal=f"{USERS}/{who}"))
        try:
            await world.directory.answer(call)
        except ServiceError as error:
            return error.code
        return "heard"

    assert await say("ada") == "heard"
    assert await say("ada") == "ApprovalAlreadyCompletedException"
    assert await say("mallory") == "AccessDeniedException"
    assert await world.statuses() == ["InProgress"]
    assert (await world.action("Ask", "Ask"))["summary"] == f"1 of 2 have approved: {USERS}/ada"

    assert await say("bob") == "heard"

    await world.until_status("Succeeded")
    told = await world.action("Ask", "Ask")
    assert (told["lastUpdatedBy"], told["summary"]) == (
        f"{USERS}/bob",
        f"2 of 2 have approved: {USERS}/ada, {USERS}/bob",
    )


@in_a_world
async def test_one_rejection_is_enough_whoever_has_approved(world: World) -> None:
    await begin(world, stage("Ask", action("Ask", "Approval/AWS/Manual", given={"ApprovalsNeeded": "2"})))
    token = await world.until_token("Ask", "Ask")
    where = {"pipelineName": "p", "stageName": "Ask", "actionName": "Ask", "token": token}
    await world.ask("PutApprovalResult", **where, result={"status": "Approved", "summary": "yes"})

    await world.ask("PutApprovalResult", **where, result={"status": "Rejected", "summary": "no, after all"})

    assert await world.statuses() == ["Failed"]


@in_a_world
async def test_a_rejection_and_a_deadline_fail_an_approval(world: World) -> None:
    await begin(world, stage("Ask", ASK))
    token = await world.until_token("Ask", "Ask")
    where = {"pipelineName": "p", "stageName": "Ask", "actionName": "Ask"}
    await world.ask("PutApprovalResult", **where, result={"status": "Rejected", "summary": "no"}, token=token)
    assert await world.statuses() == ["Failed"]

    execution = await world.start()
    await world.until_token("Ask", "Ask")
    attempt = (await world.action("Ask", "Ask"))["actionExecutionId"]
    await world.engine.tell_later(run_of(ARN, execution), Fired(f"{attempt}/timeout"))

    assert await world.statuses() == ["Failed", "Failed"]
    assert (await world.action("Ask", "Ask"))["errorDetails"]["code"] == "TimedOut"


@in_a_world
async def test_a_worker_acknowledges_with_the_nonce_and_may_go_on(world: World) -> None:
    await world.declare(stage("Build", action("Compile")))
    kind = {"category": "Source", "owner": "Custom", "provider": "Hand", "version": "1"}
    (job,) = (await world.ask("PollForJobs", actionTypeId=kind))["jobs"]
    assert (await world.ask("PollForJobs", actionTypeId=kind))["jobs"] == []
    with pytest.raises(ServiceError) as wrong:
        await world.ask("AcknowledgeJob", jobId=job["id"], nonce="guess")
    with pytest.raises(ServiceError) as early:
        await world.ask("PutJobSuccessResult", jobId=job["id"])

    acknowledged = await world.ask("AcknowledgeJob", jobId=job["id"], nonce=job["nonce"])
    await world.ask(
        "PutJobSuccessResult", jobId=job["id"], continuationToken="half", executionDetails={"percentComplete": 50}
    )
    again = await world.job("Get")

    assert (wrong.value.code, early.value.code) == ("InvalidNonceException", "InvalidJobStateException")
    assert acknowledged == {"status": "InProgress"}
    assert again is not None
    assert (again["id"], again["data"]["continuationToken"]) == (job["id"], "half")
    assert again["nonce"] != job["nonce"]
    assert (await world.action("Source", "Get"))["percentComplete"] == 50


@in_a_world
async def test_a_job_that_nobody_acknowledges_is_handed_out_again(world: World) -> None:
    await world.declare(stage("Build", action("Compile")))
    kind = {"category": "Source", "owner": "Custom", "provider": "Hand", "version": "1"}
    (first,) = (await world.ask("PollForJobs", actionTypeId=kind))["jobs"]

    world.now += 61
    (second,) = (await world.ask("PollForJobs", actionTypeId=kind))["jobs"]

    assert first["id"] == second["id"]


def condition(result: str, provider: str, **given: str) -> dict[str, object]:
    kind = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"conditions": [{"result": result, "rules": [{"name": "R", "ruleTypeId": kind, "configuration": given}]}]}


@in_a_world
async def test_an_entry_condition_skips_a_stage_or_fails_it_until_it_is_overridden(world: World) -> None:
    check = {"Variable": "#{Get.v}", "Value": "yes", "Operator": "EQ"}
    skipped = stage("Skipped", action("One"), beforeEntry=condition("SKIP", "VariableCheck", **check))
    failed = stage("Failed", action("Two"), beforeEntry=condition("FAIL", "CloudWatchAlarm", AlarmName="bad"))
    await world.declare(skipped, failed)
    execution = await world.do("Get", outputVariables={"v": "no"})
    await world.until_status("Failed")
    told = await world.stage("Failed")

    await world.ask(
        "OverrideStageCondition", pipelineName="p", stageName="Failed", pipelineExecutionId=execution,
        conditionType="BEFORE_ENTRY",
    )  # fmt: skip
    await world.do("Two")
    with pytest.raises(ServiceError) as over:
        await world.ask(
            "OverrideStageCondition", pipelineName="p", stageName="Failed", pipelineExecutionId=execution,
            conditionType="BEFORE_ENTRY",
        )  # fmt: skip

    assert over.value.code == "ConditionNotOverridableException"
    assert (await world.stage("Skipped"))["latestExecution"]["status"] == "Skipped"
    assert told["beforeEntryConditionState"]["latestExecution"]["status"] == "Failed"
    assert (await world.stage("Failed"))["beforeEntryConditionState"]["latestExecution"]["status"] == "Overridden"
    assert await world.statuses() == ["Succeeded"]
    rules = (await world.ask("ListRuleExecutions", pipelineName="p"))["ruleExecutionDetails"]
    assert [(each["stageName"], each["status"]) for each in rules] == [("Failed", "Failed"), ("Skipped", "Failed")]


@in_a_world
async def test_rules_that_nobody_waits_for_are_abandoned(world: World) -> None:
    window = condition("FAIL", "DeploymentWindow", Cron="0 0 0 1 1 ? 2031")
    await world.declare(stage("Later", action("Ship"), beforeEntry=window))
    execution = await world.do("Get")
    there = {"pipelineName": "p", "pipelineExecutionId": execution}
    await world.ask("OverrideStageCondition", **there, stageName="Later", conditionType="BEFORE_ENTRY")
    await world.do("Ship")
    assert await world.statuses() == ["Succeeded"]
    second = await world.start()
    await world.do("Get")
    await world.ask("StopPipelineExecution", pipelineName="p", pipelineExecutionId=second, abandon=True)

    rules = (await world.ask("ListRuleExecutions", pipelineName="p"))["ruleExecutionDetails"]
    assert [each["status"] for each in rules] == ["Abandoned", "Abandoned"]
    state = (await world.stage("Later"))["beforeEntryConditionState"]["conditionStates"][0]
    assert state["latestExecution"]["status"] == "Abandoned"
    assert [each["latestExecution"]["status"] for each in state["ruleStates"]] == ["Abandoned"]


@in_a_world
async def test_a_success_condition_that_does_not_hold_rolls_back(world: World) -> None:
    watched = condition("ROLLBACK", "VariableCheck", Variable="#{Get.v}", Value="[a-m].*", Operator="MATCHES")
    await world.declare(stage("Deploy", action("Ship", "Deploy/Custom/Hand"), onSuccess=watched))
    await world.do("Get", outputVariables={"v": "good"})
    await world.do("Ship")
    await world.until_status("Succeeded")
    await world.start()
    await world.do("Get", outputVariables={"v": "wrong"})
    await world.do("Ship")

    await world.until_count(3)
    await world.do("Ship")

    await world.until_status("Succeeded")
    assert await world.statuses() == ["Succeeded", "Failed", "Succeeded"]


@in_a_world
async def test_secrets_are_told_to_workers_and_to_nobody_else(world: World) -> None:
    secret = {"name": "Key", "required": True, "key": False, "secret": True}
    nothing = {"minimumCount": 0, "maximumCount": 0}
    await world.custom_types()
    await world.ask(
        "CreateCustomActionType", category="Test", provider="Safe", version="1", configurationProperties=[secret],
        inputArtifactDetails=nothing, outputArtifactDetails=nothing,
    )  # fmt: skip
    await world.ask(
        "CreatePipeline", pipeline=declared(stage("T", action("T", "Test/Custom/Safe", given={"Key": "hush"})))
    )
    await world.do("Get")

    kind = {"category": "Test", "owner": "Custom", "provider": "Safe", "version": "1"}
    (job,) = (await world.ask("PollForJobs", actionTypeId=kind))["jobs"]

    assert job["data"]["actionConfiguration"]["configuration"] == {"Key": "hush"}
    for told in (await world.ask("GetPipeline", name="p"), await world.ask("ListActionExecutions", pipelineName="p")):
        assert "hush" not in json.dumps(told)
        assert "****" in json.dumps(told)


@in_a_world
async def test_a_source_that_tells_of_a_revision_starts_one_execution(world: World) -> None:
    await world.declare(stage("Build", action("Compile")))
    revision = {"revisionId": "r1", "revisionChangeId": "c1", "created": 0.0}
    where = {"pipelineName": "p", "stageName": "Source", "actionName": "Get", "actionRevision": revision}

    first, second = await world.ask("PutActionRevision", **where), await world.ask("PutActionRevision", **where)

    assert (first["newRevision"], second["newRevision"]) == (True, False)
    assert list(await world.executions())[1:] == [first["pipelineExecutionId"]] == [second["pipelineExecutionId"]]


STACK = {
    "StackName": "s",
    "TemplatePath": "Code::t.yaml",
    "TemplateConfiguration": "Code::c.json",
    "Capabilities": "CAPABILITY_IAM,CAPABILITY_NAMED_IAM",
    "ParameterOverrides": json.dumps(
        {
            "Bucket": {"Fn::GetArtifactAtt": ["Code", "BucketName"]},
            "B": {"Fn::GetParam": ["Code", "c.json", "B"]},
        }
    ),
}


async def deploy(world: World, mode: str) -> None:
    """A pipeline that has a stack deployed in this mode, once it has ended."""
    await world.buckets()
    settings = json.dumps({"Parameters": {"A": "1"}, "Tags": {"team": "x"}, "B": 2})
    await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped({"t.yaml": "T", "c.json": settings}))
    given = {**STACK, "ActionMode": mode}
    stack = action("Stack", "Deploy/AWS/CloudFormation", given=given, takes=["Code"], makes=["Out"], namespace="S")
    put = action("Put", "Deploy/AWS/S3", order=2, takes=["Out"], given={"BucketName": "deployed", "Extract": "true"})
    pipeline = declared(stage("Deploy", stack, put))
    pipeline["stages"][0]["actions"] = [GET]
    await world.ask("CreatePipeline", pipeline=pipeline)
    await world.until_status("Succeeded" if mode != "DELETE_ONLY" else "Failed")  # which makes no artifact


@in_a_world
async def test_a_stack_is_made_of_a_template_with_values_of_files_and_artifacts(world: World) -> None:
    await deploy(world, "CREATE_UPDATE")

    (asked,) = world.outside.asked("CreateStack")
    assert asked.request["TemplateBody"] == "T"
    values = {each["ParameterKey"]: each["ParameterValue"] for each in asked.request["Parameters"]}
    assert values == {"A": "1", "Bucket": "artifacts", "B": "2"}
    assert asked.request["Tags"] == [{"Key": "team", "Value": "x"}]
    assert asked.request["Capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
    assert json.loads(await world.read("deployed", "output.json")) == {"Url": "http://here"}


@in_a_world
async def test_a_stack_without_changes_is_as_it_should_be(world: World) -> None:
    world.outside.stack = "UPDATE_COMPLETE"

    await deploy(world, "CREATE_UPDATE")

    assert len(world.outside.asked("UpdateStack")) == 1


@in_a_world
async def test_a_stack_that_has_failed_is_replaced(world: World) -> None:
    world.outside.stack = "ROLLBACK_COMPLETE"

    await deploy(world, "REPLACE_ON_FAILURE")

    assert [len(world.outside.asked(each)) for each in ("DeleteStack", "CreateStack")] == [1, 1]


@in_a_world
async def test_a_stack_needs_a_template(world: World) -> None:
    given = {"ActionMode": "CREATE_UPDATE", "StackName": "s"}
    await begin(world, stage("Deploy", action("Stack", "Deploy/AWS/CloudFormation", given=given)))

    await world.until_status("Failed")

    failed = (await world.action("Deploy", "Stack"))["errorDetails"]
    assert failed == {
        "code": "ConfigurationError", "message": "TemplatePath is required where ActionMode is CREATE_UPDATE.",
    }  # fmt: skip


@in_a_world
async def test_a_stack_that_is_not_there_is_deleted(world: World) -> None:
    await deploy(world, "DELETE_ONLY")

    assert (await world.action("Deploy", "Stack"))["status"] == "Succeeded"
    assert world.outside.asked("DeleteStack") == []


@in_a_world
async def test_a_change_set_is_made_by_one_action_and_executed_by_another(world: World) -> None:
    await world.buckets()
    await world.s3("PutObject", Bucket="sources", Key="app.zip", Body=zipped({"t.yaml": "T"}))
    named = {"StackName": "s", "ChangeSetName": "c"}
    make = {**named, "ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": "Code::t.yaml"}
    pipeline = declared(
        stage(
            "Deploy",
            action("Make", "Deploy/AWS/CloudFormation", given=make, takes=["Code"]),
            action("Do", "Deploy/AWS/CloudFormation", given={**named, "ActionMode": "CHANGE_SET_EXECUTE"}, order=2),
        )
    )
    pipeline["stages"][0]["actions"] = [GET]
    await world.ask("CreatePipeline", pipeline=pipeline)

    await world.until_status("Succeeded")

    (made,) = world.outside.asked("CreateChangeSet")
    assert (made.request["ChangeSetType"], made.request["TemplateBody"]) == ("CREATE", "T")
    assert len(world.outside.asked("ExecuteChangeSet")) == 1


@in_a_world
async def test_an_action_whose_variable_has_no_value_fails_before_it_begins(world: World) -> None:
    put = {"BucketName": "deployed", "Extract": "true", "ObjectKey": "#{Get.Nothing}"}
    await world.declare(stage("Deploy", action("Put", "Deploy/AWS/S3", given=put, takes=["Code"])))
    await world.do("Get")
    await world.until_status("Failed")

    assert (await world.action("Deploy", "Put"))["errorDetails"] == {
        "code": "ConfigurationError",
        "message": "An action in this pipeline failed because one or more variables could not be resolved: "
        "Action name=Put. The variable #{Get.Nothing} has no value.",
    }
