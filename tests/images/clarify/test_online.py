"""Online explanations: which lines a model is asked about, and what AWS's document says of its answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock_image.clarify.online import Explainer
from penstock_image.failure import ClientError
from penstock_image.serving.messages import Request

Json = Any
HERE = Path("/nowhere")
ZEROS = {"ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "0,0,0"}}}


def linear(line: str) -> str:
    """A model of CSV: 2a - b, and nothing of c."""
    a, b, _ = map(float, line.split(","))
    return str(2 * a - b)


def asked(explainer: Explainer, path: str, **told: Json) -> Json:
    response = explainer.answer(Request(path, body=json.dumps(told).encode()))
    if response.status != 200:
        raise ClientError(response.body.decode())
    return json.loads(response.body)


def explained(configuration: Json, body: str, model: Any = linear, kind: str = "text/csv", **more: str) -> Json:
    """The document of a request, by a model that answers line by line."""
    explainer = Explainer(configuration, HERE)
    said = "".join(f"{model(line)}\n" for line in body.splitlines())
    request = {"body": body, "content_type": kind, "said": said, "said_type": kind, **more}
    lines = asked(explainer, "/questions", **request)["lines"]
    answers = [[1, model(line)] for line in lines]
    return asked(explainer, "/explanations", **request, answers=answers)


def attributions(record: Json) -> list[float]:
    """The first class's."""
    return [part["attribution"][0] for feature in record for part in feature["attributions"]]


def test_the_features_shares_are_those_of_the_model() -> None:
    found = explained(ZEROS, "1,2,3\n5,0,1")

    assert found["version"] == "1.0"
    assert found["predictions"] == {"content_type": "text/csv", "data": "0.0\n10.0\n"}
    first, second = found["explanations"]["kernel_shap"]
    assert attributions(first) == pytest.approx([2, -2, 0])
    assert attributions(second) == pytest.approx([10, 0, 0])
    assert set(first[0]) == {"attributions"}


def test_records_are_explained_where_the_expression_says_so_of_the_models_answer() -> None:
    found = explained({**ZEROS, "EnableExplanations": "[0]>`5`"}, "1,2,3\n5,0,1")
    overridden = explained(ZEROS, "1,2,3", enabled="`false`")

    assert found["explanations"]["kernel_shap"][0] is None
    assert attributions(found["explanations"]["kernel_shap"][1]) == pytest.approx([10, 0, 0])
    assert overridden["explanations"] == {}


def test_lines_of_json_are_taken_apart_and_written_as_the_configuration_says() -> None:
    def classes(line: str) -> str:
        a, b = json.loads(line)["x"]
        return json.dumps({"p": [a, b], "names": ["cat", "dog"]})

    inference = {
        "FeaturesAttribute": "x", "ContentTemplate": '{"x":$features}', "ProbabilityAttribute": "p",
        "LabelAttribute": "names", "FeatureHeaders": ["ears", "tail"],
    }  # fmt: skip
    baseline = {"MimeType": "application/jsonlines", "ShapBaseline": '{"x":[1,1]}'}
    configuration = {"InferenceConfig": inference, "ShapConfig": {"ShapBaselineConfig": baseline}}
    found = explained(configuration, '{"x":[4,2]}', classes, "application/jsonlines", enabled="p[0]>`3`")

    assert found["label_headers"] == ["cat", "dog"]
    ears, tail = found["explanations"]["kernel_shap"][0]
    assert (ears["feature_header"], tail["feature_header"]) == ("ears", "tail")
    assert ears["attributions"][0]["attribution"] == pytest.approx([3, 0])
    assert tail["attributions"][0]["attribution"] == pytest.approx([0, 1])


def test_words_of_a_text_have_shares_of_their_own() -> None:
    def counts(line: str) -> str:
        return str(line.count("good") - 2 * line.count("bad"))

    shap = {
        "ShapBaselineConfig": {"ShapBaseline": '"<MASK>"'},
        "TextConfig": {"Granularity": "token", "Language": "en"},
    }
    found = explained({"ShapConfig": shap}, '"good, not bad"', counts)

    (feature,) = found["explanations"]["kernel_shap"][0]
    assert feature["feature_type"] == "text"
    assert [part["description"] for part in feature["attributions"]] == [
        {"partial_text": "good", "start_idx": 0},
        {"partial_text": ",", "start_idx": 4},
        {"partial_text": "not", "start_idx": 6},
        {"partial_text": "bad", "start_idx": 10},
    ]
    assert attributions([feature]) == pytest.approx([1, 0, 0, -2])


def test_the_model_is_asked_about_every_coalition_with_every_baseline() -> None:
    shap = {"ShapBaselineConfig": {"ShapBaseline": "0,0\n9,9"}, "NumberOfSamples": 2}
    request = {"body": "1,2", "content_type": "text/csv", "said": "1", "said_type": "text/csv"}

    lines = asked(Explainer({"ShapConfig": shap}, HERE), "/questions", **request)["lines"]

    assert lines == ["0,0", "9,9", "1,2", "1,2", "1,0", "1,9", "0,2", "9,2"]


def test_a_baseline_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "baseline").write_text("1,1\n")
    shap = {"ShapBaselineConfig": {"ShapBaselineUri": "s3://b/k"}}
    request = {"body": "5,6", "content_type": "text/csv", "said": "1", "said_type": "text/csv"}

    assert asked(Explainer({"ShapConfig": shap}, tmp_path), "/questions", **request)["lines"][0] == "1,1"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"EnableExplanations": "[0"}, "not a JMESPath"),
        ({"InferenceConfig": {"FeatureHeaders": ["a"]}}, "FeatureHeaders has another number"),
        ({"InferenceConfig": {"FeatureTypes": ["text", "numerical", "numerical"]}}, "TextConfig is for features"),
        ({"InferenceConfig": {"LabelIndex": 0}}, "needs a ProbabilityIndex"),
        ({"InferenceConfig": {"FeaturesAttribute": "x"}}, "needs a ContentTemplate"),
    ],
)
def test_what_cannot_be_followed_is_known_before_the_first_request(changed: Json, why: str) -> None:
    with pytest.raises(ClientError, match=why):
        Explainer({**ZEROS, **changed}, HERE)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"body": "1,2"}, "has 2 features, and one of the baseline 3"),
        ({"said": "1\n2"}, "asked about 1 records and answered about 2"),
        ({"said_type": "application/json"}, "model's answer is 'application/json'"),
        ({"enabled": "[0]"}, "comes to 1 of"),
        ({"enabled": "length(@[0])"}, "cannot be evaluated"),
    ],
)
def test_a_request_that_cannot_be_explained_is_told_why(told: Json, why: str) -> None:
    request = {"body": "1,2,3", "content_type": "text/csv", "said": "1", "said_type": "text/csv", **told}

    with pytest.raises(ClientError, match=why):
        asked(Explainer(ZEROS, HERE), "/questions", **request)


def test_more_than_can_be_made_up_is_not_begun() -> None:
    shap = {"ShapBaselineConfig": {"ShapBaseline": ",".join(["0"] * 40)}, "NumberOfSamples": 50_000}
    request = {"body": ",".join(["1"] * 40), "content_type": "text/csv", "said": "1", "said_type": "text/csv"}

    with pytest.raises(ClientError, match="2000080 values would be made up"):
        asked(Explainer({"ShapConfig": shap}, HERE), "/questions", **request)
