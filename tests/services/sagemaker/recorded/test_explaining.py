"""Which jobs are part of how something came about that is there."""

from penstock.services.sagemaker.jobs.model import Record
from penstock.services.sagemaker.lineage.model import artifact_arn
from penstock.services.sagemaker.recorded.explaining import explaining
from services.sagemaker.lineage.conftest import world
from services.sagemaker.lineage.test_records import content, ended
from services.sagemaker.lineage.worlds import DATA, Lineage

__all__ = ["world"]
SHARED = "s3://things/shared"
FILE = f"{SHARED}/rows.csv"


async def explained(world: Lineage) -> dict[str, str]:
    found = await world.database.read(lambda tx: explaining(tx, {world.scope}))
    return {job.rpartition("/")[2]: thing.rpartition(":")[2] for job, thing in found.items()}


async def test_of_jobs_that_wrote_to_one_folder_those_explain_a_model_whose_content_was_read(world: Lineage) -> None:
    for name, text in (("old", "1"), ("new", "2")):
        job = world.training(name, "s3://things/raw", CheckpointConfig={"S3Uri": SHARED})
        await ended(world, job, Record(left=(content(FILE, text),)))
    unrecorded = world.training("unrecorded", CheckpointConfig={"S3Uri": SHARED})
    train = world.training("train", SHARED)
    await ended(world, train, Record(taken=(content(FILE, "2"),), left=(content(DATA, "learned"),)))
    await world.write(unrecorded)
    assert await explained(world) == {}

    await world.write(world.document("model", "m", PrimaryContainer={"Image": "i", "ModelDataUrl": DATA}))

    assert await explained(world) == {"train": "model/m", "new": "model/m", "unrecorded": "model/m"}


async def test_what_a_customer_has_associated_with_something_stays_explained(world: Lineage) -> None:
    job = world.training("train", "s3://things/raw")
    await world.write(job)
    note = artifact_arn(world.scope, "s3://things/note")
    await world.ask("CreateArtifact", ArtifactType="Note", Source={"SourceUri": "s3://things/note"})
    model = artifact_arn(world.scope, DATA)

    await world.ask("AddAssociation", SourceArn=model, DestinationArn=note)

    assert set(await explained(world)) == {"train"}
