"""Executions of pipelines: stages, modes, transitions, stops, retries, rollbacks. Custom actions are done by hand."""

import json

import pytest

from penstock.wire.call import Call, Scope, ServiceError
from services.codepipeline.worlds import WHO, World, action, declared, in_a_world, stage

BUILD = stage("Build", action("Compile"))
DEPLOY = stage("Deploy", action("Ship", "Deploy/Custom/Hand"))


def code(error: pytest.ExceptionInfo[ServiceError]) -> str:
    return error.value.code


@in_a_world
async def test_a_new_pipeline_goes_through_its_stages(world: World) -> None:
    await world.declare(BUILD, DEPLOY)

    for each in ("Get", "Compile", "Ship"):
        await world.do(each)

    (execution,) = (await world.executions()).values()
    assert execution["status"] == "Succeeded"
    assert execution["trigger"] == {
        "triggerType": "CreatePipeline",
        "triggerDetail": "arn:aws:iam::123456789012:user/me",
    }


@in_a_world
async def test_equal_run_orders_go_side_by_side_and_later_ones_wait_for_all_of_them(world: World) -> None:
    await world.declare(stage("Build", action("One"), action("Two"), action("Three", order=7)))
    await world.do("Get")

    await world.do("One")
    assert await world.job("Three") is None
    await world.do("Two")

    await world.do("Three")
    assert await world.statuses() == ["Succeeded"]


@in_a_world
async def test_a_failure_waits_for_what_runs_beside_it_and_starts_nothing_after(world: World) -> None:
    await world.declare(stage("Build", action("One"), action("Two"), action("Three", order=2)))
    await world.do("Get")

    await world.fail("One")
    assert await world.statuses() == ["InProgress"]
    await world.do("Two")

    assert await world.statuses() == ["Failed"]
    assert await world.action("Build", "Three") is None
    failed = await world.action("Build", "One")
    assert failed["errorDetails"] == {"code": "JobFailed", "message": "no"}


@in_a_world
async def test_an_execution_that_waits_is_superseded_by_a_later_one(world: World) -> None:
    await world.declare(BUILD)
    first = await world.do("Get")
    second = await world.start()
    await world.do("Get")
    waits = {"pipelineExecutionId": second, "status": "InProgress", "type": "STANDARD"}
    assert (await world.stage("Build"))["inboundExecution"] == waits
    third = await world.start()
    await world.do("Get")

    await world.do("Compile")
    assert await world.do("Compile") == third

    found = await world.executions()
    assert {each: told["status"] for each, told in found.items()} == {
        first: "Succeeded",
        second: "Superseded",
        third: "Succeeded",
    }


@in_a_world
async def test_queued_executions_go_one_after_the_other(world: World) -> None:
    await world.declare(BUILD, executionMode="QUEUED")
    first = await world.do("Get")
    second, third = await world.start(), await world.start()
    assert await world.do("Get") == second
    assert await world.do("Get") == third
    assert [each["pipelineExecutionId"] for each in (await world.stage("Build"))["inboundExecutions"]] == [
        second,
        third,
    ]

    assert [await world.do("Compile") for _ in range(3)] == [first, second, third]

    assert await world.statuses() == ["Succeeded"] * 3


@in_a_world
async def test_parallel_executions_wait_for_nobody(world: World) -> None:
    await world.declare(BUILD, executionMode="PARALLEL")
    await world.start()

    for each in ("Get", "Get", "Compile", "Compile"):
        await world.do(each)

    assert await world.statuses() == ["Succeeded"] * 2


@in_a_world
async def test_approvals_of_parallel_executions_are_found_among_their_actions(world: World) -> None:
    asks = stage("Ask", action("Ask", "Approval/AWS/Manual", given={}))
    await world.declare(asks, executionMode="PARALLEL")
    second = await world.start()
    first = next(each for each in await world.executions() if each != second)
    assert {await world.do("Get"), await world.do("Get")} == {first, second}

    for execution, status in ((first, "Rejected"), (second, "Approved")):
        found = await world.ask("ListActionExecutions", pipelineName="p", filter={"pipelineExecutionId": execution})
        (asked,) = [each for each in found["actionExecutionDetails"] if each["actionName"] == "Ask"]
        await world.ask(
            "PutApprovalResult", pipelineName="p", stageName="Ask", actionName="Ask",
            token=asked["output"]["executionResult"]["externalExecutionId"],
            result={"status": status, "summary": "so be it"},
        )  # fmt: skip

    ended = {name: each["status"] for name, each in (await world.executions()).items()}
    assert ended == {first: "Failed", second: "Succeeded"}


@in_a_world
async def test_more_than_fifty_executions_cannot_be_under_way(world: World) -> None:
    await world.declare(BUILD, executionMode="QUEUED")
    for _ in range(49):
        await world.start()

    with pytest.raises(ServiceError) as error:
        await world.start()

    assert code(error) == "ConcurrentPipelineExecutionsLimitExceededException"


@in_a_world
async def test_a_disabled_transition_holds_executions_until_it_is_enabled(world: World) -> None:
    await world.declare(BUILD)
    where = {"pipelineName": "p", "stageName": "Source", "transitionType": "Outbound"}
    await world.ask("DisableStageTransition", **where, reason="not now")
    await world.do("Get")

    told = await world.stage("Build")
    assert told["inboundTransitionState"]["disabledReason"] == "not now"
    assert not told["inboundTransitionState"]["enabled"]
    assert await world.job("Compile") is None

    await world.ask("EnableStageTransition", **where)
    await world.do("Compile")
    assert await world.statuses() == ["Succeeded"]


@in_a_world
async def test_a_transition_stays_disabled_when_nothing_is_under_way(world: World) -> None:
    await world.declare(BUILD)
    where = {"pipelineName": "p", "stageName": "Build", "transitionType": "Inbound"}
    await world.do("Get")
    await world.do("Compile")

    await world.ask("DisableStageTransition", **where, reason="later")
    await world.start()
    await world.do("Get")

    assert await world.job("Compile") is None


@in_a_world
async def test_stopping_waits_for_what_runs_and_begins_nothing(world: World) -> None:
    await world.declare(stage("Build", action("One"), action("Two", order=2)))
    execution = await world.do("Get")
    await world.ask("StopPipelineExecution", pipelineName="p", pipelineExecutionId=execution, reason="enough")
    assert await world.statuses() == ["Stopping"]
    with pytest.raises(ServiceError) as again:
        await world.ask("StopPipelineExecution", pipelineName="p", pipelineExecutionId=execution)

    await world.do("One")

    assert code(again) == "DuplicatedStopRequestException"
    assert (await world.executions())[execution]["stopTrigger"] == {"reason": "enough"}
    assert await world.statuses() == ["Stopped"]
    with pytest.raises(ServiceError) as over:
        await world.ask("StopPipelineExecution", pipelineName="p", pipelineExecutionId=execution)
    assert code(over) == "PipelineExecutionNotStoppableException"


@in_a_world
async def test_an_abandoned_action_has_no_result_any_longer(world: World) -> None:
    await world.declare(BUILD)
    execution = await world.do("Get")
    job = await world.job("Compile")
    assert job is not None

    await world.ask("StopPipelineExecution", pipelineName="p", pipelineExecutionId=execution, abandon=True)

    assert await world.statuses() == ["Stopped"]
    assert (await world.action("Build", "Compile"))["status"] == "Abandoned"
    with pytest.raises(ServiceError) as error:
        await world.ask("PutJobSuccessResult", jobId=job["id"])
    assert code(error) == "InvalidJobStateException"


async def retry(world: World, execution: str, stage: str = "Build", mode: str = "FAILED_ACTIONS") -> None:
    await world.ask(
        "RetryStageExecution", pipelineName="p", stageName=stage, pipelineExecutionId=execution, retryMode=mode
    )


@in_a_world
async def test_a_retry_does_what_failed_again_under_a_new_id(world: World) -> None:
    await world.declare(stage("Build", action("One"), action("Two")), DEPLOY)
    execution = await world.do("Get")
    await world.do("One")
    await world.fail("Two")
    before = await world.action("Build", "Two")

    await retry(world, execution)
    assert await world.job("One") is None
    assert (await world.action("Build", "Two"))["actionExecutionId"] != before["actionExecutionId"]
    await world.do("Two")
    await world.do("Ship")

    assert await world.statuses() == ["Succeeded"]
    assert (await world.stage("Build"))["retryStageMetadata"] == {
        "manualStageRetryAttempt": 1,
        "latestRetryTrigger": "ManualStageRetry",
    }
    history = await world.ask("ListActionExecutions", pipelineName="p", filter={"pipelineExecutionId": execution})
    tries = [each["status"] for each in history["actionExecutionDetails"] if each["actionName"] == "Two"]
    assert tries == ["Succeeded", "Failed"]


@in_a_world
async def test_a_retry_of_all_actions_does_all_again_as_often_as_it_is_asked_for(world: World) -> None:
    await world.declare(stage("Build", action("One"), action("Two")))
    execution = await world.do("Get")
    for _ in range(3):
        await world.do("One")
        await world.fail("Two")
        await retry(world, execution, mode="ALL_ACTIONS")

    await world.do("One")
    await world.do("Two")

    assert await world.statuses() == ["Succeeded"]


@in_a_world
async def test_only_what_has_failed_last_can_be_retried(world: World) -> None:
    await world.declare(BUILD)
    first = await world.do("Get")
    await world.fail("Compile")
    await world.start()
    await world.do("Get")

    with pytest.raises(ServiceError) as late:
        await retry(world, first)
    second = await world.do("Compile")
    with pytest.raises(ServiceError) as well:
        await retry(world, second)

    assert code(late) == "NotLatestPipelineExecutionException"
    assert code(well) == "StageNotRetryableException"


@in_a_world
async def test_a_stage_retries_by_itself_once(world: World) -> None:
    await world.declare(stage("Build", action("Compile"), onFailure={"result": "RETRY"}))
    await world.do("Get")
    await world.fail("Compile")
    assert await world.statuses() == ["InProgress"]

    await world.fail("Compile")

    assert await world.statuses() == ["Failed"]
    assert (await world.stage("Build"))["retryStageMetadata"]["autoStageRetryAttempt"] == 1
    history = (await world.ask("ListActionExecutions", pipelineName="p"))["actionExecutionDetails"]
    assert [each["status"] for each in history if each["actionName"] == "Compile"] == ["Failed", "Failed"]


@in_a_world
async def test_a_rollback_does_a_stage_again_with_what_it_had(world: World) -> None:
    await world.declare(
        stage("Deploy", action("Ship", "Deploy/Custom/Hand", takes=["Code"], given={"Note": "#{Get.v}"}))
    )
    good = await world.do("Get", outputVariables={"v": "one"})
    await world.do("Ship")
    await world.start()
    await world.do("Get", outputVariables={"v": "two"})
    await world.fail("Ship")

    told = await world.ask("RollbackStage", pipelineName="p", stageName="Deploy", targetPipelineExecutionId=good)

    job = await world.job("Ship")
    assert job is not None
    assert job["data"]["actionConfiguration"]["configuration"] == {"Note": "one"}
    await world.ask("PutJobSuccessResult", jobId=job["id"])
    back = (await world.executions())[told["pipelineExecutionId"]]
    assert (back["status"], back["executionType"]) == ("Succeeded", "ROLLBACK")
    assert back["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": good}
    assert (await world.stage("Deploy"))["latestExecution"]["type"] == "ROLLBACK"
    assert back["trigger"] == {"triggerType": "ManualRollback", "triggerDetail": WHO.principal}


@in_a_world
async def test_a_stage_rolls_back_by_itself_to_its_latest_success(world: World) -> None:
    await world.declare(stage("Deploy", action("Ship", "Deploy/Custom/Hand"), onFailure={"result": "ROLLBACK"}))
    await world.do("Get")
    await world.do("Ship")
    failed = await world.start()
    await world.do("Get")
    await world.fail("Ship")

    await world.until_count(3)
    await world.do("Ship")

    assert await world.statuses() == ["Succeeded", "Failed", "Succeeded"]
    trigger = list((await world.executions()).values())[-1]["trigger"]
    assert trigger["triggerType"] == "AutomatedRollback"
    assert json.loads(trigger["triggerDetail"]) == {"FailedPipelineExecutionId": failed}


@in_a_world
async def test_what_a_rule_starts_names_the_rule(world: World) -> None:
    await world.declare(BUILD)
    rule = "arn:aws:events:us-east-1:123456789012:rule/nightly"

    started = await world.directory.answer(
        Call("codepipeline", "StartPipelineExecution", {"name": "p"}, Scope(principal=rule))
    )

    execution = (await world.executions())[started["pipelineExecutionId"]]
    assert execution["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": rule}


@in_a_world
async def test_sources_and_what_never_went_well_cannot_be_rolled_back(world: World) -> None:
    await world.declare(BUILD)
    execution = await world.do("Get")
    await world.fail("Compile")

    for stage_name in ("Source", "Build"):
        with pytest.raises(ServiceError) as error:
            await world.ask(
                "RollbackStage", pipelineName="p", stageName=stage_name, targetPipelineExecutionId=execution
            )
        assert code(error) == "UnableToRollbackStageException"


@in_a_world
async def test_an_update_cancels_what_would_come_into_another_stage(world: World) -> None:
    await world.declare(BUILD)
    await world.ask("UpdatePipeline", pipeline=declared(BUILD, DEPLOY))

    await world.do("Get")

    assert await world.statuses() == ["Cancelled"]
    assert (await world.ask("GetPipeline", name="p"))["pipeline"]["version"] == 2
    assert len((await world.ask("GetPipeline", name="p", version=1))["pipeline"]["stages"]) == 2


@in_a_world
async def test_a_deleted_pipeline_is_gone_and_its_name_is_free(world: World) -> None:
    await world.declare(BUILD)
    job = await world.job("Get")
    assert job is not None

    await world.ask("DeletePipeline", name="p")
    with pytest.raises(ServiceError) as error:
        await world.ask("GetPipelineState", name="p")
    await world.ask("CreatePipeline", pipeline=declared(BUILD))

    assert code(error) == "PipelineNotFoundException"
    assert await world.statuses() == ["InProgress"]


@in_a_world
async def test_the_same_token_starts_one_execution(world: World) -> None:
    await world.declare(BUILD)

    assert await world.start(clientRequestToken="a") == await world.start(clientRequestToken="a")

    assert len(await world.executions()) == 2


@in_a_world
async def test_pipeline_variables_have_values_given_or_by_default(world: World) -> None:
    variables = [{"name": "Size", "defaultValue": "small"}, {"name": "Place"}]
    await world.declare(stage("Build", action("Compile", given={"Note": "#{variables.Size} in #{variables.Place}"})),
                        variables=variables)  # fmt: skip
    assert await world.statuses() == []  # a variable has no value
    with pytest.raises(ServiceError):
        await world.start()

    await world.start(variables=[{"name": "Place", "value": "town"}])
    await world.do("Get")

    job = await world.job("Compile")
    assert job is not None
    assert job["data"]["actionConfiguration"]["configuration"] == {"Note": "small in town"}


@in_a_world
async def test_a_variable_that_nobody_set_fails_the_action(world: World) -> None:
    await world.declare(stage("Build", action("Compile", given={"Note": "#{Get.nothing}"})))

    await world.do("Get")

    assert await world.statuses() == ["Failed"]
    assert "#{Get.nothing}" in (await world.action("Build", "Compile"))["errorDetails"]["message"]
