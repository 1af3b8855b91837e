"""Notebook jobs: what the scheduler does before and after papermill."""

import json
import sys
import types
from pathlib import Path

import pytest

from penstock_image import notebook


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A job's folders with a notebook, a jupyter that has two kernels, and a papermill that copies."""
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "note.ipynb").write_text("{}")
    (tmp_path / "input" / "config").mkdir(parents=True)
    (tmp_path / "input" / "config" / "hyperparameters.json").write_text(json.dumps({"x": "7"}))
    specs = types.ModuleType("jupyter_client.kernelspec")
    specs.__dict__["find_kernel_specs"] = lambda: {"python3": "", "ir": ""}
    monkeypatch.setitem(sys.modules, "jupyter_client.kernelspec", specs)
    return {
        "SAGEMAKER_BASE_DIR": str(tmp_path),
        "SM_EXECUTION_INPUT_PATH": str(tmp_path / "place"),
        "SM_INPUT_NOTEBOOK_NAME": "note.ipynb",
        "SM_OUTPUT_NOTEBOOK_NAME": "note-2026-11-22T12:10:03.484Z.ipynb",
        "SM_KERNEL_NAME": "python3",
    }


def test_an_outputs_name_is_spelled_as_aws_does() -> None:
    assert notebook.spelled("hello-2022-10-24T18:59:43.851Z-.ipynb") == "hello-2022-10-24T18-59-43-851Z.ipynb"
    assert notebook.spelled("nb-ipynb-2026-11-22-12-10-03-484.ipynb") == "nb-ipynb-2026-11-22-12-10-03-484.ipynb"


@pytest.mark.parametrize("name", ["python3", "conda_python3", "Python 3 (ipykernel)", "ipython", ""])
def test_every_name_of_pythons_kernel_is_pythons_kernel(variables: dict[str, str], name: str) -> None:
    assert notebook.kernel_of(name) == "python3"


def test_a_kernel_that_is_not_here_is_told_with_those_that_are(variables: dict[str, str], tmp_path: Path) -> None:
    code = notebook.main({**variables, "SM_KERNEL_NAME": "sparkmagic"})

    assert code == 1
    assert (tmp_path / "output" / "failure").read_text() == (
        "[SM-100] Error with executing notebook\nNo such kernel named sparkmagic; this environment has: ir, python3"
    )


def test_a_notebook_that_is_missing_is_told(variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "place" / "note.ipynb").unlink()

    assert notebook.main(variables) == 1
    assert (
        (tmp_path / "output" / "failure")
        .read_text()
        .startswith("[SM-000] Error with Prepare the input notebook\nCannot find input notebook: ")
    )


def test_a_variable_that_is_missing_is_told(variables: dict[str, str], tmp_path: Path) -> None:
    del variables["SM_INPUT_NOTEBOOK_NAME"]

    assert notebook.main(variables) == 1
    assert "SM_INPUT_NOTEBOOK_NAME is not specified" in (tmp_path / "output" / "failure").read_text()


def test_what_papermill_raised_is_what_a_failure_tells() -> None:
    said = "Executing\nTraceback\npapermill.exceptions.PapermillExecutionError: \nAssertionError: x is bad\n"

    assert notebook.last_words(said).endswith("AssertionError: x is bad")
    assert notebook.last_words(said).startswith("papermill.exceptions.")
    assert notebook.last_words("no papermill here") == "no papermill here"
