"""The definition that is emitted: golden documents, read by Penstock's own reader; and what changes with what."""

import json
import subprocess
import sys
from typing import Any

import pytest

from authoring.conftest import Draw, Write
from authoring.emitted import GOLDEN, PROJECTS, TO, plans
from penstock.languages.pipeline.check import validated
from penstock.pipeline import Mistake
from penstock.pipeline.publishing import packaged

Json = Any
STEPS = """\
from typing import NamedTuple
from sklearn.linear_model import LogisticRegression
from penstock.pipeline import Model, deploy, each, is_in, not_, otherwise, pipeline, register, step, when


class Two(NamedTuple):
    a: int
    b: str


@step
def two(x: int = 1) -> Two:
    return Two(x, "b")


@step
def use(x: int) -> int:
    return x


@step
def model() -> Model[LogisticRegression]:
    return LogisticRegression()


def predict(model: LogisticRegression, rows: object) -> object:
    return rows


@pipeline
def flow(n: int = 3, parts: list[int] = [1, 2]) -> None:
"""


@pytest.mark.parametrize("name", PROJECTS)
def test_real_projects_come_to_their_golden_definitions_and_pictures(name: str) -> None:
    """In a process of its own, since modules of projects have common names."""
    file = PROJECTS[name]
    code = (
        "import json, sys; from pathlib import Path; from authoring.emitted import *;"
        "graph = graph_of(Path(sys.argv[1])); print(json.dumps(golden(graph, packaged(graph, TO))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )  # fmt: skip

    for suffix, text in json.loads(ran.stdout).items():
        assert text == (GOLDEN / f"{name}.{suffix}").read_text(), f"python -m authoring.emitted {name} writes it anew"
    validated((GOLDEN / f"{name}.json").read_text())


def drawn(body: str, write: Write, draw: Draw, *, text: str = STEPS) -> Json:
    """A definition that Penstock accepts, and the plans of its steps."""
    package = packaged(draw(write(text + "".join(f"    {line}\n" for line in body.splitlines()))), TO)
    validated(package.definition)
    return {step["Name"]: step for step in json.loads(package.definition)["Steps"]}, plans(package)


def test_known_values_are_in_the_plan_and_parameters_are_told(write: Write, draw: Draw) -> None:
    steps, found = drawn("two(n)\ntwo(7)", write, draw)

    assert found["two"]["arguments"] == {"x": {"argument": "x", "is_text": False}}
    assert found["two_2"]["arguments"] == {"x": {"value": 7}}
    told = steps["two"]["Arguments"]["AppSpecification"]["ContainerArguments"]
    assert told == [{"Std:Join": {"On": "", "Values": ["x=", {"Get": "Parameters.n"}]}}]
    assert "ContainerArguments" not in steps["two_2"]["Arguments"]["AppSpecification"]


def test_an_image_is_the_one_of_the_region(write: Write, draw: Draw) -> None:
    steps, _ = drawn("two()", write, draw)

    image = steps["two"]["Arguments"]["AppSpecification"]["ImageUri"]
    assert image == "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"


def test_the_same_step_with_other_arguments_has_the_same_code_and_another_plan(write: Write, draw: Draw) -> None:
    steps, _ = drawn("two(1)\ntwo(2)", write, draw)

    def given(name: str) -> list[str]:
        return [entry["S3Input"]["S3Uri"] for entry in steps[name]["Arguments"]["ProcessingInputs"]]

    assert given("two")[0] == given("two_2")[0]
    assert given("two")[1] != given("two_2")[1]


def test_options_become_what_sagemaker_has_for_them(write: Write, draw: Draw) -> None:
    steps, found = drawn(
        'first = two()\nuse.using(name="big", cpu=16, memory="100GiB", disk=50, timeout="2h", cache="7d", retries=2,\n'
        '          environment={"A": "b"}, secrets={"KEY": "prod/key"}, image="fraud", after=[first])(1)',
        write, draw,
    )  # fmt: skip

    big = steps["big"]
    cluster = big["Arguments"]["ProcessingResources"]["ClusterConfig"]
    assert cluster == {"InstanceType": "ml.r5.4xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50}
    assert big["Arguments"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 7200}
    assert big["Arguments"]["Environment"] == {"A": "b"}
    assert big["Arguments"]["AppSpecification"]["ImageUri"] == "fraud"
    assert big["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P7D"}
    assert big["RetryPolicies"][0]["MaxAttempts"] == 2
    assert big["DependsOn"] == ["two"]
    assert found["big"]["secrets"] == {"KEY": "prod/key"}


def test_conditions_combine(write: Write, draw: Draw) -> None:
    steps, _ = drawn(
        'got = two()\nwith when((got.a > 1) & ((got.b == "x") | not_(got.a <= n)) & is_in(got.b, ["x", "y"])):\n'
        "    use(1)\nwith otherwise():\n    use(2)",
        write, draw,
    )  # fmt: skip

    a, b = ({"Std:JsonGet": {"PropertyFile": {"Get": f"Steps.two.PropertyFiles.{x}"}, "Path": "value"}} for x in "ab")
    assert steps["when"]["Arguments"]["Conditions"] == [
        {"Type": "GreaterThan", "LeftValue": a, "RightValue": 1},
        {
            "Type": "Or",
            "Conditions": [
                {"Type": "Equals", "LeftValue": b, "RightValue": "x"},
                {
                    "Type": "Not",
                    "Condition": {
                        "Type": "LessThanOrEqualTo", "LeftValue": a, "RightValue": {"Get": "Parameters.n"},
                    },
                },
            ],
        },
        {"Type": "In", "QueryValue": b, "Values": ["x", "y"]},
    ]  # fmt: skip
    assert [file["PropertyFileName"] for file in steps["two"]["PropertyFiles"]] == ["a", "b"]
    assert [step["Name"] for step in steps["when"]["Arguments"]["ElseSteps"]] == ["use_2"]


def test_known_items_are_steps_of_their_own_and_others_a_loop(write: Write, draw: Draw) -> None:
    steps, _ = drawn(
        "for x in each([5, 6]):\n    use(x)\nfor part in each(parts, at_once=3):\n    two(part)", write, draw
    )

    assert list(steps) == ["use", "use_2", "each"]
    assert steps["each"]["Arguments"]["IterableItems"] == {"Get": "Parameters.parts"}
    assert steps["each"]["Arguments"]["MaxConcurrency"] == 3
    (body,) = steps["each"]["Arguments"]["ForEachBody"]
    assert body["Arguments"]["AppSpecification"]["ContainerArguments"] == [
        {"Std:Join": {"On": "", "Values": ["x=", {"Get": "ForEach.CurrentItem"}]}},
        {"Std:Join": {"On": "", "Values": ["each.item=", {"Get": "ForEach.CurrentItem"}]}},
    ]


def test_what_a_function_that_serves_needs_must_be_packed_with_the_model(write: Write, draw: Draw) -> None:
    text = STEPS.replace("def predict(", "def unused(") + "    deploy(model(), name='e', predict=predict)\n"
    file = write(
        text.replace("from typing", "from serving import predict\nfrom typing").replace(
            "from serving import predict\n", "from serving import predict\nfrom modelling import train\n"
        ).replace("model(), name", "train(), name"),
        serving="def predict(model: object, rows: object) -> object:\n    return rows\n",
        modelling="from sklearn.linear_model import LogisticRegression\nfrom penstock.pipeline import Model, step\n\n\n"
        "@step\ndef train() -> Model[LogisticRegression]:\n    return LogisticRegression()\n",
    )  # fmt: skip
    graph = draw(file)

    with pytest.raises(
        Mistake, match="predict is in module 'serving', which is not packed with the model: step 'train'"
    ):
        packaged(graph, TO)


def test_golden_files_say_nothing_of_this_machine() -> None:
    for name in PROJECTS:
        assert str(GOLDEN.parents[2]) not in (GOLDEN / f"{name}.json").read_text()


def test_a_tilde_is_not(write: Write, draw: Draw) -> None:
    steps, _ = drawn("got = two()\nwith when(~(got.a > 1)):\n    use(1)", write, draw)

    (condition,) = steps["when"]["Arguments"]["Conditions"]
    assert (condition["Type"], condition["Condition"]["Type"]) == ("Not", "GreaterThan")


def test_outputs_may_be_unpacked_and_booleans_asked(write: Write, draw: Draw) -> None:
    text = STEPS.replace("@pipeline", "@step\ndef sure(x: int) -> bool:\n    return x > 1\n\n\n@pipeline")
    steps, found = drawn("a, b = two()\nwith when(sure(a) | sure(2)):\n    use(a)", write, draw, text=text)

    assert found["use"]["arguments"] == {"x": {"input": "x", "path": []}}
    (either,) = steps["when"]["Arguments"]["Conditions"]
    assert [test["RightValue"] for test in either["Conditions"]] == [True, True]


TYPED = """\
@step
def told() -> Told:
    return {"n": 1, "mean": 2.0}


@step
def all_of(found: list[Told]) -> Brief:
    return {"n": len(found)}


@step
def brief(found: Brief, plain: dict[str, int]) -> dict[str, float]:
    return {"n": found["n"], **plain}


@pipeline"""


def test_typed_dicts_go_where_what_is_in_them_is_wanted(write: Write, draw: Draw) -> None:
    classes = "class Brief(TypedDict):\n    n: int\n\n\nclass Told(TypedDict):\n    n: int\n    mean: float\n\n\n"
    text = STEPS.replace("import NamedTuple", "import NamedTuple, TypedDict").replace("@pipeline", TYPED)
    text = text.replace("class Two", f"{classes}class Two")
    body = "one = told()\nall_of([one, one])\nbrief(one, {'m': 1})\nbrief({'n': 3}, all_of([]))\nuse(one['n'])"
    _, found = drawn(body, write, draw, text=text)

    assert found["use"]["arguments"] == {"x": {"input": "x", "path": ["n"]}}


def test_a_path_parameter_is_what_its_default_is(write: Write, draw: Draw) -> None:
    text = STEPS.replace("@pipeline", "@step\ndef read(raw: Path) -> int:\n    return 1\n\n\n@pipeline").replace(
        "parts: list[int] = [1, 2]", "raw: Path = folder('.'), other: Path = file('flow.py')"
    )  # fmt: skip
    text = text.replace(
        "from typing", "from pathlib import Path\nfrom penstock.pipeline import file, folder\nfrom typing"
    )
    _, found = drawn("read(raw)\nread(other)", write, draw, text=text)

    assert found["read"]["arguments"]["raw"] == {"path_of": "raw", "is_file": False}
    assert found["read_2"]["arguments"]["raw"] == {"path_of": "raw", "is_file": True}
