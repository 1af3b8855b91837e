"""The state machines that are measured, each a definition in ASL."""

import json
from typing import Any, Final

Json = Any
ROUNDS: Final = 500  # of the loop: a Pass and a Choice each
ITEMS: Final = 500
PASSES: Final = 10
WAIT: Final = 3_600  # seconds


def machine(states: dict[str, Json], *, start_at: str, language: str | None = None) -> str:
    head = {} if language is None else {"QueryLanguage": language}
    return json.dumps({**head, "StartAt": start_at, "States": states})


def chain(*states: dict[str, Json], language: str | None = None) -> str:
    """One state after another."""
    names = [f"State{number}" for number in range(len(states))]
    follow = [{"Next": name} for name in names[1:]] + [{"End": True}]
    return machine(
        {name: {**state, **after} for name, state, after in zip(names, states, follow, strict=True)},
        start_at=names[0], language=language,
    )  # fmt: skip


def passes(count: int = PASSES) -> str:
    return chain(*[{"Type": "Pass"}] * count)


def loop(rounds: int = ROUNDS) -> str:
    """Count up to `rounds` by an intrinsic function: two transitions a round."""
    count = {
        "Type": "Pass",
        "Parameters": {"n.$": "States.MathAdd($.n, 1)"},
        "Next": "Enough",
    }
    enough = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericLessThan": rounds, "Next": "Count"}],
        "Default": "Done",
    }
    return machine({"Count": count, "Enough": enough, "Done": {"Type": "Succeed"}}, start_at="Count")


def inline_map() -> str:
    """An iteration for every item, of one Pass."""
    inside = {"StartAt": "Inside", "States": {"Inside": {"Type": "Pass", "End": True}}}
    return chain({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inside})


def paths() -> str:
    """JSONPath at work: parameters, an intrinsic function, results put into place."""
    state = {
        "Type": "Pass",
        "Parameters": {"id.$": "$.order.id", "total.$": "States.MathAdd($.order.total, 7)", "kind": "paid"},
        "ResultPath": "$.order",
    }
    return chain(*[state] * PASSES)


def jsonata() -> str:
    """JSONata at work: a sum over items, a text put together, a variable."""
    total = "$sum($states.input.items.(price * count))"
    state = {
        "Type": "Pass",
        "Output": f"{{% $merge([$states.input, {{'sum': {total}, 'of': 'no. ' & $states.input.id}}]) %}}",
        "Assign": {"cheapest": "{% $min($states.input.items.price) %}"},
    }
    return chain(*[state] * PASSES, language="JSONata")


def variables() -> str:
    """A counter in a variable, and a Choice on it: five rounds."""
    count = {"Type": "Pass", "Assign": {"n.$": "States.MathAdd($n, 1)"}, "Next": "Enough"}
    enough = {
        "Type": "Choice",
        "Choices": [{"Variable": "$n", "NumericLessThan": 5, "Next": "Count"}],
        "Default": "Done",
    }
    begin = {"Type": "Pass", "Assign": {"n": 0}, "Next": "Count"}
    return machine(
        {"Begin": begin, "Count": count, "Enough": enough, "Done": {"Type": "Succeed"}}, start_at="Begin"
    )  # fmt: skip


def tasks() -> str:
    """Two calls of another service, one after the other, each answered at once."""
    return chain(
        *[{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sts:getCallerIdentity", "Parameters": {}}] * 2
    )


def waiting() -> str:
    """Wait until the time in the input."""
    return chain({"Type": "Wait", "TimestampPath": "$.until"})


ORDER: Final = {
    "id": 17,
    "order": {"id": 17, "total": 1},
    "items": [{"price": price, "count": 2} for price in (3, 1, 4, 1, 5)],
}
