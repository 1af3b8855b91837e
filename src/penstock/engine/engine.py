"""The engine: it holds runs, appends to their journals, and sees to what they ask for.

`_append` is the only place that writes a journal. In one transaction it folds a fact, journals the event with the
commands it leads to, and carries out those that concern runs alone (watch, start, signal, finish, cancel a timer), and
the first calls that can be answered inside a unit of work. The rest (activities, other calls, timers) wait in the
outbox and leave after the commit, at least once each; their answers come back as facts. A fact about nothing that is
out changes nothing.

Everything named `tx` runs on the database's writer; everything `async` runs on the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from penstock.engine import journal as journals
from penstock.engine.facts import (
    Asked,
    CancelTimer,
    Command,
    Done,
    Ended,
    Event,
    Fact,
    Finish,
    Fired,
    Invoke,
    Json,
    Outcome,
    Perform,
    Refused,
    Resume,
    RunId,
    SetTimer,
    Signal,
    Signalled,
    Started,
    StartRun,
    Watch,
)
from penstock.engine.journal import AnyFlow, Birth, Entry, Journal
from penstock.engine.leases import Leases
from penstock.engine.milestones import Milestones, What
from penstock.engine.outbox import Activity, Early, Outbox, call_of, refusal
from penstock.engine.packing import pack, unpacked
from penstock.engine.tally import Tally
from penstock.store.database import Database, Transaction
from penstock.wire.call import Directory, Scope

CALLS_INSIDE: Final = 4  # answered in one unit of work at the most: bounds how long others wait for the writer


@dataclass(frozen=True, slots=True)
class View:
    """A run as its journal has it."""

    flow: str
    plan: Any
    state: Any
    seq: int
    outcome: Outcome | None


@dataclass(slots=True)
class Consequences:
    """What follows from a fact in the same unit of work: facts about other runs, and answers to calls."""

    due: deque[tuple[RunId, Fact | Invoke]] = field(default_factory=deque)
    calls_left: int = CALLS_INSIDE


class Engine:
    """One worker. `open` it, register flows and activities, and keep `work` running; `start` and `signal` in units
    of work of your own, so that your rows and the run's beginning are one commit."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        *,
        clock: Callable[[], float],
        chance: Callable[[], str],
        alone: bool = True,
    ) -> None:
        self.database = database
        self.clock = clock
        self.chance = chance
        self.tally = Tally()
        self.followers: list[Milestones] = []  # before `work`
        self._flows: dict[str, AnyFlow] = {}
        self._held: dict[RunId, Journal] = {}
        self._shown: dict[RunId, View] = {}  # committed states of held runs
        self._waiting: dict[RunId, list[asyncio.Future[Outcome]]] = {}
        self._directory = directory
        self._leases = Leases(database, clock=clock, worker=chance(), alone=alone)
        self._outbox = Outbox(directory, clock=clock, journal=self.tell_later)

    # ------------------------------------------------------------------------------------ what products register

    def register(self, flow: AnyFlow) -> None:
        """Let runs of this flow be started and recovered. Before `work`."""
        self._flows[flow.name] = flow

    def activity(self, name: str, act: Activity, *, eager: bool = False) -> None:
        """Say who does `Perform(activity=name)`. Before `work`.

        An eager one begins while the commit that asks for it is being written, and has no effect on the world before
        its task is `decided`.
        """
        self._outbox.activities[name] = act
        if eager:
            self._outbox.eager.add(name)

    # ------------------------------------------------------------------------------------- in a unit of work (tx)

    def start(self, tx: Transaction, run: RunId, flow: str, plan: bytes, *, scope: Scope, input: Json = None) -> bool:  # noqa: A002
        """Start a run; false if it exists already, and then nothing happens."""
        made = self._create(tx, StartRun("", run, flow, plan, input), scope)
        if made:
            self._append(tx, run, Started(input))
        return made

    def signal(self, tx: Transaction, run: RunId, name: str, payload: Json = None) -> bool:
        """Tell a run something; false if it has settled or never was."""
        return self._append(tx, run, Signalled(name, payload))

    def forget(self, tx: Transaction, run: RunId) -> bool:
        """Remove a settled run and its journal, so that its id is free; false if it is open or never was."""
        return journals.remove(tx, run)

    def look(self, tx: Transaction, run: RunId) -> View | None:
        """A run as last committed; None if there is none. For reads as well as writes.

        It is never behind the rows that `tx` sees: the loop hears of a commit a little later than the disk has it.
        """
        shown, held = self._shown.get(run), self._held.get(run)
        if shown is not None:
            is_latest = held is not None and held.seq == shown.seq
            if is_latest or journals.latest(tx, run) == shown.seq:
                return shown
        journal = journals.load(tx, run, self._flows)
        return None if journal is None else view(journal)

    def see(self, tx: Transaction, run: RunId) -> View | None:
        """A run as this unit of work finds it, facts included whose commit nobody has heard of yet. For writes only."""
        journal = self._hold(tx, run)
        return None if journal is None else view(journal)

    # -------------------------------------------------------------------------------------------- on the event loop

    async def tell_later(self, run: RunId, fact: Fact) -> bool:
        """Append a fact in a unit of work of its own; false if it changed nothing."""
        return await self.database.write(lambda tx: self._append(tx, run, fact))

    async def settled(self, run: RunId) -> Outcome | None:
        """The outcome of a run, waited for; None if there is no such run. Give it a deadline of your own."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(run, [])
        waiting.append(future)
        try:
            seen = await self.database.read(lambda tx: self.look(tx, run))
            if seen is not None and seen.outcome is None:
                return await future
            return None if seen is None else seen.outcome
        finally:
            waiting.remove(future)
            if not waiting and self._waiting.get(run) is waiting:
                del self._waiting[run]

    async def work(self, ready: Callable[[], None] = lambda: None) -> None:
        """Recover what was open, then carry out commands until cancelled; what is under way stays in the outbox."""
        try:
            async with asyncio.TaskGroup() as keeping:
                await self._leases.take()
                keeping.create_task(self._leases.renew_at_half_time(self._recover))
                await self._attend(ready)
        finally:
            await self._leases.give_up()

    async def _attend(self, ready: Callable[[], None]) -> None:
        # The outbox has a group of its own and is closed inside it: a group that is shutting down takes no task.
        async with asyncio.TaskGroup() as tasks:
            self._outbox.open(tasks)
            try:
                await self._recover()
                ready()
                await asyncio.get_running_loop().create_future()  # until cancelled
            finally:
                self._outbox.close()

    async def _recover(self) -> None:
        """Carry on with the outbox of every run whose lease came to this worker."""
        for run, scope, body in await self._leases.claim():
            self._outbox.send(RunId(run), scope, msgspec.msgpack.decode(body, type=Command, ext_hook=unpacked))

    # ------------------------------------------------------------------------------------- the one place that writes

    def _create(self, tx: Transaction, start: StartRun, scope: Scope) -> bool:
        flow = self._flows[start.flow]
        if start.run in self._held or journals.exists(tx, start.run):
            return False
        plan = flow.plan(start.plan)
        self._held[start.run] = Journal(
            start.run, flow, scope, plan, flow.begin(plan), began=self.clock(), may_be_watched=False,
            unborn=Birth(start.plan, self._leases.worker),
        )  # fmt: skip
        tx.after_undo(lambda: self._let_go(start.run))
        self._pass(tx, start.run, flow.name, "began")
        return True

    def _append(self, tx: Transaction, run: RunId, fact: Fact) -> bool:
        """Append a fact, and every fact that follows from it at once. True if it changed anything."""
        self._leases.must_stand()
        follow = Consequences(deque([(run, fact)]))
        first = None
        while follow.due:
            target, told = follow.due.popleft()
            journal = self._hold(tx, target)
            changed = journal is not None and self._take(tx, journal, told, follow)
            first = changed if first is None else first
        return bool(first)

    def _take(self, tx: Transaction, journal: Journal, told: Fact | Invoke, follow: Consequences) -> bool:
        fact = self._answer_inside(tx, journal, told) if isinstance(told, Invoke) else told
        changed = self._is_news(journal, fact)
        if changed:
            self._advance(tx, journal, fact, follow)
        return changed

    def _answer_inside(self, tx: Transaction, journal: Journal, command: Invoke) -> Fact:
        call = call_of(journal.run, journal.scope, command)
        try:
            return Done(command.key, tx.attempt(lambda tx: self._directory.answer_inside(tx, call)))
        except Exception as error:  # a door of rule 11: the run is told, and what it did stands
            return refusal(journal.run, command.key, f"call {command.service}.{command.operation}", error)

    def _hold(self, tx: Transaction, run: RunId) -> Journal | None:
        journal = self._held.get(run)
        if journal is None:
            journal = journals.load(tx, run, self._flows)
            if journal is not None and journal.outcome is None:
                self._held[run] = journal
        return journal

    @staticmethod
    def _is_news(journal: Journal, fact: Fact) -> bool:
        if journal.outcome is not None:
            return False
        match fact:
            case Done(key) | Refused(key) | Fired(key) | Ended(key):
                return key in journal.out
            case Started():
                return journal.seq == 0
        return True

    def _advance(self, tx: Transaction, journal: Journal, fact: Fact, follow: Consequences) -> None:
        tx.after_undo(lambda: self._let_go(journal.run))
        if isinstance(fact, Done | Refused | Fired | Ended):
            journal.out.discard(fact.key)
            tx.do("DELETE FROM outbox WHERE run = :run AND key = :key", run=journal.run, key=fact.key)
        before, flow = journal.state, journal.flow
        event = Event(journal.seq + 1, self.clock(), self.chance(), fact)
        journal.state = flow.evolve(journal.plan, journal.state, event)
        commands: list[Command] = []
        for command in flow.decide(journal.plan, journal.state):
            if command.key not in journal.asked:
                journal.asked.add(command.key)
                commands.append(command)
        for command in commands:
            asked = Event(event.seq, event.at, event.chance, Asked(command))
            journal.state = flow.evolve(journal.plan, journal.state, asked)
        journal.seq = event.seq
        journals.append(tx, journal, Entry(event, tuple(commands)))
        for command in commands:
            self._carry_out(tx, journal, command, event, follow)
        flow.reflect(tx, journal.run, journal.scope, journal.plan, before, journal.state)
        self._show(tx, journal)

    def _carry_out(
        self, tx: Transaction, journal: Journal, command: Command, event: Event, follow: Consequences
    ) -> None:
        """What concerns runs alone happens in this unit of work; the rest goes into the outbox."""
        run = journal.run
        match command:
            case Invoke(service=service, operation=operation) if follow.calls_left and self._directory.answers_inside(
                service, operation
            ):
                follow.calls_left -= 1
                journal.out.add(command.key)
                follow.due.append((run, command))
            case Perform() | Invoke() | SetTimer():
                journal.out.add(command.key)
                self._post(tx, run, command, event.seq)
                self._send(tx, run, journal.scope, command)
            case Watch():
                journal.out.add(command.key)
                self._post(tx, run, command, event.seq)
                follow.due.extend(self._watch(tx, run, command))
            case StartRun():
                journal.out.add(command.key)
                self._post(tx, run, command, event.seq)
                if self._create(tx, command, journal.scope):
                    follow.due.append((command.run, Started(command.input)))
                follow.due.extend(self._watch(tx, run, Watch(command.key, command.run)))
            case Resume():
                journal.out.add(command.key)
                self._post(tx, run, command, event.seq)
                journals.reopen(tx, command.run, worker=self._leases.worker)
                follow.due.append((command.run, Signalled(command.name, command.payload)))
                follow.due.extend(self._watch(tx, run, Watch(command.key, command.run)))
            case Signal():
                follow.due.append((command.run, Signalled(command.name, command.payload)))
            case CancelTimer():
                journal.out.discard(command.timer)
                tx.do("DELETE FROM outbox WHERE run = :run AND key = :key", run=run, key=command.timer)
                tx.after_commit(lambda: self._outbox.cancel(run, command.timer))
            case Finish():
                follow.due.extend(self._finish(tx, journal, command.outcome, event.at))

    def _send(self, tx: Transaction, run: RunId, scope: Scope, command: Command) -> None:
        if isinstance(command, Perform) and self._outbox.is_eager(command):
            early = Early(self._outbox, run, scope, command)
            tx.before_commit(early.begin)
            tx.after_commit(early.confirm)
            tx.after_undo(early.abandon)
        else:
            tx.after_commit(lambda: self._outbox.send(run, scope, command))

    @staticmethod
    def _post(tx: Transaction, run: RunId, command: Command, seq: int) -> None:
        tx.do(
            "INSERT INTO outbox (run, key, seq, body) VALUES (:run, :key, :seq, :body)",
            run=run, key=command.key, seq=seq, body=pack(command),
        )  # fmt: skip

    def _watch(self, tx: Transaction, watcher: RunId, watch: Watch) -> list[tuple[RunId, Fact]]:
        watched = self._hold(tx, watch.run)
        if watched is None:
            return [(watcher, Refused(watch.key, "RunNotFound", f"there is no run {watch.run}"))]
        if watched.outcome is not None:
            return [(watcher, Ended(watch.key, watched.outcome))]
        watched.may_be_watched = True
        tx.do(
            "INSERT INTO watch (run, watcher, key) VALUES (:run, :watcher, :key) ON CONFLICT DO NOTHING",
            run=watch.run, watcher=watcher, key=watch.key,
        )  # fmt: skip
        return []

    def _finish(self, tx: Transaction, journal: Journal, outcome: Outcome, at: float) -> list[tuple[RunId, Fact]]:
        run = journal.run
        journals.settle(tx, journal, outcome, at=at)
        self._pass(tx, run, journal.flow.name, "settled")
        journal.out.clear()
        told = tx.rows("SELECT watcher, key FROM watch WHERE run = :run", run=run) if journal.may_be_watched else []
        if told:
            tx.do("DELETE FROM watch WHERE run = :run", run=run)
        tx.after_commit(lambda: self._announce(journal, outcome, at))
        return [(RunId(str(watcher)), Ended(str(key), outcome)) for watcher, key in told]

    def _pass(self, tx: Transaction, run: RunId, flow: str, what: What) -> None:
        for follower in self.followers:
            follower.keep(tx, run, flow, what)

    def _show(self, tx: Transaction, journal: Journal) -> None:
        """Let readers see the state when it is durable; keep a snapshot now and then."""
        run = journal.run
        if journal.outcome is not None:
            self._held.pop(run, None)
            return
        if journal.seq - journal.snapshot_seq >= journals.SNAPSHOT_EVERY:
            journals.keep_snapshot(tx, journal)
        shown = view(journal)

        def show() -> None:
            self._shown[run] = shown
            self.tally.events += 1

        tx.after_commit(show)

    def _announce(self, journal: Journal, outcome: Outcome, at: float) -> None:
        run = journal.run
        self.tally.events += 1
        self.tally.settled.add((journal.flow.name, outcome.status), at - journal.began)
        self._shown.pop(run, None)
        self._outbox.drop(run)
        for future in self._waiting.pop(run, ()):
            if not future.done():
                future.set_result(outcome)

    def _let_go(self, run: RunId) -> None:
        """Forget a run whose state is not what is on disk: it is folded anew when it is next asked for."""
        self._held.pop(run, None)
        self._shown.pop(run, None)


def view(journal: Journal) -> View:
    return View(journal.flow.name, journal.plan, journal.state, journal.seq, journal.outcome)
