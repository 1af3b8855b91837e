"""Sessions of what runs here: its clients act as a session of its role, with keys that last as long as it runs.

    job, model server ──► GET /_penstock/credentials (Authorization: ticket) ──► keys of …:assumed-role/ROLE/SageMaker
    function          ──► AWS_ACCESS_KEY_ID, … of its environment: keys of …:assumed-role/ROLE/FUNCTION

The ticket of a job says whose keys are meant and until when, and is sealed with the installation's own secret: nothing
is kept for a job, so a job that outlives the server is known by the next one. Each job has keys of its own, so that
the door knows what it asks. That of a model server has no end, and a
seal that this process has drawn: neither outlives the process. Keys are handed out again while they have half of their
time left.
"""

import base64
import hashlib
import hmac
import json
import math
from collections.abc import Callable
from typing import Final

from penstock.services.identity import rows
from penstock.services.identity.model import role_of, secret
from penstock.services.identity.sts import HOUR, Sts
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Json, Scope
from penstock.wire.credentials import default_principal

SESSION: Final = "SageMaker"  # how SageMaker calls the sessions of jobs and model servers
LONGEST: Final = 30 * 24 * HOUR  # a training job may run for 28 days
REMEMBERED: Final = 256


class BadTicket(Exception):
    """A ticket that was not written here, or is too old."""


async def seal_of(database: Database, *, clock: Callable[[], float], chance: Callable[[], str]) -> bytes:
    """The installation's secret for tickets, which is drawn if it is not there."""
    at, drawn = clock(), secret(chance)
    fresh = Document(
        kind="iam/seal", scope=rows.NOWHERE, name="tickets", arn="penstock:seal/tickets", created_at=at, modified_at=at,
        status="Active", body={"Secret": drawn},
    )  # fmt: skip

    def ensure(tx: Transaction) -> bytes:
        found = documents.find(tx, rows.NOWHERE, fresh.kind, fresh.name)
        return str((found or documents.insert(tx, fresh)).body["Secret"]).encode()

    return await database.write(ensure)


class Sessions:
    """Writes tickets, and gives keys for them."""

    def __init__(self, sts: Sts, seal: bytes, clock: Callable[[], float]) -> None:
        self._sts = sts
        self._seal = seal
        self._passing_seal = secret(sts.chance).encode()
        self._clock = clock
        self._given: dict[tuple[str, str, str, str], dict[str, Json]] = {}

    def ticket(self, scope: Scope, role_arn: str, asker: str = "") -> str:
        """For the clients of a job with that role; with `asker`, the keys are its own and tell so."""
        return written(self._seal, [scope.account, role_arn, int(self._clock() + LONGEST), asker])

    def passing_ticket(self, scope: Scope, role_arn: str) -> str:
        """For the clients of what ends with this process."""
        return written(self._passing_seal, [scope.account, role_arn, None, ""])

    async def credentials(self, ticket: str) -> dict[str, Json]:
        """What AWS's container credentials endpoint answers, `Expiration` in seconds. Raises `BadTicket`."""
        account, role_arn, asker = self._read(ticket)
        return await self.keys(account, role_arn, session=SESSION, lasting=HOUR, asker=asker)

    async def keys(
        self, account: str, role_arn: str, *, session: str, lasting: float, asker: str = ""
    ) -> dict[str, Json]:
        """Keys of a session of a role, good for half of that time at least."""
        given = self._given.get((account, role_arn, session, asker))
        if given is None or given["Expiration"] - self._clock() < lasting / 2:
            if len(self._given) >= REMEMBERED:
                self._given.clear()
            given = await self._give(account, role_arn, session, lasting, asker)
            self._given[account, role_arn, session, asker] = given
        return given

    async def _give(self, account: str, role_arn: str, session: str, lasting: float, asker: str) -> dict[str, Json]:
        at = self._clock()
        role = role_of(role_arn)
        principal = default_principal(account)
        if role is not None:
            principal = f"arn:aws:sts::{role[0]}:assumed-role/{role[1]}/{session}"
        keys = await self._sts.give(
            account, principal, until=at + lasting, at=at, kept={"Asker": asker} if asker else {}
        )
        return {
            "RoleArn": role_arn,
            "AccessKeyId": keys["AccessKeyId"],
            "SecretAccessKey": keys["SecretAccessKey"],
            "Token": keys["SessionToken"],
            "Expiration": keys["Expiration"],
        }

    def _read(self, ticket: str) -> tuple[str, str, str]:
        coded, _, seal = ticket.partition(".")
        try:
            text = base64.urlsafe_b64decode(coded)
        except ValueError:
            raise BadTicket from None
        if not any(hmac.compare_digest(seal.encode(), sealed(by, text)) for by in (self._seal, self._passing_seal)):
            raise BadTicket
        account, role_arn, until, *asker = json.loads(text)  # a job may have its ticket from before they had askers
        if self._clock() >= (math.inf if until is None else until):
            raise BadTicket
        return account, role_arn, asker[0] if asker else ""


def written(seal: bytes, says: Json) -> str:
    """A ticket."""
    text = json.dumps(says).encode()
    return f"{base64.urlsafe_b64encode(text).decode()}.{sealed(seal, text).decode()}"


def sealed(seal: bytes, text: bytes) -> bytes:
    return hmac.new(seal, text, hashlib.sha256).hexdigest().encode()
