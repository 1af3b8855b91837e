"""The model server of AWS's framework images: handlers with their defaults, and XGBoost's own predictor."""

import json
import os
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from penstock.images import catalog

sys.path.append(str(catalog.INSIDE))
from penstock_image.serving.messages import Request, Response
from penstock_image.serving.server import Server

PLAIN = "import numpy\nclass Model:\n    def predict(self, rows):\n        return rows.sum(axis=1)\n"
MODEL = PLAIN + "def model_fn(folder):\n    return Model()\n"


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What a server does to its process is undone."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("customers_script", None)


def scripted(tmp_path: Path, text: str, requirements: str = "", **variables: str) -> Server:
    code = tmp_path / "code"
    code.mkdir()
    if requirements:
        (code / "requirements.txt").write_text(requirements)
    (code / "customers_script.py").write_text(text)
    base = {"SAGEMAKER_BASE_DIR": str(tmp_path), "SAGEMAKER_PROGRAM": "customers_script.py"}
    server = Server({**base, "SAGEMAKER_SUBMIT_DIRECTORY": str(code), **variables})
    server.load()
    return server


def boosted(
    tmp_path: Path, *, pickled: bool = False, classes: int = 0, objective: str = "reg:squarederror", **variables: str
) -> Server:
    rows = np.arange(50, dtype=np.float32).reshape(-1, 1)
    label = rows[:, 0] * classes // 50 if classes else 2 * rows[:, 0]
    parameters = {"objective": objective, **({"num_class": classes} if objective.startswith("multi:") else {})}
    booster = xgboost.train(parameters, xgboost.DMatrix(rows, label=label), num_boost_round=30)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "xgboost-model").write_bytes(pickle.dumps(booster) if pickled else bytes(booster.save_raw("ubj")))
    server = Server({"SAGEMAKER_BASE_DIR": str(tmp_path), "PENSTOCK_ALGORITHM": "xgboost", **variables})
    server.load()
    return server


def invoke(server: Server, body: bytes, content_type: str = "text/csv", accept: str = "") -> Response:
    return server.respond(Request("/invocations", content_type, accept, body=body))


def test_a_script_with_no_more_than_model_fn_has_the_images_defaults(tmp_path: Path) -> None:
    server = scripted(tmp_path, MODEL)

    assert server.respond(Request("/ping")).status == 200
    assert json.loads(invoke(server, b"1,2\n3,4").body) == [3.0, 7.0]
    assert json.loads(invoke(server, b"[[1, 2]]", "application/json").body) == [3.0]
    assert invoke(server, b"1,2\n3,4", accept="text/csv").body == b"3.0\n7.0\n"


def probe(folder: Path, *, is_whole: bool = True) -> str:
    """An environment that has the distribution `penstock-probe` 2.5."""
    site = folder / "lib" / "python3.11" / "site-packages"
    record = site / "penstock_probe-2.5.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: penstock-probe\nVersion: 2.5\n")
    (record / "INSTALLER").write_text("pip\n")
    (site / "penstock_probe.py").write_text("FACTOR = 3\n")
    if is_whole:
        (folder / "penstock.json").write_text("{}")
    return str(folder)


PROBING = "import penstock_probe\ndef model_fn(folder):\n    return None\n"
PROBED = PROBING + "def transform_fn(model, content, *types):\n    return str(penstock_probe.FACTOR), 'text/x'\n"


def test_what_a_built_environment_has_is_not_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "penstock_probe", raising=False)
    extensions = os.pathsep.join([probe(tmp_path / "half", is_whole=False), probe(tmp_path / "probing-1")])

    server = scripted(tmp_path, PROBED, "--no-index\npenstock-probe >= 2\nnumpy\n", PENSTOCK_EXTENSIONS=extensions)

    assert invoke(server, b"").body == b"3"
    assert "What the code asks for is in the environment probing-1" in capsys.readouterr().out
    assert str(tmp_path / "probing-1" / "lib" / "python3.11" / "site-packages") == sys.path[1]


@pytest.mark.parametrize("asked", ["penstock-probe<2", "penstock-probe\npenstock-no-such-package"])
def test_an_environment_that_has_not_all_that_is_asked_for_is_left_alone(
    tmp_path: Path, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    extension = probe(tmp_path / "probing-1")

    server = scripted(tmp_path, PROBED, f"--no-index\n{asked}\n", PENSTOCK_EXTENSIONS=extension)

    assert server.respond(Request("/ping")).status == 503
    assert "No matching distribution found for penstock-" in capsys.readouterr().out
    assert extension not in str(sys.path)


def test_what_the_defaults_cannot_read_or_write_is_415_and_406(tmp_path: Path) -> None:
    server = scripted(tmp_path, MODEL)

    assert invoke(server, b"x", "image/png").status == 415
    assert invoke(server, b"1,2\n3,4", accept="image/png").status == 406


def test_the_customers_functions_get_text_as_text_and_all_else_as_bytes(tmp_path: Path) -> None:
    text = "def transform_fn(model, content, content_type, accept):\n    return type(content).__name__, 'text/x'\n"
    server = scripted(tmp_path, MODEL + text)

    said = invoke(server, b"1")
    assert (said.body, said.content_type) == (b"str", "text/x")
    assert invoke(server, b"1", "application/x-image").body == b"bytes"


def test_what_a_script_raises_is_500_with_its_words_and_the_server_goes_on(tmp_path: Path) -> None:
    server = scripted(tmp_path, MODEL + "def predict_fn(data, model):\n    raise KeyError('gone')\n")

    assert (invoke(server, b"1,2\n3,4").status, invoke(server, b"1,2\n3,4").body) == (500, b"'gone'")
    assert server.respond(Request("/ping")).status == 200


@pytest.mark.parametrize(
    ("text", "said"), [(PLAIN, "no model_fn"), ("raise RuntimeError('bad day')", "RuntimeError: bad day")]
)
def test_a_script_that_does_not_load_is_not_healthy(tmp_path: Path, text: str, said: str) -> None:
    answer = scripted(tmp_path, text).respond(Request("/ping"))

    assert answer.status == 503
    assert said in answer.body.decode()


def test_what_the_server_does_not_know_is_refused(tmp_path: Path) -> None:
    answer = scripted(tmp_path, MODEL, SAGEMAKER_MULTI_MODEL="true").respond(Request("/ping"))

    assert "SAGEMAKER_MULTI_MODEL" in answer.body.decode()


@pytest.mark.parametrize("pickled", [True, False])
def test_xgboost_answers_scores_for_csv_and_libsvm(tmp_path: Path, pickled: bool) -> None:
    server = boosted(tmp_path, pickled=pickled)

    def scores(*arguments: Any) -> list[float]:
        return [float(each) for each in invoke(server, *arguments).body.decode().split(",")]

    assert scores(b"10\n20") == pytest.approx([20, 40], abs=2)
    assert scores(b"0:10\n1 0:20", "text/libsvm") == pytest.approx([20, 40], abs=2)
    told = json.loads(invoke(server, b"10", "text/csv", "application/json").body)
    assert told["predictions"][0]["score"] == pytest.approx(20, abs=2)


def test_xgboost_refuses_what_it_cannot_evaluate(tmp_path: Path) -> None:
    server = boosted(tmp_path)

    assert invoke(server, b"1", "application/x-parquet").status == 415
    assert invoke(server, b"1,2\n3", "text/csv").status == 415
    assert invoke(server, b"1,2", "text/csv").status == 400


def test_a_pickled_model_does_not_look_at_one_column_more_than_it_knows(tmp_path: Path) -> None:
    server = boosted(tmp_path, pickled=True)

    def asked(body: bytes, content_type: str = "text/csv") -> tuple[int, str]:
        said = invoke(server, body, content_type)
        return said.status, said.body.decode()

    assert asked(b"10,7\n20,7") == asked(b"10\n20")
    assert asked(b"0:10 1:7\n0:20", "text/libsvm") == asked(b"10\n20")
    assert asked(b"1 1:10\n2 1:20", "")[0] == 200  # counted from 1
    assert asked(b"0:1 2:1", "text/libsvm") == (
        400, "Unable to evaluate payload provided: Feature size of libsvm inference data 3 is larger than feature size "
        "of trained model 1.",
    )  # fmt: skip
    assert asked(b"1,2,3") == (
        400, "Unable to evaluate payload provided: Feature size of csv inference data 3 is not consistent with feature "
        "size of trained model 1.",
    )  # fmt: skip


def test_of_a_batch_every_row_has_a_line_and_the_algorithm_says_how_it_wants_to_be_asked(tmp_path: Path) -> None:
    server = boosted(tmp_path, SAGEMAKER_BATCH="true")

    said = invoke(server, b"10\n20\n")
    parameters = server.respond(Request("/execution-parameters"))

    assert [round(float(line)) for line in said.body.decode().splitlines()] == [20, 40]
    assert said.body.endswith(b"\n")
    assert json.loads(parameters.body) == {
        "MaxConcurrentTransforms": 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6,
    }  # fmt: skip


def test_a_script_does_not_say_how_it_wants_to_be_asked(tmp_path: Path) -> None:
    assert scripted(tmp_path, MODEL).respond(Request("/execution-parameters")).status == 404


def test_content_without_a_type_is_libsvm_to_the_algorithm(tmp_path: Path) -> None:
    said = invoke(boosted(tmp_path), b"0:10\n0:20\n", content_type="")

    assert [round(float(score)) for score in said.body.decode().split(",")] == [20, 40]


def selected(server: Server, body: bytes = b"10\n40") -> Any:
    return json.loads(invoke(server, body, "text/csv", "application/json").body)["predictions"]


EVERYTHING = "predicted_label, labels, probability, PROBABILITIES, raw_score, raw_scores"


def test_what_is_selected_of_two_classes_is_told(tmp_path: Path) -> None:
    first, second = selected(
        boosted(tmp_path, SAGEMAKER_INFERENCE_OUTPUT=EVERYTHING, classes=2, objective="binary:logistic")
    )

    assert (first["predicted_label"], second["predicted_label"]) == (0, 1)
    assert second["labels"] == [0, 1]
    assert second["probabilities"] == pytest.approx([0, 1], abs=0.1)
    assert second["probability"] == second["raw_score"] == second["probabilities"][1]
    assert second["raw_scores"] == second["probabilities"]


def test_what_is_selected_of_many_classes_is_told(tmp_path: Path) -> None:
    server = boosted(tmp_path, SAGEMAKER_INFERENCE_OUTPUT=EVERYTHING, classes=3, objective="multi:softprob")
    (only,) = selected(server, b"49")

    assert (only["predicted_label"], only["labels"]) == (2, [0, 1, 2])
    assert only["probability"] == max(only["probabilities"])


def test_what_an_objective_does_not_tell_is_nan(tmp_path: Path) -> None:
    server = boosted(
        tmp_path, SAGEMAKER_INFERENCE_OUTPUT="predicted_label,predicted_score", classes=2, objective="binary:hinge"
    )

    assert "NaN" in invoke(server, b"40", "text/csv", "application/json").body.decode()
    assert invoke(server, b"40\n1").body.decode() == "1.0,nan\n0.0,nan"


def test_selected_content_is_csv_with_lists_in_quotes_or_json_lines(tmp_path: Path) -> None:
    server = boosted(
        tmp_path, SAGEMAKER_INFERENCE_OUTPUT="labels,predicted_label", classes=2, objective="binary:logistic"
    )

    assert invoke(server, b"10\n40").body.decode() == '"[0, 1]",0\n"[0, 1]",1'
    lines = invoke(server, b"10\n40", "text/csv", "application/jsonlines").body.decode().splitlines()
    assert [json.loads(line)["predicted_label"] for line in lines] == [0, 1]
    assert invoke(server, b"10", "text/csv", "application/x-recordio-protobuf").status == 406


def test_an_objective_that_cannot_be_selected_from_is_not_served(tmp_path: Path) -> None:
    answer = boosted(tmp_path, SAGEMAKER_INFERENCE_OUTPUT="predicted_label", objective="count:poisson").respond(
        Request("/ping")
    )

    assert "Objective `count:poisson` unsupported" in answer.body.decode()


ITERATES = """
def model_fn(folder):
    return 3

def transform_fn(model, content, content_type, accept):
    return (str(number) for number in range(model)), 'text/event-stream'
"""


def test_what_an_iterator_makes_is_joined_unless_it_may_be_streamed(tmp_path: Path) -> None:
    server = scripted(tmp_path, ITERATES)

    whole = invoke(server, b"")
    begun = server.respond(Request("/invocations", "text/csv", streams=True))

    assert (whole.body, whole.content_type, whole.parts) == (b"012", "text/event-stream", None)
    assert begun.parts is not None
    assert (begun.body, [*begun.parts]) == (b"0", [b"1", b"2"])


def test_an_iterator_that_fails_at_once_is_500_and_one_that_is_left_is_closed(tmp_path: Path) -> None:
    text = """
closed = []

def model_fn(folder):
    return closed

def transform_fn(model, content, content_type, accept):
    return told(content) if content != 'closed?' else str(len(closed))

def told(content):
    try:
        yield 1 / int(content) and 'one'
        yield 'two'
    finally:
        closed.append(content)
"""
    server = scripted(tmp_path, text)

    failed = server.respond(Request("/invocations", "text/csv", body=b"0", streams=True))
    begun = server.respond(Request("/invocations", "text/csv", body=b"1", streams=True))
    assert begun.parts is not None
    begun.parts.close()  # type: ignore[attr-defined]

    assert (failed.status, failed.body) == (500, b"division by zero")
    assert invoke(server, b"closed?").body == b"2"
