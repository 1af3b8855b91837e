"""`penstock env list | build | rm | lock | explain`, as an operator sees them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from penstock.cli.env import command
from runtimes.wheels import wheel

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
SPARK = "173754725891.dkr.ecr.us-east-1.amazonaws.com/sagemaker-spark-processing:3.3-cpu"
MINE = """
[environments.mine]
summary = "what the brook needs"
extends = "installed"
requirements = "mine.txt"

[[images]]
repository = "mine"
versions = ["*"]
environment = "mine"
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an environment of the user's, and the wheel that it asks for."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    wheel(tmp_path, "brook")
    (tmp_path / "images.toml").write_text(MINE)
    (tmp_path / "mine.txt").write_text("brook\n")
    return tmp_path


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--data", str(data)], prog_name="penstock env")


def states(data: Path) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(run(data, "list", "--json").stdout)}


def test_from_a_wish_to_a_built_environment_and_away_again(data: Path) -> None:
    unlocked = run(data, "build", "mine")
    locked = run(data, "lock", "mine")
    before = states(data)
    built = run(data, "build", "mine")
    again = run(data, "build", "mine")
    after = states(data)
    removed = run(data, "rm", "mine")

    assert unlocked.exit_code == 1
    assert "lock it with: penstock env lock mine" in unlocked.stderr
    assert locked.stdout == f"locked 1 packages in {data}/mine.txt.lock\n"
    assert built.stdout.startswith(f"the environment 'mine' is there: {data}/environments/mine-")
    assert again.stdout == built.stdout
    assert (before["mine"], after["mine"], states(data)["mine"]) == ("not built", "built", "not built")
    assert removed.stdout.startswith(f"removed {data}/environments/mine-")


def test_the_list_says_of_each_environment_how_it_is(data: Path) -> None:
    found = states(data)

    assert (found["installed"], found["spark"], found["mine"]) == ("there", "absent", "unbuildable")
    assert "what the brook needs" not in run(data, "list").stdout
    assert "penstock env lock mine" in run(data, "list").stdout


def test_a_build_of_before_is_shown_as_old(data: Path) -> None:
    run(data, "lock", "mine")
    run(data, "build", "mine")
    (data / "mine.txt.lock").write_text(wheel(data, "brook", "2.0"))

    told = [each for each in json.loads(run(data, "list", "--json").stdout) if each["name"] == "mine"]

    assert [each["state"] for each in told] == ["not built", "old"]


def test_an_image_is_explained(data: Path) -> None:
    mine, sklearn, spark = (run(data, "explain", image) for image in ("mine:3", SKLEARN, SPARK))
    run(data, "lock", "mine")
    locked = run(data, "explain", "mine:3")

    assert "penstock env lock mine" in mine.stderr
    assert "environment  mine: what the brook needs" in locked.stdout
    assert "(built on first use)" in locked.stdout
    assert "note         The image asks for scikit-learn 1.2-1; it is run with " in sklearn.stdout
    assert spark.exit_code == 1
    assert "[environments.spark]" in spark.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("build", "moon"), "there is no environment 'moon'; there are: "),
        (("rm", "mine"), "nothing is built of 'mine' in "),
        (("lock", "installed"), "the environment 'installed' has no 'requirements' to lock"),
        (("build", "spark"), "the environment 'spark': Penstock has no Spark, which comes without wheels"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(data: Path, arguments: tuple[str, ...], sentence: str) -> None:
    refused = run(data, *arguments)

    assert refused.exit_code == 1
    assert sentence in refused.stderr


def test_a_mapping_file_with_a_mistake_is_told(data: Path) -> None:
    (data / "images.toml").write_text("[environments.mine]\ncolour = 1\n")

    assert "has the unknown key 'colour'" in run(data, "list").stderr
