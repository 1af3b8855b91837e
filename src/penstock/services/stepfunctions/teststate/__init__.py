"""TestState: one state tried by itself, without a machine and, where a mock says what it comes to, without the world.

    trial       a request, checked and read: the state, its mock, what it is given
    contexts    whether a given context object could be one
    reading     what an ItemReader would make of the data that a test gives
    inspection  what the state's fields came to, as the answer shows it
    operation   the operation: the interpreter, rehearsing

Everything but `operation` is pure. What states do is in `interpreter`; there is no second interpreter here.
"""

from penstock.services.stepfunctions.teststate.operation import TestState

__all__ = ["TestState"]
