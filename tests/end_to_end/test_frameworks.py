"""PyTorch, TensorFlow and Hugging Face, trained by a script, and served; scripts/environments builds them."""

import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end import supplies
from end_to_end.built import IMAGES, python_of, shelf
from end_to_end.test_endpoints import archive, create, invoke
from end_to_end.test_samples import ROWS, SOURCE, Case, reproducing, run_to_its_end
from end_to_end.world import BUCKET, ROLE, World, running, until

Json = Any
pytestmark = [pytest.mark.group("frameworks"), pytest.mark.timeout(900)]

SCRIPTS = Path(__file__).parent / "scripts" / "frameworks"
AWS = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
ROUNDS = """
import json

def input_fn(content, content_type):
    return __import__("torch").tensor(json.loads(content)["rows"])

def output_fn(prediction, accept):
    return json.dumps([round(each) for each in prediction.flatten().tolist()]), accept
"""
HANDLERS = """
import json

def input_handler(data, context):
    return json.dumps({"instances": [[each] for each in json.load(data)["rows"]]})

def output_handler(response, context):
    return json.dumps([round(row[0]) for row in response.json()["predictions"]]), context.accept_header
"""
HANDLER = """
import urllib.request

def handler(data, context):
    asking = urllib.request.Request(context.rest_uri, data.read(), {"Content-Type": "application/json"})
    return urllib.request.urlopen(asking).read(), context.model_name + "/" + context.model_version
"""
IMPORTS = archive(prep__py=b"import torch\nprint(torch.ones(2).sum().item())\n")


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("frameworks") / "data"
    data.mkdir()
    shutil.copy(IMAGES, data)
    if python_of(data, "pytorch") is None:  # but there may be the one for GPUs
        (data / "images.toml").unlink()
    with running(data, "--environments", str(shelf())) as world:
        yield world


def trained(world: World, name: str, image: str, script: str, **hyperparameters: Json) -> str:
    """Train with a script; the model's archive."""
    if python_of(world.server.data, image.partition("-")[0]) is None:
        pytest.skip(f"the environment of {image} is not built")
    code = world.put(f"code/{name}.tar.gz", packed({script: (SCRIPTS / script).read_bytes()}))
    given = {"sagemaker_program": script, "sagemaker_submit_directory": code, **hyperparameters}
    world.sagemaker.create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": f"{AWS}/{image}", "TrainingInputMode": "File"},
        HyperParameters={key: json.dumps(value) for key, value in given.items()},
        RoleArn=ROLE,
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    job = until(lambda: has_ended(world, name), f"{name} has ended", within=600)
    assert job["TrainingJobStatus"] == "Completed", [job.get("FailureReason"), *world.lines("TrainingJobs", name)[-30:]]
    uri: str = job["ModelArtifacts"]["S3ModelArtifacts"]
    return uri


def has_ended(world: World, name: str) -> Json:
    job = world.sagemaker.describe_training_job(TrainingJobName=name)
    return job if job["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"} else None


def packed(files: dict[str, bytes], archive: bytes = b"") -> bytes:
    """A tar.gz of files, and of what another one has."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        if archive:
            with tarfile.open(fileobj=io.BytesIO(archive)) as other:
                for member in other:
                    tar.addfile(member, other.extractfile(member))
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def with_script(world: World, model: str, text: str) -> str:
    """The same model with the customer's `code/inference.py`."""
    return world.put(f"scripted/{hash(text)}.tar.gz", packed({"code/inference.py": text.encode()}, world.get(model)))


def served(world: World, name: str, image: str, model: str, **environment: str) -> None:
    create(world, name, only={"Image": f"{AWS}/{image}", "ModelDataUrl": model, "Environment": environment})


def asked(world: World, name: str, content: Json, content_type: str = "application/json", **more: str) -> Json:
    body = content if isinstance(content, str) else json.dumps(content)
    return json.loads(invoke(world, name, body, content_type, **more)["Body"])


def test_pytorch_trains_and_serves(framed: World) -> None:
    model = trained(framed, "torch", "pytorch-training:2.3-cpu-py311", "pytorch_line.py", epochs=60)
    image = "pytorch-inference:2.3-cpu-py311"

    served(framed, "torch-plain", image, model)
    ((plain,), (other,)) = asked(framed, "torch-plain", [[0.0], [1.0]])
    assert (round(plain), round(other)) == (1, 4)
    as_csv = invoke(framed, "torch-plain", "[[0.0], [1.0]]", "application/json", Accept="text/csv")["Body"]
    assert [round(float(each)) for each in as_csv.split()] == [1, 4]
    served(framed, "torch-script", image, with_script(framed, model, ROUNDS))
    assert asked(framed, "torch-script", {"rows": [[0.0], [1.0]]}) == [1, 4]


def test_tensorflow_trains_and_serves_as_tensorflow_serving_does(framed: World) -> None:
    model = trained(
        framed, "flow", "tensorflow-training:2.19-cpu-py312", "tensorflow_line.py", epochs=60, model_dir="/opt/ml/model"
    )
    image = "tensorflow-inference:2.19-cpu"

    served(framed, "flow-plain", image, model)
    said = asked(framed, "flow-plain", {"instances": [[0.0], [1.0]]})
    assert [[round(each) for each in row] for row in said["predictions"]] == [[1], [4]]
    assert asked(framed, "flow-plain", "0\n1", "text/csv") == said
    assert asked(framed, "flow-plain", {"inputs": [[0.0], [1.0]]}) == {"outputs": said["predictions"]}
    named = {"CustomAttributes": "tfs-model-name=model,tfs-model-version=1"}
    assert asked(framed, "flow-plain", [[0.0], [1.0]], **named) == said
    with pytest.raises(ClientError, match="no signature 'other'"):
        asked(framed, "flow-plain", {"signature_name": "other", "instances": [[0.0]]})
    served(framed, "flow-script", image, with_script(framed, model, HANDLERS))
    assert asked(framed, "flow-script", {"rows": [0.0, 1.0]}) == [1, 4]
    served(framed, "flow-asks", image, with_script(framed, model, HANDLER))
    answer = invoke(framed, "flow-asks", json.dumps({"instances": [[0.0], [1.0]]}), "application/json")
    assert (json.loads(answer["Body"]), answer["ContentType"]) == (said, "model/1")


def test_hugging_face_trains_and_serves_a_pipeline(framed: World) -> None:
    model = trained(
        framed, "words", "huggingface-pytorch-training:2.1-transformers4.36-cpu-py310", "huggingface_words.py"
    )

    served(framed, "words", "huggingface-pytorch-inference:2.1-transformers4.37-cpu-py310", model)
    assert [each["label"] for each in asked(framed, "words", {"inputs": ["good", "bad"]})] == ["GOOD", "BAD"]
    both = asked(framed, "words", {"inputs": "good", "parameters": {"top_k": 2}})
    assert {each["label"] for each in both} == {"GOOD", "BAD"}


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("step-training-pytorch-script", Case(steps=("TrainPt",), code=SOURCE, data=ROWS)),
        (
            "step-processing-framework",
            Case(steps=("FwProc",), code={"sourcedir.tar.gz": IMPORTS, "runproc.sh": supplies.RUN_PROCESSING}),
        ),
    ],
)
def test_the_sdks_samples_with_pytorch_run(framed: World, name: str, case: Case) -> None:
    if python_of(framed.server.data, "pytorch") is None:
        pytest.skip("the environment pytorch is not built")
    with reproducing(framed) as assert_reproducible:
        run_to_its_end(framed, assert_reproducible, name, case)
