"""What an exploration makes of a table: its problem, its columns, and which rows judge."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from images.automl.jobs import Jobs, people
from penstock_automl import exploring
from penstock_image.failure import ClientError

Json = Any
PARQUET = "x-application/vnd.amazon+parquet"


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def test_columns_are_what_they_hold_and_those_that_teach_nothing_are_left_out(jobs: Jobs) -> None:
    found = jobs.explore(people())

    assert found == {"ProblemType": "BinaryClassification", "MetricName": "F1", "Mode": "ENSEMBLING", "Rows": 60}
    assert jobs.schema.columns == ["id", "age", "job", "joined", "about", "same"]
    assert jobs.schema.types == {"age": "numeric", "job": "categorical", "joined": "datetime", "about": "text"}
    assert jobs.schema.labels == ["old", "young"]
    assert jobs.schema.folds == 5
    assert not (jobs.data / "validation.csv").exists()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (["yes", "no"] * 10, "BinaryClassification"),
        (["0", "1"] * 10, "BinaryClassification"),
        (["a", "b", "c", "d"] * 5, "MulticlassClassification"),
        (["1", "2", "3"] * 10, "MulticlassClassification"),
        ([str(number) for number in range(20)], "Regression"),
        (["1.5", "2.5", "3.5"] * 10, "Regression"),
    ],
)
def test_a_problem_is_found_by_its_target(values: list[str], problem: str) -> None:
    assert exploring.problem_of(pd.Series(values)) == problem


def test_labels_that_are_numbers_are_in_their_order() -> None:
    assert exploring.labels_of(pd.Series(["10", "9", "2"])) == ["2", "9", "10"]


def test_a_fraction_is_set_aside_and_the_same_one_each_time(tmp_path: Path) -> None:
    one, other = Jobs(tmp_path / "one"), Jobs(tmp_path / "other")

    one.explore(people(), fraction="0.3")
    other.explore(people(), fraction="0.3")

    held = (one.data / "validation.csv").read_text()
    assert len(held.splitlines()) == 19
    assert held == (other.data / "validation.csv").read_text()
    assert one.schema.folds == 0


def test_a_validation_channel_judges_and_weights_say_which_rows_count(jobs: Jobs) -> None:
    rows = "x,w,y\n" + "".join(f"{n},{'' if n % 5 == 0 else n / 10},{n * 2}\n" for n in range(1, 41))

    found = jobs.explore(rows, {"validation": b"x,w,y\n1,1,2\n2,1,what\n3,,6\n"}, weight="w")

    assert found["Rows"] == 32
    assert (jobs.data / "validation.csv").read_text() == "x,y,w\n1,2,1\n"
    assert jobs.schema.columns == ["x"]


def test_a_feature_specification_chooses_columns_and_types(jobs: Jobs) -> None:
    wanted = {"FeatureAttributeNames": ["age", "job"], "FeatureDataTypes": {"age": "categorical"}}

    jobs.explore(people(), {"features": json.dumps(wanted).encode()})

    assert jobs.schema.columns == ["age", "job"]
    assert jobs.schema.types == {"age": "categorical", "job": "categorical"}


def test_parquet_and_gzip_are_read_as_csv_is(tmp_path: Path) -> None:
    plain, packed, columnar = (Jobs(tmp_path / name) for name in ("plain", "packed", "columnar"))
    text = "x,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20))
    path = tmp_path / "rows.parquet"
    duckdb.execute("COPY (SELECT range AS x, range % 2 AS y FROM range(20)) TO ? (FORMAT parquet)", [str(path)])

    plain.explore(text)
    packed.explore("", {"training": gzip.compress(text.encode())}, compression="Gzip")
    columnar.explore("", {"training": path.read_bytes()}, content_type=PARQUET)

    assert {(each.data / "train.csv").read_text() for each in (plain, packed, columnar)} == {text}


def test_both_notebooks_tell_what_was_found(jobs: Jobs) -> None:
    jobs.explore(people().replace("cook", '"coo\nk|s"'))

    folder = jobs.root / "explore/output/notebooks"
    told = {path.name: json.loads(path.read_text()) for path in folder.iterdir()}
    exploration = told["SageMakerAutopilotDataExplorationNotebook.ipynb"]
    candidates = told["SageMakerAutopilotCandidateDefinitionNotebook.ipynb"]
    assert (exploration["nbformat"], candidates["nbformat"]) == (4, 4)
    assert "| age | numeric | 11.7% |" in json.dumps(exploration)
    assert r"| coo k\\|s |" in json.dumps(exploration)  # one row of a table, whatever is in it
    assert "* xgboost" in json.dumps(candidates)
    assert "`same`: left out" in json.dumps(candidates)


@pytest.mark.parametrize(
    ("text", "asked", "message"),
    [
        (people(), {"target": "z"}, "is 'z', and the columns are: id, age"),
        (people(5), {}, "5 rows have a target, and 10 are the least"),
        ("x,y\n" + "1,a\n" * 20, {}, "is always 'a'"),
        ("x,y\n" + "1,a\n" * 19 + "2,b\n", {}, "the label 'b' is there once only"),
        ("x,y\n" + "1,a\n1,b\n" * 10, {}, "no column has anything to learn from"),
        ("x,y\n" + "1,a\n1,b\n1,c\n" * 10, {"problem": "BinaryClassification"}, "has 3"),
        ("x,y\n" + "1,a\n2,b\n" * 10, {"problem": "Regression"}, "needs numbers in column 'y'"),
        ("x,y\n" + "1,a\n2,b\n" * 10, {"compression": "Gzip"}, "is not gzip"),
    ],
)
def test_what_cannot_be_learnt_from_is_said(jobs: Jobs, text: str, asked: Json, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        jobs.explore(text, **asked)


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        (b"{", "is not JSON"),
        (b'{"Names": []}', "unknown key 'Names'"),
        (b'{"FeatureAttributeNames": ["y"]}', "'y', which is no feature"),
        (b'{"FeatureDataTypes": {"age": "sequence"}}', "says 'sequence' of 'age'"),
    ],
)
def test_a_wrong_feature_specification_is_said(jobs: Jobs, specification: bytes, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        jobs.explore(people(), {"features": specification})
