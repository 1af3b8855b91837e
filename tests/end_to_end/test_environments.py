"""Environments of the user's, built when a job first needs them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.world import World, running
from runtimes.wheels import wheel

MINE = """
[environments.mine]
extends = "installed"
requirements = "mine.txt"

[environments.lacking]
extends = "installed"
requirements = "lacking.txt"

[[images]]
repository = "mine"
versions = ["*"]
environment = "mine"

[[images]]
repository = "lacking"
versions = ["*"]
environment = "lacking"
"""


@pytest.fixture
def furnished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A server whose data folder has images of the user's, and a folder of wheels for an index."""
    for folder in ("data", "wheels"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (tmp_path / "data" / "images.toml").write_text(MINE)
    line = wheel(tmp_path / "wheels", "brook")
    (tmp_path / "data" / "mine.txt").write_text(line)
    (tmp_path / "data" / "lacking.txt").write_text(line.replace("brook", "dry_brook"))
    with running(tmp_path / "data") as world:
        yield world


def test_the_first_job_builds_what_later_ones_find(furnished: World) -> None:
    prints = "python3 -c 'import brook; print(brook.VERSION)'"
    request = furnished.training("first", prints)
    request["AlgorithmSpecification"]["TrainingImage"] = "mine:1"

    furnished.sagemaker.create_training_job(TrainingJobName="first", **request)
    first = furnished.trained("first")
    furnished.sagemaker.create_training_job(TrainingJobName="second", **request)
    second = furnished.trained("second")

    assert [first["TrainingJobStatus"], second["TrainingJobStatus"]] == ["Completed", "Completed"]
    lines = furnished.lines("TrainingJobs", "first/")
    assert lines[0].startswith("making the environment 'mine' with ")
    assert lines[-2].startswith("the environment 'mine' is ready after ")
    assert lines[-1] == "1.0"
    messages = {each["Status"]: each["StatusMessage"] for each in first["SecondaryStatusTransitions"]}
    assert messages["DownloadingTrainingImage"] == lines[-2]
    assert furnished.lines("TrainingJobs", "second/") == ["1.0"]
    assert "DownloadingTrainingImage" not in [each["Status"] for each in second["SecondaryStatusTransitions"]]


def test_an_environment_that_cannot_be_built_fails_its_jobs_with_the_package_and_the_remedy(furnished: World) -> None:
    request = furnished.training("vain", "true")
    request["AlgorithmSpecification"]["TrainingImage"] = "lacking:1"

    furnished.sagemaker.create_training_job(TrainingJobName="vain", **request)
    job = furnished.trained("vain")

    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        "ClientError: the environment 'lacking' cannot be built: there is no wheel of dry-brook==1.0 for "
    )
    assert "images.toml" in job["FailureReason"]
