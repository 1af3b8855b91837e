"""Sources: archives and prefixes in S3, git repositories at a version, and the build spec in them."""

import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from penstock.services.codebuild.builds import initiator
from services.codebuild.worlds import Json, World, message, project

SPEC = "version: 0.2\nphases: {build: {commands: [cat hello, echo $CODEBUILD_RESOLVED_SOURCE_VERSION]}}"


def archive(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, text in files.items():
            packed.writestr(name.replace("_", "."), text)
    return content.getvalue()


def git(folder: Path, *words: str) -> str:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "someone" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(folder), *words], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def repository(folder: Path) -> tuple[Path, list[str]]:
    """Two commits on main, the first of them tagged, and a branch."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commits = []
    for text in ("first", "second"):
        (folder / "hello").write_text(f"{text}\n")
        (folder / "buildspec.yml").write_text(SPEC)
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", text)
        commits.append(git(folder, "rev-parse", "HEAD"))
    git(folder, "tag", "v1", commits[0])
    git(folder, "branch", "side", commits[0])
    return folder, commits


async def built(world: World, source: Json, **members: Json) -> Json:
    async with world.open() as client:
        await client("CreateProject", **project(source=source, **members))
        return await client.run()


async def test_a_pipelines_artifact_is_of_the_revision_that_the_pipeline_says(world: World) -> None:
    world.objects["p/Code/x"] = archive(hello="from a pipeline\n", buildspec_yml=SPEC)
    world.objects["p/More/y"] = archive(more="more\n")
    more = {"type": "CODEPIPELINE", "location": "bucket/p/More/y", "sourceIdentifier": "More"}
    async with world.open() as client:
        await client("CreateProject", **project(source={"type": "CODEPIPELINE"}))
        build = await client.run(
            sourceTypeOverride="CODEPIPELINE",
            sourceLocationOverride="bucket/p/Code/x",
            sourceVersion="c0ffee",
            secondarySourcesOverride=[more],
        )

    assert build["buildStatus"] == "SUCCEEDED"
    assert (build["sourceVersion"], build["resolvedSourceVersion"]) == ("arn:aws:s3:::bucket/p/Code/x", "c0ffee")
    assert "c0ffee" in world.log(build)


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        ("arn:aws:codepipeline:us-east-1:123456789012:deliver", "codepipeline/deliver"),
        ("arn:aws:events:us-east-1:123456789012:rule/nightly", "rule/nightly"),
        ("arn:aws:iam::123456789012:user/me", "me"),
        ("arn:aws:sts::123456789012:assumed-role/R/session", "R/session"),
        ("", "root"),
    ],
)
def test_who_started_a_build(principal: str, told: str) -> None:
    assert initiator(principal) == told


async def test_an_archive_in_s3(world: World) -> None:
    world.objects["code.zip"] = archive(hello="from zip\n", buildspec_yml=SPEC)

    build = await built(world, {"type": "S3", "location": "bucket/code.zip"})

    assert build["buildStatus"] == "SUCCEEDED"
    assert world.log(build)[0] == "from zip"


async def test_every_object_below_a_prefix(world: World) -> None:
    world.objects.update({"code/hello": b"from prefix\n", "code/ci/spec.yml": SPEC.encode(), "other": b""})

    build = await built(world, {"type": "S3", "location": "bucket/code/", "buildspec": "ci/spec.yml"})

    assert world.log(build)[0] == "from prefix"


@pytest.mark.parametrize(
    ("version", "which"), [("", 1), ("main", 1), ("v1", 0), ("refs/heads/side", 0), ("commit", 0), ("^commit", 0)]
)
async def test_a_git_repository_at_a_version(world: World, tmp_path: Path, version: str, which: int) -> None:
    folder, commits = repository(tmp_path / "repository")
    version = {"commit": commits[0], "^commit": f"refs/heads/side^{{{commits[0]}}}"}.get(version, version)
    members = {"sourceVersion": version} if version else {}

    build = await built(world, {"type": "GITHUB", "location": f"file://{folder}", "gitCloneDepth": 1}, **members)

    assert world.log(build) == [("first", "second")[which], commits[which]]
    assert build["resolvedSourceVersion"] == commits[which]


async def test_a_source_cache_brings_what_is_new_since_the_last_build(world: World, tmp_path: Path) -> None:
    folder, commits = repository(tmp_path / "repository")
    source = {"type": "GITHUB", "location": f"file://{folder}"}
    async with world.open() as client:
        cache = {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]}
        await client("CreateProject", **project(source=source, cache=cache))
        first = await client.run()
        (folder / "hello").write_text("third\n")
        git(folder, "commit", "--quiet", "--all", "-m", "third")
        second = await client.run()
        old = await client.run(sourceVersion=commits[0])

    [mirror] = (world.folder / "fetched" / "mirrors").iterdir()
    assert [world.log(build)[0] for build in (first, second, old)] == ["second", "third", "first"]
    assert git(mirror, "rev-parse", "main") == second["resolvedSourceVersion"]


async def test_a_codecommit_address_is_this_servers(world: World, tmp_path: Path) -> None:
    (tmp_path / "v1" / "repos").mkdir(parents=True)
    repository(tmp_path / "v1" / "repos" / "app")
    world.environment["AWS_ENDPOINT_URL"] = f"file://{tmp_path}"

    address = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/app"
    clones = [f"git clone -q {address} again", f"git clone -q {address.replace('https', 'ssh')} by-ssh"]
    spec = (
        f"version: 0.2\nphases: {{build: {{commands: [cat hello, {', '.join(clones)}, cat again/hello by-ssh/hello]}}}}"
    )

    build = await built(world, {"type": "CODECOMMIT", "location": address, "buildspec": spec})

    assert world.log(build) == ["second", "second", "second"]


async def test_secondary_sources_have_folders_of_their_own(world: World) -> None:
    world.objects.update({"one.zip": archive(hello="one\n"), "two.zip": archive(hello="two\n")})
    spec = "version: 0.2\nphases: {build: {commands: [cat hello $CODEBUILD_SRC_DIR_extra/hello]}}"

    build = await built(
        world,
        {"type": "S3", "location": "bucket/one.zip", "buildspec": spec},
        secondarySources=[{"type": "S3", "location": "bucket/two.zip", "sourceIdentifier": "extra"}],
    )

    assert world.log(build) == ["one", "two"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            {"type": "S3", "location": "bucket/code.zip"},
            "YAML_FILE_ERROR: stat /opt/ml/build/src/primary/buildspec.yml: no such file or directory",
        ),
        (
            {"type": "S3", "location": "bucket/none.zip"},
            "CLIENT_ERROR: NoSuchKey: The specified key does not exist. (source s3://bucket/none.zip)",
        ),
        ({"type": "S3", "location": "bucket/text"}, "CLIENT_ERROR: the source is neither a ZIP nor a TAR archive"),
        (
            {"type": "GITHUB", "location": "file:///nowhere"},
            "CLIENT_ERROR: git clone failed for file:///nowhere: fatal:",
        ),
    ],
)
async def test_what_cannot_be_fetched_fails_the_download(world: World, source: Json, said: str) -> None:
    world.objects.update({"code.zip": archive(hello=""), "text": b"words"})

    build = await built(world, source)

    assert build["buildStatus"] == "FAILED"
    assert message(build, "DOWNLOAD_SOURCE").startswith(said)
