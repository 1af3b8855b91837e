"""What SDKs emit is read and makes sense; what makes no sense is refused with a sentence that names it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.languages.pipeline.check import validated
from penstock.languages.pipeline.graph import graph
from penstock.languages.pipeline.tree import DefinitionError, Other, StepName

Json = Any
CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def processing(name: str, **more: Json) -> Json:
    return {"Name": name, "Type": "Processing", "Arguments": {"RoleArn": "r"}, **more}


def condition(name: str, left: Json, right: Json = 1, kind: str = "Equals", **branches: Json) -> Json:
    test = {"Type": kind, "LeftValue": left, "RightValue": right}
    return {"Name": name, "Type": "Condition", "Arguments": {"Conditions": [test], **branches}}


def definition(*steps: Json, **more: Json) -> str:
    return json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": list(steps), **more})


def written_names(steps: Json) -> Iterator[tuple[str, str]]:
    for step in steps:
        yield step["Name"], step["Type"]
        for branch in ("IfSteps", "ElseSteps"):
            yield from written_names(step["Arguments"].get(branch) or [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_sdks_emit_is_read_whole_and_makes_sense(case: Path) -> None:
    text = case.read_bytes()

    tree = validated(text)

    read = {name: step.type if isinstance(step, Other) else type(step).__name__ for name, step in tree.steps.items()}
    assert read == dict(written_names(json.loads(text)["Steps"]))


def test_all_samples_are_here() -> None:
    assert len(CASES) == 49


def test_a_step_waits_for_the_steps_whose_properties_it_uses_wherever_they_stand_in_the_document() -> None:
    use = processing("use", Arguments={"X": {"Std:Join": {"On": "", "Values": [{"Get": "Steps.make.A.B"}]}}})

    whole = graph(validated(definition(use, processing("make"))))

    assert dict(whole.needs[StepName("use")]) == {"make": "Completed"}
    assert whole.followers[StepName("make")] == ("use",)
    assert whole.kept[StepName("make")] == {"A"}


def test_a_step_in_a_branch_waits_for_its_condition_and_is_known_everywhere() -> None:
    outside = processing("outside", Arguments={"X": {"Get": "Steps.inside.Arn"}})

    whole = graph(validated(definition(condition("c", 1, IfSteps=[processing("inside")]), outside)))

    assert whole.branch[StepName("inside")] == ("c", True)
    assert dict(whole.needs[StepName("inside")]) == {"c": "Completed"}
    assert dict(whole.needs[StepName("outside")]) == {"inside": "Completed"}


def test_a_step_may_name_the_condition_around_it_without_waiting_for_itself() -> None:
    inside = processing("inside", DependsOn=["c"])

    whole = graph(validated(definition(condition("c", 1, IfSteps=[inside]))))

    assert "inside" not in whole.joins


def test_defaults_and_choices_of_parameters_have_their_type() -> None:
    entry = {"Name": "P", "Type": "Float", "DefaultValue": 1, "EnumValues": ["1.0", 2]}

    parameter = validated(definition(Parameters=[entry])).parameters["P"]

    assert (parameter.default, parameter.choices) == (1.0, (1.0, 2.0))


REFUSED = {
    "not JSON": ("{", "not JSON"),
    "not an object": ("[]", "must be a JSON object"),
    "another version": (json.dumps({"Version": "2019", "Steps": []}), "Version must be '2020-12-01'"),
    "no steps": (json.dumps({"Version": "2020-12-01"}), "has no Steps"),
    "steps that are no list": (json.dumps({"Version": "2020-12-01", "Steps": {}}), "Steps of the definition must be"),
    "nested without end": ("[" * 100_000, "nested too deeply"),
    "two steps of one name": (definition(processing("a"), processing("a")), "Step names must be unique"),
    "a branch's step named like its condition": (
        definition(condition("a", 1, IfSteps=[processing("a")])),
        "Step names must be unique",
    ),
    "a name with a space": (definition(processing("a b")), "'a b' is not a step name"),
    "a name that is too long": (definition(processing("a" * 65)), "1 to 64"),
    "no type": (definition({"Name": "a", "Arguments": {}}), "Type of step 'a' is missing"),
    "an unknown type": (definition({"Name": "a", "Type": "Magic"}), "'Magic' of step 'a' is not a type of step"),
    "no arguments": (definition({"Name": "a", "Type": "Training"}), "Arguments of step 'a' are missing"),
    "a check of nothing": (
        definition(processing("a", Type="QualityCheck", CheckType="LOOKS")),
        "CheckType of step 'a' must be one of DATA_QUALITY, MODEL_QUALITY, not 'LOOKS'",
    ),
    "a check by Clarify of another kind": (
        definition(processing("a", Type="ClarifyCheck", CheckType="DATA_QUALITY")),
        "CheckType of step 'a' must be one of DATA_BIAS, MODEL_BIAS, MODEL_EXPLAINABILITY, not 'DATA_QUALITY'",
    ),
    "a check without a job": (
        definition({"Name": "a", "Type": "QualityCheck", "CheckType": "DATA_QUALITY"}),
        "Arguments of step 'a' are missing",
    ),
    "a check whose baseline is of no step": (
        definition(
            processing(
                "a",
                Type="QualityCheck",
                CheckType="DATA_QUALITY",
                SuppliedBaselineConstraints={"Get": "Steps.b.CalculatedBaselineConstraints"},
            )
        ),
        "there is no step 'b'",
    ),
    "an unknown step": (
        definition(processing("a", Arguments={"X": {"Get": "Steps.b.Arn"}})),
        "there is no step 'b'",
    ),
    "an unknown parameter": (
        definition(processing("a", Arguments={"X": {"Get": "Parameters.P"}})),
        "Parameters.P in step 'a' is not declared",
    ),
    "an unknown variable": (
        definition(processing("a", Arguments={"X": {"Get": "Execution.Mood"}})),
        "'Execution.Mood' in step 'a' is not an execution variable",
    ),
    "an unknown function": (
        definition(processing("a", Arguments={"X": {"Std:Add": [1, 2]}})),
        "Std:Add in step 'a' is not a function",
    ),
    "an unknown property file": (
        definition(
            processing("a"),
            condition("c", {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.a.PropertyFiles.F"}, "Path": "x"}}),
        ),
        "step 'a' has no property file 'F'",
    ),
    "a bad path": (
        definition(condition("c", {"Std:JsonGet": {"S3Uri": "s3://b/k", "Path": "a[b"}})),
        "Path of Std:JsonGet",
    ),
    "an unknown dependency": (definition(processing("a", DependsOn=["b"])), "names 'b', which is not a step"),
    "an unknown trigger": (
        definition(processing("a"), processing("b", DependsOn=[{"Step": "a", "Trigger": "Maybe"}])),
        "Trigger in DependsOn of step 'b'",
    ),
    "waiting for a Fail step": (
        definition({"Name": "f", "Type": "Fail"}, processing("a", DependsOn=["f"])),
        "a can not depends on f",
    ),
    "a circle of two": (
        definition(processing("a", DependsOn=["b"]), processing("b", DependsOn=["a"])),
        "a → b → a",
    ),
    "waiting for oneself": (definition(processing("a", DependsOn=["a"])), "a → a"),
    "a circle through a condition": (
        definition(condition("c", {"Get": "Steps.x.Arn"}, IfSteps=[processing("x")])),
        "cycle",
    ),
    "an unknown operator": (definition(condition("c", 1, kind="Near")), "'Near' is not a type of condition"),
    "an operand missing": (
        definition({"Name": "c", "Type": "Condition", "Arguments": {"Conditions": [{"Type": "Equals"}]}}),
        "LeftValue of Equals in step 'c' is missing",
    ),
    "no conditions": (
        definition({"Name": "c", "Type": "Condition", "Arguments": {"Conditions": []}}),
        "Conditions of step 'c' must be a list",
    ),
    "a parameter twice": (
        definition(Parameters=[{"Name": "P", "Type": "String"}] * 2),
        "Parameter names must be unique",
    ),
    "a parameter of an unknown type": (
        definition(Parameters=[{"Name": "P", "Type": "Text"}]),
        "Type of parameter 'P' must be one of",
    ),
    "a default of another type": (
        definition(Parameters=[{"Name": "P", "Type": "Integer", "DefaultValue": "many"}]),
        "DefaultValue of parameter 'P' must be of type Integer",
    ),
    "a default that is no choice": (
        definition(Parameters=[{"Name": "P", "Type": "String", "DefaultValue": "c", "EnumValues": ["a"]}]),
        "must be one of a, not 'c'",
    ),
    "a choice of another type": (
        definition(Parameters=[{"Name": "P", "Type": "Integer", "EnumValues": [1, "many"]}]),
        "EnumValues of parameter 'P' must be of type Integer",
    ),
    "a boolean that is none": (
        definition(Parameters=[{"Name": "P", "Type": "Boolean", "DefaultValue": 1}]),
        "DefaultValue of parameter 'P' must be of type Boolean",
    ),
    "an unknown error in a retry policy": (
        definition(processing("a", RetryPolicies=[{"ExceptionType": ["Step.BAD_MOOD"]}])),
        "not 'Step.BAD_MOOD'",
    ),
    "a negative number of attempts": (
        definition(processing("a", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": -1}])),
        "MaxAttempts of a retry policy of step 'a'",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_definition_that_makes_no_sense_is_refused_with_what_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        validated(text)

    assert sentence in str(refusal.value)


def asking(name: str, kind: str = "Lambda", *types: str, **more: Json) -> Json:
    outputs = [{"OutputName": f"o{place}", "OutputType": kind} for place, kind in enumerate(types)]
    whom = {"Lambda": {"FunctionArn": "arn:f"}, "Callback": {"SqsQueueUrl": "https://q"}}[kind]
    return {"Name": name, "Type": kind, "Arguments": {}, "OutputParameters": outputs, **whom, **more}


def test_a_step_waits_for_the_steps_whose_outputs_it_uses_and_for_those_that_say_whom_it_asks() -> None:
    use = asking("use", FunctionArn={"Get": "Steps.find.OutputParameters['o0']"})

    whole = graph(validated(definition(use, asking("find", "Callback", "String"))))

    assert dict(whole.needs[StepName("use")]) == {"find": "Completed"}


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (asking("a", FunctionArn=None), "FunctionArn of step 'a' is missing."),
        (asking("a", "Callback", SqsQueueUrl=5), "SqsQueueUrl of step 'a' must be a string, not a number."),
        (asking("a", "Lambda", "Text"), "must be one of String, Integer, Float, Boolean, not 'Text'."),
        (
            asking("a", OutputParameters=[{"OutputName": "x"}, {"OutputName": "x"}]),
            "OutputParameters of step 'a': an OutputName may be used once only.",
        ),
        (
            processing("a", CacheConfig={"Enabled": True, "ExpireAfter": "soon"}),
            "ExpireAfter of CacheConfig of step 'a' must be an ISO 8601 duration such as P30D or PT12H, not 'soon'.",
        ),
        (
            processing("a", CacheConfig={"Enabled": {"Get": "Parameters.Reuse"}, "ExpireAfter": "30d"}),
            "Parameters.Reuse in step 'a' is not declared in Parameters.",
        ),
    ],
)
def test_what_is_wrong_with_a_step_is_named(step: Json, sentence: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        validated(definition(step))

    assert str(refused.value).endswith(sentence)


@pytest.mark.parametrize("path", ["OutputParameters['o1']", "Arn", "OutputParameters['o0'].more"])
def test_of_a_step_that_asks_outside_nothing_but_its_outputs_can_be_used(path: str) -> None:
    use = processing("use", Arguments={"X": {"Get": f"Steps.ask.{path}"}})

    with pytest.raises(DefinitionError, match=r"of step 'ask' others can use OutputParameters\['…'\] of o0\."):
        validated(definition(asking("ask", "Lambda", "String"), use))
