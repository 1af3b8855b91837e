"""A fleet: the servers of one revision of an endpoint, instance by instance, and which of them is asked next."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

from penstock.services.sagemaker.endpoints.instance import INVOKE_WITHIN, STREAM_WITHIN, Answering, Unfit
from penstock.services.sagemaker.endpoints.model import Deployment, Variant
from penstock.services.sagemaker.endpoints.saying import Listener, Said
from penstock.services.sagemaker.endpoints.serverless import Serverless
from penstock.services.sagemaker.endpoints.sessions import Place, Sessions

Make = Callable[[Variant, int], Answering]  # an instance of a variant, by its number

MOST_MIRRORED: Final = 16  # requests under way at a shadow
QUEUED_WITHIN: Final = 3600.0  # seconds: the longest that an asynchronous request may take
UNHEALTHY: Final = (
    "The {container} container for production variant {variant} did not pass the ping health check. Please check "
    "CloudWatch logs for this endpoint. ({problem})"
)


class Fleet:
    """Built with its instances; `bring_up` waits for their servers, `end` ends all. Each instance is kept by a task."""

    def __init__(self, deployment: Deployment, make: Make) -> None:
        self._make = make
        self.deployment = deployment
        self._variants = {variant.name: variant for variant in deployment.variants}
        self._instances: dict[str, list[Answering]] = {variant.name: [] for variant in deployment.variants}
        self._keeping: dict[Answering, asyncio.Task[None]] = {}
        self._asking: set[asyncio.Task[Said]] = set()
        self._leaving: set[Answering] = set()  # they answer what they have been asked
        self._asked_so_far = 0
        self.sessions = Sessions()
        for variant in deployment.variants:
            self._fit(variant)

    @property
    def variants(self) -> Mapping[str, Variant]:
        return self._variants

    async def bring_up(self) -> str:
        """Have every server started; answers what is wrong, if anything is."""
        begun = [(name, each) for name, several in self._instances.items() for each in several]
        results = await asyncio.gather(*(each.begin() for _, each in begun), return_exceptions=True)
        for (name, _), problem in zip(begun, results, strict=True):
            if isinstance(problem, Unfit):
                return UNHEALTHY.format(container=problem.container, variant=name, problem=problem)
            if isinstance(problem, BaseException):
                raise problem
        return ""

    async def fit(self, deployment: Deployment) -> str:
        """Other weights, more or fewer instances; new ones are waited for. Answers as `bring_up`."""
        self.deployment = deployment
        self._variants = {variant.name: variant for variant in deployment.variants}
        for variant in deployment.variants:
            self._fit(variant)
        return await self.bring_up()

    async def ask(self, variant: str, facts: Mapping[str, str], body: bytes, longest: float = INVOKE_WITHIN) -> Said:
        """Have the least busy instance answer; of several, the one that has rested longest. Or any: see `_chosen`.

        A caller who goes away does not end the server that works for him.
        """
        return await answer_of(self._begin(variant, facts, body, longest))

    def stream(self, variant: str, facts: Mapping[str, str], body: bytes, listener: Listener) -> "asyncio.Task[Said]":
        """The same, heard by a listener: what has begun."""
        return self._begin(variant, facts, body, INVOKE_WITHIN, listener)

    def under_way(self, variant: str) -> int:
        """How many requests a variant has."""
        return sum(each.outstanding for each in self._instances[variant])

    def mirror(self, variant: str, facts: Mapping[str, str], body: bytes, then: Callable[[Said], None]) -> None:
        """Ask a shadow too; nobody waits for it. What it cannot keep up with is passed over."""
        if self.under_way(variant) < MOST_MIRRORED:
            asking = self._begin(variant, facts, body, INVOKE_WITHIN)
            asking.add_done_callback(lambda task: None if task.cancelled() or task.exception() else then(task.result()))

    async def drain(self) -> None:
        """Let the requests that are under way be answered."""
        if self._asking:
            longest = QUEUED_WITHIN if self.deployment.asynchronous else STREAM_WITHIN
            await asyncio.wait(set(self._asking), timeout=longest)

    def end(self) -> None:
        for task in (*self._keeping.values(), *self._asking):
            task.cancel()
        for several in self._instances.values():
            for instance in several:
                instance.close()
        for instance in self._leaving:
            instance.close()
        self._keeping.clear()

    def _begin(
        self, variant: str, facts: Mapping[str, str], body: bytes, longest: float, listener: Listener | None = None
    ) -> "asyncio.Task[Said]":
        session = facts.get("session", "")
        instance = self._chosen(variant, session)
        self._asked_so_far += 1
        instance.last_asked = self._asked_so_far
        instance.outstanding += 1  # at once: the next request is to see it
        asking = asyncio.create_task(instance.ask(facts, body, longest, listener))
        self._asking.add(asking)
        asking.add_done_callback(partial(self._asked, session, Place(variant, instance)))
        return asking

    def _chosen(self, variant: str, session: str) -> Answering:
        """The instance that holds a session, else the least busy one, or any, however busy (RANDOM)."""
        held = self.sessions.place(session)
        if held is not None and held.variant == variant:
            return held.instance
        there = self._instances[variant]
        if self._variants[variant].routes == "RANDOM":
            drawn = hashlib.sha256(f"{variant}/{self._asked_so_far}".encode()).digest()
            return there[int.from_bytes(drawn[:8], "big") % len(there)]
        return min(there, key=lambda each: (each.outstanding, each.last_asked))

    def _asked(self, session: str, place: Place, task: "asyncio.Task[Said]") -> None:
        place.instance.outstanding -= 1
        self._let_go(place.instance)
        self._asking.discard(task)
        if not task.cancelled() and task.exception() is None:  # the caller may be gone: it has been looked at
            self.sessions.hear(session, task.result(), place)

    def _fit(self, variant: Variant) -> None:
        """Make instances and let go of instances until there are as many as wanted."""
        there = self._instances[variant.name]
        while len(there) > variant.servers:
            instance = there.pop()
            self._keeping.pop(instance).cancel()
            self.sessions.leave(instance)
            self._leaving.add(instance)
            self._let_go(instance)
        while len(there) < variant.servers:
            instance = self._make(variant, len(there))
            there.append(instance)
            self._keeping[instance] = self._spawn(instance.keep())
        for each in there:
            if isinstance(each, Serverless) and variant.serverless is not None:
                each.fit(most=variant.serverless.most, provisioned=variant.serverless.provisioned)

    def _let_go(self, instance: Answering) -> None:
        """End an instance that is to leave when it has answered its requests."""
        if instance in self._leaving and not instance.outstanding:
            self._leaving.discard(instance)
            instance.close()

    @staticmethod
    def _spawn(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return asyncio.create_task(work)


async def answer_of(asking: "asyncio.Task[Said]") -> Said:
    """What has come of a request. Who waits here may go away; it goes on."""
    await asyncio.wait({asking})
    if asking.cancelled():
        raise Unfit("the endpoint is being deleted")
    return asking.result()
