"""What is drawn of what services tell: definitions, states, phases; and what is told of the past."""

import json
from typing import Any

import pytest

from penstock.languages.pipeline.read import read
from penstock.watch.model import Entry, Graph, Kind, Link, Node, Tone, tone_of
from penstock.watch.overview import focus, happenings
from penstock.watch.things import builds, deliveries, executions, machines

PROCESSING = {"Type": "Processing", "Arguments": {"RoleArn": "r"}}
AFTER = {"Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"}
DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Least", "Type": "Float", "DefaultValue": 0.9}, {"Name": "Trees", "Type": "Integer"}],
    "Steps": [
        {"Name": "Prepare", **PROCESSING},
        {"Name": "Train", "Type": "Training", "Arguments": {"Data": AFTER}, "DisplayName": "Fit it"},
        {"Name": "Good", "Type": "Condition", "DependsOn": ["Train"], "Arguments": {
            "Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}],
            "IfSteps": [{"Name": "Register", "Type": "RegisterModel", "Arguments": {"G": "w"}}],
            "ElseSteps": [{"Name": "Not", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}]}},
    ],
}  # fmt: skip
JOB = "arn:aws:sagemaker:us-east-1:123456789012:processing-job/prepared"
EARLIER = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/earlier"
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/wines/3"


def arrows(graph: Graph) -> set[tuple[str, str, str]]:
    return {(edge.start, edge.end, edge.label) for edge in graph.edges}


def boxes(graph: Graph) -> dict[str, Node]:
    return {node.id: node for node in graph.nodes}


def step(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"StepName": name, "StepStatus": status, "StartTime": 1.0, "AttemptCount": 1, "Metadata": {}, **more}


def test_an_execution_is_its_definition_with_what_has_become_of_the_steps() -> None:
    steps = [
        step("Prepare", "Succeeded", EndTime=2.0, Metadata={"ProcessingJob": {"Arn": JOB}},
             CacheHitResult={"SourcePipelineExecutionArn": EARLIER}, StepDescription="cache hit: nothing has changed"),
        step("Train", "Failed", FailureReason="out of memory", EndTime=3.0, AttemptCount=2),
        step("Good", "Succeeded", Metadata={"Condition": {"Outcome": "True"}}),
        step("Register", "Executing", Metadata={"RegisterModel": {"Arn": PACKAGE}}),
    ]  # fmt: skip

    graph = executions.drawn(read(json.dumps(DEFINITION)), steps)

    found = boxes(graph)
    assert arrows(graph) == {
        ("Prepare", "Train", ""), ("Train", "Good", ""), ("Good", "Register", "yes"), ("Good", "Not", "no")
    }  # fmt: skip
    assert {name: (node.status, node.note) for name, node in found.items()} == {
        "Prepare": ("Succeeded", "cache hit"), "Train": ("Failed", "out of memory"), "Good": ("Succeeded", "yes"),
        "Register": ("Executing", ""), "Not": ("", ""),
    }  # fmt: skip
    assert found["Train"].label == "Fit it"
    assert found["Prepare"].about == Link(kind="job", key=JOB)
    assert found["Register"].about == Link(kind="package", key=PACKAGE)
    told = {fact.label: (fact.value, fact.link and fact.link.key) for fact in found["Prepare"].facts}
    assert told["Taken from"] == ("pipeline/p/execution/earlier", EARLIER)
    assert told["Described as"] == ("cache hit: nothing has changed", None)
    assert ("Attempts", "2") in [(fact.label, fact.value) for fact in found["Train"].facts]


def test_parameters_that_were_not_given_are_told_with_their_defaults() -> None:
    told = executions.parameters(read(json.dumps(DEFINITION)), {"Trees": "12"})

    assert [(fact.label, fact.value) for fact in told] == [("Least", "0.9 (default)"), ("Trees", "12")]


def test_iterations_stand_behind_their_loop() -> None:
    body = [{"Name": "One", **PROCESSING}]
    around = {"MaxConcurrency": 1, "IterableItems": [1, 2], "ForEachBody": body}
    loop = {"Name": "Each", "Type": "ForEach", "Arguments": around}
    context = {"ParentStepName": "Each", "Index": 1, "Item": "2"}
    found = executions.drawn(
        read(json.dumps({"Version": "2020-12-01", "Steps": [loop]})),
        [step("Each", "Executing"), step("One[1]", "Succeeded", IterationContext=context)],
    )

    assert arrows(found) == {("Each", "One[1]", "1")}
    assert [(fact.label, fact.value) for fact in boxes(found)["One[1]"].facts] == [("Item", "2")]


def action(name: str, order: int = 1, category: str = "Build") -> dict[str, Any]:
    return {"name": name, "runOrder": order, "actionTypeId": {"category": category, "provider": "CodeBuild"}}


def test_a_delivery_is_drawn_by_stage_and_run_order() -> None:
    declared = {
        "stages": [
            {"name": "Source", "actions": [action("Code", category="Source")]},
            {"name": "Test", "actions": [action("Unit"), action("Style"), action("Agree", 2, "Approval")]},
        ]
    }
    begun = {
        ("Test", "Unit"): {
            "status": "Failed", "startTime": 1.0, "lastUpdateTime": 4.0, "input": {},
            "output": {"executionResult": {"externalExecutionId": "p:1", "errorDetails": {"message": "two failed"}}},
        },
        ("Test", "Agree"): {"status": "InProgress", "startTime": 5.0, "lastUpdateTime": 5.0, "input": {}},
    }  # fmt: skip
    waits = {"actionName": "Agree", "latestExecution": {"status": "InProgress", "token": "t"}}

    graph = deliveries.drawn(declared, {"stageStates": [{"stageName": "Test", "actionStates": [waits]}]}, begun)

    found = boxes(graph)
    assert arrows(graph) == {
        ("Source/Code", "Test/Unit", ""), ("Source/Code", "Test/Style", ""), ("Test/Unit", "Test/Agree", ""),
        ("Test/Style", "Test/Agree", ""),
    }  # fmt: skip
    assert (found["Test/Unit"].tone, found["Test/Unit"].note) == ("bad", "two failed")
    assert (found["Test/Unit"].ended, found["Test/Unit"].about) == (4.0, Link(kind="build", key="p:1"))
    assert (found["Test/Agree"].tone, found["Test/Agree"].ended) == ("waiting", 0.0)


def test_a_machine_is_drawn_with_its_choices_and_its_ways_out() -> None:
    definition = {
        "StartAt": "Look",
        "States": {
            "Look": {"Type": "Task", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}], "Next": "Which"},
            "Which": {"Type": "Choice", "Choices": [{"Next": "Look"}], "Default": "Done"},
            "Done": {"Type": "Succeed"},
            "Sorry": {"Type": "Fail"},
        },
    }
    events = [
        {"id": 6, "type": "ChoiceStateEntered", "timestamp": 3.0, "stateEnteredEventDetails": {"name": "Which"}},
        {"id": 5, "type": "TaskStateExited", "timestamp": 3.0,
         "stateExitedEventDetails": {"name": "Look", "output": '{"seen": 1}'}},
        {"id": 2, "type": "TaskStateEntered", "timestamp": 1.0, "stateEnteredEventDetails": {"name": "Look"}},
        {"id": 1, "type": "ExecutionStarted", "timestamp": 1.0},
    ]  # fmt: skip

    running = machines.drawn(definition, events)
    failed = machines.drawn(definition, [{"id": 7, "type": "ExecutionFailed", "timestamp": 4.0}, *events])

    assert arrows(running) == {
        ("Look", "Which", ""), ("Look", "Sorry", "on error"), ("Which", "Look", "if"), ("Which", "Done", "else")
    }  # fmt: skip
    assert {name: node.status for name, node in boxes(running).items()} == {
        "Look": "Succeeded", "Which": "InProgress", "Done": "", "Sorry": ""
    }  # fmt: skip
    assert ("Output", '{"seen": 1}') in [(fact.label, fact.value) for fact in boxes(running)["Look"].facts]
    assert (boxes(failed)["Which"].status, boxes(failed)["Which"].ended) == ("Failed", 4.0)


def test_a_build_is_drawn_as_its_phases() -> None:
    phases = [
        {"phaseType": "DOWNLOAD_SOURCE", "phaseStatus": "SUCCEEDED", "startTime": 1.0, "endTime": 2.0},
        {"phaseType": "BUILD", "startTime": 2.0},
    ]

    graph = builds.drawn({"phases": phases, "buildStatus": "IN_PROGRESS"})

    assert [(node.label, node.tone, node.column) for node in graph.nodes] == [
        ("Download source", "good", 0), ("Build", "busy", 1)
    ]  # fmt: skip


def entry(kind: Kind, name: str, tone: Tone, began: float, changed: float) -> Entry:
    return Entry(kind=kind, key=name, name=name, status=tone, tone=tone, began=began, changed=changed)


def test_what_changed_last_is_told_first_and_what_goes_on_is_looked_at() -> None:
    ended = entry("execution", "ended", "good", 1.0, 9.0)
    runs = entry("build", "runs", "busy", 5.0, 6.0)
    carries = entry("delivery", "carries", "busy", 4.0, 6.5)

    told = [(each.at, each.what, each.text) for each in happenings([ended, runs, carries])]

    assert told == [
        (9.0, "ended", "good"), (6.5, "carries", "busy"), (6.0, "runs", "busy"), (5.0, "runs", "began"),
        (4.0, "carries", "began"), (1.0, "ended", "began"),
    ]  # fmt: skip
    assert focus([ended, runs, carries]) == Link(kind="delivery", key="carries")
    assert focus([ended]) == Link(kind="execution", key="ended")
    assert focus([]) is None


@pytest.mark.parametrize(
    ("status", "tone"),
    [("Succeeded", "good"), ("UPDATE_ROLLBACK_COMPLETE", "bad"), ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
     ("PendingManualApproval", "waiting"), ("Stopped", "still"), ("", "still")],
)  # fmt: skip
def test_statuses_have_their_tone(status: str, tone: Tone) -> None:
    assert tone_of(status) == tone
