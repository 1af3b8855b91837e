"""`penstock pipeline run`: a declaration of CodePipeline in a working directory, without a server."""

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from penstock.cli.pipeline import revisions
from penstock.cli.pipeline.run import command

SPEC = """\
version: 0.2
env: {exported-variables: [RELEASE]}
phases:
  build:
    commands:
      - test "$WANTED" = "{wanted}"
      - cp app.py built.py
      - export RELEASE=r1
artifacts: {files: built.py}
"""


def action(name: str, kind: str, given: Any = None, **more: Any) -> Any:
    category, provider = kind.split("/")
    type_id = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": type_id, "configuration": given or {}, **more}


def declared(*more: Any) -> Any:
    source = {"RepositoryName": "r", "BranchName": "main"}
    wanted = json.dumps([{"name": "WANTED", "value": "#{variables.kind}"}])
    build = {"ProjectName": "p", "EnvironmentVariables": wanted}
    put = {"BucketName": "out", "Extract": "false", "ObjectKey": "#{Build.RELEASE}.zip"}
    code, built = [{"name": "Code"}], [{"name": "Built"}]
    return {
        "name": "p", "roleArn": "arn:aws:iam::123456789012:role/r", "pipelineType": "V2",
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "variables": [{"name": "kind", "defaultValue": "nightly"}],
        "stages": [
            {"name": "Source", "actions": [action("Get", "Source/CodeCommit", source, outputArtifacts=code)]},
            {"name": "Build", "actions": [
                action("Build", "Build/CodeBuild", build, namespace="Build", inputArtifacts=code,
                       outputArtifacts=built),
                *more,
            ]},
            {"name": "Deploy", "actions": [
                action("Ask", "Approval/Manual", {"CustomData": "deploy #{Build.RELEASE}?"}),
                action("Put", "Deploy/S3", put, inputArtifacts=built, runOrder=2),
            ]},
        ],
    }  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "app.py").write_text("1")
    (folder / "buildspec.yml").write_text(SPEC.replace("{wanted}", "nightly"))
    return folder


def run(source: Path, declaration: Any, *words: str, answer: str = "") -> Result:
    file = source.parent / "pipeline.json"
    file.write_text(json.dumps(declaration))
    words = (str(file), "--source", str(source), "--deployed", str(source.parent / "deployed"), *words)
    return CliRunner().invoke(command, list(words), input=answer)


def test_a_declaration_runs_from_the_working_directory_to_what_it_deploys(source: Path) -> None:
    done = run(source, {"pipeline": declared()}, "--json", answer="y\n")

    assert done.exit_code == 0, done.stderr
    assert "Ask: deploy r1?" in done.stderr
    told = json.loads(done.stdout)
    assert told["status"] == "Succeeded"
    assert [each["action"] for each in told["actions"]] == ["Get", "Build", "Ask", "Put"]
    assert zipfile.ZipFile(source.parent / "deployed" / "out" / "r1.zip").namelist() == ["built.py"]
    assert sorted(each.name for each in source.iterdir()) == ["app.py", "buildspec.yml"]


@pytest.mark.parametrize(
    ("words", "answer", "failed"), [(["--variable", "kind=weekly"], "y\n", "Build"), ([], "n\n", "Ask")]
)
def test_what_fails_ends_it(source: Path, words: list[str], answer: str, failed: str) -> None:
    done = run(source, declared(), "--json", *words, answer=answer)

    assert done.exit_code == 1
    last = json.loads(done.stdout)["actions"][-1]
    assert (last["action"], last["status"]) == (failed, "Failed")
    assert not (source.parent / "deployed").exists()


def test_a_source_tells_the_commit_of_its_directory_and_its_builds_know_it(source: Path) -> None:
    told = "echo $CODEBUILD_RESOLVED_SOURCE_VERSION >>built.py"
    spec = (source / "buildspec.yml").read_text().replace("cp app.py built.py", f"cp app.py built.py; {told}")
    (source / "buildspec.yml").write_text(spec)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "made better"]):
        named = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        subprocess.run(["git", "-C", str(source), *named, *words], check=True)
    commit = subprocess.run(["git", "-C", str(source), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    declaration = declared()
    declaration["stages"][0]["actions"][0]["namespace"] = "Src"
    asked = "#{Src.CommitMessage} by #{Src.AuthorEmail} in #{Src.RepositoryName} on #{Src.BranchName}"
    declaration["stages"][2]["actions"][0]["configuration"] = {"CustomData": asked}

    done = run(source, declaration, answer="y\n")

    assert done.exit_code == 0, done.stderr
    assert "Ask: made better by ann@example.com in r on main" in done.stderr
    built = zipfile.ZipFile(source.parent / "deployed" / "out" / "r1.zip").read("built.py").decode()
    assert commit.stdout.strip() in built


@pytest.mark.parametrize(
    ("provider", "given", "names"),
    [
        ("S3", {"S3Bucket": "b", "S3ObjectKey": "k"}, {"BucketName", "ObjectKey", "VersionId", "ETag"}),
        ("CodeCommit", {"RepositoryName": "r", "BranchName": "b"}, {"CommitId", "CommitterDate", "RepositoryName"}),
        (
            "CodeStarSourceConnection",
            {"ConnectionArn": "c", "FullRepositoryId": "a/b", "BranchName": "b"},
            {"CommitId", "AuthorDisplayName", "AuthorEmail", "FullRepositoryName", "ConnectionArn"},
        ),
        ("ECR", {"RepositoryName": "r"}, {"RegistryId", "ImageTag", "ImageDigest", "ImageURI"}),
        ("Slurm", {}, {"VersionId"}),
    ],
)
def test_a_source_tells_what_its_provider_does_on_a_server_also_without_git(
    tmp_path: Path, provider: str, given: dict[str, str], names: set[str]
) -> None:
    told = revisions.variables(provider, given, tmp_path)

    assert names <= told.keys()
    assert told["CommitId"] == "here"


def test_what_needs_a_server_is_said_and_can_be_left_out(source: Path) -> None:
    call = action("Call", "Invoke/Lambda", {"FunctionName": "f"})

    refused = run(source, declared(call), "--yes")
    done = run(source, declared(call), "--yes", "--skip", "Call")

    assert refused.exit_code == 2
    assert "action Call (Invoke by Lambda) needs a server" in refused.stderr
    assert done.exit_code == 0, done.stderr


def test_a_declaration_that_is_none_is_refused_in_awss_words(source: Path) -> None:
    wrong = declared()
    wrong["stages"] = wrong["stages"][:1]

    done = run(source, wrong)

    assert done.exit_code == 2
    assert "penstock pipeline run:" in done.stderr
