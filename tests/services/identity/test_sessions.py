"""Sessions of jobs: whose they are, how long their keys last, and what is no ticket."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrated import migrate
from penstock.services import identity
from penstock.services.identity.sessions import LONGEST
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Scope
from services.identity.world import Clock, chance

HERE = Scope("111122223333", "eu-west-1")
ROLE = "arn:aws:iam::111122223333:role/team/Trainer"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    migrate(tmp_path / "penstock.db", [])
    opened = SqliteDatabase(tmp_path / "penstock.db")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def sessions_of(database: SqliteDatabase, clock: Clock) -> identity.Sessions:
    """As a server has them when it starts."""
    sts = identity.Sts(database, clock, chance, identity.StoredKeys(database, clock))
    return identity.Sessions(sts, await identity.seal_of(database, clock=clock, chance=chance), clock)


async def test_the_keys_of_a_job_are_a_session_of_its_role(database: SqliteDatabase, clock: Clock) -> None:
    sessions = await sessions_of(database, clock)

    given = await sessions.credentials(sessions.ticket(HERE, ROLE))

    known = await identity.StoredKeys(database, clock).find(given["AccessKeyId"])
    assert known is not None
    assert known.principal == "arn:aws:sts::111122223333:assumed-role/Trainer/SageMaker"
    assert (known.account, known.secret, known.session_token) == (
        "111122223333", given["SecretAccessKey"], given["Token"]
    )  # fmt: skip
    assert known.expires_at == given["Expiration"] > clock() + 3500


async def test_keys_are_given_again_until_half_of_their_time_is_over(database: SqliteDatabase, clock: Clock) -> None:
    sessions = await sessions_of(database, clock)
    ticket = sessions.ticket(HERE, ROLE)

    first = await sessions.credentials(ticket)
    clock.ahead = 1700.0
    again = await sessions.credentials(ticket)
    clock.ahead = 1900.0
    later = await sessions.credentials(ticket)

    assert first == again
    assert later["AccessKeyId"] != first["AccessKeyId"]
    assert later["Expiration"] > first["Expiration"]


async def test_a_ticket_is_good_after_a_restart_and_for_as_long_as_a_job_may_run(
    database: SqliteDatabase, clock: Clock
) -> None:
    ticket = (await sessions_of(database, clock)).ticket(HERE, ROLE)

    after = await sessions_of(database, clock)
    clock.ahead = LONGEST - 60
    late = await after.credentials(ticket)
    clock.ahead = LONGEST + 1

    assert late["RoleArn"] == ROLE
    with pytest.raises(identity.BadTicket):
        await after.credentials(ticket)


async def test_what_was_not_written_here_is_no_ticket(database: SqliteDatabase, clock: Clock) -> None:
    sessions = await sessions_of(database, clock)
    coded, _, seal = sessions.ticket(HERE, ROLE).partition(".")
    other = base64.urlsafe_b64encode(base64.urlsafe_b64decode(coded).replace(b"Trainer", b"Manager")).decode()

    for forged in ("", "nonsense", coded, f"{other}.{seal}", f"{coded}.{seal[:-1]}é", f"%%.{seal}"):
        with pytest.raises(identity.BadTicket):
            await sessions.credentials(forged)


async def test_the_ticket_of_a_model_server_has_no_end_and_is_good_in_this_process_only(
    database: SqliteDatabase, clock: Clock
) -> None:
    sessions = await sessions_of(database, clock)
    ticket = sessions.passing_ticket(HERE, ROLE)

    clock.ahead = 10 * LONGEST
    given = await sessions.credentials(ticket)

    assert given["RoleArn"] == ROLE
    with pytest.raises(identity.BadTicket):
        await (await sessions_of(database, clock)).credentials(ticket)


async def test_each_function_has_keys_of_a_session_of_its_own_name(database: SqliteDatabase, clock: Clock) -> None:
    sessions = await sessions_of(database, clock)

    one = await sessions.keys(HERE.account, ROLE, session="one", lasting=12 * 3600)
    other = await sessions.keys(HERE.account, ROLE, session="other", lasting=12 * 3600)

    ring = identity.StoredKeys(database, clock)
    known = [await ring.find(each["AccessKeyId"]) for each in (one, other)]
    assert [each.principal for each in known if each is not None] == [
        "arn:aws:sts::111122223333:assumed-role/Trainer/one", "arn:aws:sts::111122223333:assumed-role/Trainer/other"
    ]  # fmt: skip
