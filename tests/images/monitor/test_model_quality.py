"""Model quality: AWS's own numbers, the truth merged into what was captured, and scores that got worse."""

import json
from pathlib import Path

import numpy as np
import pytest

from images.monitor.analysis import CAPTURED, Analysis, Json
from images.monitor.test_data_quality import captured, hours
from penstock_image.monitor import scores
from penstock_image.monitor.scores import Answers

BINARY = {"analysis_type": "MODEL_QUALITY", "problem_type": "BinaryClassification", "ground_truth_attribute": "label"}
REGRESSION = {
    "analysis_type": "MODEL_QUALITY", "problem_type": "Regression",
    "inference_attribute": "said", "ground_truth_attribute": "label",
}  # fmt: skip


def values(statistics: Json, kind: str) -> dict[str, float]:
    return {name: each["value"] for name, each in statistics[f"{kind}_metrics"].items() if "value" in each}


def test_binary_scores_are_those_of_awss_example(analysis: Analysis) -> None:
    reports = analysis.table("two", "label,said\n1,1\n0,1\n0,1\n0,0\n", **BINARY, inference_attribute="said")

    told = reports.statistics["binary_classification_metrics"]
    assert told["confusion_matrix"] == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    assert values(reports.statistics, "binary_classification") == pytest.approx(
        {
            "recall": 1.0, "precision": 1 / 3, "accuracy": 0.5,
            "recall_best_constant_classifier": 1.0, "precision_best_constant_classifier": 0.25,
            "accuracy_best_constant_classifier": 0.25,
            "true_positive_rate": 1.0, "true_negative_rate": 1 / 3, "false_positive_rate": 2 / 3,
            "false_negative_rate": 0.0, "f0_5": 0.3846153846153846, "f1": 0.5, "f2": 0.7142857142857143,
            "f0_5_best_constant_classifier": 0.29411764705882354, "f1_best_constant_classifier": 0.4,
            "f2_best_constant_classifier": 0.625,
        }
    )  # fmt: skip
    assert told["recall"]["standard_deviation"] == "NaN"
    limits = reports.constraints["binary_classification_constraints"]
    assert limits["precision"] == {"threshold": 1 / 3, "comparison_operator": "LessThanThreshold"}
    assert limits["false_positive_rate"]["comparison_operator"] == "GreaterThanThreshold"
    assert not any("constant" in name for name in limits)


def test_multiclass_scores_are_those_of_awss_example() -> None:
    pairs = [(0, 0)] * 1180 + [(0, 1)] * 510 + [(1, 0)] * 268 + [(1, 1)] * 138
    truth, predicted = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))

    told = scores.multiclass(Answers(truth, predicted, labels=("0", "1")))

    assert {name: told[name] for name in list(told)[:6]} == pytest.approx(
        {
            "accuracy": 0.6288167938931297, "weighted_recall": 0.6288167938931297,
            "weighted_precision": 0.6983172269629505, "weighted_f0_5": 0.6803947317178771,
            "weighted_f1": 0.6571162346664904, "weighted_f2": 0.6384024354394601,
        }
    )  # fmt: skip
    assert told["accuracy_best_constant_classifier"] == pytest.approx(1690 / 2096)  # of the class that is most frequent


def test_regression_scores_and_their_constraints(analysis: Analysis) -> None:
    reports = analysis.table("line", "said,label\n1,2\n2,2\n3,5\n", **REGRESSION)

    told = values(reports.statistics, "regression")
    assert told == pytest.approx({"mae": 1.0, "mse": 5 / 3, "rmse": (5 / 3) ** 0.5, "r2": 1 - 5 / 6})
    assert reports.constraints == {
        "version": 0.0,
        "regression_constraints": {
            name: {"threshold": told[name], "comparison_operator": f"{way}ThanThreshold"}
            for name, way in (("mae", "Greater"), ("mse", "Greater"), ("rmse", "Greater"), ("r2", "Less"))
        },
    }


def test_two_hundred_records_have_a_standard_deviation_always_the_same(analysis: Analysis) -> None:
    chance = np.random.default_rng(9)
    text = "said,label\n" + "".join(f"{n + chance.normal():.5f},{n}\n" for n in range(200))

    one, other = analysis.table("one", text, **REGRESSION), analysis.table("other", text, **REGRESSION)

    assert 0 < one.statistics["regression_metrics"]["mae"]["standard_deviation"] < 0.2
    assert one.statistics == other.statistics


def test_probabilities_make_curves_and_decide_where_nothing_else_does(analysis: Analysis) -> None:
    text = "label,p\n1,0.9\n1,0.8\n0,0.7\n1,0.4\n0,0.2\n"
    asked = {**BINARY, "probability_attribute": "p", "probability_threshold_attribute": "0.3"}

    reports = analysis.table("curves", text, **asked)

    told = reports.statistics["binary_classification_metrics"]
    assert told["confusion_matrix"] == {"0": {"0": 1, "1": 1}, "1": {"0": 0, "1": 3}}
    assert told["auc"]["value"] == pytest.approx(5 / 6)
    assert told["receiver_operating_characteristic_curve"] == {
        "false_positive_rates": [0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 1.0],
        "true_positive_rates": [0.0, 1 / 3, 2 / 3, 2 / 3, 1.0, 1.0, 1.0],
    }
    assert told["precision_recall_curve"]["recalls"] == [0.0, 1 / 3, 2 / 3, 2 / 3, 1.0, 1.0]


def test_curves_of_many_records_are_thinned() -> None:
    chance = np.random.default_rng(10)
    truth = chance.integers(0, 2, 5000).astype(float)

    told = scores.curves(Answers(truth, truth, chance.random(5000), ("0", "1")))

    assert {len(points) for curve in told.values() for points in curve.values()} == {1000}


def test_scores_that_got_worse_are_violations(analysis: Analysis) -> None:
    baseline = analysis.table("good", "said,label\n1,1\n2,2\n3,5\n", **REGRESSION)

    reports = analysis.table("bad", "said,label\n1,4\n2,2\n3,5\n", **REGRESSION, **baseline.as_baseline)

    assert reports.message == "CompletedWithViolations: Job completed successfully with 4 violations."
    assert reports.violations[0] == {
        "constraint_check_type": "GreaterThanThreshold",
        "description": "Metric mae with 1.6666666666666667 +/- NaN was GreaterThanThreshold '0.6666666666666666'",
        "metric_name": "mae",
    }


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"problem_type": ""}, "problem_type is missing"),
        ({"inference_attribute": ""}, "inference_attribute is missing"),
        ({"ground_truth_attribute": "truth"}, "ground_truth_attribute is 'truth', and the columns are said, label"),
        (
            {"problem_type": "BinaryClassification"},
            "must hold 0 and 1 (or false and true), and holds 'x'",
        ),
        ({}, "the ground truth must hold numbers, and holds 'x'"),
    ],
)
def test_what_cannot_be_scored_is_refused(analysis: Analysis, asked: dict[str, str], sentence: str) -> None:
    reports = analysis.table("refused", "said,label\n1,x\n", **{**REGRESSION, **asked})

    assert reports.code == 1
    assert sentence in reports.message


# ------------------------------------------------------------------------------------------- captured, with truth


def truths(analysis: Analysis, labels: dict[str, str]) -> Path:
    lines = [
        json.dumps({"groundTruthData": {"data": label, "encoding": "CSV"}, "eventMetadata": {"eventId": event}})
        for event, label in labels.items()
    ]
    return analysis.file("truth/2026/11/26/12/labels.jsonl", "\n".join(lines)).parents[4]


def test_the_truth_is_merged_by_the_callers_id_or_the_events(analysis: Analysis) -> None:
    data = hours(
        analysis, captured(0, "1", "0.9"), captured(1, "2", "0.2", inferenceId="mine"), captured(2, "3", "0.1")
    )
    known = truths(analysis, {"event-0": "1", "mine": "0"})

    merged = analysis.run("merged", data, ground_truth_source=known, analysis_type="MERGE")

    assert merged.message == "Completed: 2 records were merged with their ground truth."
    path = merged.folder / "ep" / "AllTraffic" / "2026" / "11" / "26" / "00" / "x.jsonl"
    (event,) = map(json.loads, path.read_text().splitlines())
    assert event["groundTruthData"] == {"data": "1", "encoding": "CSV"}
    assert event["captureData"]["endpointOutput"]["data"] == "0.9"
    assert not (merged.folder / "ep" / "AllTraffic" / "2026" / "11" / "26" / "02").exists()


def test_what_was_merged_is_scored(analysis: Analysis) -> None:
    data = hours(analysis, captured(0, "1", "0.9,1"), captured(1, "2", "0.2,0"), captured(2, "3", "0.8,1"))
    merged = analysis.run(
        "ml-merge", data, ground_truth_source=truths(analysis, {f"event-{n}": f"{n % 2}" for n in range(3)}),
        analysis_type="MERGE",
    )  # fmt: skip
    (merged.folder / "ml").rename(analysis.root / "message")
    asked = {"analysis_type": "MODEL_QUALITY", "problem_type": "BinaryClassification"}

    reports = analysis.run(
        "scored", merged.folder, {"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}}, **asked,
        inference_attribute="1", probability_attribute="0",
        start_time="2026-12-01T00:00:00Z",  # what is merged was of its time when it was
    )  # fmt: skip

    told = reports.statistics["binary_classification_metrics"]
    assert told["confusion_matrix"] == {"0": {"0": 0, "1": 2}, "1": {"0": 1, "1": 0}}
    assert told["auc"]["value"] == 0.0


def test_json_answers_are_looked_into_by_a_path(analysis: Analysis) -> None:
    line = captured(0, "{}", '{"predictions": [{"score": 2.5}]}', "JSON").replace("\n", "")
    merged = json.dumps({**json.loads(line), "groundTruthData": {"data": "2.0", "encoding": "CSV"}})
    asked = {"analysis_type": "MODEL_QUALITY", "problem_type": "Regression"}

    reports = analysis.run(
        "run", hours(analysis, merged), CAPTURED, **asked, inference_attribute="predictions[0].score"
    )

    assert values(reports.statistics, "regression")["mae"] == 0.5


def test_no_truth_of_the_time_is_said(analysis: Analysis) -> None:
    reports = analysis.run(
        "merged", hours(analysis, captured(0, "1", "0.9")), ground_truth_source=truths(analysis, {"other": "1"}),
        analysis_type="MERGE",
    )  # fmt: skip

    assert reports.message == "Error: no ground truth is known of the captured records of that time."


BATCH = {"analysis_type": "MERGE", "monitoring_input_type": "BATCH_TRANSFORM_INPUT"}
TIME = "2026-11-27T10:00:00Z"
OBJECTS = [
    {"said": 1, "SageMakerInferenceId": "one", "SageMakerInferenceTime": TIME},
    {"said": 0, "SageMakerInferenceId": "two", "SageMakerInferenceTime": TIME},
]


@pytest.mark.parametrize(
    ("written", "form", "attribute"),
    [
        (f'5,"a,b",1,one,{TIME}\n6,c,0,two,{TIME}\n7,d,0,three,{TIME}\n', {"csv": {"header": False}}, "2"),
        (f"x,y,said,i,t\n5,a,1,one,{TIME}\n6,c,0,two,{TIME}\n", {"csv": {"header": True}}, "2"),
        ("".join(f"{json.dumps(each)}\n" for each in OBJECTS), {"json": {"line": True}}, "said"),
    ],
)
def test_what_transform_jobs_have_written_is_merged_and_scored(
    analysis: Analysis, written: str, form: Json, attribute: str
) -> None:
    data = analysis.file("written/2026/11/27/10/1/x.out", written).parents[5]
    known = truths(analysis, {"one": "1", "two": "1"})

    merged = analysis.run("ml-merge", data, form, ground_truth_source=known, **BATCH)

    assert merged.message == "Completed: 2 records were merged with their ground truth."
    (merged.folder / "ml").rename(analysis.root / "message")
    reports = analysis.run(
        "scored", merged.folder, {"sagemakerMergeJson": {"captureIndexNames": ["batchTransformOutput"]}},
        analysis_type="MODEL_QUALITY", problem_type="BinaryClassification", inference_attribute=attribute,
    )  # fmt: skip
    told = reports.statistics["binary_classification_metrics"]
    assert told["confusion_matrix"] == {"0": {"0": 0, "1": 0}, "1": {"0": 1, "1": 1}}


@pytest.mark.parametrize(
    ("written", "form"), [("5,0.1,0.9\n", {"csv": {}}), ('{"said": 1}\n', {"json": {"line": True}})]
)
def test_outputs_without_inference_ids_cannot_be_merged(analysis: Analysis, written: str, form: Json) -> None:
    data = analysis.file("written/x.out", written).parent

    reports = analysis.run("merged", data, form, ground_truth_source=truths(analysis, {"one": "1"}), **BATCH)

    assert reports.code != 0
    assert "without an inference id" in reports.message
    assert "GenerateInferenceId in DataCaptureConfig" in reports.message
