"""What a Clarify job writes: for each method, format and shape of a model's answers."""

import csv
import json
import os
import signal

import pytest

from images.clarify.jobs import Clarify, by_record
from penstock_image.clarify.program import main

ROWS = [(1, 20, 1.5), (0, 30, 0.5), (1, 40, 0.2), (0, 50, 2.5), (1, 60, 3.5), (0, 70, 0.1)]  # label, age, income
TABLE = "".join(f"{label},{age},{income}\n" for label, age, income in ROWS)
HEADERS = ["bought", "age", "income"]
BIAS = {
    "dataset_type": "text/csv", "headers": HEADERS, "label": "bought", "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "age", "value_or_threshold": [40]}],
}  # fmt: skip
MODEL = {"model_name": "m", "instance_type": "ml.m5.large", "initial_instance_count": 1}
PRE = {"pre_training_bias": {"methods": "all"}}
POST = {"post_training_bias": {"methods": ["DPPL", "RD"]}}
SHAP = {"shap": {"baseline": [[40, 1.0]], "save_local_shap_values": True}}


def test_bias_in_the_data_is_written_as_aws_writes_it(clarify: Clarify) -> None:
    ended = clarify.run({**BIAS, "methods": {**PRE, "report": {"name": "bias", "title": "Who buys <it>"}}}, TABLE)

    assert ended.message == "Completed: Job completed successfully with no violations."
    assert ended.code == 0
    section = ended.analysis["pre_training_bias_metrics"]
    assert ended.analysis["version"] == "1.0"
    assert (section["label"], section["label_value_or_threshold"]) == ("bought", "1")
    (group,) = section["facets"]["age"]
    assert group["value_or_threshold"] == "(40.0, 70.0]"
    assert [each["name"] for each in group["metrics"]] == ["CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD"]
    assert group["metrics"][0] == {
        "name": "CDDL", "description": "Conditional Demographic Disparity in Labels (CDDL)", "value": None,
        "error": "Group variable is empty or not provided",
    }  # fmt: skip
    assert group["metrics"][2]["value"] == pytest.approx(2 / 3 - 1 / 3)
    assert "Who buys &lt;it&gt;" in (ended.output / "bias.html").read_text()
    assert ended.read("bias.ipynb")["nbformat"] == 4
    assert not clarify.sagemaker.made


def test_categories_are_groups_and_without_values_each_is_one(clarify: Clarify) -> None:
    text = "sex,town,label\n" + "f,a,yes\nm,a,no\nf,b,no\nm,b,yes\nx,b,yes\n" * 3
    facets = [{"name_or_index": "sex"}, {"name_or_index": "town", "value_or_threshold": ["a"]}]
    config = {"label": "label", "label_values_or_threshold": ["yes"], "facet": facets, "group_variable": "town"}

    ended = clarify.run({**config, "methods": {"pre_training_bias": {"methods": ["CI", "CDDL"]}}}, text)

    found = ended.analysis["pre_training_bias_metrics"]["facets"]
    assert [each["value_or_threshold"] for each in found["sex"]] == ["f", "m", "x"]
    assert ended.metrics("pre_training", "sex", 2)["CI"] == pytest.approx((12 - 3) / 15)
    # a: the only rejected are men; b: all the rejected are women, none of the accepted
    assert ended.metrics("pre_training", "sex")["CDDL"] == pytest.approx((6 * -1 + 9 * 1) / 15)


def test_a_models_bias_is_that_of_what_it_answers(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: 0.9 if x[0] < 45 else 0.1)

    ended = clarify.run({**BIAS, "methods": POST, "predictor": MODEL, "probability_threshold": 0.4}, TABLE)

    assert ended.metrics("post_training", "age") == {"DPPL": 1.0, "RD": pytest.approx(2 / 2 - 0 / 1)}
    assert clarify.sagemaker.made == ["m"]
    assert clarify.sagemaker.there == []
    (asked,) = clarify.sagemaker.asked
    assert asked["EndpointName"].startswith("sm-clarify-")
    assert asked["Body"].decode().splitlines()[0] == "20,1.5"
    assert (asked["ContentType"], asked["Accept"]) == ("text/csv", "text/csv")


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ("{label}\n", {}),
        ('"[0.1, {p}]"\n', {"label_headers": [0, 1]}),
        ("{label},{p}\n", {"label": 0, "probability": 1}),
        ('{{"label": {label}}}\n', {"accept_type": "application/jsonlines", "label": "label"}),
        (
            '{{"of": ["0", "1"], "p": [0.1, {p}]}}\n',
            {"accept_type": "application/jsonlines", "label": "of", "probability": "p"},
        ),
        ('{{"p": {p}}}\n', {"accept_type": "application/jsonlines", "probability": "p", "label_headers": ["1"]}),
    ],
)
def test_answers_of_every_shape_are_understood(clarify: Clarify, answer: str, more: dict[str, object]) -> None:
    def model(body: str) -> str:
        yes = [float(line.split(",")[0]) < 45 for line in body.split()]
        return "".join(answer.format(label=int(each), p=0.9 if each else 0.05) for each in yes)

    clarify.sagemaker.answer = model

    ended = clarify.run({**BIAS, "methods": POST, "predictor": {**MODEL, **more}}, TABLE)

    assert ended.message == "Completed: Job completed successfully with no violations."
    assert ended.metrics("post_training", "age")["DPPL"] == 1.0


def test_a_regression_is_judged_by_the_threshold_of_its_label(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: x[0] / 10)
    rows = "".join(f"{age / 10},{age},{income}\n" for _, age, income in ROWS)

    ended = clarify.run({**BIAS, "label_values_or_threshold": [3], "methods": POST, "predictor": MODEL}, rows)

    section = ended.analysis["post_training_bias_metrics"]
    assert section["label_value_or_threshold"] == "(3.0, 7.0]"
    assert ended.metrics("post_training", "age")["DPPL"] == pytest.approx(1 / 3 - 1)


def test_predicted_labels_in_the_data_need_no_model(clarify: Clarify) -> None:
    text = "".join(f"{label},{age},{int(age < 45)}\n" for label, age, _ in ROWS)
    config = {**BIAS, "headers": ["bought", "age", "said"], "predicted_label": "said", "methods": POST}

    ended = clarify.run(config, text)

    assert ended.metrics("post_training", "age")["DPPL"] == 1.0
    assert not clarify.sagemaker.made


def test_attributions_add_up_to_the_predictions(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: 2 * x[0] + x[1])
    config = {"headers": HEADERS, "label": "bought", "methods": SHAP, "predictor": MODEL}

    ended = clarify.run(config, TABLE)

    told = ended.analysis["explanations"]["kernel_shap"]["label0"]
    assert told["expected_value"] == pytest.approx(81)
    assert told["global_shap_values"]["age"] == pytest.approx(2 * (20 + 10 + 0 + 10 + 20 + 30) / 6)
    with (ended.output / "explanations_shap/out.csv").open() as file:
        local = list(csv.DictReader(file))
    assert list(local[0]) == ["age_label0", "income_label0"]
    assert float(local[0]["age_label0"]) == pytest.approx(2 * (20 - 40))
    assert not (ended.output / "explanations_shap/baseline.csv").exists()


def test_a_baseline_that_is_found_is_saved_and_dependence_takes_the_best_features(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: 2 * x[0] + x[1])
    methods = {"shap": {"num_clusters": 2, "agg_method": "mean_sq"}, "pdp": {"grid_resolution": 5, "top_k_features": 1}}

    ended = clarify.run({"headers": HEADERS, "label": "bought", "methods": methods, "predictor": MODEL}, TABLE)

    lines = (ended.output / "explanations_shap/baseline.csv").read_text().splitlines()
    assert (lines[0], len(lines)) == ("age,income", 3)
    (plotted,) = ended.analysis["explanations"]["pdp"]
    mean = sum(income for *_, income in ROWS) / 6
    assert plotted == {
        "feature_name": "age", "data_type": "numerical",
        "feature_values": [25, 35, 45, 55, 65], "data_distribution": pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 6, 2 / 6]),
        "model_predictions": [pytest.approx([2 * age + mean for age in (25, 35, 45, 55, 65)])],
    }  # fmt: skip


def test_lines_of_json_are_asked_with_the_templates_of_the_model(clarify: Clarify) -> None:
    def model(body: str) -> str:
        return "".join(f'{{"score": {json.loads(line)["x"][0]}}}\n' for line in body.splitlines())

    clarify.sagemaker.answer = model
    lines = "".join(f'{{"f": [{age}, "{income}"], "y": {label}}}\n' for label, age, income in ROWS)
    config = {
        "dataset_type": "application/jsonlines", "headers": ["age", "income", "bought"], "features": "f", "label": "y",
        "methods": {"shap": {"baseline": [{"f": [40, "1"]}]}},
        "predictor": {**MODEL, "content_template": '{"x":$features}', "label": "score"},
    }  # fmt: skip

    ended = clarify.run(config, lines, "data.jsonl")

    told = ended.analysis["explanations"]["kernel_shap"]["label0"]
    assert told["global_shap_values"] == {"age": pytest.approx(15), "income": pytest.approx(0, abs=1e-9)}


@pytest.mark.parametrize(
    ("record", "shape"),
    [
        ("$features", "[[20, 1.5], "),
        ("$features_kvp", '[{"age": 20, "income": 1.5}, '),
        ('{"a": "${age}"}', '[{"a": 20}, '),
    ],
)
def test_a_document_of_json_holds_records_as_the_model_wants_them(clarify: Clarify, record: str, shape: str) -> None:
    clarify.sagemaker.answer = lambda body: json.dumps({"labels": [1] * len(json.loads(body)["instances"])})
    predictor = {
        **MODEL, "content_type": "application/json", "content_template": '{"instances": $records}',
        "record_template": record, "label": "labels",
    }  # fmt: skip

    ended = clarify.run({**BIAS, "methods": POST, "predictor": predictor}, TABLE)

    assert ended.metrics("post_training", "age")["DPPL"] == 0
    assert clarify.sagemaker.asked[0]["Body"].decode().startswith(f'{{"instances": {shape}')


def test_the_join_source_goes_with_the_values_and_not_to_the_model(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: x[0])
    text = "id,age\n" + "".join(f"r{place},{age}\n" for place, (_, age, _) in enumerate(ROWS))
    shap = {"baseline": [[0]], "save_local_shap_values": True}

    ended = clarify.run({"joinsource_name_or_index": "id", "methods": {"shap": shap}, "predictor": MODEL}, text)

    assert (ended.output / "explanations_shap/out.csv").read_text().splitlines()[:2] == ["id,age_label0", "r0,20.0"]


def test_data_and_baselines_may_lie_elsewhere(clarify: Clarify) -> None:
    clarify.sagemaker.answer = by_record(lambda x: x[0])
    clarify.sagemaker.objects = {
        "s3://b/data/1.csv": "r1,20\nr2,40\n", "s3://b/data/2.csv": "r3,60\n", "s3://b/base.csv": "30\n",
        "s3://b/sex.csv": "who,sex\nr2,m\nr3,f\nr1,f\n", "s3://b/said.csv": "who,said\nr1,1\nr2,0\nr3,1\n",
        "s3://b/labelled.csv": "r1,20,1\nr2,40,1\nr3,60,0\n",
    }  # fmt: skip
    who = {"joinsource_name_or_index": "who"}
    shap = {
        "dataset_uri": "s3://b/data/",
        "headers": ["who", "age"],
        "methods": {"shap": {"baseline": "s3://b/base.csv"}},
    }
    bias = {
        "dataset_uri": "s3://b/labelled.csv", "headers": ["who", "age", "label"], "label": "label",
        "facet_dataset_uri": "s3://b/sex.csv", "predicted_label_dataset_uri": "s3://b/said.csv",
        "predicted_label": "said", "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}], "methods": POST,
    }  # fmt: skip

    explained = clarify.run({**who, **shap, "predictor": MODEL}, "")
    told = explained.analysis["explanations"]["kernel_shap"]["label0"]
    judged = clarify.run({**who, **bias}, "")

    assert told == {"global_shap_values": {"age": pytest.approx(50 / 3)}, "expected_value": 30.0}
    assert judged.metrics("post_training", "sex") == {"DPPL": -1.0, "RD": -1.0}


def test_a_job_that_is_stopped_leaves_no_endpoint(clarify: Clarify) -> None:
    def model(_: str) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        return ""

    clarify.sagemaker.answer = model
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(SystemExit):
        clarify.run({**BIAS, "methods": POST, "predictor": MODEL}, TABLE)

    assert clarify.sagemaker.there == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_of_several_hosts_the_first_does_it_all(clarify: Clarify) -> None:
    base = clarify.root / "ml"
    (base / "config").mkdir(parents=True)
    (base / "config/resourceconfig.json").write_text('{"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]}')

    assert main({"SAGEMAKER_BASE_DIR": str(base)}) == 0
    assert not (base / "processing").exists()


def test_the_endpoint_goes_also_when_the_model_fails(clarify: Clarify) -> None:
    clarify.sagemaker.status = "Failed"

    ended = clarify.run({**BIAS, "methods": POST, "predictor": MODEL}, TABLE)

    assert ended.code == 1
    assert "of the model failed: it does not answer pings" in ended.message
    assert clarify.sagemaker.there == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"methods": {}}, "analysis_config.json has no methods."),
        ({"segment_config": []}, "segment_config in analysis_config.json is not supported: run one analysis for each"),
        ({"methods": {"shap": {"image_config": {}}}}, "image_config in methods.shap is not supported"),
        ({"dataset_type": "application/x-image"}, "dataset_type must be one of text/csv, "),
        ({"label": "sold"}, "label: there is no column sold; there are bought, age, income."),
        ({"headers": ["a"]}, "headers has 1 names, and the data 3 columns."),
        ({"facet": [{"name_or_index": "age"}]}, "facet 'age' is continuous: it needs one threshold"),
        ({"methods": {"pre_training_bias": {"methods": ["DI"]}}}, "pre_training_bias has no metric DI; it has CDDL"),
        ({"methods": POST}, "the predictor in analysis_config.json needs a model_name or an endpoint_name."),
        ({"methods": {"pdp": {}}, "predictor": MODEL}, "pdp needs features, or shap beside it"),
        ({"methods": {"shap": {"baseline": [[1]]}}, "predictor": MODEL}, "must have 2 values: age, income."),
    ],
)
def test_what_cannot_be_done_is_said_by_its_name(clarify: Clarify, more: dict[str, object], sentence: str) -> None:
    ended = clarify.run({**BIAS, "methods": PRE, **more}, TABLE)

    assert ended.code == 1
    assert ended.message.startswith("Error: ")
    assert sentence in ended.message


def test_a_header_alone_is_no_data(clarify: Clarify) -> None:
    ended = clarify.run({**BIAS, "methods": PRE}, ",".join(HEADERS) + "\n")

    assert (ended.code, ended.message) == (1, "Error: the data has a header and no records.")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("1\n", "was asked about 6 records and answered about 1"),
        ("maybe\n" * 6, "the model answers 'maybe', and only scores can be explained"),
        ("nan\n" * 6, "the model answers nan, and only scores can be explained"),
        ("[0.1, oh\n" * 6, "the model's answer is not text/csv"),
    ],
)
def test_answers_that_cannot_be_explained_are_shown(clarify: Clarify, answer: str, sentence: str) -> None:
    clarify.sagemaker.answer = lambda _: answer
    methods = {"pdp": {"features": ["age"], "grid_resolution": 2}}

    ended = clarify.run({"headers": HEADERS, "label": "bought", "methods": methods, "predictor": MODEL}, TABLE)

    assert sentence in ended.message
