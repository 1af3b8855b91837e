"""What jobs saw at an artifact's address is told and found from their records, whatever S3 holds now."""

import hashlib

import msgspec

from penstock.engine import journal
from penstock.engine.facts import Done, Event, RunId
from penstock.engine.journal import Birth, Entry, Journal
from penstock.services.sagemaker.jobs.flow import JobFlow
from penstock.services.sagemaker.jobs.model import Content, Plan, Record, Report, holder
from penstock.services.sagemaker.lineage.model import artifact_arn
from penstock.store import blobs
from penstock.store.blobs import Digest
from penstock.store.database import Transaction
from penstock.store.documents import Document
from services.sagemaker.lineage.worlds import DATA, Lineage

ROWS = "s3://things/rows"
FLOW = JobFlow("training-job")


def content(uri: str, text: str) -> Content:
    return Content(uri, Digest(hashlib.sha256(text.encode()).hexdigest()), len(text))


async def ended(world: Lineage, job: Document, record: Record) -> None:
    """A job that ran to its end, and what was recorded of it."""
    run, plan = RunId(job.arn), Plan("training-job", job.name, job.arn, job.created_at, {})
    report = msgspec.to_builtins(Report("exited", exit_code=0, record=record))

    def write(tx: Transaction) -> None:
        birth = Birth(msgspec.json.encode(plan), worker="w")
        begun = Journal(run, FLOW, world.scope, plan, FLOW.begin(plan), began=job.created_at, unborn=birth)
        journal.append(tx, begun, Entry(Event(1, job.modified_at, "", Done("run-1", report)), ()))
        blobs.hold_all(tx, record.digests, holder(run))

    await world.write(job)
    await world.database.write(write)


async def properties(world: Lineage, uri: str) -> dict[str, str]:
    told: dict[str, str] = (await world.ask("DescribeArtifact", ArtifactArn=artifact_arn(world.scope, uri)))[
        "Properties"
    ]
    return {name: value for name, value in told.items() if name.startswith("Seen.")}


async def holding(world: Lineage, text: str) -> set[str]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    filters = {"LineageTypes": ["Artifact"], "Properties": {"HoldsSha256": digest}}
    return {each["Arn"] for each in (await world.ask("QueryLineage", Filters=filters))["Vertices"]}


async def test_each_job_saw_what_was_there_when_it_ran(world: Lineage) -> None:
    first, second = world.training("first", ROWS), world.training("train", ROWS)
    beside = content("s3://things/rows-2/a.csv", "of another folder")
    await ended(world, first, Record(taken=(content(f"{ROWS}/a.csv", "1\n"), content(f"{ROWS}/b.csv", "2\n"), beside)))
    await ended(world, second, Record(taken=(content(f"{ROWS}/a.csv", "3"),), left=(content(DATA, "learned"),)))

    # printf '1\n' > a.csv; printf '2\n' > b.csv; sha256sum a.csv b.csv | sha256sum
    assert await properties(world, ROWS) == {
        "Seen.first-aws-training-job": "ffa316d1dfc28adc171ad727498624f20943b24bd0fc8f3bf6a3ffa9e227104c 4 2",
        "Seen.train-aws-training-job": f"{content('', '3').digest} 1 1",
    }
    assert await properties(world, DATA) == {"Seen.train-aws-training-job": f"{content('', 'learned').digest} 7 1"}


async def test_an_object_is_found_by_its_content_at_the_addresses_that_it_is_below(world: Lineage) -> None:
    await ended(world, world.training("first", ROWS), Record(taken=(content(f"{ROWS}/a.csv", "1\n"),)))
    await ended(world, world.training("other", "s3://things/row"), Record(taken=(content("s3://things/row", "2\n"),)))

    assert await holding(world, "1\n") == {artifact_arn(world.scope, ROWS)}
    assert await holding(world, "9\n") == set()


async def test_a_job_that_took_a_deleted_ones_name_says_nothing_of_it(world: Lineage) -> None:
    deleted = world.training("train", ROWS)
    await world.write(deleted)
    await world.bury(deleted)
    again = world.training("train", ROWS)
    await ended(world, again, Record(taken=(content(f"{ROWS}/a.csv", "1\n"),)))

    told = await properties(world, ROWS)

    assert list(told) == ["Seen.train-aws-training-job"]
