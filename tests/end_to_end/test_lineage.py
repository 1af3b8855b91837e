"""A model from raw data to an endpoint, and back again: by the SageMaker SDK, and by `penstock why`."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from end_to_end.conftest import kept_environments
from end_to_end.sdk import Sdk
from end_to_end.world import BUCKET, IMAGE, ROLE, World, penstock, running, s3_input, s3_prefix, step, until

Json = Any
pytestmark = pytest.mark.group("sdk")
SERVES = """
def model_fn(folder):
    return 1

def transform_fn(model, content, content_type, accept):
    return 'served'
"""
TRAINS = f"""mkdir -p /opt/ml/model/code
cat > /opt/ml/model/code/inference.py <<'END'
{SERVES}
END
"""
CLEANS = "cp /opt/ml/processing/in/* /opt/ml/processing/rows/"
SEEN = (
    """
train ['Input/Code/ContributedTo', 'Input/DataSet/ContributedTo', 'Input/Image/ContributedTo', \
'Input/PipelineStep/AssociatedWith', 'Output/Model/Produced']
package ['Approval', 'Approval', 'Image', 'Model', 'Model', 'ModelGroup', 'PipelineStep']
endpoint ['ModelDeployment']
datasets ['a.csv', 'rows']
jobs [True]
execution True
processing 1 transforms 0
actions ['Approval', 'ModelDeployment']
model True ['a.csv', 'rows']
contexts ['Endpoint']
endpoints ['Endpoint']
approval ['a.csv', 'rows'] ['traced']
group True
upstream ['a.csv'] endpoints 1
component ['a.csv', 'rows'] True
images [True]
models ['mine'] ['mine']
trained ['mine']
saved {'ContentObjects': '0', 'a': 'b'}
left 0
""".replace("\\\n", "")
    .strip()
    .splitlines()
)


def output(uri: str, folder: str) -> Json:
    written = {"S3Uri": uri, "LocalPath": folder, "S3UploadMode": "EndOfJob"}
    return {"Outputs": [{"OutputName": "rows", "S3Output": written}]}


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """A server with an endpoint that came out of a pipeline, and the execution's ARN."""
    with running(tmp_path_factory.mktemp("lineage") / "data", "--environments", kept_environments()) as world:
        yield world, deployed(world)


def deployed(world: World) -> str:
    execution = piped(world)
    package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/traced/1"
    world.sagemaker.update_model_package(
        ModelPackageArn=package, ModelApprovalStatus="Approved", ApprovalDescription="good enough"
    )
    world.sagemaker.create_model(
        ModelName="traced", ExecutionRoleArn=ROLE, PrimaryContainer={"ModelPackageName": package}
    )
    variant = {"VariantName": "all", "ModelName": "traced", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    world.sagemaker.create_endpoint_config(EndpointConfigName="traced", ProductionVariants=[variant])
    world.sagemaker.create_endpoint(EndpointName="traced", EndpointConfigName="traced")
    until(lambda: look(world)["EndpointStatus"] != "Creating", "the endpoint is there", within=120.0)
    assert look(world)["EndpointStatus"] == "InService", look(world).get("FailureReason")
    return execution


def look(world: World) -> Json:
    return world.sagemaker.describe_endpoint(EndpointName="traced")


def piped(world: World) -> str:
    raw = world.put("raw/a.csv", "1,2\n")
    world.sagemaker.create_model_package_group(ModelPackageGroupName="traced")
    clean = world.processing(
        "clean", CLEANS, inputs=[{"InputName": "raw", "S3Input": s3_input(raw, "/opt/ml/processing/in")}],
        ProcessingOutputConfig=output(f"s3://{BUCKET}/clean/rows", "/opt/ml/processing/rows"),
    )  # fmt: skip
    train = world.training("train", TRAINS)
    rows = {"ChannelName": "rows", "DataSource": {"S3DataSource": s3_prefix(f"s3://{BUCKET}/clean/rows")}}
    train["InputDataConfig"].append(rows)
    container = {
        "Image": IMAGE, "ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"},
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"},
    }  # fmt: skip
    register = {
        "ModelPackageGroupName": "traced", "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [container], "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }  # fmt: skip
    definition = {
        "Version": "2020-12-01",
        "Steps": [
            step("Clean", clean), step("Train", train, "Training", DependsOn=["Clean"]),
            step("Register-RegisterModel", register, "RegisterModel"),
        ],
    }  # fmt: skip
    world.sagemaker.create_pipeline(PipelineName="traced", RoleArn=ROLE, PipelineDefinition=json.dumps(definition))
    execution: str = world.sagemaker.start_pipeline_execution(
        PipelineName="traced", PipelineExecutionDescription="nightly Repository=traced CommitId=0123abcd"
    )["PipelineExecutionArn"]
    assert world.execution(execution)["PipelineExecutionStatus"] == "Succeeded", world.steps(execution)
    return execution


def test_the_sdk_walks_it_both_ways(traced: tuple[World, str], sdk: Sdk) -> None:
    world, execution = traced

    done = sdk.run("sdk_lineage.py", execution, world=world)

    assert done.returncode == 0, done.stdout + done.stderr
    seen = [line for line in done.stdout.splitlines() if not line.startswith("sagemaker.config")]
    assert seen == SEEN


def test_why_tells_from_the_endpoint_to_the_raw_data_and_the_commit(traced: tuple[World, str]) -> None:
    world, _ = traced

    text = world.penstock("why", "traced").stdout
    assert text.count("CommitId") == 1, text

    for said in (
        "Endpoint endpoint/traced", "Deployment traced-", "Model package model-package/traced/1",
        ": good enough", "CommitId 0123abcd", "Repository traced", "made by step Train of pipeline/traced/execution/",
        "Model data s3://things/models/", "Data s3://things/clean/rows", "Code s3://things/code/clean.sh",
        "Data s3://things/raw/a.csv",
        "sha256 52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680 (4 bytes)",
    ):  # fmt: skip
        assert said in text, text


def test_a_file_is_known_by_its_content(traced: tuple[World, str], tmp_path: Path) -> None:
    world, _ = traced
    copy = tmp_path / "renamed.csv"
    copy.write_text("1,2\n")

    found = json.loads(world.penstock("why", str(copy), "--json").stdout)

    assert {node["title"] for node in found} == {"s3://things/raw/a.csv", "s3://things/clean/rows"}
    (raw,) = [node for node in found if node["title"] == "s3://things/raw/a.csv"]
    assert "arn:aws:sagemaker:us-east-1:123456789012:endpoint/traced" in raw["usedBy"]
    (rows,) = [node for node in found if node["title"] == "s3://things/clean/rows"]
    assert rows["causes"][0]["origin"]["CommitId"] == "0123abcd"
    copy.write_text("another")
    refused = world.penstock("why", str(copy))
    assert (refused.returncode, "no file of its lineage" in refused.stderr) == (1, True)


def test_what_was_overwritten_since_is_told_and_found_as_the_job_saw_it(
    traced: tuple[World, str], tmp_path: Path
) -> None:
    world, _ = traced
    copy = tmp_path / "renamed.csv"
    copy.write_text("1,2\n")
    world.put("raw/a.csv", "3,4\n")
    world.client("s3").delete_object(Bucket=BUCKET, Key="clean/rows/a.csv")

    found = json.loads(world.penstock("why", str(copy), "--json").stdout)
    text = world.penstock("why", "traced").stdout
    world.put("raw/a.csv", "1,2\n")
    world.put("clean/rows/a.csv", "1,2\n")

    assert {node["title"] for node in found} == {"s3://things/raw/a.csv", "s3://things/clean/rows"}
    told = text.partition("Data s3://things/raw/a.csv")[2].splitlines()[:3]
    assert "sha256 52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680 (4 bytes)" in told[1]
    assert "S3 has other content there now" in told[2]
    told = text.partition("Data s3://things/clean/rows")[2].splitlines()[:3]
    assert "sha256 52186c933993da4082b3cdc7c40bb4bf735b391ff54a2ef78c037dda6c38a680 (4 bytes)" in told[1]
    assert "is not in S3 any more" in told[2]


def test_of_many_jobs_that_wrote_to_an_address_those_are_told_that_left_what_is_meant(
    traced: tuple[World, str], tmp_path: Path
) -> None:
    world, _ = traced
    out = {"S3Uri": "s3://things/same", "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}
    for word in ("first", "second"):
        world.process(
            f"says-{word}", f"printf {word} > /opt/ml/processing/out/word.txt",
            ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": out}]},
        )  # fmt: skip
        assert world.job(f"says-{word}")["ProcessingJobStatus"] == "Completed"
    copy = tmp_path / "word.txt"
    copy.write_text("first")

    told = {
        thing: json.loads(world.penstock("why", thing, "--json").stdout)
        for thing in (str(copy), "s3://things/same/word.txt")
    }

    for (address,), word in zip(told.values(), ("first", "second"), strict=True):
        assert address["facts"]["ContentSha256"] == hashlib.sha256(word.encode()).hexdigest()
        assert [each["title"].rpartition("/")[2] for each in address["causes"]] == [f"says-{word}"]


def data(world: World, command: str, *arguments: str) -> str:
    """What a `penstock data` command prints."""
    done = penstock("data", command, "--data", str(world.server.data), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pinned_data_stays_as_it_was_and_tells_who_read_it(traced: tuple[World, str]) -> None:
    world, _ = traced
    world.put("daily/a.csv", "monday")
    world.put("daily/more/b.csv", "b")
    manifest = data(world, "pin", "s3://things/daily/", "daily").strip()
    world.put("daily/a.csv", "tuesday")
    pinned = s3_input(manifest, "/opt/ml/processing/in") | {"S3DataType": "ManifestFile"}

    world.process(
        "reads-pinned", "cat /opt/ml/processing/in/a.csv /opt/ml/processing/in/more/b.csv",
        inputs=[{"InputName": "pinned", "S3Input": pinned}],
    )  # fmt: skip

    assert world.job("reads-pinned")["ProcessingJobStatus"] == "Completed"
    assert "mondayb" in world.lines("ProcessingJobs", "reads-pinned")
    (version,) = json.loads(data(world, "show", "daily", "--json"))
    assert version["is_as_pinned"] is True
    assert [reader["job"] for reader in version["read_by"]] == ["reads-pinned-aws-processing-job"]
    again = data(world, "pin", "s3://things/daily/", "daily").strip()
    assert again != manifest
    listed = json.loads(data(world, "list", "--json"))
    assert [each["manifest"] for each in listed] == [again, manifest]
    key = f"{manifest.removeprefix('s3://things/').rpartition('/')[0]}/data/a.csv"
    world.put(key, "not what was pinned")
    assert "CHANGED since it was pinned" in data(world, "show", f"daily@{version['digest'][:6]}")


def test_what_was_deleted_still_explains_it(traced: tuple[World, str]) -> None:
    world, _ = traced
    sagemaker = world.sagemaker
    sagemaker.delete_endpoint(EndpointName="traced")
    sagemaker.delete_endpoint_config(EndpointConfigName="traced")
    sagemaker.delete_model(ModelName="traced")
    sagemaker.delete_pipeline(PipelineName="traced")
    for job in sagemaker.list_training_jobs()["TrainingJobSummaries"]:
        sagemaker.delete_training_job(TrainingJobName=job["TrainingJobName"])

    text = world.penstock("why", "traced").stdout

    assert "Endpoint endpoint/traced  deleted 20" in text, text
    for said in (
        "Model model/traced  deleted 20",
        "model-package/traced/1",
        "CommitId 0123abcd",
        "s3://things/raw/a.csv",
    ):
        assert said in text, text
