"""The ledger of one event: which steps are started, waited for, over, or never to be.

It is a working copy of an `Execution`, made for one event and turned back into a value at its end. How a step does
its work is not its concern: see `turn`.
"""

from collections import deque
from typing import Any, Final, Literal, cast

import msgspec

from penstock.engine.facts import Command, Event, Finish, Outcome, Status
from penstock.languages.pipeline.graph import members
from penstock.languages.pipeline.iterations import iteration_of, iterations
from penstock.languages.pipeline.tree import Condition, ForEach, StepName, Trigger
from penstock.services.sagemaker.pipelines.failures import TIMED_OUT
from penstock.services.sagemaker.pipelines.model import (
    Begin,
    Execution,
    ExecutionStatus,
    Learned,
    Loop,
    Phase,
    Plan,
    Progress,
    StepStatus,
)

Json = Any

SKIPPED: Final = Progress(status="Skipped", phase="over")
FAILURE: Final = "Step failure: One or multiple steps failed."
MET: Final[dict[Trigger, frozenset[StepStatus]]] = {
    "Completed": frozenset({"Succeeded"}),
    "Failed": frozenset({"Failed"}),
    "Stopped": frozenset({"Stopped"}),
    "Any": frozenset({"Succeeded", "Failed", "Stopped"}),
}


class Ledger:
    """What an execution comes to while an event is being taken in."""

    def __init__(self, plan: Plan, state: Execution, event: Event, begin: Begin) -> None:
        self.plan = plan
        self.begin = begin
        self.at = event.at
        self.chance = event.chance
        self.status: ExecutionStatus = state.status
        self.reason = state.reason
        self.changed_at = state.changed_at
        self.parallel_steps = state.parallel_steps
        self.active = state.active
        self.waiting: dict[StepName, None] = dict.fromkeys(map(StepName, state.waiting))
        self.steps = cast("dict[StepName, Progress]", dict(state.steps))  # copied whole: a loop here is felt
        self.commands: list[Command] = []
        self.learned: list[Learned] = []
        self.explained: dict[str, str] = {}
        self.idle_loops: list[StepName] = []  # ForEach steps that have nothing left to do

    def value(self) -> Execution:
        """The execution as this event leaves it."""
        return Execution(
            begin=self.begin,
            status=self.status,
            reason=self.reason,
            changed_at=self.changed_at,
            parallel_steps=self.parallel_steps,
            active=self.active,
            waiting=tuple(self.waiting),
            steps=cast("dict[str, Progress]", self.steps),
            leads_to=tuple(self.commands),
            learned=tuple(self.learned),
            explained=self.explained,
        )

    def explain(self, step: StepName, why: str) -> None:
        """Say why an earlier run stands for a step, or why none does."""
        self.change(step, cache=why)
        self.explained[step] = why

    def learned_of(self, step: StepName, properties: dict[str, Json]) -> Learned | None:
        """What later runs of a step that ran well may be answered with, if it is cached."""
        ran, name = self.steps[step], self.plan.written_as(step)
        if not ran.marks:
            return None
        return Learned(name, ran.marks, self.at, ran.name, ran.arn, ran.queue, properties, ran.shown)

    # -------------------------------------------------------------------------------------------- steps that run

    def next_step(self) -> StepName | None:
        """Take the next step that may start now; None if there is none, or no slot."""
        full = self.parallel_steps is not None and self.active >= self.parallel_steps
        if self.status != "Executing" or full or not self.waiting:
            return None
        name = next(iter(self.waiting))
        del self.waiting[name]
        loop = self._loop(name)
        self.steps[name] = Progress(started_at=self.at, item=loop.items[iteration_of(name).index] if loop else None)
        self.active += 1
        return name

    def change(self, step: StepName, /, **changes: Json) -> None:
        self.steps[step] = msgspec.structs.replace(self.steps[step], **changes)

    def go(self, step: StepName, phase: Phase, command: Command, /, **changes: Json) -> None:
        """A step is now in this phase, which begins with this command."""
        self.commands.append(command)
        self.change(step, phase=phase, **changes)

    def settle(self, step: StepName, status: StepStatus, /, **changes: Json) -> None:
        """A step that was under way is over; steps that waited for it become ready, or will never be."""
        if self.steps[step].loop is None:  # one that has a loop gave its slot to what it started
            self.active -= 1
        self.change(step, status=status, phase="over", ended_at=self.at, awaited=0, documents={}, loop=None, **changes)
        if self.status == "Executing":
            self._spread(step)
        loop = self.plan.loop_of(step)
        if loop is not None:
            self._leave(loop)

    def stop(self) -> None:
        """Start nothing more."""
        self.status, self.changed_at = "Stopping", self.at
        waiting, self.waiting = self.waiting, {}
        for name, progress in tuple(self.steps.items()):
            if progress.loop is not None:
                self.change(name, loop=msgspec.structs.replace(progress.loop, queue=()))
        for name in waiting:
            loop = self.plan.loop_of(name)
            if loop is not None:
                self._leave(loop)

    # ------------------------------------------------------------------------------------------------ iterations

    def open_loop(self, name: StepName, items: tuple[Json, ...]) -> None:
        """Let the iterations of a ForEach step begin. What a retried execution kept of others counts, item by item."""
        step = self.plan.step(name)
        assert isinstance(step, ForEach)
        self.active -= 1
        self.change(name, phase="iterating", status="Executing", documents={}, loop=Loop(items))
        for kept in [each for each in self.steps if self.plan.loop_of(each) == name]:
            index = iteration_of(kept).index
            if index >= len(items) or self.steps[kept].item != items[index]:
                del self.steps[kept]
        for each in iterations(step, len(items)):
            if self._consider(each.name):
                self._spread(each.name)
        if not self._open(name).active:
            self.idle_loops.append(name)

    def _loop(self, name: StepName) -> Loop | None:
        """The open loop that a step is an iteration of."""
        loop = self.plan.loop_of(name)
        return None if loop is None or loop not in self.steps else self.steps[loop].loop

    def _open(self, loop: StepName) -> Loop:
        found = self.steps[loop].loop
        assert found is not None
        return found

    def _enter(self, loop: StepName, name: StepName) -> None:
        """Let a ready iteration wait for a slot, or first for its turn in the loop."""
        step, found = self.plan.step(loop), self._open(loop)
        assert isinstance(step, ForEach)
        if found.active < step.concurrency:
            self.waiting[name] = None
            self.change(loop, loop=msgspec.structs.replace(found, active=found.active + 1))
        else:
            self.change(loop, loop=msgspec.structs.replace(found, queue=(*found.queue, name)))

    def _leave(self, loop: StepName) -> None:
        """An iteration that had its turn is over, or will not be started."""
        found = self._open(loop)
        if found.queue:
            self.waiting[StepName(found.queue[0])] = None
            self.change(loop, loop=msgspec.structs.replace(found, queue=found.queue[1:]))
            return
        self.change(loop, loop=msgspec.structs.replace(found, active=found.active - 1))
        if found.active == 1:
            self.idle_loops.append(loop)

    # ----------------------------------------------------------------------------------------- steps that follow

    def open(self) -> None:
        """Find the first steps. What a retried execution keeps counts as over."""
        self.steps.update({StepName(name): step for name, step in self.begin.kept.items()})
        self.begin = msgspec.structs.replace(self.begin, kept={})  # they stand in `steps` from here on
        if self.begin.selected:
            others = (name for name in self.plan.definition.steps if name not in self.begin.selected)
            self.steps.update(dict.fromkeys((name for name in others if name not in self.steps), SKIPPED))
        for name in tuple(self.steps):
            self._spread(name)
        for name in self.plan.definition.steps:
            if self._consider(name):
                self._spread(name)

    def _spread(self, name: StepName) -> None:
        over = deque([name])
        while over:
            latest = over.popleft()
            skipped = [step for step in self._branch_not_taken(latest) if step not in self.steps]
            self.steps.update(dict.fromkeys(skipped, SKIPPED))
            over.extend(skipped)
            over.extend(step for step in self.plan.followers(latest) if self._consider(step))

    def _branch_not_taken(self, name: StepName) -> tuple[StepName, ...]:
        step, progress = self.plan.step(name), self.steps[name]
        if not isinstance(step, Condition) or progress.outcome is None:
            return ()
        return step.else_steps if progress.outcome else step.if_steps

    def _consider(self, name: StepName) -> bool:
        """Let a step wait for its slot if it is ready; true if it turns out that it will never be."""
        if name in self.steps or name in self.waiting:
            return False
        loop = self.plan.loop_of(name)
        if loop is not None and self._loop(name) is None:
            return False
        verdict = self._verdict(name)
        if verdict == "ready" and loop is not None:
            self._enter(loop, name)
        elif verdict == "ready":
            self.waiting[name] = None
        elif verdict == "never":
            self.steps[name] = SKIPPED
        return verdict == "never"

    def _verdict(self, name: StepName) -> Literal["ready", "not yet", "never"]:
        condition, side = self.plan.graph.branch.get(name, (None, True))
        if condition is not None and self.steps.get(condition, SKIPPED).outcome is (not side):
            return "never"  # a retried execution may have kept a condition that came out so
        verdict: Literal["ready", "not yet"] = "ready"
        for need, trigger in self.plan.needs(name).items():
            needed = self.steps.get(need)
            if needed is None or not needed.is_over:
                verdict = "not yet"
            elif needed.status not in MET[trigger]:
                return "never"
        if verdict == "not yet":
            return verdict
        for condition in self.plan.graph.joins.get(name, ()):
            for member in members(self.plan.definition, condition, self.steps[condition].outcome):
                joined = self.steps.get(member)
                if joined is None or not joined.is_over:
                    verdict = "not yet"
                elif joined.status not in ("Succeeded", "Skipped"):
                    return "never"
        return verdict

    # -------------------------------------------------------------------------------------------------- the end

    def finish_if_idle(self) -> None:
        """The execution is over when nothing is under way and nothing can start."""
        if self.active or self.waiting:
            return
        self.status = self._ending()
        self.reason = FAILURE if self.status == "Failed" else ""
        self.changed_at = self.at
        outcome: Status = {"Failed": "Failed", "Stopped": "Stopped"}.get(self.status, "Succeeded")  # type: ignore[assignment]
        self.commands.append(Finish(Outcome(outcome, self._described())))

    def _ending(self) -> ExecutionStatus:
        if self.status == "Stopping":  # AWS's rule: a function that took too long fails even that
            late = any(TIMED_OUT in step.errors for step in self.steps.values() if step.status == "Failed")
            return "Failed" if late else "Stopped"
        failed = {name for name, step in self.steps.items() if step.status == "Failed"}
        if any(
            self.plan.loop_of(name) is None for name in failed - self.handled()
        ):  # a loop answers for its iterations
            return "Failed"
        if any(step.status == "Stopped" for step in self.steps.values()):
            return "Stopped"
        return "CompletedWithFailures" if failed else "Succeeded"

    def handled(self) -> set[StepName]:
        """Failed steps after which a step ran that had been waiting for a failure."""
        return {
            need
            for name, step in self.steps.items()
            if step.status == "Succeeded"
            for need, trigger in self.plan.needs(name).items()
            if trigger != "Completed"
        }

    def _described(self) -> dict[str, Json]:
        described = {
            "PipelineArn": self.begin.pipeline_arn,
            "PipelineExecutionArn": self.begin.arn,
            "PipelineExecutionStatus": self.status,
            "CreationTime": self.begin.started_at,
            "LastModifiedTime": self.at,
        }
        return {**described, "FailureReason": self.reason} if self.reason else described
