"""The runner's files: every kind of value comes back as it was, and a model is packed as SageMaker serves it."""

import ast
import importlib.util
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Optional

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from penstock import pipeline
from penstock.pipeline.definition import RUNNER


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[ModuleType]:
    """The runner as a module, shipped with a project."""
    (tmp_path / "shipped").mkdir()
    place = tmp_path / "shipped" / "run.py"
    place.write_bytes(RUNNER.read_bytes())
    with zipfile.ZipFile(tmp_path / "shipped" / "project.zip", "w") as archive:
        archive.writestr(
            "serving.py", "def predict(model, rows):\n    return [f'is {n}' for n in model.predict(rows)]\n"
        )
    spec = importlib.util.spec_from_file_location("runner", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before = dict(sys.modules)
    yield module
    for name in ("penstock", "penstock.pipeline"):
        sys.modules[name] = before[name]
    sys.modules.pop("serving", None)


def test_what_is_written_with_pipelines_can_be_imported_in_a_job(runner: ModuleType) -> None:
    found: dict[str, Any] = {}
    runner.stand_in()

    exec("from penstock.pipeline import *\nimport penstock.pipeline as there", found)

    assert set(runner.NAMES) == set(pipeline.__all__) <= found.keys()
    assert found["Pipeline"][int] is found["there"].Model[int] is int
    assert not hasattr(found["there"], "__wrapped__")


@dataclass
class Point:
    x: float
    name: Optional[str] = None


class Named(NamedTuple):
    point: Point
    numbers: tuple[int, ...]


TABLES = {
    "numbers": pd.DataFrame({"a": [1, 2], "b": [0.1, np.nan], "c": [True, False]}),
    "small numbers": pd.DataFrame({"a": np.array([1, 2], dtype="int32"), "b": np.array([0.1, 1 / 3], dtype="float32")}),
    "times": pd.DataFrame({"t": pd.to_datetime(["2026-01-01 00:00:00", "2026-01-02 03:04:05"])}),
    "texts": pd.DataFrame({"a": ["NA", ""], "b": [None, "x"]}),
    "an index": pd.DataFrame({"a": [1, 2]}, index=["x", "y"]),
    "categories": pd.DataFrame({"a": pd.Categorical(["x", "y"])}),
    "nothing": pd.DataFrame(),
    "a time zone": pd.DataFrame({"t": pd.to_datetime(["2026-01-01"]).tz_localize("UTC")}),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_come_back_exactly(name: str, runner: ModuleType, tmp_path: Path) -> None:
    runner.save(TABLES[name], tmp_path / "value")

    pd.testing.assert_frame_equal(runner.load(tmp_path / "value"), TABLES[name])


def test_a_series_comes_back_with_its_name(runner: ModuleType, tmp_path: Path) -> None:
    series = pd.Series([1.5, 2.5], name="amount")
    runner.save(series, tmp_path / "value")

    pd.testing.assert_series_equal(runner.load(tmp_path / "value"), series)


@pytest.mark.parametrize(
    "array", [np.arange(6).reshape(2, 3), np.array(["a", "bc"]), np.zeros((0, 2)), np.array([[True]])], ids=str
)
def test_arrays_come_back(array: Any, runner: ModuleType, tmp_path: Path) -> None:
    runner.save(array, tmp_path / "value")

    found = runner.load(tmp_path / "value")
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    "value", [np.float64(0.5), np.int64(3), np.bool_(True), np.float32(0.5), np.array(7)], ids=repr
)
def test_numbers_of_numpy_are_json(value: Any, runner: ModuleType, tmp_path: Path) -> None:
    runner.save(value, tmp_path / "value")

    assert runner.load(tmp_path / "value") == value


def test_files_and_folders_come_back(runner: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "sub" / "a.txt").write_text("a")
    runner.save(tmp_path / "data", tmp_path / "folder")
    runner.save(tmp_path / "data" / "sub" / "a.txt", tmp_path / "file")

    assert (runner.load(tmp_path / "folder") / "sub" / "a.txt").read_text() == "a"
    assert runner.load(tmp_path / "file").read_text() == "a"
    assert runner.load(tmp_path / "file").name == "a.txt"


def test_classes_of_json_are_built_again(runner: ModuleType, tmp_path: Path) -> None:
    runner.save(Named(Point(1, "p"), (1, 2)), tmp_path / "value")

    found = runner.rebuilt(runner.load(tmp_path / "value"), Named)

    assert found == Named(Point(1.0, "p"), (1, 2))
    assert runner.rebuilt({"3": {"x": 1}}, dict[int, Point]) == {3: Point(1.0)}
    assert runner.rebuilt(None, Optional[Point]) is None


def says(kind: Any) -> Any:
    def told() -> None: ...

    told.__annotations__["return"] = kind
    return told


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        ("7", int, "int, and it is '7'"),
        (True, int, "int, and it is True"),
        (0.5, int, "int, and it is 0.5"),
        (None, float, "float, and it is None"),
        (7, str, "str, and it is 7"),
        ({"a": 1}, list[int], "list, and it is {'a': 1}"),
        ("out.csv", Path, "Path, and it is 'out.csv'"),
        (7, type(None), "None, and it is 7"),
    ],
)
def test_what_a_step_returns_is_what_it_says(value: Any, kind: Any, told: str, runner: ModuleType) -> None:
    with pytest.raises(TypeError, match=re.escape(f"told says that it returns {told} (test_runner.py:")):
        runner.must_be(value, kind, "returns", says(kind))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (7, float), (np.float64(0.5), float), (np.int64(7), int), (np.bool_(True), bool), (np.str_("a"), str),
        ((1, 2), list[int]), ({"a": 1}, dict[str, int]), (Path("x"), Path), (None, Optional[int]), (7, Any), (7, None),
        (7, int | str), ([1], tuple[int, ...]), (Point(1.0), Point),
    ],
)  # fmt: skip
def test_what_may_be_what_a_step_says_is_kept(value: Any, kind: Any, runner: ModuleType) -> None:
    runner.must_be(value, kind, "returns", says(kind))


def test_what_cannot_be_kept_is_said(runner: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="there is no way to keep a builtins:object in files: register one with keep"):
        runner.save(object(), tmp_path / "value")


def model() -> LogisticRegression:
    return LogisticRegression().fit([[0.0], [1.0]], [0, 1])


def test_a_model_is_an_archive_that_serves_itself(
    runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    runner.save(model(), tmp_path / "model")
    runner.add_code(tmp_path / "model")
    for name in ("one", "two"):
        runner.pack(tmp_path / "model", tmp_path / f"{name}.tar.gz")

    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        assert sorted(archive.getnames()) == [
            "code/inference.py", "code/project.zip", "files/model.joblib", "value.json"
        ]  # fmt: skip
    loaded = runner.model_fn(str(tmp_path / "model"))
    assert runner.predict_fn(np.array([1.0]), loaded).tolist() == [1]
    monkeypatch.setenv("PENSTOCK_PREDICT", "serving:predict")
    assert runner.predict_fn(np.array([[0.0], [1.0]]), loaded) == ["is 0", "is 1"]


def test_a_function_is_tried_again(runner: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(runner.time, "sleep", pauses.append)
    outcomes: Iterator[int | Exception] = iter([ValueError("once"), ValueError("twice"), 7])

    def flaky() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert runner.tried(flaky, {}, 2) == 7
    assert pauses == [1.0, 2.0]


def test_a_secret_is_read_where_the_job_is(runner: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Secrets:
        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's
            return {"SecretString": f"of {SecretId}"}

    monkeypatch.setattr("boto3.client", lambda service, region_name: Secrets())

    assert runner.secret_value("prod/key") == "of prod/key"


def test_the_runner_is_written_for_the_python_of_aws_images() -> None:
    ast.parse(RUNNER.read_text(), feature_version=(3, 8))
