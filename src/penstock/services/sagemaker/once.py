"""Once: a call told twice does its work once, and answers the second time as it did the first.

Where a name makes the second telling harmless (a create keeps its token with the document) nothing of this is needed.
It is for the rest: versions that count up, and deletions. The token is the caller's, from inside (`Call.token`) or,
from a customer, `ClientToken` or `ClientRequestToken`. What was answered is kept as long as the database: a token may
come back after any outage.
"""

from collections.abc import Callable
from typing import Final

from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call

ANSWERED: Final = "sagemaker/answered"


def token(call: Call) -> str:
    """What tells this call from others; empty where nobody promised to tell it twice."""
    return call.token or str(call.request.get("ClientToken") or call.request.get("ClientRequestToken") or "")


def recall(tx: Transaction, call: Call) -> Answer | None:
    """What this call was answered when it was told before; None if it was not."""
    if not token(call):
        return None
    found = documents.find(tx, call.scope, ANSWERED, _name(call))
    return None if found is None else found.body


async def once(database: Database, call: Call, at: float, act: Callable[[Transaction], Answer]) -> Answer:
    """Do it and remember the answer, in one unit of work, unless it was done: then answer as the first time."""

    def work(tx: Transaction) -> Answer:
        said = recall(tx, call)
        if said is not None:
            return said
        done = act(tx)
        if token(call):
            documents.insert(tx, _remembered(call, at, done))
        return done

    return await database.write(work)


def _remembered(call: Call, at: float, done: Answer) -> Document:
    return Document(kind=ANSWERED, scope=call.scope, name=_name(call), arn="", created_at=at, modified_at=at, body=done)


def _name(call: Call) -> str:
    return f"{call.operation}/{token(call)}"
