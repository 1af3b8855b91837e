"""ForEach steps: their items, what the steps of their bodies wait for, and what others may use of them."""

import json
from typing import Any

import pytest

from penstock.languages.pipeline import iterations
from penstock.languages.pipeline.check import validated
from penstock.languages.pipeline.expressions import Sources, Unresolvable, read, resolve
from penstock.languages.pipeline.graph import graph
from penstock.languages.pipeline.tree import DefinitionError, ForEach, Selector, StepName, StepProperty

Json = Any
SCORE = StepProperty(StepName("Score"), ("OutputParameters", "score"))


def get(text: str) -> Json:
    return {"Get": text}


def processing(name: str, *after: Json, **arguments: Json) -> Json:
    return {"Name": name, "Type": "Processing", "Arguments": {"RoleArn": "r", **arguments}, "DependsOn": list(after)}


def scoring(name: str = "Score", **arguments: Json) -> Json:
    outputs = [{"OutputName": "score", "OutputType": "Float"}]
    return {
        "Name": name, "Type": "Lambda", "FunctionArn": "arn:f", "Arguments": arguments, "OutputParameters": outputs
    }  # fmt: skip


def loop(*body: Json, items: Json = ("a", "b"), **more: Json) -> Json:
    arguments = {"IterableItems": items, "MaxConcurrency": 2, "ForEachBody": list(body), **more}
    return {"Name": "Fan", "Type": "ForEach", "Arguments": arguments}


def selector(field: str = "IterationOutput.Score.OutputParameters['score']", pick: str = "MaxBy") -> Json:
    return {"Pick": pick, "Field": get(field)}


def definition(*steps: Json) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps)})


def fan(text: str) -> ForEach:
    found = validated(text).steps[StepName("Fan")]
    assert isinstance(found, ForEach)
    return found


@pytest.mark.parametrize(
    ("item", "text", "value"),
    [
        ("a", "ForEach.CurrentItem", "a"),
        (7, "ForEach.CurrentItem", 7),
        ('{"name": "x", "deep": [{"k": 1}]}', "ForEach.CurrentItem.deep[0].k", 1),
        ({"name": "x"}, "ForEach.CurrentItem['name']", "x"),
        ('{"name": "x"}', "ForEach.CurrentItem", '{"name": "x"}'),
    ],
)
def test_the_current_item_is_what_the_iteration_is_about_or_a_part_of_it(item: Json, text: str, value: Json) -> None:
    assert resolve(read(get(text), "here"), Sources(item=item)) == value


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('["a", 1, true, {"x": 2}]', ("a", 1, True, {"x": 2})),
        ("[]", ()),
        (["a", get("Parameters.P")], ("a", "p")),
        (get("Parameters.List"), ("u", "v")),
    ],
)
def test_items_come_as_a_list_or_as_the_text_of_one(written: Json, found: tuple[Json, ...]) -> None:
    step = ForEach(name=StepName("Fan"), items=read(written, "here"), concurrency=1, body=(StepName("P"),))

    assert iterations.items(step, Sources(parameters={"P": "p", "List": '["u", "v"]'})) == found


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("a, b", "must come to the text of a JSON list, not to 'a, b'"),
        ('{"a": 1}', "must come to a list, not to"),
        ("[null]", "none of them null"),
        (json.dumps(["x"] * 1_001), "at most 1000 items, none of them null: it has 1001"),
    ],
)
def test_what_is_no_list_of_items_is_said_to_be_none(written: Json, sentence: str) -> None:
    step = ForEach(name=StepName("Fan"), items=read(written, "here"), concurrency=1, body=(StepName("P"),))

    with pytest.raises(Unresolvable) as failure:
        iterations.items(step, Sources())

    assert sentence in str(failure.value)


def test_an_iteration_bears_the_name_of_a_step_of_the_body_and_the_place_of_its_item() -> None:
    found = iterations.iterations(fan(definition(loop(processing("P"), scoring()))), 2)

    assert [each.name for each in found] == ["P-0", "Score-0", "P-1", "Score-1"]
    assert iterations.iteration_of(StepName("P-x-10")) == iterations.Iteration(StepName("P-x"), 10)


def scored(*scores: Json) -> list[Json]:
    return [None if score is None else {"OutputParameters": {"score": score}} for score in scores]


@pytest.mark.parametrize(
    ("pick", "scores", "index"),
    [("MaxBy", (1, 3.5, 3.5), 1), ("MinBy", (2, "1", 1.0), 1), ("MaxBy", (None, -5), 1), ("MaxBy", (None,), None)],
)
def test_a_selector_picks_the_first_of_the_best_iterations_that_have_a_value(
    pick: Any, scores: tuple[Json, ...], index: int | None
) -> None:
    assert iterations.picked(Selector(pick, SCORE), scored(*scores)) == index


@pytest.mark.parametrize("score", ["high", True, "nan", {}])
def test_a_selector_compares_numbers_only(score: Json) -> None:
    with pytest.raises(Unresolvable, match="MaxBy compares numbers"):
        iterations.picked(Selector("MaxBy", SCORE), scored(1, score))


def test_a_step_of_the_body_waits_for_others_of_it_and_the_loop_for_all_else_that_they_use() -> None:
    body = [
        processing("P", "Early", X=get("ForEach.CurrentItem")),
        scoring(of=get("Steps.P.ProcessingJobName"), by=get("Steps.Other.ProcessingJobArn")),
    ]

    whole = graph(validated(definition(processing("Early"), processing("Other"), loop(*body))))

    assert dict(whole.needs[StepName("Score")]) == {"P": "Completed"}
    assert dict(whole.needs[StepName("P")]) == {}
    assert dict(whole.needs[StepName("Fan")]) == {"Early": "Completed", "Other": "Completed"}
    assert whole.loop == {"P": "Fan", "Score": "Fan"}
    assert whole.kept[StepName("P")] == {"ProcessingJobName"}


def test_of_a_body_that_is_kept_which_the_selector_and_later_steps_use() -> None:
    use = processing(
        "Use",
        X=get("Steps.Fan.IterationOutputs[0].P.ProcessingJobArn"),
        Y=get("Steps.Fan.Selected.OutputParameters['score']"),
        Z=get("Steps.Fan.Status"),
    )

    whole = graph(validated(definition(loop(processing("P"), scoring(), Selector=selector()), use)))

    assert whole.kept[StepName("P")] == {"ProcessingJobArn"}
    assert whole.kept[StepName("Score")] == {"OutputParameters"}
    assert whole.kept[StepName("Fan")] == {"IterationOutputs", "Selected", "Status"}


USES = {
    "Steps.P.Arn": "'P' is run once for each item, use IterationOutputs[0].P",
    "Steps.Fan.IterationOutputs.P.Arn": "of a ForEach step others can use Status, InputItemCount",
    "Steps.Fan.IterationOutputs[0].Q.Arn": "of a ForEach step others can use Status",
    "Steps.Fan.Selected.Arn": "if it has a Selector, Selected with a property",
    "Steps.Fan.Mood": "of a ForEach step others can use",
    "ForEach.CurrentItem": "has a value only in the body of a ForEach step",
    "ForEach.Mood": "is not a variable of a ForEach step",
    "IterationOutput.P.Arn": "must begin with Parameters., Execution. or Steps.",
}


@pytest.mark.parametrize(("text", "sentence"), USES.items())
def test_what_others_can_not_use_of_a_loop_is_said(text: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        validated(definition(loop(processing("P")), processing("Use", X=get(text))))

    assert sentence in str(refused.value)


CONDITION = {"Name": "C", "Type": "Condition", "Arguments": {"Conditions": [{"Type": "Equals"}]}}
REFUSED = {
    "no items": (loop(processing("P"), items=[]), "IterableItems of step 'Fan' must have 1 to 100 elements"),
    "items of no kind": (loop(processing("P"), items=7), "IterableItems of step 'Fan' must be a list, or come to"),
    "a null item": (loop(processing("P"), items=[None]), "none that is null"),
    "too many": (loop(processing("P"), items=["x"] * 101), "must have 1 to 100 elements"),
    "nothing at once": (loop(processing("P"), MaxConcurrency=0), "MaxConcurrency of step 'Fan' must be a whole number"),
    "too much at once": (loop(processing("P"), MaxConcurrency=51), "from 1 to 50"),
    "an empty body": (loop(), "ForEachBody of step 'Fan' must have at least one step"),
    "a condition in the body": (loop(CONDITION), "ForEachBody of step 'Fan' can not hold steps of type Condition"),
    "a loop in the body": (loop(loop(processing("P"))), "can not hold steps of type ForEach"),
    "another pick": (
        loop(scoring(), Selector=selector(pick="Median")),
        "Pick in the Selector of step 'Fan' must be one of MaxBy, MinBy, not 'Median'",
    ),
    "a field of another namespace": (
        loop(scoring(), Selector=selector("Parameters.P")),
        "Field in the Selector of step 'Fan' must be a property of a step in its body",
    ),
    "a field of a step outside": (
        loop(scoring(), Selector=selector("IterationOutput.Else.Arn")),
        "'Else' is not a step of its ForEachBody",
    ),
    "a field that is not answered": (
        loop(scoring(), Selector=selector("IterationOutput.Score.OutputParameters['mood']")),
        "of step 'Score' others can use OutputParameters['…'] of score",
    ),
    "a name used outside": (loop(processing("Fan")), "'Fan' is used more than once"),
    "a circle in the body": (loop(processing("P", "Q"), processing("Q", "P")), "P → Q → P"),
    "a step that waits for its own loop": (loop(processing("P", "Fan")), "Fan → Fan"),
}


@pytest.mark.parametrize(("step", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_loop_that_makes_no_sense_is_refused_with_what_is_wrong(step: Json, sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        validated(definition(step))

    assert sentence in str(refused.value)


def test_no_step_may_be_named_as_an_iteration_will_be() -> None:
    with pytest.raises(DefinitionError, match="Step 'P-0' is named like an iteration of step 'P'"):
        validated(definition(loop(processing("P")), processing("P-0")))


def cleanup(*sources: Json, **more: Json) -> Json:
    return {"Name": "Clean", "Type": "Cleanup", "Arguments": {"Resources": {"S3": list(sources), **more}}}


def test_a_cleanup_waits_for_the_steps_whose_outputs_it_deletes() -> None:
    clean = cleanup({"StepName": "A", "S3Uris": ["s3://b/x", get("Steps.B.ProcessingJobName")]})

    whole = graph(validated(definition(clean, processing("A"), processing("B"))))

    assert dict(whole.needs[StepName("Clean")]) == {"A": "Completed", "B": "Completed"}
    assert "ProcessingOutputConfig" in whole.kept[StepName("A")]


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (cleanup(), "Resources of step 'Clean' must have S3, a list with at least one element"),
        (cleanup({"StepName": "A", "S3Uris": ["s3://b/x"]}, Tables=[]), "and nothing else"),
        (cleanup({"StepName": "A", "S3Uris": []}), "S3Uris of 'A' in Resources of step 'Clean' must be left out or"),
        (cleanup({"StepName": "B", "S3Uris": ["s3://b/x"]}), "names 'B', which is not a step"),
        (cleanup({"StepName": "A"}), "S3Uris must say which objects of 'A' are to go"),
    ],
)
def test_a_cleanup_that_makes_no_sense_is_refused_with_what_is_wrong(step: Json, sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        validated(definition(step, processing("A")))

    assert sentence in str(refused.value)
