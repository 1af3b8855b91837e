"""Hooks: what a connection's host sends to `/_penstock/webhooks/codeconnections/ACCOUNT/REGION/CONNECTION`.

What git must be asked about before it is told is a delivery, kept before the host is answered: hosts wait for ten
seconds, and git may have to fetch a large repository.
"""

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.deliveries import Deliveries, Delivery, Failure
from penstock.engine.outbox import Task
from penstock.languages.githosts import hooks
from penstock.languages.githosts.tree import Change, PullRequest, Push
from penstock.services.codeconnections.model import SERVICE, Json, repository_name
from penstock.services.codeconnections.remote import Unreachable
from penstock.services.codeconnections.using import Using
from penstock.services.codeconnections.watching import Watching
from penstock.wire.call import ServiceError
from penstock.wire.hooks import Hook

log: Final = logging.getLogger(__name__)
LOOK: Final = "codeconnections.look-at-hook"
MOST_RETRIES: Final = 5  # half a minute in all; then a change is told as it came
CLOSED: Final = "This connection takes no webhooks: `penstock connect` with --webhook-secret-file lets it."


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A change that git is to be asked about, and the host's name for the hook."""

    repository: str
    change: Push | PullRequest
    delivery: str


@dataclass(frozen=True)
class Receiving:
    using: Using
    watching: Watching
    deliveries: Deliveries
    chance: Callable[[], str]

    async def receive(self, hook: Hook) -> tuple[int, str]:
        """Tell what a hook tells to who listens."""
        arn = hook.scope.arn(SERVICE, f"connection/{hook.path[0]}")
        try:
            place = await self.using.place(hook.scope, arn)
        except ServiceError as wrong:
            return 404, wrong.message
        if not place.webhook_secret:
            return 403, CLOSED
        if not self._is_genuine(hook, place.webhook_secret):
            return 403, "The secret is not this connection's."
        try:
            told = hooks.read(hook.headers, hook.body)
            changes = [each for each in told.changes if isinstance(each, Push | PullRequest)]
            repository = f"{arn}/{repository_name(told.repository)}" if changes else ""
        except (hooks.Unreadable, ServiceError) as wrong:
            return 400, f"This cannot be read: {wrong}"
        asked = [each for each in changes if await self.watching.asks(repository, each)]
        await self._keep(hook, repository, asked, told.delivery)
        news = [await self.watching.told(repository, each, told.delivery) for each in changes if each not in asked]
        if asked:
            return 202, f"{sum(news)} of {len(news)} changes were news; git is asked about {len(asked)}."
        return 200, f"{sum(news)} of {len(news)} changes were news."

    def _is_genuine(self, hook: Hook, secret: str) -> bool:
        """By the host's signature, or by the secret as the path's end, for hosts that sign nothing."""
        if len(hook.path) > 1:
            return hmac.compare_digest(hook.path[1].encode(), secret.encode())
        return hooks.is_genuine(hook.headers, hook.body, secret)

    async def _keep(self, hook: Hook, repository: str, asked: list[Push | PullRequest], delivery: str) -> None:
        name = delivery or self.chance()
        sent = [
            Delivery(
                carrier=LOOK, content=msgspec.to_builtins(Heard(repository=repository, change=each, delivery=delivery)),
                about=f"what a webhook tells of {repository}", born=self.watching.clock(), most_retries=MOST_RETRIES,
            )
            for each in asked
        ]  # fmt: skip
        if sent:
            await self.watching.database.write(lambda tx: [
                self.deliveries.send(tx, f"{repository}/webhook/{name}/{number}", each, hook.scope)
                for number, each in enumerate(sent)
            ])  # fmt: skip

    async def look(self, task: Task) -> Json:
        """The carrier: ask git, then tell who listens."""
        delivery, state = await self.deliveries.look(task.run)
        heard = msgspec.convert(delivery.content, Heard)
        change: Change = heard.change
        try:
            change = await self.watching.completed(heard.repository, change)
        except (Unreachable, ServiceError) as why:
            if state.tries <= MOST_RETRIES:
                return msgspec.to_builtins(Failure(code="Unreachable", message=str(why), may_pass=True))
            log.warning("what %s changes in %s is not known: %s", change.commit, heard.repository, why)
        await self.watching.told(heard.repository, change, heard.delivery)
        return None
