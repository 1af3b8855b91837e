"""Carrying a state machine out: facts in, history and commands out. Pure, and the same for every kind of execution.

    fact ──► Turn(plan, execution, event) ──► history events, engine commands, the execution moved on

`turn` holds the loop; `entering`, `tasks`, `fans`, `failing` and `leaving` say what states do; `execution` is the
state that a journal folds to. Who keeps the history and carries the commands out is elsewhere: the engine for standard
executions (`flow`), a loop in memory for express ones and tests (`express`).
"""
