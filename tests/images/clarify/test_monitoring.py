"""Clarify in a monitoring job: what was captured, held against the analysis that is the baseline."""

import json
from pathlib import Path
from typing import Any

import pytest

from images.clarify.jobs import Clarify, by_record

HEADERS = ["age", "income", "bought"]
BIAS = {
    "headers": HEADERS, "label": "bought", "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "age", "value_or_threshold": [40]}],
}  # fmt: skip
MERGED = {"dataset_format": '{"sagemakerMergeJson": {}}', "analysis_type": "MODEL_BIAS"}
CAPTURED = {"dataset_format": '{"sagemakerCaptureJson": {}}', "analysis_type": "MODEL_EXPLAINABILITY"}
ANSWERS = {"probability_attribute": "0", "probability_threshold_attribute": "0.8"}


def line(asked: str, said: str, truth: str | None = None) -> str:
    captured = {
        "endpointInput": {"encoding": "CSV", "data": asked},
        "endpointOutput": {"encoding": "CSV", "data": said},
    }
    event: dict[str, Any] = {"captureData": captured, "eventMetadata": {"eventId": "e"}}
    if truth is not None:
        event["groundTruthData"] = {"encoding": "CSV", "data": truth}
    return json.dumps(event) + "\n"


def merged(high_for_old: bool) -> str:
    rows = [(age, 0.9 if (age > 40) == high_for_old else 0.7) for age in (20, 30, 40, 50, 60, 70)]
    return "".join(line(f"{age},1.5", str(score), str(place % 2)) for place, (age, score) in enumerate(rows))


def batch(high_for_old: bool, encoding: str) -> str:
    """The same of a transform job, whose output has the answer beside the features."""
    made = []
    for each in map(json.loads, merged(high_for_old).splitlines()):
        asked, said = (each["captureData"][side]["data"] for side in ("endpointInput", "endpointOutput"))
        told = {"features": [float(value) for value in asked.split(",")], "score": float(said)}
        data = json.dumps(told) if encoding == "JSON" else f"{asked},{said}"
        made.append({**each, "captureData": {"batchTransformOutput": {"encoding": encoding, "data": data}}})
    return "".join(f"{json.dumps(each)}\n" for each in made)


def baseline(clarify: Clarify, path: Path) -> Path:
    """What the plain analysis of a table finds, in which everybody is told yes."""
    table = "".join(f"{age},1.5,{place % 2},1\n" for place, age in enumerate((20, 30, 40, 50, 60, 80)))
    methods = {name: {"methods": "all"} for name in ("pre_training_bias", "post_training_bias")}
    ended = clarify.run({**BIAS, "headers": [*HEADERS, "said"], "predicted_label": "said", "methods": methods}, table)
    assert ended.code == 0, ended.message
    return (ended.output / "analysis.json").rename(path)


def test_bias_that_is_further_from_none_than_before_is_a_violation(clarify: Clarify, tmp_path: Path) -> None:
    before = baseline(clarify, tmp_path / "baseline.json")
    about = {"sagemaker_endpoint_name": "ep", "publish_cloudwatch_metrics": "Enabled"}

    ended = clarify.run(
        BIAS, merged(high_for_old=False), "data.jsonl", baseline_constraints=str(before), **MERGED, **ANSWERS, **about
    )

    found = ended.read("constraint_violations.json")
    assert found["version"] == "1.0"
    assert (
        ended.message
        == f"CompletedWithViolations: Job completed successfully with {len(found['violations'])} violations."
    )
    assert found["violations"][-1]["constraint_check_type"] == "bias_drift_check"
    names = {each["metric_name"] for each in found["violations"]}
    assert {"DPPL", "DI"} < names
    assert not names & {"CI", "DPL"}
    (dppl,) = [each for each in found["violations"] if each["metric_name"] == "DPPL"]
    assert dppl == {
        "facet": "age", "facet_value": "40.0", "metric_name": "DPPL", "constraint_check_type": "bias_drift_check",
        "description": "Value 1.0 does not meet the constraint requirement",
    }  # fmt: skip
    (sent,) = [each for each in clarify.sagemaker.metrics if each["Namespace"].endswith("bias-metrics")]
    assert sent["Namespace"] == "aws/sagemaker/Endpoints/bias-metrics"
    (metric,) = [each for each in sent["MetricData"] if each["MetricName"] == "bias_metric_DPPL"]
    assert metric["Value"] == 1.0
    assert {each["Name"]: each["Value"] for each in metric["Dimensions"]} == {
        "Endpoint": "ep", "Facet": "age", "FacetValue": "(40.0, 70.0]", "BiasStage": "Post-Training",
        "Label": "bought", "LabelValue": "1",
    }  # fmt: skip


def test_the_same_again_is_no_violation(clarify: Clarify, tmp_path: Path) -> None:
    first = clarify.run(BIAS, merged(high_for_old=True), "data.jsonl", **MERGED, **ANSWERS)
    before = (first.output / "analysis.json").rename(tmp_path / "before.json")

    again = clarify.run(
        BIAS, merged(high_for_old=True), "data.jsonl", baseline_constraints=str(before), **MERGED, **ANSWERS
    )

    assert again.message == "Completed: Job completed successfully with no violations."
    assert again.read("constraint_violations.json") == {"version": "1.0", "violations": []}


@pytest.mark.parametrize(("important", "violations"), [("age", 0), ("income", 1)])
def test_attributions_whose_order_has_changed_are_a_violation(
    clarify: Clarify, tmp_path: Path, important: str, violations: int
) -> None:
    told = {"global_shap_values": {"age": 0.1, "income": 0.1, important: 50.0}, "expected_value": 0}
    before = tmp_path / "before.json"
    before.write_text(json.dumps({"explanations": {"kernel_shap": {"label0": told}}}))
    clarify.sagemaker.answer = by_record(lambda x: 5 * x[0] + x[1])
    config = {"headers": HEADERS[:2], "methods": {"shap": {"baseline": [[0, 0]]}}, "predictor": {"model_name": "m"}}
    data = "".join(line(f"{age},1.5", "1") for age in (20, 30))

    ended = clarify.run(config, data, "data.jsonl", baseline_constraints=str(before), **CAPTURED)

    found = ended.read("constraint_violations.json")["violations"]
    assert len(found) == violations
    for each in found:
        assert (each["label"], each["metric_name"]) == ("label0", "shap")
        assert each["description"].endswith(" exceeds threshold 0.9")


def test_requests_in_json_have_their_features_where_the_attribute_says(clarify: Clarify) -> None:
    captured = {
        "endpointInput": {"encoding": "JSON", "data": '{"x": {"f": [20, 1.5]}}\n{"x": {"f": [60, 1.5]}}'},
        "endpointOutput": {"encoding": "JSON", "data": '{"said": 1}\n{"said": 0}'},
    }
    truth = {"encoding": "CSV", "data": "1\n1"}
    data = json.dumps({"captureData": captured, "groundTruthData": truth})

    ended = clarify.run(BIAS, data, "data.jsonl", features_attribute="x.f", inference_attribute="said", **MERGED)

    assert ended.message.startswith("Completed"), ended.message
    assert ended.metrics("post_training", "age")["DPPL"] == 1.0


@pytest.mark.parametrize(
    ("config", "variables", "sentence"),
    [
        (
            {**BIAS, "excluded_columns": [0]},
            {},
            "excluded_columns in analysis_config.json is not supported for captured",
        ),
        (BIAS, {"exclude_features_attribute": "0"}, "exclude_features_attribute is not supported"),
        (BIAS, {}, "the predictor in analysis_config.json needs a model_name or an endpoint_name."),
    ],
)
def test_what_captured_data_cannot_have_is_said(
    clarify: Clarify, config: dict[str, object], variables: dict[str, str], sentence: str
) -> None:
    data = line("20,1.5", "1", "1").replace('"endpointOutput"', '"notCaptured"')

    ended = clarify.run(config, data, "data.jsonl", **MERGED, **variables)

    assert sentence in ended.message


def test_tables_of_a_batch_transform_are_read_in_their_format(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: x[0])
    config = {"methods": {"shap": {"baseline": [[0, 0]]}}, "predictor": {"model_name": "m"}}

    ended = clarify.run(config, "age,income\n20,1\n40,3\n", dataset_format='{"csv": {"header": true}}',
                        analysis_type="MODEL_EXPLAINABILITY")  # fmt: skip

    assert ended.analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]["age"] == pytest.approx(30)


@pytest.mark.parametrize(("encoding", "attribute"), [("CSV", "2"), ("JSON", "score")])
def test_what_a_transform_job_has_written_is_looked_at_like_what_was_captured(
    clarify: Clarify, encoding: str, attribute: str
) -> None:
    asked = {**MERGED, "probability_attribute": attribute, "probability_threshold_attribute": "0.8"}
    captured = clarify.run(BIAS, merged(high_for_old=False), "data.jsonl", **MERGED, **ANSWERS)
    told = captured.read("analysis.json")

    written = clarify.run(BIAS, batch(False, encoding), "data.jsonl", **asked)

    assert written.read("analysis.json") == told


def test_where_the_answer_is_in_a_row_must_be_said(clarify: Clarify) -> None:
    ended = clarify.run(BIAS, batch(False, "CSV"), "data.jsonl", **MERGED)

    assert ended.code != 0
    assert "InferenceAttribute or ProbabilityAttribute" in ended.message
