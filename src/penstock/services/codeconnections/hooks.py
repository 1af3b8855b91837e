"""Hooks: what a connection's host sends to `/_penstock/webhooks/codeconnections/ACCOUNT/REGION/CONNECTION`."""

import hmac
from dataclasses import dataclass
from typing import Final

from penstock.languages.githosts import hooks
from penstock.languages.githosts.tree import PullRequest, Push
from penstock.services.codeconnections.model import SERVICE, repository_name
from penstock.services.codeconnections.using import Using
from penstock.services.codeconnections.watching import Watching
from penstock.wire.call import ServiceError
from penstock.wire.hooks import Hook

CLOSED: Final = "This connection takes no webhooks: `penstock connect` with --webhook-secret-file lets it."


@dataclass(frozen=True)
class Receiving:
    using: Using
    watching: Watching

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
        news = [await self.watching.told(repository, change, told.delivery) for change in changes]
        return 200, f"{sum(news)} of {len(news)} changes were news."

    def _is_genuine(self, hook: Hook, secret: str) -> bool:
        """By the host's signature, or by the secret as the path's end, for hosts that sign nothing."""
        if len(hook.path) > 1:
            return hmac.compare_digest(hook.path[1].encode(), secret.encode())
        return hooks.is_genuine(hook.headers, hook.body, secret)
