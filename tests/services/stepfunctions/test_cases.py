"""The language by cases: each file a definition, an input, what tasks are answered, and the history it leads to.

`answers` are given to submissions in turn: `{"output": …}`, or `{"error": …, "cause": …}`. Where no task waits, time
passes until the next timer. Histories are as GetExecutionHistory answers them, times aside.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from services.stepfunctions.driving import Play, play

Json = Any
CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
MOST_FACTS = 100


def carried_out(case: dict[str, Json]) -> Play:
    game = play(case["definition"], json.dumps(case.get("input", {})))
    answers = list(case.get("answers", ()))
    for _ in range(MOST_FACTS):
        if game.execution.ended is not None:
            break
        if game.keys("t") and answers:
            answer = answers.pop(0)
            if "error" in answer:
                game.refuse(answer["error"], answer.get("cause", ""))
            else:
                game.answer(answer["output"])
        else:
            game.fire()
    assert not answers, "every answer was asked for"
    return game


def told(game: Play) -> list[Json]:
    return [{name: value for name, value in event.items() if name != "timestamp"} for event in game.history]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_machine_has_the_history_that_its_case_says(path: Path) -> None:
    case = json.loads(path.read_text())

    assert told(carried_out(case)) == case["history"]


def test_there_is_a_case_for_every_feature() -> None:
    features = {path.stem.split("-")[0] for path in CASES}

    assert features >= {"pass", "choice", "wait", "succeed", "fail", "task", "parallel", "map", "retry", "catch",
                        "variables", "context", "intrinsics", "jsonata"}  # fmt: skip
    assert len(CASES) >= 60
