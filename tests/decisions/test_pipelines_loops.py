"""Decisions of pipeline executions about ForEach and Cleanup steps."""

from typing import Any

import msgspec

from decisions.test_pipelines import BEGIN, Story, job, story
from penstock.engine.facts import Done, Invoke, Outcome, Perform, Signalled
from penstock.languages.pipeline.tree import StepName
from penstock.services.sagemaker.pipelines.flow import LIMIT, STOP
from penstock.services.sagemaker.pipelines.model import Begin, Execution
from penstock.services.sagemaker.pipelines.selecting import reused

Json = Any


def get(text: str) -> Json:
    return {"Get": text}


def fan(
    *body: Json, items: Json = ("x", "y", "z"), at_once: int = 2, after: tuple[Json, ...] = (), **more: Json
) -> Json:
    arguments = {"IterableItems": items, "MaxConcurrency": at_once, "ForEachBody": list(body), **more}
    return {"Name": "Fan", "Type": "ForEach", "Arguments": arguments, "DependsOn": list(after)}


def about(name: str, *after: Json, item: str = "ForEach.CurrentItem") -> Json:
    return {**job(name, *after), "Arguments": {"Environment": {"ITEM": get(item)}}}


def scoring(name: str = "Score", *after: Json) -> Json:
    outputs = [{"OutputName": "score", "OutputType": "Float"}]
    return {
        "Name": name, "Type": "Lambda", "FunctionArn": "arn:f", "Arguments": {"item": get("ForEach.CurrentItem")},
        "OutputParameters": outputs, "DependsOn": list(after),
    }  # fmt: skip


def scored(it: Story, index: int, score: Json) -> list[str]:
    return [c.key for c in it.tell(Done(f"Score-{index}/1/call", {"Returned": {"score": score}}))]


def environment(it: Story, step: str) -> Json:
    command = it.asked[f"{step}/1/create"]
    assert isinstance(command, Invoke)
    return command.request["Environment"]


def retried(it: Story, state: Execution) -> Begin:
    return msgspec.structs.replace(
        BEGIN, kept={name: step for name, step in state.steps.items() if step.status == "Succeeded"}
    )


FAILED = Outcome("Failed", {"FailureReason": "AlgorithmError: , exit code: 1"})


def test_every_item_has_its_own_run_of_the_body_so_many_at_a_time() -> None:
    it = story(fan(about("P")))

    assert it.start() == ["P-0/1/create", "P-1/1/create"]
    assert environment(it, "P-1") == {"ITEM": "y"}
    assert it.ended("P-1") == ["P-2/1/create"]
    assert it.ended("P-0") == []
    assert it.ended("P-2") == ["finish"]
    assert it.statuses == {"Fan": "Succeeded", "P-0": "Succeeded", "P-1": "Succeeded", "P-2": "Succeeded"}


def test_within_an_iteration_steps_wait_for_one_another_and_use_each_others_properties() -> None:
    use = {**job("Q"), "Arguments": {"Environment": {"ITEM": get("Steps.P.ProcessingJobName")}}}
    it = story(fan(use, about("P"), items=["x", "y"]))
    it.start()

    it.made("P-1")
    result = Outcome("Succeeded", {"ProcessingJobName": "the job of y"})

    assert it.ended("P-1", result) == ["Q-1/1/create"]
    assert environment(it, "Q-1") == {"ITEM": "the job of y"}


def test_a_failing_iteration_disturbs_no_other_and_fails_the_loop_at_its_end() -> None:
    it = story(fan(about("P"), about("Q", "P"), items=["x", "y"]), job("After", "Fan"), job("Beside"))
    assert it.start() == ["Beside/1/create", "P-0/1/create", "P-1/1/create"]

    assert it.ended("P-0", FAILED) == []
    assert it.ended("P-1") == ["Q-1/1/create"]
    assert it.ended("Q-1") == []
    assert it.ended("Beside") == ["finish"]

    assert it.finish.status == "Failed"
    assert it.statuses["Fan"] == "Failed"
    assert it.statuses["Q-0"] == it.statuses["After"] == "Skipped"
    assert it.state.steps["Fan"].reason == "ClientError: One or multiple iterations failed: P-0."
    assert it.state.steps["Fan"].shown == {
        "Status": "Failed", "InputItemCount": 2, "TotalStepCount": 4,
        "SucceededStepCount": 2, "FailedStepCount": 1, "StoppedStepCount": 0,
    }  # fmt: skip


def test_a_failure_that_a_step_of_the_body_waits_for_does_not_fail_the_loop() -> None:
    it = story(fan(about("P"), about("Mend", {"Step": "P", "Trigger": "Failed"}), items=["x"]), job("After", "Fan"))
    it.start()

    assert it.ended("P-0", FAILED) == ["Mend-0/1/create"]
    assert it.ended("Mend-0") == ["After/1/create"]
    it.ended("After")

    assert it.state.status == "CompletedWithFailures"


def test_a_step_that_waits_for_a_failed_loop_makes_good_for_its_iterations() -> None:
    tell = {**job("Tell", {"Step": "Fan", "Trigger": "Failed"}), "Arguments": {"X": get("Steps.Fan.FailedStepCount")}}
    it = story(fan(about("P"), items=["x"]), tell)
    it.start()

    assert it.ended("P-0", FAILED) == ["Tell/1/create"]
    it.ended("Tell")

    assert it.state.status == "CompletedWithFailures"
    command = it.asked["Tell/1/create"]
    assert isinstance(command, Invoke)
    assert command.request["X"] == 1


def test_the_selected_iteration_and_the_outputs_of_all_are_there_for_later_steps() -> None:
    selector = {"Pick": "MaxBy", "Field": get("IterationOutput.Score.OutputParameters['score']")}
    use = {
        **job("Use"),
        "Arguments": {
            "Best": get("Steps.Fan.Selected.OutputParameters['score']"),
            "First": get("Steps.Fan.IterationOutputs[0].Score.OutputParameters['score']"),
            "Ended": get("Steps.Fan.Status"),
            "Items": get("Steps.Fan.InputItemCount"),
        },
    }
    it = story(fan(scoring(), at_once=3, Selector=selector), use)
    it.start()

    scored(it, 2, 1)
    scored(it, 0, 0.5)
    assert scored(it, 1, 2.5) == ["Score-1/1/unlimit", "Use/1/create"]

    command = it.asked["Use/1/create"]
    assert isinstance(command, Invoke)
    used = {key: value for key, value in command.request.items() if key != "ProcessingJobName"}
    assert used == {"Best": 2.5, "First": 0.5, "Ended": "Succeeded", "Items": 3}
    assert it.state.steps["Fan"].shown["Selector"] == {"StepName": "Score", "Index": 1}


def test_a_selector_without_numbers_fails_the_loop() -> None:
    selector = {"Pick": "MinBy", "Field": get("IterationOutput.Score.OutputParameters['score']")}
    outputs = [{"OutputName": "score", "OutputType": "String"}]
    it = story(fan({**scoring(), "OutputParameters": outputs}, items=["x"], Selector=selector))
    it.start()

    scored(it, 0, "low")

    assert it.state.steps["Fan"].reason == (
        "ClientError: Selector of step 'Fan': MinBy compares numbers, which 'low' of Score is not."
    )
    assert it.finish.status == "Failed"


def test_a_loop_takes_no_slot_from_its_iterations() -> None:
    it = story(fan(about("P"), at_once=2), begin=msgspec.structs.replace(BEGIN, parallel_steps=1))

    assert it.start() == ["P-0/1/create"]
    assert it.tell(Signalled(LIMIT, None))[0].key == "P-1/1/create"


def test_a_loop_over_nothing_succeeds_at_once() -> None:
    it = story(fan(about("P"), items="[]"), job("After", "Fan"))

    assert it.start() == ["After/1/create"]
    assert it.state.steps["Fan"].shown["InputItemCount"] == 0


def test_items_that_are_no_list_fail_the_loop() -> None:
    it = story(fan(about("P"), items="x, y"))

    assert it.start() == ["finish"]
    assert "must come to the text of a JSON list" in it.state.steps["Fan"].reason


def test_a_stopped_loop_starts_no_more_and_waits_for_what_runs() -> None:
    it = story(fan(about("P")))
    it.start()
    it.made("P-0")

    assert [c.key for c in it.tell(Signalled(STOP, None))] == ["P-0/1/stop"]
    assert it.statuses["Fan"] == "Stopping"
    assert it.ended("P-1", Outcome("Stopped", {})) == []
    it.ended("P-0", Outcome("Stopped", {}))

    assert it.statuses == {"Fan": "Stopped", "P-0": "Stopped", "P-1": "Stopped"}
    assert it.state.status == "Stopped"


def test_a_stop_reaches_a_loop_of_which_nothing_runs_yet() -> None:
    it = story(job("a"), fan(about("P")), begin=msgspec.structs.replace(BEGIN, parallel_steps=1))
    it.start()
    it.ended("a")
    it.ended("P-0")

    it.tell(Signalled(STOP, None))
    it.ended("P-1", Outcome("Stopped", {}))

    assert it.statuses["Fan"] == "Stopped"
    assert it.state.status == "Stopped"


def test_a_retry_runs_only_the_iterations_that_did_not_succeed() -> None:
    steps = [fan(about("P"), about("Q", "P"), items=["x", "y"])]
    first = story(*steps)
    first.start()
    first.ended("P-0", FAILED)
    first.ended("P-1")
    first.ended("Q-1")

    again = story(*steps, begin=retried(first, first.state))

    assert again.start() == ["P-0/1/create"]
    assert again.ended("P-0") == ["Q-0/1/create"]
    assert again.ended("Q-0") == ["finish"]
    assert again.finish.status == "Succeeded"
    assert again.state.steps["Fan"].shown["SucceededStepCount"] == 4


def test_a_retry_with_other_items_keeps_only_what_ran_for_the_same_item_in_the_same_place() -> None:
    document = {"Std:JsonGet": {"S3Uri": "s3://b/items.json", "Path": "items"}}
    steps = [fan(about("P"), items=document, at_once=5)]

    def looked(it: Story, *items: str) -> list[str]:
        it.start()
        return [
            c.key for c in it.tell(Done("Fan/1/look/0", {"Address": "s3://b/items.json#items", "Value": list(items)}))
        ]

    first = story(*steps)
    looked(first, "x", "y", "z")
    first.ended("P-0")
    first.ended("P-1")
    first.ended("P-2", FAILED)
    again = story(*steps, begin=retried(first, first.state))

    assert looked(again, "x", "other") == ["P-1/1/create"]
    assert again.ended("P-1") == ["finish"]
    assert set(again.statuses) == {"Fan", "P-0", "P-1"}


def test_a_loop_in_a_branch_not_taken_is_never_opened() -> None:
    tests = [{"Type": "Equals", "LeftValue": 1, "RightValue": 2}]
    choice = {"Name": "C", "Type": "Condition", "Arguments": {"Conditions": tests, "IfSteps": [fan(about("P"))]}}

    it = story(choice)

    assert it.start() == ["finish"]
    assert it.statuses == {"C": "Succeeded", "Fan": "Skipped"}


def written(*uris: str) -> Outcome:
    outputs = [{"OutputName": str(at), "S3Output": {"S3Uri": uri}} for at, uri in enumerate(uris)]
    return Outcome("Succeeded", {"ProcessingOutputConfig": {"Outputs": outputs}})


def cleanup(*sources: Json, trigger: str = "Completed") -> Json:
    return {
        "Name": "Clean", "Type": "Cleanup", "Arguments": {"Resources": {"S3": list(sources)}},
        "DependsOn": [{"Step": source["StepName"], "Trigger": trigger} for source in sources],
    }  # fmt: skip


def asked_to_delete(it: Story) -> Json:
    command = it.asked["Clean/1/clean"]
    assert isinstance(command, Perform)
    return command.input


def test_a_cleanup_deletes_named_objects_below_the_outputs_of_a_step_and_nothing_else() -> None:
    one, other = ({"StepName": name, "S3Uris": [f"s3://b/{name}/x.csv"]} for name in ("A", "B"))
    it = story(job("A"), job("B"), cleanup(one, other))
    it.start()

    it.ended("A", written("s3://b/other", "s3://b/A/"))
    it.ended("B", written("s3://b/else"))

    assert asked_to_delete(it) == {
        "Sources": [{"StepName": "A", "Objects": ["s3://b/A/x.csv"]}],
        "FailedSteps": [
            {
                "StepName": "B",
                "ErrorCode": "ClientError",
                "ErrorMessage": "s3://b/B/x.csv is not below s3://b/else/.",
            }
        ],
        "SkippedSteps": [],
    }


def test_of_a_training_step_all_that_its_job_wrote_goes() -> None:
    it = story(job("T", kind="Training"), cleanup({"StepName": "T"}))
    it.start()

    it.ended("T", Outcome("Succeeded", {"TrainingJobName": "t-1", "OutputDataConfig": {"S3OutputPath": "s3://b/m/"}}))

    assert asked_to_delete(it)["Sources"] == [{"StepName": "T", "Prefix": "s3://b/m/t-1/"}]


def test_a_cleanup_after_a_failure_deletes_what_the_failed_job_wrote() -> None:
    it = story(job("A"), cleanup({"StepName": "A", "S3Uris": ["s3://b/A/x.csv"]}, trigger="Any"))
    it.start()

    it.ended("A", Outcome("Failed", {**written("s3://b/A").result, "FailureReason": "oh"}))

    assert asked_to_delete(it)["Sources"] == [{"StepName": "A", "Objects": ["s3://b/A/x.csv"]}]


def test_a_step_that_does_not_say_where_its_outputs_are_is_skipped() -> None:
    it = story(job("A"), cleanup({"StepName": "A", "S3Uris": ["s3://b/A/x.csv"]}))
    it.start()

    it.ended("A", Outcome("Succeeded", {}))

    assert asked_to_delete(it) == {"Sources": [], "FailedSteps": [], "SkippedSteps": ["A"]}


def test_a_cleanup_fails_when_something_could_not_be_deleted_and_shows_what_was() -> None:
    it = story(job("A"), cleanup({"StepName": "A", "S3Uris": ["s3://b/A/x.csv"]}))
    it.start()
    it.ended("A", written("s3://b/A"))
    failed = [{"StepName": "A", "ErrorCode": "ClientError", "ErrorMessage": "no such bucket"}]

    it.tell(Done("Clean/1/clean", {"CleanedSteps": [], "FailedSteps": failed, "SkippedSteps": []}))

    assert it.state.steps["Clean"].reason == "ClientError: Failed to delete outputs. Error Details: A: no such bucket"
    assert it.state.steps["Clean"].shown["FailedSteps"] == failed
    assert it.finish.status == "Failed"


def test_a_step_of_the_body_looks_into_the_property_file_of_its_own_iteration() -> None:
    report = {"PropertyFileName": "Report", "OutputName": "out", "FilePath": "report.json"}
    use = {"Std:JsonGet": {"PropertyFile": get("Steps.P.PropertyFiles.Report"), "Path": "score"}}
    q = {**job("Q"), "Arguments": {"Environment": {"ITEM": use}}}
    it = story(fan({**about("P"), "PropertyFiles": [report]}, q, items=["x", "y"]))
    it.start()

    outputs = {"Outputs": [{"OutputName": "out", "S3Output": {"S3Uri": "s3://b/of-y"}}]}

    assert it.ended("P-1", Outcome("Succeeded", {"ProcessingOutputConfig": outputs})) == ["Q-1/1/look/0"]
    command = it.asked["Q-1/1/look/0"]
    assert isinstance(command, Perform)
    assert command.input == {"S3Uri": "s3://b/of-y/report.json", "Path": "score"}
    it.tell(Done("Q-1/1/look/0", {"Address": "s3://b/of-y/report.json#score", "Value": 3}))
    assert environment(it, "Q-1") == {"ITEM": 3}


def test_a_selective_execution_uses_what_a_loop_came_to_in_its_source() -> None:
    use = {**job("Use"), "Arguments": {"X": get("Steps.Fan.IterationOutputs[0].P.ProcessingJobName")}}
    steps = [fan(about("P"), items=["x"]), use]
    source = story(*steps)
    source.start()
    source.ended("P-0", Outcome("Succeeded", {"ProcessingJobName": "the job"}))
    source.ended("Use")
    kept = reused(source.plan, [StepName("Use")], "arn:source", source.state)

    it = story(*steps, begin=msgspec.structs.replace(BEGIN, kept=kept, selected=("Use",)))

    assert it.start() == ["Use/1/create"]
    command = it.asked["Use/1/create"]
    assert isinstance(command, Invoke)
    assert command.request["X"] == "the job"
