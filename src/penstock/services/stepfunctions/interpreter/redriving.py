"""Redriving: an execution that did not succeed goes on where it failed, with what had succeeded kept.

Its frames are as they were at its end. Those that hold others wait for them again; every other one does its state's
work anew, with its retries counted from nothing. A distributed Map goes on with its map run.
"""

import msgspec

from penstock.engine.packing import pack, unpacked
from penstock.languages.asl.tree import Map
from penstock.languages.asl.view import Failure
from penstock.services.stepfunctions.interpreter import distributed, entering, failing
from penstock.services.stepfunctions.interpreter.execution import Execution, Frame
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.interpreter.turn import Turn

_decode = msgspec.msgpack.Decoder(Execution, ext_hook=unpacked).decode


def order_again(order: Order, execution: Execution) -> Order:
    """The order to go on with an execution that has ended."""
    resumed = msgspec.structs.replace(execution, ended=None, redrives=execution.redrives + 1, is_doomed=False)
    return msgspec.structs.replace(order, resume=pack(resumed))


def resumed(order: Order) -> Execution:
    """The state that an execution begins with."""
    return Execution() if order.resume is None else _decode(order.resume)


def redrive(turn: Turn) -> None:
    """Go on with everything that had not succeeded."""
    execution = turn.execution
    again = turn.record_aside(execution.last_event, "ExecutionRedriven", {"redriveCount": execution.redrives})
    holding = {frame.parent for frame in execution.frames.values()}
    ready, execution.ready = set(execution.ready), []
    for frame in list(execution.frames.values()):
        if frame.id in holding:
            frame.phase = "fan"
        elif frame.phase == "ended" or frame.id in ready:
            turn.ready.append(frame)
        else:
            _do_again(turn, frame, again)


def _do_again(turn: Turn, frame: Frame, previous: int) -> None:
    frame.phase = ""
    frame.work = frame.fan = None
    frame.retries, frame.retried = [], 0
    frame.previous = frame.before = previous
    state = turn.state_of(frame)
    if not isinstance(state, Map) or not distributed.may_resume(frame):
        entering.act(turn, frame, state)
        return
    try:
        distributed.resume(turn, frame)
    except Failure as failure:
        failing.at_once(turn, frame, state, failure)
