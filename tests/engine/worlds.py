"""A small world for engine tests: a flow that uses every command, and a database that stops at a chosen commit."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from databases import Place
from migrated import migrate
from penstock.engine.engine import Engine
from penstock.engine.facts import (
    Asked,
    CancelTimer,
    Command,
    Done,
    Ended,
    Event,
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
)
from penstock.engine.outbox import Task
from penstock.store.database import Database, Transaction
from penstock.store.grouped import GroupedDatabase
from penstock.store.postgres import PostgresDatabase
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, inner, operation

ENGINE = Path(__file__).parents[2] / "src" / "penstock" / "engine" / "migrations"
BOARD = Path(__file__).parent / "migrations"
PUT_UP = """
    INSERT INTO board (run, answers) VALUES (:run, :answers) ON CONFLICT (run) DO UPDATE SET answers = excluded.answers
"""
T = TypeVar("T")
DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Errand:
    """What the toy flow remembers: the answers by key, what was asked, and who said what."""

    answers: dict[str, Json] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    luck: str = ""


class Errands:
    """bake (activity) → deliver (call) and nap (timer) side by side → a child run → it once more → finish.

    A child only bakes; resumed, it ices what it has baked.
    """

    name = "errand"
    state_type = Errand

    def plan(self, document: bytes) -> str:
        return document.decode()

    def begin(self, plan: str) -> Errand:
        return Errand()

    def evolve(self, plan: str, state: Errand, event: Event) -> Errand:
        match event.fact:
            case Started():
                return replace(state, luck=event.chance)
            case Asked(command):
                return replace(state, asked=(*state.asked, command.key))
            case Done(key, result):
                return replace(state, answers={**state.answers, key: result})
            case Refused(key, error, _):
                return replace(state, answers={**state.answers, key: error})
            case Fired(key):
                return replace(state, answers={**state.answers, key: "fired"})
            case Ended(key, outcome):
                return replace(state, answers={**state.answers, key: outcome.result})
            case Signalled(name, _):
                return replace(state, heard=(*state.heard, name))

    def decide(self, plan: str, state: Errand) -> Iterator[Command]:
        yield Perform("bake", "bake", plan)
        if "bake" not in state.answers:
            return
        if plan.startswith("child"):
            yield Signal("hello", RunId(plan.removeprefix("child of ")), "child says hello")
            yield Finish(Outcome("Succeeded", f"{plan}: {state.answers['bake']}"))
            if "more" in state.heard:
                yield Perform("ice", "bake", f"icing of {plan}")
            if "ice" in state.answers:
                yield Finish(Outcome("Succeeded", f"{state.answers['bake']}, {state.answers['ice']}"), "finish again")
            return
        yield Invoke("deliver", "post", "Deliver", {"What": state.answers["bake"]})
        yield SetTimer("nap", 0.0)
        yield SetTimer("never", 1e12)
        if {"deliver", "nap"} <= state.answers.keys():
            yield CancelTimer("wake", "never")
            yield StartRun("child", RunId(f"{plan}/child"), "errand", f"child of {plan}".encode())
        if "child" in state.answers:
            yield Resume("encore", RunId(f"{plan}/child"), "more")
        if "encore" in state.answers:
            yield Finish(Outcome("Succeeded", dict(sorted(state.answers.items()))))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: str, before: Errand, after: Errand) -> None:
        tx.changed(PUT_UP, run=run, answers=len(after.answers))


class Rounds:
    """As many deliveries at once as the plan says; the state is how many are done."""

    name = "rounds"
    state_type = int

    def plan(self, document: bytes) -> int:
        return int(document)

    def begin(self, plan: int) -> int:
        return 0

    def evolve(self, plan: int, state: int, event: Event) -> int:
        return state + isinstance(event.fact, Done)

    def decide(self, plan: int, state: int) -> Iterator[Command]:
        for number in range(plan):
            yield Invoke(f"deliver-{number}", "post", "Deliver", {"What": f"letter {number}"})
        if state == plan:
            yield Finish(Outcome("Succeeded", state))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: int, before: int, after: int) -> None:
        pass


class Post:
    service = "post"

    def __init__(self, world: "Outside") -> None:
        self.world = world

    @operation("Deliver")
    async def deliver(self, call: Call, request: Json) -> Answer:
        self.world.delivered.setdefault(call.token, []).append(request["What"])
        return {"Delivered": request["What"]}


class PostInside(Post):
    """Answers inside units of work too: a book of deliveries in the database. It cannot deliver to `nobody`."""

    @inner("Deliver")
    def deliver_inside(self, tx: Transaction, call: Call, request: Json) -> Answer:
        tx.changed("INSERT INTO board VALUES (:run, 0)", run=f"delivery {call.token}")
        if str(request["What"]).endswith("nobody"):
            raise KeyError("nobody")
        if str(request["What"]).endswith("a stranger"):
            raise ServiceError("who is that?", code="Stranger")
        return {"Delivered": request["What"]}


@dataclass
class Outside:
    """The world that effects reach; it remembers across restarts of the engine."""

    baked: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, list[str]] = field(default_factory=dict)
    lives: int = 0
    post: type[Post] = Post
    is_eager: bool = False
    is_kneading: threading.Event = field(default_factory=threading.Event)
    kneaded: list[str] = field(default_factory=list)  # made ready, before it is decided that there is baking

    async def bake(self, task: Task) -> Json:
        self.kneaded.append(task.run)
        self.is_kneading.set()
        await task.decided()
        self.baked[f"{task.run}#{task.key}"] = self.baked.get(f"{task.run}#{task.key}", 0) + 1
        return f"bread for {task.input}"


class Stopping(GroupedDatabase):
    """A database that lets `commits` commits through; the next one is lost, or (`after`) kept but never answered."""

    left: int
    after: bool
    dead = False

    @cached_property
    def stopped(self) -> asyncio.Event:
        return asyncio.Event()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        if self.dead:
            raise ConnectionError("the machine is off")
        if self.left <= 0:
            if self.after and not self.stopped.is_set():
                self.stopped.set()
                await super().write(work)
            self.stopped.set()
            await asyncio.Event().wait()  # nobody hears of it: the process is gone
        self.left -= 1
        return await super().write(work)


class StoppingDatabase(Stopping, SqliteDatabase):
    def __init__(self, path: Path, commits: int, *, after: bool = False) -> None:
        self.left, self.after = commits, after
        super().__init__(path)


class StoppingPostgres(Stopping, PostgresDatabase):
    def __init__(self, address: str, commits: int, *, after: bool = False) -> None:
        self.left, self.after = commits, after
        super().__init__(address)


def stopping_at(place: Place, commits: int, *, after: bool) -> Stopping:
    if isinstance(place, Path):
        return StoppingDatabase(place, commits, after=after)
    return StoppingPostgres(place, commits, after=after)


async def is_cut_short(living: Coroutine[Any, Any, object], database: Stopping) -> bool:
    """Live until the database stops; false if life came to its end before."""
    life = asyncio.create_task(living)
    stopped = asyncio.create_task(database.stopped.wait())
    await asyncio.wait({life, stopped}, return_when=asyncio.FIRST_COMPLETED, timeout=DEADLINE)
    has_stopped = database.stopped.is_set()
    database.dead = True
    for task in (life, stopped):
        task.cancel()
    await asyncio.gather(life, stopped, return_exceptions=True)
    return has_stopped


def chances(life: int) -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{life:08x}{next(numbers):024x}"


def new_database(folder: Path) -> Path:
    path = folder / "engine.db"
    migrate(path, [ENGINE, BOARD])
    return path


def engine_on(database: Database, outside: Outside) -> Engine:
    directory = Directory()
    directory.register(outside.post(outside))
    outside.lives += 1
    engine = Engine(database, directory, clock=lambda: 1_000.0, chance=chances(outside.lives))
    engine.register(Errands())
    engine.activity("bake", outside.bake, eager=outside.is_eager)
    return engine


@contextlib.asynccontextmanager
async def working(engine: Engine):  # type: ignore[no-untyped-def]
    """The engine at work until the block ends."""
    ready = asyncio.Event()
    task = asyncio.create_task(engine.work(ready.set))
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        yield engine
    finally:
        waiting.cancel()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await task
