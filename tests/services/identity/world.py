"""Identity behind a real gateway, on a database of its own."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.running import Running, running
from migrated import migrate
from penstock.gateway.settings import Settings
from penstock.services import identity
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.credentials import Credential

TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
NOBODY = Credential(access_key="test", secret="test", account="", principal="")


@dataclass
class Clock:
    """A clock that a test may put forward."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class World:
    gateway: Running
    database: SqliteDatabase
    clock: Clock
    root: Credential

    def client(self, service: str, key: Credential = NOBODY) -> Any:
        return self.gateway.client(service, key=key)


def chance() -> str:
    return uuid.uuid4().hex


@contextlib.contextmanager
def identity_world(folder: Path, *, auth: bool = False) -> Iterator[World]:
    path = folder / "penstock.db"
    migrate(path, [])
    database, clock = SqliteDatabase(path), Clock()
    ring = identity.StoredKeys(database, clock)
    try:
        asyncio.run(identity.ensure_default_role(database, clock=clock, chance=chance))
        root = asyncio.run(identity.root_credential(database, clock=clock, chance=chance))
        services = (
            identity.Account(database),
            identity.AccessKeys(database, clock, chance, ring),
            identity.Groups(database, clock, chance),
            identity.GroupGrants(database, clock),
            identity.InstanceProfiles(database, clock, chance),
            identity.OpenIdProviders(database, clock),
            identity.Tagging(database),
            identity.Policies(database, clock, chance),
            identity.RoleGrants(database, clock),
            identity.Roles(database, clock, chance),
            identity.LinkedRoles(database, clock, chance),
            identity.Sts(database, clock, chance, ring),
            identity.UserGrants(database, clock),
            identity.Users(database, clock, chance),
        )
        with running(*services, keys=ring, settings=Settings(auth=auth)) as gateway:
            yield World(gateway, database, clock, root)
    finally:
        database.close()


def credential(answer: Any) -> Credential:
    """The credential in an answer of STS or IAM."""
    return Credential(
        access_key=answer["AccessKeyId"],
        secret=answer["SecretAccessKey"],
        account="",
        principal="",
        session_token=answer.get("SessionToken", ""),
    )
