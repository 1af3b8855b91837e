"""What is told of an AutoML job: itself, and all that it starts as its own."""

from pathlib import Path

from penstock.engine.facts import RunId
from penstock.services.sagemaker.recorded.story import jobs_behind
from penstock.telemetry.accounts import account
from services.sagemaker.automl.worlds import ARN, NAME, found, world


async def test_the_jobs_of_an_automl_job_are_its_children(tmp_path: Path) -> None:
    here = world(tmp_path)

    async with here.open() as client:
        await found(client)
        engine = client.engine
        whole = await engine.database.read(lambda tx: account(tx, engine, RunId(ARN)))
        jobs = await engine.database.read(lambda tx: jobs_behind(tx, ARN))
        parts = await engine.database.read(lambda tx: [account(tx, engine, RunId(job)) for job in jobs])

    assert whole is not None
    assert (whole.kind, whole.name, whole.outcome, whole.kin.parent) == ("automl-job", NAME, "Succeeded", "")
    assert whole.attributes["aws.sagemaker.automl_job.status"] == "Completed"
    told = {part.key: part for part in parts if part is not None}
    assert len(told) == len(jobs) > 5
    assert {part.kin.root.key for part in told.values()} == {whole.key}
    parents = {part.kin.parent for part in told.values()} - {whole.key}
    assert [":hyper-parameter-tuning-job/" in each for each in parents] == [True]  # between it and its candidates
