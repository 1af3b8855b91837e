"""CodePipeline: stages of actions that hand on artifacts, every execution a run.

    pipelines.py  executions.py  states.py  approvals.py  jobs.py  actiontypes.py  partners.py    the operations
    traffic.py    a pipeline's run: who is in which stage, who waits, who is superseded; pure
    flow.py       an execution's run, turn.py how it goes on from what it hears; pure
    model.py      its nouns      starting.py  how one begins
    records.py  answers.py  rows.py  notices.py    what is told of it
    acting.py     what is done in the world: providers/ (an adapter each), judging.py (rules of conditions; windows.py)
    secrets.py    what of a declaration is never told
    polling.py    sources that are looked at for changes

`room.open_codepipeline` makes all of it. What is declared is read by `languages.delivery`.
"""

from penstock.services.codepipeline.room import open_codepipeline

__all__ = ["open_codepipeline"]
