"""Lets the SageMaker SDK look more often whether what it waits for is over: it looks every 5 to 30 seconds, since AWS
takes minutes, and while it shows a job's log it asks for the job's status every 30.

Its deadlines stay what they are: only its modules' own pauses are shorter, and the 30 among their loops' constants.
"""

import time
from types import FunctionType, SimpleNamespace
from typing import Any

LONGEST_PAUSE = 0.5  # seconds
LOOK_EVERY = 1
LOOPS = ("_logs_for_job", "logs_for_job", "logs_for_auto_ml_job", "logs_for_processing_job", "logs_for_transform_job")
ALSO_TRIES_AGAIN = "sagemaker.core.common_utils"  # SDK 3's, whose other pauses are between tries, which are counted


def hasten(module: Any) -> None:
    """Let the waits of a `sagemaker.session` be short, or those of the modules that SDK 3 has in its place."""
    hasty = SimpleNamespace(**{**vars(time), "sleep": pause})
    if module.__name__ == ALSO_TRIES_AGAIN:
        wait = module._wait_until
        module._wait_until = FunctionType(wait.__code__, {**vars(module), "time": hasty}, None, wait.__defaults__)
        return
    module.time = hasty
    owners = (module, getattr(module, "Session", module))
    for loop in (vars(owner).get(name) for owner in owners for name in LOOPS):
        if isinstance(loop, FunctionType):
            look_often(loop)


def pause(seconds: float) -> None:
    time.sleep(min(seconds, LONGEST_PAUSE))


def look_often(loop: FunctionType) -> None:
    constants = tuple(LOOK_EVERY if each == 30 else each for each in loop.__code__.co_consts)
    loop.__code__ = loop.__code__.replace(co_consts=constants)
