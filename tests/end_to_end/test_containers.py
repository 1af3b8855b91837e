"""Images of one's own: jobs as containers, from boto3 to the engine and back."""

import io
import tarfile
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from end_to_end.test_builds import ended, project, visited
from end_to_end.world import IMAGE, Json, World, penstock, running, s3_prefix, until
from runtimes import podman

pytestmark = pytest.mark.group("containers")

MAPPED = IMAGE.replace("1.2-1", "0.23-1")
TRAIN = textwrap.dedent(
    """\
    #!/usr/bin/python3
    import json, os, pathlib, sys, urllib.request
    told = json.loads(pathlib.Path("/opt/ml/input/config/hyperparameters.json").read_text())
    rows = pathlib.Path("/opt/ml/input/data/train/rows.csv").read_text().split()
    if told["mood"] == "bad":
        pathlib.Path("/opt/ml/output/failure").write_text("there is no sense in these rows")
        sys.exit(3)
    health = urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_penstock/health").status
    pathlib.Path("/opt/ml/model/mean").write_text(str(sum(map(int, rows)) / len(rows)))
    print(f"trained with {len(rows)} rows of {os.environ['TRAINING_JOB_NAME']}; Penstock says {health}")
    """
)


@pytest.fixture(scope="module")
def contained(engine_socket: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server that runs images of one's own, and one of AWS's that is mapped to one of them."""
    podman.derive(engine_socket, "trainer", files={"usr/bin/train": TRAIN})
    data = tmp_path_factory.mktemp("contained") / "data"
    data.mkdir()
    (data / "images.toml").write_text(
        '[[images]]\nrepository = "<aws>/sagemaker-scikit-learn"\nversions = ["0.23-1"]\nsuffixes = ["-cpu-py3"]\n'
        'runtime = "container"\nimage = "localhost/python"\nvariables.COLOUR = "green"\n'
    )
    with running(data, "--runtime", "container", "--engine", f"unix://{engine_socket}") as world:
        yield world


def train(world: World, name: str, **hyperparameters: str) -> Json:
    """A training job of the image, without a word about what it starts, once it has ended."""
    request = world.training(name, "")
    rows = {"ChannelName": "train", "DataSource": {"S3DataSource": s3_prefix(world.put("data/rows.csv", "1 2 6"))}}
    request |= {
        "AlgorithmSpecification": {"TrainingImage": "localhost/trainer", "TrainingInputMode": "File"},
        "InputDataConfig": [rows],
        "HyperParameters": hyperparameters,
    }
    world.sagemaker.create_training_job(TrainingJobName=name, **request)
    return world.trained(name)


def test_an_image_of_ones_own_trains(contained: World) -> None:
    job = train(contained, "own", mood="good")

    assert job["TrainingJobStatus"] == "Completed", job
    with tarfile.open(fileobj=io.BytesIO(contained.get(job["ModelArtifacts"]["S3ModelArtifacts"]))) as model:
        mean = model.extractfile("mean")
        assert mean is not None
        assert mean.read() == b"3.0"
    assert contained.lines("TrainingJobs", "own") == ["trained with 3 rows of own; Penstock says 200"]


def test_what_a_container_writes_to_its_failure_file_is_the_jobs_reason(contained: World) -> None:
    job = train(contained, "sad", mood="bad")

    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: there is no sense in these rows, exit code: 3"


def test_an_image_of_awss_is_an_environment_unless_it_is_mapped_to_a_container(contained: World) -> None:
    mapped = contained.processing("mapped", 'echo "$COLOUR"; ls -d /opt/ml/processing/input/code')
    mapped["AppSpecification"] |= {"ImageUri": MAPPED}
    mapped["AppSpecification"]["ContainerEntrypoint"][0] = "sh"
    contained.sagemaker.create_processing_job(ProcessingJobName="mapped", **mapped)
    environment = contained.processing("environment", "python3 -c 'import sklearn; print(sklearn.__name__)'")
    contained.sagemaker.create_processing_job(ProcessingJobName="environment", **environment)

    assert contained.job("mapped")["ProcessingJobStatus"] == "Completed"
    assert contained.lines("ProcessingJobs", "mapped") == ["green", "/opt/ml/processing/input/code"]
    assert contained.job("environment")["ProcessingJobStatus"] == "Completed"
    assert contained.lines("ProcessingJobs", "environment") == ["sklearn"]


def test_a_job_in_a_container_outlives_the_server_and_can_be_stopped(contained: World, engine_socket: Path) -> None:
    for name in ("goes-on", "is-stopped"):
        request = contained.processing(name, "echo begun; until [ -e /tmp/go ]; do sleep 0.02; done; echo ended")
        request["AppSpecification"] = {
            "ImageUri": "localhost/python",
            "ContainerEntrypoint": ["sh", f"/opt/ml/processing/input/code/{name}.sh"],
        }
        contained.sagemaker.create_processing_job(ProcessingJobName=name, **request)
        until(partial(contained.lines, "ProcessingJobs", name), f"{name} has begun")

    contained.server.kill()
    contained.start()
    (container,) = [
        each["Id"]
        for each in podman.containers(engine_socket)
        if each["Labels"].get("penstock.job", "").startswith("goes-on")
    ]
    podman.put(engine_socket, container, "tmp/go")
    contained.sagemaker.stop_processing_job(ProcessingJobName="is-stopped")

    assert contained.job("goes-on")["ProcessingJobStatus"] == "Completed"
    assert contained.lines("ProcessingJobs", "goes-on") == ["begun", "ended"]
    assert contained.job("is-stopped")["ProcessingJobStatus"] == "Stopped"
    until(
        lambda: not [each for each in podman.containers(engine_socket) if "penstock.job" in each["Labels"]],
        "no container is left",
    )


def test_a_shell_opens_in_a_build_in_a_container(contained: World) -> None:
    spec = "version: 0.2\nphases: {build: {commands: [mkdir deep && cd deep, export MINE=kept, 'false']}}"
    project(contained, "debugged", spec)
    build = contained.client("codebuild").start_build(
        projectName="debugged", debugSessionEnabled=True, imageOverride="localhost/python"
    )["build"]

    status = visited(contained, build, "$(cat /run/.containerenv >/dev/null && echo podman)", b"kept in deep by podman")

    assert status == 1
    assert until(lambda: ended(contained, build["id"]), "the build ends")["buildStatus"] == "FAILED"


def test_a_sandbox_in_a_container_carries_out_commands(contained: World) -> None:
    builds = contained.client("codebuild")
    project(contained, "tried", "version: 0.2\nphases: {build: {commands: ['true']}}")
    environment = builds.batch_get_projects(names=["tried"])["projects"][0]["environment"]
    builds.update_project(name="tried", environment={**environment, "image": "localhost/python"})
    sandbox = builds.start_sandbox(projectName="tried")["sandbox"]["id"]
    command = builds.start_command_execution(sandboxId=sandbox, command="ls /run/.containerenv && exit 3", type="SHELL")

    def over() -> Json | None:
        found = builds.batch_get_command_executions(
            sandboxId=sandbox, commandExecutionIds=[command["commandExecution"]["id"]]
        )["commandExecutions"][0]
        return found if found["status"] in ("SUCCEEDED", "FAILED") else None

    done = until(over, "the command ends")
    builds.stop_sandbox(id=sandbox)

    assert (done["exitCode"], done["standardOutputContent"]) == ("3", "/run/.containerenv\n")


def test_without_an_engine_there_is_no_server_that_needs_one(tmp_path: Path) -> None:
    told = penstock("up", "--data", str(tmp_path), "--runtime", "container", "--engine", f"unix://{tmp_path}/no.sock")

    assert told.returncode == 1
    assert f"no container engine answers at unix://{tmp_path}/no.sock" in told.stderr
