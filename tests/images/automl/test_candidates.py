"""Candidates: what they learn, what a mixture of them is, how they answer, and what is reported of them."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from end_to_end.forks import Forks
from images.automl.jobs import FOREST, LINEAR, MLP, TREES, XGBOOST, Jobs, people
from penstock_automl import inference, mixing
from penstock_automl.schema import Schema
from penstock_image.failure import ClientError

REGRESSION = Schema(target="y", problem="Regression", metric="MSE", columns=["x"], types={"x": "numeric"}, labels=[])
Asked = Callable[[Path, str], list[str]]
SCRIPT = Path(__file__).parent / "asking.py"


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def scores(said: str) -> dict[str, float]:
    """The metrics in a log."""
    pairs = [line.removeprefix("validation:").split("=") for line in said.splitlines()]
    return {name: float(value) for name, value in pairs}


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    """What a model answers to rows, where there is what candidates are made of, and of Penstock its archive alone."""
    modules = ("pandas", "sklearn.ensemble", "sklearn.pipeline", "xgboost")
    forks = Forks(sys.executable, modules, {"PATH": os.defpath, "AWS_DEFAULT_REGION": "us-east-1"})

    def ask(model: Path, rows: str) -> list[str]:
        words = (str(SCRIPT), str(model), "text/csv", rows)
        done = forks.run(*words, variables={"SAGEMAKER_INFERENCE_OUTPUT": ""}, folder=model / "code")
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    yield ask
    forks.close()


@pytest.mark.parametrize("values", [XGBOOST, LINEAR], ids=lambda each: each["algorithm"])
def test_numbers_that_are_not_finite_are_missing(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], asked: Asked, values: dict[str, str]
) -> None:
    jobs.explore("x,y\n" + "".join(f"{'inf' if n % 9 == 0 else n / 7},{n}\n" for n in range(60)), problem="Regression")

    model = jobs.train("model", values)

    assert np.isfinite(scores(capsys.readouterr().out)["RMSE"])
    assert asked(model, "-inf\n") == asked(model, "NaN\n")
    assert json.loads((jobs.report(model) / "analysis.json").read_text())["version"] == "1.0"


@pytest.mark.parametrize("values", [XGBOOST, LINEAR, FOREST, TREES, MLP], ids=lambda each: each["algorithm"])
@pytest.mark.parametrize("target", ["label", "value", "three"])
def test_every_algorithm_learns_every_problem(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], values: dict[str, str], target: str
) -> None:
    problem = "MulticlassClassification" if target == "three" else ""
    jobs.explore(people(target=target), fraction="0.3", problem=problem)

    jobs.train("model", values)

    found = scores(capsys.readouterr().out)
    expected = {"label": "F1", "value": "RMSE", "three": "F1macro"}[target]
    assert expected in found
    assert all(np.isfinite(value) for value in found.values())


def test_a_mixture_is_as_good_as_the_best_and_answers_from_its_archive_alone(
    jobs: Jobs, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.explore(people())
    found = []
    for name, values in (("x", XGBOOST), ("l", LINEAR)):
        jobs.train(name, values)
        found.append(scores(capsys.readouterr().out))

    model = jobs.train("mixture", {"algorithm": "ensemble"}, *(jobs.root / name / "model" for name in ("x", "l")))

    assert scores(capsys.readouterr().out)["F1"] >= max(each["F1"] for each in found)
    label, _, package = asked(model, "u1,69,cook,2012-03-11,likes wine,1\n")
    assert label == "old"
    assert package == str(model / "code/penstock_automl/__init__.py")
    report = jobs.report(model)
    analysis = json.loads((report / "analysis.json").read_text())["explanations"]["kernel_shap"]["label0"]
    amounts = analysis["global_shap_values"]
    assert max(amounts, key=amounts.get) == "age"
    assert set(amounts) == {"age", "job", "joined", "about"}
    statistics = json.loads((report / "statistics.json").read_text())
    assert statistics["dataset"]["item_count"] == 60
    assert statistics["binary_classification_metrics"]["f1"]["value"] > 0.5


@pytest.mark.parametrize("values", [XGBOOST, FOREST], ids=lambda each: each["algorithm"])
def test_the_same_rows_and_hyperparameters_give_the_same_bytes(
    jobs: Jobs, capsys: pytest.CaptureFixture[str], values: dict[str, str]
) -> None:
    jobs.explore(people())

    made = []
    for name in ("one", "other"):
        folder = jobs.train(name, values)
        made.append((capsys.readouterr().out, (folder / "model.pkl").read_bytes()))

    assert made[0] == made[1]


def test_what_is_told_of_a_prediction_is_what_the_container_asks_for(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.explore(people())
    model = inference.model_fn(str(jobs.train("model", FOREST)))
    row = ["u1", "", "cook", "", "", "1"]
    monkeypatch.setenv("SAGEMAKER_INFERENCE_OUTPUT", "predicted_label,probability,probabilities,labels")

    (told,) = inference.predict_fn([["id", "age", "job", "joined", "about", "same"], row], model)

    label, probability, probabilities, labels = told
    assert json.loads(labels) == ["old", "young"]
    assert json.loads(probabilities)[1] == probability
    assert label == ("young" if probability > 0.5 else "old")
    body, kind = inference.output_fn([told], "application/json")
    assert json.loads(body)["predictions"][0]["predicted_label"] == label
    assert kind == "application/json"
    with pytest.raises(ValueError, match="a row has 2 values, and the model has 6 columns: id"):
        inference.predict_fn([["1", "2"]], model)
    monkeypatch.setenv("SAGEMAKER_INFERENCE_OUTPUT", "score")
    with pytest.raises(ValueError, match="names score"):
        inference.predict_fn([row], model)
    with pytest.raises(ValueError, match="takes text/csv, not image/png"):
        inference.input_fn(b"", "image/png")


def test_a_mixture_takes_what_makes_it_better_and_stops_there() -> None:
    truth = np.array([1.0, 2.0, 3.0])
    high, low, wild = truth + 1, truth - 1, np.array([9.0, -9.0, 9.0])

    taken = mixing.selected(REGRESSION, truth, [wild, high, low], None)

    assert sorted(taken) == [1, 2]


def test_weights_decide_what_is_learnt(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "x,w,y\n" + "".join(f"{n % 2},{1000 if n % 4 < 2 else 0},{n % 2 if n % 4 < 2 else 5}\n" for n in range(40))
    jobs.explore(rows, weight="w", problem="Regression", metric="MSE")

    jobs.train("model", XGBOOST)

    assert scores(capsys.readouterr().out)["MAE"] < 0.1


def test_an_unknown_algorithm_is_refused(jobs: Jobs) -> None:
    jobs.explore(people())
    with pytest.raises(ClientError, match="is 'magic', which this image does not have"):
        jobs.train("model", {"algorithm": "magic"})
