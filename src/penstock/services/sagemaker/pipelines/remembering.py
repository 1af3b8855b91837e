"""Remembering: an earlier run stands for a step, or the step has run and is kept for later ones.

Which run that is, and when it may, is told by `caching`; here a step's turn comes to it.
"""

from collections.abc import Mapping
from typing import Any

from penstock.engine.facts import Perform
from penstock.languages.pipeline.tree import StepName
from penstock.services.sagemaker.pipelines import caching
from penstock.services.sagemaker.pipelines.standing import Standing

Json = Any


def is_to_run(turn: Standing, name: StepName, wanted: Mapping[str, Json]) -> bool:
    """Whether it is known by now that the step must run itself; if nothing is known yet, the activity is asked."""
    turn.ledger.change(name, marks=wanted["Marks"])
    known = caching.recalled(turn.ledger.begin, wanted)
    if known is None:
        turn.ledger.commands.append(Perform(turn.key(name, "cache"), caching.LOOK_UP, wanted))
        return False
    return not is_answered(turn, name, known)


def is_answered(turn: Standing, name: StepName, result: Mapping[str, Json]) -> bool:
    """Whether an earlier run has been found, which then stands for the step."""
    turn.ledger.explain(name, result["Why"])
    if "Marks" in result:
        turn.ledger.change(name, marks=result["Marks"])
    hit = result.get("Hit")
    if hit is None:
        return False
    found = hit.get("properties", {})
    turn.ledger.settle(
        name,
        "Succeeded",
        source=hit["Execution"],
        name=hit.get("name", ""),
        arn=hit.get("arn", ""),
        queue=hit.get("queue", ""),
        outputs=found.get("OutputParameters", {}),
        shown=hit.get("shown", {}),
        properties=turn.ledger.plan.kept(name, found),
    )
    return True


def ran(turn: Standing, name: StepName, properties: dict[str, Json]) -> None:
    """A step has run, and well. Where content counts, what it wrote is noted before others can touch it."""
    ledger, kept = turn.ledger, turn.ledger.plan.kept(name, properties)
    learned = ledger.learned_of(name, properties)
    if learned is None or ledger.begin.cached_by == "uri":
        ledger.learned += [] if learned is None else [learned]
        ledger.settle(name, "Succeeded", properties=kept)
        return
    wanted = caching.wanted(ledger.plan.step(name), turn.sources(name), ledger.begin, ledger.at)
    note = Perform(turn.key(name, "note"), caching.NOTE, caching.noted(ledger.begin, learned, wanted))
    ledger.go(name, "noting", note, properties=kept)
