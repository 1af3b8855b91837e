"""State machines that the tests of the tools run."""

from itertools import pairwise
from typing import Any

Json = Any
INVOKE = "arn:aws:states:::lambda:invoke"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:charge"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:approve"


def chain(**states: Json) -> Json:
    """A machine whose states follow one another."""
    names = [*states]
    following = dict(pairwise(names))
    return {
        "StartAt": names[0],
        "States": {
            name: state | ({"Next": following[name]} if name in following else {"End": True})
            for name, state in states.items()
        },
    }


def task(**more: Json) -> Json:
    return {"Type": "Task", "Resource": FUNCTION, **more}


def wait(seconds: int) -> Json:
    return {"Type": "Wait", "Seconds": seconds}


def parallel(*branches: Json, **more: Json) -> Json:
    return {"Type": "Parallel", "Branches": list(branches), **more}
