"""Data and code for the definitions that real SDKs emitted (`tests/languages/pipeline/cases`): what their makers had.

A definition names objects in S3. Each gets content by its name: scripts that do what such scripts do, and small tables.
"""

import importlib.metadata
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from end_to_end.world import ROLE, World

Json = Any
CASES: Final = Path(__file__).parents[1] / "languages" / "pipeline" / "cases"
THEIRS, OURS = "111122223333", "123456789012"  # accounts
SDK_BUCKET: Final = f"sagemaker-us-east-1-{THEIRS}"
REPACKER: Final = Path(
    str(importlib.metadata.distribution("sagemaker").locate_file("sagemaker/workflow/_repack_model.py"))
)

TABLE: Final = "".join(f"{y}.5,{y},{y % 3},{y % 5}\n" for y in range(40))  # the first column is what is to be predicted

PREPARE: Final = f"""
import pathlib
root = pathlib.Path("/opt/ml/processing")
for name in ("train", "validation", "test", "out"):
    folder = root / name
    if folder.is_dir():
        (folder / "part.csv").write_text({TABLE!r})
"""
REPORT: Final = """
import pathlib, json
root = pathlib.Path("/opt/ml/processing")
(root / "train" / "rep.json").write_text(json.dumps({"metrics": {"mse": {"value": 0.5}}}))
"""
EVALUATE: Final = """
import json, pathlib, tarfile
root = pathlib.Path("/opt/ml/processing")
with tarfile.open(root / "model" / "model.tar.gz") as archive:
    assert archive.getnames()
assert list((root / "test").iterdir())
report = {"regression_metrics": {"mse": {"value": 2.5, "standard_deviation": 0.1}}}
(root / "evaluation").mkdir(exist_ok=True)
(root / "evaluation" / "evaluation.json").write_text(json.dumps(report))
"""
JUDGE: Final = """
import json, pathlib
pathlib.Path("/opt/ml/processing/evaluation/evaluation.json").write_text(json.dumps({"mse": 1}))
"""
TRAIN: Final = """
import os, pathlib
assert list(pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).iterdir())
print("acc=0.75")
(pathlib.Path(os.environ["SM_MODEL_DIR"]) / "model.txt").write_text("learned")
"""
SERVE: Final = """
def model_fn(folder):
    return 1.0
"""
DRIVER: Final = """#!/bin/bash
set -e
cd /opt/ml/input/data/code
ls /opt/ml/input/data/train
echo learned > /opt/ml/model/model.txt
"""
DEPLOY: Final = """
import boto3

def handler(event, context):
    sagemaker = boto3.client("sagemaker")
    variant = {
        "VariantName": "AllTraffic", "ModelName": event["model_name"], "InstanceType": "ml.m4.xlarge",
        "InitialVariantWeight": 1, "InitialInstanceCount": 1,
    }
    config, name = event["endpoint_config_name"], event["endpoint_name"]
    sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    return {"statusCode": 200}
"""
RUN_PROCESSING: Final = """#!/bin/bash
set -e
cd /opt/ml/processing/input/code/
if [ -f sourcedir.tar.gz ]; then tar -xzf sourcedir.tar.gz; fi
python3 prep.py
"""
LAUNCH_REPACKING: Final = """#!/bin/bash
python _repack_model.py --dependencies "${SM_HP_DEPENDENCIES}" --source_dir "${SM_HP_SOURCE_DIR}" \\
    --inference_script "${SM_HP_INFERENCE_SCRIPT}" --model_archive "${SM_HP_MODEL_ARCHIVE}"
"""
REPACKING: Final = {
    "_repack_script_launcher.sh": LAUNCH_REPACKING,
    "_repack_model.py": REPACKER.read_text(),
    "inference.py": SERVE,
}


def archive(files: Mapping[str, str]) -> bytes:
    """A `tar.gz` of texts."""
    return archive_of({name: text.encode() for name, text in files.items()})


def archive_of(files: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


def definition(name: str) -> Json:
    """A case, in our account and with a bucket of its own."""
    text = (CASES / f"{name}.json").read_text().replace(SDK_BUCKET, bucket_of(name))
    return json.loads(text.replace(THEIRS, OURS))


def bucket_of(name: str) -> str:
    """Where a case has what it has in the SDK's bucket: prefixes like `t` would find what others put there."""
    return f"of-{name}"[:63]


def objects(document: Json) -> Iterator[str]:
    """The URI of every S3 object and prefix that a definition names."""
    if isinstance(document, dict):
        for value in document.values():
            yield from objects(value)
    elif isinstance(document, list):
        for value in document:
            yield from objects(value)
    elif isinstance(document, str) and document.strip('"').startswith("s3://"):
        yield document.strip('"')


def supply(
    world: World, name: str, document: Json, code: Mapping[str, bytes | str], data: Mapping[str, bytes | str]
) -> None:
    """Put code where the definition looks for objects of that name, and data at its keys in the case's bucket."""
    s3 = world.client("s3")
    s3.create_bucket(Bucket=bucket_of(name))
    for uri in sorted(set(objects(document))):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        s3.create_bucket(Bucket=bucket)
        last = key.rpartition("/")[2]
        if last in code:
            s3.put_object(Bucket=bucket, Key=key, Body=code[last])
    for key, content in data.items():
        s3.put_object(Bucket=bucket_of(name), Key=key, Body=content)


def function_named(world: World, name: str, code: str) -> None:
    """Have a Lambda function whose module `app` has a `handler`."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        packed.writestr("app.py", code)
    world.client("lambda").create_function(
        FunctionName=name, Role=ROLE, Runtime="python3.12", Handler="app.handler", Code={"ZipFile": whole.getvalue()}
    )
