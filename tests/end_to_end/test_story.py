"""`penstock demo`: a project's whole story, with a power cut while staging is deployed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.looking import boxes, facts, sheets
from end_to_end.world import World, running

pytestmark = pytest.mark.group("story")


@pytest.mark.timeout(600)
def test_a_push_becomes_a_model_in_production_and_drift_a_better_one(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "penstock", "demo", "--data", str(tmp_path), "--crash-at", "Deploy"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=580, check=False)

    told = done.stdout
    assert done.returncode == 0, told + done.stderr
    assert "the server was killed" in told
    commit = re.search(r"pushed (\w{10})", told)
    assert commit is not None
    before, after, usual = shares(told)
    assert after > 80 > before
    assert usual > 90
    assert "Model Monitor: CompletedWithViolations" in told
    why = told.partition("why production is as it is")[2]
    assert f"CommitId {commit[1]}" in why
    assert "the demo finds it good enough" in why
    with running(tmp_path) as world:
        assert_watched(world, commit[1])


def shares(told: str) -> tuple[int, int, int]:
    """How many of the second scanner's images were read right before and after, and of the first one's; per cent."""
    found = re.search(r"(\d+)% of the second scanner's images are read right \((\d+)% before\), (\d+)% of", told)
    assert found is not None, told
    after, before, usual = map(int, found.groups())
    return before, after, usual


def assert_watched(world: World, commit: str) -> None:
    """The watch page shows every thing of the story, and how production came about."""
    found = sheets(world)
    assert {kind for kind, _ in found} == {
        "execution", "job", "delivery", "build", "endpoint", "package", "monitor", "stack", "project"
    }  # fmt: skip
    (production,) = found["endpoint", "digits-prod"]
    way = sorted(boxes(production), key=lambda each: each.get("column", 0))
    assert [each["sort"] for each in way] == ["commit", "pipeline execution", "model package", "variant", "endpoint"]
    assert way[0]["label"] == commit
    assert way[2]["note"] == "the demo finds it good enough"
    deliveries = {name: sheet for (kind, name), (sheet, *_) in found.items() if kind == "delivery"}
    (deployed,) = (sheet for name, sheet in deliveries.items() if name.endswith("-modeldeploy"))
    assert [each["label"] for each in boxes(deployed)] == ["Source", "Build", "Deploy", "Test", "Approve", "Deploy"]
    assert {each["status"] for each in boxes(deployed)} == {"Succeeded"}
    (pushed,) = (sheet for name, sheet in deliveries.items() if name.endswith("-modelbuild"))
    assert facts(pushed)["Source"].startswith(commit)
    assert facts(pushed)["Source says"] == "Try six models"
    (monitor,) = found["monitor", "digits-prod-now"]
    assert monitor["status"] == "CompletedWithViolations"
