"""`penstock new` from the templates whose code is at a git host, and of those that make their own images."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.test_codecommit import git
from end_to_end.test_codepipeline import zipped
from end_to_end.test_connected_projects import spec
from end_to_end.test_connections import ended, watched
from end_to_end.test_projects import settled
from end_to_end.world import World, running, until
from penstock import templates
from runtimes.wheels import wheel

HELLO = zipped(**{"codebuild-buildspec.yml": spec("hello.py", "hello"), "hello.py": "open('hello', 'w').write('a')"})
IN_OWN_IMAGE = zipped(**{
    "codebuild-buildspec.yml": "version: 0.2\nphases: {build: {commands: [python image.py > image]}}\n"
    "artifacts: {files: [image]}\n",
    "image.py": (Path(templates.__file__).parent / "seeds/model-build/own_image.py").read_text(),
})  # fmt: skip


def seeds(world: World, **archives: bytes) -> str:
    """The parameter that names a bucket of what repositories begin with."""
    s3 = world.client("s3")
    s3.create_bucket(Bucket="seeds")
    for name, content in archives.items():
        s3.put_object(Bucket="seeds", Key=f"penstock/{name.replace('_', '-')}.zip", Body=content)
    return "SeedCodeBucket=seeds"


def changed(folder: Path, **files: str) -> str:
    """Push a change of a clone; the commit."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a change")
    git(folder, "push", "-q", "origin", "main")
    return git(folder, "rev-parse", "HEAD")


def deleted(world: World, name: str) -> str:
    world.sagemaker.delete_project(ProjectName=name)
    return str(settled(world, name)["ProjectStatus"])


def test_a_project_begins_in_repositories_of_a_git_host_and_a_push_there_builds(world: World, tmp_path: Path) -> None:
    bare = tmp_path / "host" / "team" / "elsewhere-modelbuild.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(bare))
    connection = world.penstock("connect", "host", "--url", f"file://{tmp_path / 'host'}").stdout.strip()
    seeded = seeds(world, check_in=templates.seed("check-in"), model_build=HELLO)

    made = world.penstock(
        "new", "elsewhere", "--template", "build-train", "--connection", "host", "--owner", "team", "--param", seeded
    )

    assert made.returncode == 0, made.stderr
    project = world.sagemaker.describe_project(ProjectName="elsewhere")["ProjectId"]
    pipeline, address = (
        f"sagemaker-elsewhere-{project}-modelbuild",
        f"/{connection.rpartition('/')[2]}/team/elsewhere-modelbuild.git",
    )
    assert address in made.stdout
    (first,) = ended(world, pipeline, 1)
    assert first["status"] == "Succeeded", first
    repository = world.sagemaker.describe_code_repository(CodeRepositoryName=f"sagemaker-{project}-modelbuild")
    assert repository["GitConfig"]["RepositoryUrl"].endswith(address)

    until(lambda: watched(world, f"{connection}/team/elsewhere-modelbuild"), "the repository has been looked at")
    reached = f"{world.place.endpoint}/_penstock/git-http/123456789012/us-east-1{address}"
    git(tmp_path, "clone", "-q", reached, "work")
    tip = changed(tmp_path / "work", note="a change\n")

    assert git(bare, "rev-parse", "main") == tip
    again, _ = ended(world, pipeline, 2)
    assert (again["status"], again["sourceRevisions"][0]["revisionId"]) == ("Succeeded", tip)
    assert deleted(world, "elsewhere") == "DeleteCompleted"
    assert git(bare, "rev-parse", "main") == tip  # what is the team's own is let be


@pytest.fixture
def with_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A server that finds its packages in a folder."""
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (tmp_path / "lock").write_text(wheel(tmp_path / "wheels", "brook"))
    with running(tmp_path / "data") as world:
        yield world


def test_a_push_makes_an_image_that_is_tested_released_and_run_in(with_wheels: World, tmp_path: Path) -> None:
    world, sagemaker = with_wheels, with_wheels.sagemaker
    seeded = seeds(world, image_build=image_seed("import brook\n"), model_build=IN_OWN_IMAGE)

    made = world.penstock("new", "imaged", "--template", "image-build-train", "--param", seeded)

    assert made.returncode == 0, made.stderr
    told = dict(line.split() for line in made.stdout.splitlines())
    images, models, image = told["ImagePipelineName"], told["BuildPipelineName"], told["ImageName"]
    (first,) = ended(world, images, 1)
    assert first["status"] == "Failed"  # the image has no brook
    assert sagemaker.list_aliases(ImageName=image)["SageMakerImageVersionAliases"] == []

    git(tmp_path, "clone", "-q", told["ImageRepositoryUrl"], "work")
    changed(tmp_path / "work", requirements__txt=(tmp_path / "lock").read_text())
    newer, _ = ended(world, images, 2)
    assert newer["status"] == "Succeeded", newer
    released = sagemaker.describe_image_version(ImageName=image, Alias="released")
    assert released["Version"] == 2
    built, waiting = ended(world, models, 2)
    assert (built["status"], waiting["status"]) == ("Succeeded", "Failed")  # at first, none was released
    assert "@sha256:" in released["ContainerImage"]

    world.server.kill()
    world.start()
    for number, uri in enumerate((released["ContainerImage"], released["ImageVersionArn"])):
        request = world.training(f"in-image-{number}", "python3 -c 'import brook; print(brook.VERSION)'")
        request["AlgorithmSpecification"]["TrainingImage"] = uri
        sagemaker.create_training_job(TrainingJobName=f"in-image-{number}", **request)
        assert world.trained(f"in-image-{number}")["TrainingJobStatus"] == "Completed"
        assert world.lines("TrainingJobs", f"in-image-{number}/")[-1] == "1.0"
    assert deleted(world, "imaged") == "DeleteCompleted"


def image_seed(test: str) -> bytes:
    """What image repositories begin with, with another test."""
    changed, packed = io.BytesIO(), io.BytesIO(templates.seed("image-build"))
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, test if name == "test/inside.py" else old.read(name))
    return changed.getvalue()
