"""Watching: every few seconds the bounds and policies of every target are held against what there is.

A policy is looked at when another minute of its metric is complete. What is wanted becomes an activity, in one commit
with the time from which its cooldown counts; what is lost by a crash before that is wanted again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from penstock.languages.metricmath import watched
from penstock.services.autoscaling import model
from penstock.services.autoscaling.activities import Activities
from penstock.services.autoscaling.alarms import HIGH, PolicyAlarms, name_of
from penstock.services.autoscaling.deciding import COOLDOWN, LOW_POINTS, Wish, agreed, bounded, stepped, tracked
from penstock.services.autoscaling.dimensions import Seen, is_gone, look
from penstock.services.autoscaling.metrics import PERIOD, Metrics, queries_of
from penstock.services.autoscaling.model import ACTIVE, POLICY, TARGET, Key
from penstock.services.autoscaling.policies import CONFIGS, STEPS, TRACKING
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Directory, Json, ServiceError

log: Final = logging.getLogger(__name__)
LOOK_EVERY: Final = 5.0  # seconds
LATE: Final = 20.0  # seconds after the end of a minute until its metrics are told
LAST: Final = {True: "_LastOut", False: "_LastIn"}  # members of a target: when it last grew, when it last shrank
Alarm = Mapping[str, Json]


@dataclass
class Watcher:
    database: Database
    directory: Directory
    activities: Activities
    alarms: PolicyAlarms
    clock: Callable[[], float]
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _looked: dict[str, float] = field(default_factory=dict)  # up to which moment a target's metrics were looked at

    def wake(self) -> None:
        """Look at once: bounds have changed."""
        self._woken.set()

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._woken.wait()

    async def look(self) -> None:
        """Hold every target against what there is of it."""
        targets = await self.database.read(lambda tx: documents.everywhere(tx, TARGET, ACTIVE))
        for target in targets:
            try:
                await self._look_at(target)
            except ServiceError as problem:
                if not is_gone(problem):
                    log.warning("%s could not be scaled: %s", Key.named(target).resource, problem.message)

    async def _look_at(self, target: Document) -> None:
        seen = await look(self.directory, target.scope, Key.named(target))
        if not seen.is_settled:
            return
        within = bounded(seen.capacity, target.body)
        if within != seen.capacity:
            await self._begin(target, seen, Wish(capacity=within, cause=why(target, seen, within)))
            return
        end = (self.clock() - LATE) // PERIOD * PERIOD
        if self._looked.get(target.arn) != end:
            self._looked[target.arn] = end
            wish = agreed(await self._wishes(target, seen, end), seen.capacity)
            if wish is not None:
                await self._begin(target, seen, wish)

    async def _wishes(self, target: Document, seen: Seen, end: float) -> list[Wish]:
        key = Key.named(target)
        policies = await self.database.read(lambda tx: model.below(tx, target.scope, POLICY, key))
        metrics = Metrics(self.directory)
        await self.alarms.stand(policies)
        wishes = [await self._tracked(metrics, key, each, seen, end) for each in of_type(policies, TRACKING)]
        if steps := of_type(policies, STEPS):
            alarms = await metrics.off(target.scope)
            wishes += [await self._stepped(metrics, each, alarms, seen, end) for each in steps]
        return [wish for wish in wishes if wish is not None]

    async def _tracked(self, metrics: Metrics, key: Key, policy: Document, seen: Seen, end: float) -> Wish | None:
        """What a target tracking policy wants; nothing at all if it may not shrink and does not grow."""
        config = policy.body[CONFIGS[TRACKING]]
        points = await metrics.points(policy.scope, queries_of(key, config), end=end, length=LOW_POINTS)
        capacity = tracked(points, seen.capacity, config["TargetValue"])
        if config.get("DisableScaleIn") and capacity <= seen.capacity:
            return None
        way, member = (HIGH, "ScaleOutCooldown") if capacity > seen.capacity else ("Low", "ScaleInCooldown")
        cause = caused(name_of(policy, way), policy)
        return Wish(capacity=capacity, cause=cause, cooldown=config.get(member, COOLDOWN))

    async def _stepped(
        self, metrics: Metrics, policy: Document, alarms: Sequence[Alarm], seen: Seen, end: float
    ) -> Wish | None:
        """What a step scaling policy wants, if an alarm that names it is off."""
        alarm = next((each for each in alarms if policy.arn in each.get("AlarmActions", ())), None)
        if alarm is None:
            return None
        config = policy.body[CONFIGS[STEPS]]
        queries, period = watched(alarm)
        points = await metrics.points(
            policy.scope, queries, end=end // period * period, length=alarm["EvaluationPeriods"], period=period
        )
        there = [each for each in points if each is not None]
        if not there:  # missing data are what has set it off: they are at the threshold
            there = [alarm["Threshold"]]
        value = AGGREGATED[config.get("MetricAggregationType", "Average")](there)
        capacity = stepped(config, seen.capacity, value - alarm["Threshold"])
        cause = caused(alarm["AlarmName"], policy)
        return Wish(capacity=capacity, cause=cause, cooldown=config.get("Cooldown", COOLDOWN))

    async def _begin(self, target: Document, seen: Seen, wish: Wish) -> None:
        """Begin an activity, unless the target is suspended, cools down, or is as it is wanted."""
        at = self.clock()

        def begin(tx: Transaction) -> None:
            now = documents.find(tx, target.scope, TARGET, target.name)
            if now is None or (capacity := bounded(wish.capacity, now.body)) == seen.capacity:
                return
            grows = capacity > seen.capacity
            if wish.cooldown is not None and (
                is_suspended(now, grows=grows) or at < now.body.get(LAST[grows], 0.0) + wish.cooldown
            ):
                return
            if self.activities.begin(tx, now, capacity, wish.cause):
                body = {**now.body, LAST[grows]: at}
                body.pop("_Because", None)
                documents.update(tx, replace(now, body=body))

        await self.database.write(begin)


AGGREGATED: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "Average": lambda several: sum(several) / len(several),
    "Minimum": min,
    "Maximum": max,
}


def of_type(policies: Sequence[Document], kind: str) -> list[Document]:
    return [each for each in policies if each.body["PolicyType"] == kind]


def caused(alarm: str, policy: Document) -> str:
    return f"monitor alarm {alarm} in state ALARM triggered policy {policy.body['PolicyName']}"


def why(target: Document, seen: Seen, capacity: int) -> str:
    """Why a capacity is brought within its bounds."""
    bound = "minimum" if capacity > seen.capacity else "maximum"
    said = f"{bound} capacity was set to {capacity}"
    because = target.body.get("_Because")
    return f"{because}, {said}" if because else said


def is_suspended(target: Document, *, grows: bool) -> bool:
    member = "DynamicScalingOutSuspended" if grows else "DynamicScalingInSuspended"
    return bool(target.body["SuspendedState"][member])
