"""Lambda steps: a function is called with a step's arguments, and its answer is the step's outputs."""

from pathlib import Path

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    FUNCTION,
    condition,
    function,
    get,
    outputs,
    processing,
    working,
)


async def test_a_functions_answer_is_given_to_later_steps_in_the_types_that_were_declared(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = {"rows": "12", "share": "0.5", "fine": "true", "more": {"a": 1}, "secret": 1}
        of = "Steps.Measure.OutputParameters"
        await world.create(
            function(
                "Measure",
                {"data": get("Parameters.Data"), "n": 1},
                OutputParameters=outputs(rows="Integer", share="Float", fine="Boolean", more="String"),
            ),
            function("Tell", {key: get(f"{of}['{key}']") for key in ("rows", "share", "fine", "more")}),
            Parameters=[{"Name": "Data", "Type": "String", "DefaultValue": "s3://b/in"}],
        )

        arn = await world.start()
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Succeeded"
        first, second = world.requests_for("Invoke")
        assert first == {"FunctionName": FUNCTION, "Payload": {"data": "s3://b/in", "n": 1}}
        assert second["Payload"] == {"rows": 12, "share": 0.5, "fine": True, "more": '{"a":1}'}
        measure, tell = await world.steps(arn)
        assert measure["Metadata"] == {
            "Lambda": {
                "Arn": FUNCTION,
                "OutputParameters": [
                    {"Name": "rows", "Value": "12"},
                    {"Name": "share", "Value": "0.5"},
                    {"Name": "fine", "Value": "true"},
                    {"Name": "more", "Value": '{"a":1}'},
                ],
            }
        }
        assert tell["Metadata"] == {"Lambda": {"Arn": FUNCTION, "OutputParameters": []}}


async def test_a_condition_compares_what_a_function_returned(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = {"score": 3}
        score = get("Steps.Score.OutputParameters['score']")
        await world.create(
            function("Score", OutputParameters=outputs(score="Integer")),
            condition("Good", score, 5, "GreaterThan", IfSteps=[processing("yes")], ElseSteps=[processing("no")]),
        )

        arn = await world.start()
        await world.finished(arn)

        assert [step["StepName"] for step in await world.steps(arn)] == ["Score", "Good", "no"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ValueError("no rows"), f"Lambda function {FUNCTION} failed. Error Details: ValueError: no rows"),
        (
            ServiceError("Not you.", code="AccessDeniedException"),
            f"Failed to invoke Lambda function {FUNCTION}. Error Details: Not you.",
        ),
        ({"rows": "many"}, "Output 'rows' must be of type Integer, which 'many' is not."),
    ],
    ids=["the function raised", "the call was refused", "an output has another type"],
)
async def test_a_step_whose_function_fails_says_why_and_is_not_tried_again(
    tmp_path: Path, answer: object, reason: str
) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = answer
        await world.create(
            function("Measure", OutputParameters=outputs(rows="Integer")), processing("next", DependsOn=["Measure"])
        )

        arn = await world.start()
        execution = await world.finished(arn)

        (step,) = await world.steps(arn)
        assert (execution["PipelineExecutionStatus"], step["StepStatus"]) == ("Failed", "Failed")
        assert step["FailureReason"] == f"ClientError: {reason}"
        assert len(world.requests_for("Invoke")) == 1


async def test_an_output_that_the_function_did_not_return_is_missed_by_the_step_that_uses_it(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = "not an object"
        use = {"n": get("Steps.Measure.OutputParameters['rows']")}
        await world.create(function("Measure", OutputParameters=outputs(rows="Integer")), function("Use", use))

        arn = await world.start()
        await world.finished(arn)

        measure, step = await world.steps(arn)
        assert measure["StepStatus"] == "Succeeded"
        assert step["FailureReason"].startswith("ClientError: Steps.Measure.OutputParameters.rows has no value")


async def test_an_execution_stops_when_the_function_has_finished(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = {}
        world.lambda_open.clear()
        await world.create(function("Measure"), processing("next", DependsOn=["Measure"]))
        arn = await world.start()
        await world.until(lambda: bool(world.requests_for("Invoke")))

        await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
        (running,) = await world.steps(arn)
        world.lambda_open.set()
        execution = await world.finished(arn)

        assert running["StepStatus"] == "Executing"
        (step,) = await world.steps(arn)
        assert (execution["PipelineExecutionStatus"], step["StepStatus"]) == ("Stopped", "Succeeded")


async def test_a_definition_that_uses_an_output_nobody_declared_is_refused(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        with pytest.raises(ServiceError, match=r"of step 'a' others can use OutputParameters\['…'\] of rows\."):
            await world.create(
                function("a", OutputParameters=outputs(rows="Integer")),
                function("b", {"n": get("Steps.a.OutputParameters['lines']")}),
            )
