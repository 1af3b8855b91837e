"""Jobs on nodes, from boto3 to an agent and back: the server is told of a job server, and the job of neither."""

import asyncio
import textwrap
from pathlib import Path

import pytest

from end_to_end.world import BARE, World, running
from penstock.app import CannotStart, Penstock, Settings
from runtimes.rays import JobServer, job_server

MINE = '[[images]]\nrepository = "mine"\nversions = ["*"]\nenvironment = "installed"\nruntime = "ray"\n'
ASKS = textwrap.dedent(
    """\
    python3 - <<'END'
    import json, os, urllib.request
    place, token = (os.environ[f"AWS_CONTAINER_{name}"] for name in ("CREDENTIALS_FULL_URI", "AUTHORIZATION_TOKEN"))
    assert place.startswith(os.environ["AWS_ENDPOINT_URL"]), "Penstock has one address on a node"
    asked = urllib.request.Request(place, headers={"Authorization": token})
    print("has keys:", "AccessKeyId" in json.load(urllib.request.urlopen(asked)))
    END
    mkdir -p /opt/ml/processing/out; echo left > /opt/ml/processing/out/left
    """
)


async def test_a_job_whose_image_is_mapped_to_nodes_runs_there_and_the_others_here(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "images.toml").write_text(MINE)
    async with job_server() as (jobs, address):
        await asyncio.to_thread(try_it, data, address, jobs)


def try_it(data: Path, address: str, jobs: JobServer) -> None:
    with running(data, "--ray", address, "--ray-jobs", "mapped") as world:
        for name, image in (("there", "mine:1"), ("here", BARE)):
            process(world, name, image)

        assert {world.job(name)["ProcessingJobStatus"] for name in ("there", "here")} == {"Completed"}
        for name in ("there", "here"):
            assert world.lines("ProcessingJobs", name) == ["has keys: True"]
            assert world.get(f"s3://things/{name}/left") == b"left\n"
        (there,) = jobs.jobs.values()
        assert there.asked["metadata"]["penstock.job"].startswith("there-")


def process(world: World, name: str, image: str) -> None:
    request = world.processing(name, ASKS)
    request["AppSpecification"]["ImageUri"] = image
    request["AppSpecification"]["ContainerEntrypoint"][0] = "sh"
    uploaded = {"S3Uri": f"s3://{world.bucket()}/{name}", "S3UploadMode": "EndOfJob"}
    kept = {"OutputName": "out", "S3Output": {"LocalPath": "/opt/ml/processing/out", **uploaded}}
    request["ProcessingOutputConfig"] = {"Outputs": [kept]}
    world.sagemaker.create_processing_job(ProcessingJobName=name, **request)


async def test_a_cluster_that_cannot_be_spoken_to_is_told_before_the_server_is_up(tmp_path: Path) -> None:
    async def why(**settings: str) -> str:
        with pytest.raises(CannotStart) as told:
            async with Penstock(Settings(data=tmp_path, port=0, **settings)):  # type: ignore[arg-type]
                pass
        return str(told.value)

    assert "write http://head:8265" in await why(ray="ray://head:10001")
    assert "name it with --ray" in await why(ray_jobs="mapped")
    assert "no Ray job server answers at http://127.0.0.1:1" in await why(ray="http://127.0.0.1:1")
