"""By itself: the objects that a job fetched and put with clients of its own (boto3 in a script), by their addresses.

    Fetched [s3://b/rates.csv]   Stored [s3://b/own/report.json]

What its request names is in the job's document; these are in one beside it, written in the commit that settles the job,
so that whoever draws what came from what need not read journals. A job that asked nothing has none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from penstock.services.sagemaker.jobs.model import Plan, Record
from penstock.services.sagemaker.remains import every_document
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

KIND: Final = "sagemaker/job-objects"
MOST: Final = 50  # addresses of a job each way: of more, the folders that they are in


@dataclass(frozen=True, slots=True)
class Objects:
    """Addresses: objects, or folders of many."""

    fetched: tuple[str, ...] = ()
    stored: tuple[str, ...] = ()


NONE: Final = Objects()


def keep(tx: Transaction, scope: Scope, plan: Plan, record: Record, at: float) -> None:
    """Say what a job did by itself, if it did anything. What it wrote and read again is not what it came from."""
    stored = record.stored
    fetched = {each.uri for each in record.fetched} - {each.uri for each in stored}
    if fetched or stored:
        body = {"Fetched": addresses(fetched), "Stored": addresses(each.uri for each in stored)}
        documents.put(
            tx,
            Document(
                kind=KIND, scope=scope, name=name_of(plan.arn, plan.created_at), arn="", created_at=plan.created_at,
                modified_at=at, body=body,
            ),
        )  # fmt: skip


def every(tx: Transaction, scope: Scope) -> dict[str, Objects]:
    """All that jobs of an account and region did by themselves, by `name_of`."""
    return {
        each.name: Objects(tuple(each.body["Fetched"]), tuple(each.body["Stored"]))
        for each in every_document(tx, scope, KIND)
    }


def forget(tx: Transaction, job: Document) -> None:
    documents.remove(tx, job.scope, KIND, name_of(job.arn, job.created_at))


def name_of(arn: str, created_at: float) -> str:
    """One job of several that had a name."""
    return f"{arn}@{created_at}"


def addresses(uris: Iterable[str]) -> list[str]:
    """Addresses, or, of more than `MOST`, the folders that they are in; of too many of those, the folders above."""
    found = set(uris)
    while len(found) > MOST:
        found = {uri.rpartition("/")[0] if uri.count("/") > 2 else uri for uri in found}
        if all(uri.count("/") == 2 for uri in found):
            break
    return sorted(found)
