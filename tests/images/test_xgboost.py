"""`train` without a script: the built-in XGBoost, on real data."""

import os
import pickle
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import xgboost
from sklearn.datasets import dump_svmlight_file, load_breast_cancer, load_diabetes, load_iris

from images.jobs import XGBOOST, XGBOOST_PICKLED, TrainingJob
from penstock.images.metrics import XGBOOST as DEFINITIONS
from penstock.services.sagemaker.jobs.scan import value_in
from penstock_image.failure import AlgorithmError, JobFailure, UserError
from penstock_image.layout import Folders
from penstock_image.xgboost_mode import training
from penstock_image.xgboost_mode.data import kind_of, read
from penstock_image.xgboost_mode.hyperparameters import validated

Numbers = npt.NDArray[np.float64]


@pytest.fixture
def job(tmp_path: Path) -> TrainingJob:
    return TrainingJob(tmp_path / "ml", image=XGBOOST)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def csv_of(labels: Numbers, features: Numbers) -> str:
    rows = np.column_stack([labels, features])
    return "".join(",".join(f"{cell:g}" for cell in row) + "\n" for row in rows)


def with_cancer(job: TrainingJob, **hyperparameters: str) -> TrainingJob:
    features, labels = load_breast_cancer(return_X_y=True)
    job.channel("train", {"part-0.csv": csv_of(labels[:400], features[:400])}, "text/csv")
    job.channel("validation", {"part-0.csv": csv_of(labels[400:], features[400:])}, "text/csv; label_size=1")
    job.hyperparameters = {"num_round": "4", "objective": "binary:logistic", **hyperparameters}
    return job


def train_here(job: TrainingJob) -> None:
    """The same as `job.run`, without the price of another process."""
    training.train(Folders(job.base), job.prepare())


def refused(job: TrainingJob) -> str:
    with pytest.raises(JobFailure) as caught:
        train_here(job)
    return str(caught.value)


def test_csv_is_trained_and_told_in_the_lines_that_the_built_in_metrics_find(job: TrainingJob) -> None:
    ended = with_cancer(job, eval_metric="auc,logloss").run()

    lines = [line for line in ended.output.splitlines() if line.startswith("[")]
    assert (ended.exit_code, len(lines)) == (0, 4), ended.errors
    assert re.fullmatch(
        r"\[0\]\ttrain-auc:\d\.\d{5}\ttrain-logloss:\d\.\d{5}\tvalidation-auc:\d\.\d{5}\tvalidation-logloss:\d\.\d{5}",
        lines[0],
    )
    found = {one.name for one in DEFINITIONS if value_in(re.compile(one.regex), lines[-1]) is not None}
    assert found == {"train:auc", "train:logloss", "validation:auc", "validation:logloss"}


@pytest.mark.parametrize("version", ["1", "latest", "1.0-1"])
def test_old_versions_take_silent(version: str) -> None:
    assert validated({"num_round": "1", "silent": "0"}, version) == {"num_round": 1, "silent": 0}


def test_an_old_image_pickles_its_model_and_takes_silent(job: TrainingJob) -> None:
    job.image = XGBOOST_PICKLED

    ended = with_cancer(job, silent="0").run()

    assert ended.exit_code == 0, ended.errors
    model = pickle.loads((job.model / "xgboost-model").read_bytes())
    assert model.num_boosted_rounds() == 4


def test_a_newer_image_saves_its_model_as_xgboost_does(job: TrainingJob) -> None:
    train_here(with_cancer(job))

    model = xgboost.Booster(model_file=bytearray((job.model / "xgboost-model").read_bytes()))
    features, labels = load_breast_cancer(return_X_y=True)
    predicted = model.predict(xgboost.DMatrix(features[400:])) > 0.5
    assert np.mean(predicted == labels[400:]) > 0.9


def test_the_same_job_gives_the_same_model_byte_for_byte(tmp_path: Path) -> None:
    models = []
    for name in ("one", "two"):
        job = with_cancer(TrainingJob(tmp_path / name, image=XGBOOST), subsample="0.5", seed="3")
        train_here(job)
        models.append((job.model / "xgboost-model").read_bytes())

    assert models[0] == models[1]


def test_libsvm_is_what_a_channel_without_content_type_holds(job: TrainingJob, tmp_path: Path) -> None:
    features, target = load_diabetes(return_X_y=True)
    dump_svmlight_file(features[:300], target[:300], str(tmp_path / "a"), zero_based=False)
    dump_svmlight_file(features[300:], target[300:], str(tmp_path / "b"), zero_based=False)
    job.channel("train", {"a.libsvm": (tmp_path / "a").read_text(), "deeper/b.libsvm": (tmp_path / "b").read_text()})
    job.channel("validation", {"b": (tmp_path / "b").read_text()})
    job.hyperparameters = {"num_round": "3", "objective": "reg:squarederror", "eval_metric": "rmse,mse,r2"}

    train_here(job)

    model = xgboost.Booster(model_file=bytearray((job.model / "xgboost-model").read_bytes()))
    assert model.num_features() == features.shape[1] + 1  # counted from 1: column 0 is empty, as XGBoost reads it


def test_the_job_of_awss_example_trains(job: TrainingJob) -> None:
    """reg:linear and _tuning_objective_metric are what older pipelines and tuning jobs send."""
    features, target = load_diabetes(return_X_y=True)
    job.image = XGBOOST_PICKLED
    job.channel("train", {"train.csv": csv_of(target, features)}, "text/csv")
    job.channel("validation", {"validation.csv": csv_of(target, features)}, "text/csv")
    job.hyperparameters = {
        "objective": "reg:linear",
        "num_round": "5",
        "max_depth": "5",
        "eta": "0.2",
        "gamma": "4",
        "min_child_weight": "6",
        "subsample": "0.7",
        "silent": "0",
        "_tuning_objective_metric": "validation:rmse",
    }

    ended = job.run()

    assert ended.exit_code == 0, ended.errors
    assert re.search(r"^\[4\]\ttrain-rmse:[\d.]+\tvalidation-rmse:[\d.]+$", ended.output, re.MULTILINE)


def test_several_classes_with_the_containers_own_metrics(job: TrainingJob, capsys: pytest.CaptureFixture[str]) -> None:
    features, labels = load_iris(return_X_y=True)
    job.channel("train", {"iris.csv": csv_of(labels, features)}, "csv")
    job.hyperparameters = {
        "num_round": "2",
        "objective": "multi:softmax",
        "num_class": "3",
        "eval_metric": "merror,accuracy,f1,balanced_accuracy,recall_macro",
    }

    train_here(job)

    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("[1]"))
    scores = dict(part.removeprefix("train-").split(":") for part in line.split("\t")[1:])
    assert set(scores) == {"merror", "accuracy", "f1", "balanced_accuracy", "recall_macro"}
    assert float(scores["accuracy"]) == pytest.approx(1 - float(scores["merror"]), abs=1e-5)


def test_early_stopping_keeps_the_best_round(job: TrainingJob, capsys: pytest.CaptureFixture[str]) -> None:
    train_here(with_cancer(job, num_round="200", eta="1", early_stopping_rounds="3", eval_metric="logloss"))

    losses = [
        float(line.rpartition("validation-logloss:")[2])
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("[")
    ]
    model = xgboost.Booster(model_file=bytearray((job.model / "xgboost-model").read_bytes()))
    assert len(losses) < 200
    assert model.num_boosted_rounds() == losses.index(min(losses)) + 1


def test_training_goes_on_from_its_checkpoint(job: TrainingJob, capsys: pytest.CaptureFixture[str]) -> None:
    job.checkpoints = {"LocalPath": str(job.base / "checkpoints")}
    train_here(with_cancer(job, num_round="8"))
    whole = (job.model / "xgboost-model").read_bytes()
    kept = sorted(path.name for path in (job.base / "checkpoints").iterdir())
    (job.base / "checkpoints" / "xgboost-checkpoint.7").write_bytes(b"half a fi")
    capsys.readouterr()

    train_here(job)

    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")]
    assert kept == [f"xgboost-checkpoint.{number}" for number in (3, 4, 5, 6, 7)]
    assert [line.partition("\t")[0] for line in lines] == ["[7]"]
    assert (job.model / "xgboost-model").read_bytes() == whole


def test_cross_validation_leaves_a_model_a_fold_and_the_predictions(
    job: TrainingJob, capsys: pytest.CaptureFixture[str]
) -> None:
    train_here(with_cancer(job, _kfold="3", _num_cv_round="2", eval_metric="error"))

    said = capsys.readouterr().out
    predictions = np.loadtxt(job.base / "output" / "data" / "predictions.csv", delimiter=",")
    assert sorted(path.name for path in job.model.iterdir()) == [f"xgboost-model-{number}" for number in range(6)]
    assert predictions.shape == (569, 3)
    assert np.mean(predictions[:, 0] == predictions[:, 2]) > 0.9
    assert "The overall metrics of 2-round cross validation\n[4]\ttrain-error:0." in said


def test_the_second_column_weighs_where_that_is_asked_for(job: TrainingJob) -> None:
    job.channel("train", {"a.csv": "1,0.5,3\n0,2,4\n"}, "text/csv")

    table = read(Folders(job.base).channel("train"), "text/csv", weighted=True)

    assert table is not None
    assert (table.label.tolist(), table.weight.tolist(), table.features.tolist()) == ([1, 0], [0.5, 2], [[3], [4]])


def test_libsvm_rows_may_have_weights_and_groups(job: TrainingJob) -> None:
    job.channel("weighed", {"a": "1:0.5 0:3 2:1\n0:2 1:4\n"})
    job.channel("grouped", {"a": "1 qid:1 0:3\n0 qid:1 1:4\n2 qid:2 1:1\n"})

    weighed = read(Folders(job.base).channel("weighed"), None, weighted=False)
    grouped = read(Folders(job.base).channel("grouped"), None, weighted=False)

    assert weighed is not None
    assert grouped is not None
    assert (weighed.weight.tolist(), weighed.features.toarray().tolist()) == ([0.5, 2], [[3, 0, 1], [0, 4, 0]])
    assert grouped.groups.tolist() == [1, 1, 2]


def test_hidden_files_are_not_data_and_blanks_are_missing(job: TrainingJob) -> None:
    job.channel("train", {"_SUCCESS": "", ".a.crc": "x", "_temporary/a.csv": "x,y", "a.csv": "1;;2\n"}, "text/csv")

    table = read(Folders(job.base).channel("train"), "csv", weighted=False)

    assert table is not None
    assert np.array_equal(table.features, [[np.nan, 2]], equal_nan=True)


@pytest.mark.parametrize(
    ("hyperparameters", "sentence"),
    [
        ({}, "Missing required hyperparameter: num_round"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"num_round": "ten"}, "Hyperparameter num_round: could not parse value 'ten' (caused by ValueError)"),
        ({"num_round": "1", "eta": "2"}, "Hyperparameter eta: 2.0 is not in [0, 1]"),
        ({"num_round": "1", "subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"num_round": "1", "silent": "0"}, "Extraneous hyperparameter found: silent"),
        (
            {"num_round": "1", "booster": "tree"},
            "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']",
        ),
        (
            {"num_round": "1", "objective": "multi:softmax"},
            "Require input for parameter 'num_class' for multi-classification",
        ),
        (
            {"num_round": "1", "eval_metric": "auc"},
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        (
            {"num_round": "1", "eval_metric": "error@half"},
            "Threshold value 't' in 'error@t' expects float input.",
        ),
        (
            {"num_round": "1", "monotone_constraints": "(1,0)"},
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
        ),
        (
            {"num_round": "1", "tree_method": "hist", "monotone_constraints": "__import__('os')"},
            "Hyperparameter monotone_constraints: could not parse value '__import__('os')' (caused by ValueError)",
        ),
        (
            {"num_round": "1", "process_type": "update", "updater": "grow_histmaker"},
            "process_type 'update' can only be used with updater 'refresh' and 'prune'",
        ),
    ],
)
def test_a_hyperparameter_that_aws_would_refuse_is_refused_with_its_sentence(
    hyperparameters: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UserError) as caught:
        validated(hyperparameters, "1.7-1")

    assert str(caught.value) == f"UserError: {sentence}"


def test_hyperparameters_are_read_as_what_they_are() -> None:
    values = validated(
        {
            "num_round": "10",
            "eta": "0.2",
            "tree_method": "hist",
            "monotone_constraints": "(1, -1)",
            "interaction_constraints": "[[0, 1], [2]]",
            "eval_metric": "rmse, error@0.7",
            "silent": "1",
        },
        "1.0-1",
    )

    assert values == {
        "num_round": 10,
        "eta": 0.2,
        "tree_method": "hist",
        "monotone_constraints": (1, -1),
        "interaction_constraints": [[0, 1], [2]],
        "eval_metric": ["rmse", "error@0.7"],
        "silent": 1,
    }


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        *((None, "libsvm"), ("libsvm", "libsvm"), ("text/x-libsvm", "libsvm"), ("text/libsvm;charset=utf8", "libsvm")),
        *(("csv", "csv"), ("text/csv", "csv"), ("text/csv; label_size=1", "csv"), ("TEXT/CSV", "csv")),
        *(("parquet", "parquet"), ("application/x-parquet", "parquet")),
    ],
)
def test_content_types(content_type: str | None, kind: str) -> None:
    assert kind_of(content_type) == kind


@pytest.mark.parametrize(
    ("content_type", "sentence"),
    [
        ("text/csv;label_size=2", "Optional parameter label_size must be equal to 1"),
        ("image/png", "image/png is not an accepted ContentType: csv, text/csv, libsvm"),
        ("application/x-recordio-protobuf", "cannot be read here; give the channel as text/csv"),
    ],
)
def test_content_types_that_cannot_be_read(content_type: str, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        kind_of(content_type)


def test_a_channel_that_is_missing_strange_or_empty_is_named(job: TrainingJob) -> None:
    job.hyperparameters = {"num_round": "1"}
    missing = refused(job)
    job.channel("train", {"_SUCCESS": ""}, "text/csv")
    empty = refused(job)
    job.channel("test", {})
    strange = refused(job)

    assert missing == "UserError: Missing required channel: train"
    assert empty == f"UserError: No data in training channel path {job.base}/input/data/train"
    assert strange == "UserError: Extraneous channel found: test"


@pytest.mark.parametrize(
    ("content", "content_type", "sentence"),
    [
        ("label,age\n1,2\n", "text/csv", "numbers only, without a header, the label in the first column."),
        ("12\n13\n", "text/csv", "Could not determine delimiter on line 12 of a"),
        ("1,2,3\n", None, "First line '1,2,3...' of file 'a' is not 'LIBSVM' format"),
        ("7,1\n-6,2\n", "text/csv", "label must be in (0, 1) for logistic regression"),
    ],
)
def test_data_that_cannot_be_trained_on_is_the_customers_to_mend(
    job: TrainingJob, content: str, content_type: str | None, sentence: str
) -> None:
    job.channel("train", {"a": content}, content_type)
    job.hyperparameters = {"num_round": "1", "objective": "binary:logistic"}

    said = refused(job)

    assert said.startswith("UserError: ")
    assert sentence in said
    assert "Stack trace" not in said


def test_parquet_without_a_reader_names_the_package(job: TrainingJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    job.channel("train", {"a.parquet": "PAR1"}, "application/x-parquet")
    job.hyperparameters = {"num_round": "1"}

    assert "needs the package pyarrow" in refused(job)


def test_several_hosts_train_one_model_of_all_their_rows(job: TrainingJob, tmp_path: Path) -> None:
    features, labels = load_breast_cancer(return_X_y=True)
    other = TrainingJob(tmp_path / "other", image=XGBOOST)
    with ThreadPoolExecutor() as hosts:
        for number, (host, each) in enumerate({"localhost": job, "127.0.0.1": other}.items()):
            mine = slice(number, None, 2)
            with_cancer(each).channel("train", {"part-0.csv": csv_of(labels[mine], features[mine])}, "text/csv")
            each.resources = {"current_host": host, "hosts": ["localhost", "127.0.0.1"]}
            each.variables["TRAINING_JOB_ARN"] = str(tmp_path)
        elsewhere = hosts.submit(other.run)
        train_here(job)

    assert elsewhere.result().exit_code == 0
    assert "train-logloss" not in elsewhere.result().output
    assert not list(other.model.iterdir())
    model = xgboost.Booster(model_file=bytearray((job.model / "xgboost-model").read_bytes()))
    wrong = (model.predict(xgboost.DMatrix(features)) > 0.5) != labels
    assert wrong.mean() < 0.05


def test_several_hosts_cannot_cross_validate(job: TrainingJob) -> None:
    job.resources = {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]}

    assert "set InstanceCount to 1" in refused(with_cancer(job, _kfold="3"))


def test_the_failure_file_of_a_refused_job_holds_the_sentence(job: TrainingJob) -> None:
    ended = with_cancer(job, max_depth="-1").run()

    assert (ended.exit_code, ended.failure) == (1, "UserError: Hyperparameter max_depth: -1 is not in [0, +inf)")


def test_a_stopped_job_leaves_its_model_if_asked_to(job: TrainingJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop_at_the_third(self: object, model: object, epoch: int, evals_log: object) -> bool:
        if epoch == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return False

    monkeypatch.setattr("penstock_image.xgboost_mode.boosting.Monitor.after_iteration", stop_at_the_third)

    with pytest.raises(SystemExit) as caught:
        train_here(with_cancer(job, num_round="100000", save_model_on_termination="true"))

    assert caught.value.code == 0
    model = xgboost.Booster(model_file=bytearray((job.model / "xgboost-model").read_bytes()))
    assert 2 <= model.num_boosted_rounds() <= 4


def test_what_xgboost_itself_cannot_do_is_the_algorithms_error(job: TrainingJob) -> None:
    with pytest.raises(AlgorithmError, match="XGB train call failed with exception"):
        train_here(with_cancer(job, objective="survival:aft"))
