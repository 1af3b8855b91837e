"""Publishing: a pipeline's definition to SageMaker, and what it names to S3. Clients are boto3's, made by the caller.

    package = packaged(churn.graph(), to)          definition, code and data, by content
    upload(package.objects, package.data, s3)      what is not there yet
    upsert(churn.graph(), package, to, sagemaker)

Nothing here knows whether Penstock or AWS answers.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from penstock.pipeline.definition import Package, package, told_files
from penstock.pipeline.expressions import Destination
from penstock.pipeline.graph import Graph
from penstock.pipeline.mistakes import Mistake
from penstock.pipeline.project import Project

Client = Any  # boto3's clients are made at run time
CACHED_BY_CONTENT: Final = {"Key": "penstock:cache", "Value": "content"}  # to AWS, a tag like any other
LARGEST: Final = 1024 * 1024  # bytes of a definition


def packaged(graph: Graph, to: Destination) -> Package:
    """A pipeline as it is to be published. Raises `Mistake`."""
    data = {Path(each.uri).resolve() for each in told_files(graph)}
    found = package(graph, Project.around(Path(graph.at.file), without=data), to)
    if len(found.definition) > LARGEST:
        raise Mistake(f"the definition of '{graph.name}' is longer than 1 MiB: give steps fewer arguments.", graph.at)
    return found


def ensure_bucket(s3: Client, bucket: str, region: str) -> None:
    """The bucket is there afterwards."""
    try:
        s3.head_bucket(Bucket=bucket)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **where)


def upload(objects: Mapping[str, bytes], data: Mapping[str, Path], s3: Client) -> None:
    """Put what is not there yet: names say the content, so what is there is the same."""
    for uri, content in objects.items():
        if not _is_there(s3, uri):
            s3.put_object(**_place(uri), Body=content)
    for uri, path in data.items():
        for name, file in _files(uri, path):
            if not _is_there(s3, name):
                s3.upload_file(str(file), _place(name)["Bucket"], _place(name)["Key"])


def upsert(graph: Graph, found: Package, to: Destination, sagemaker: Client) -> str:
    """Create the pipeline or bring it up to date; its ARN."""
    request = {"PipelineName": graph.name, "PipelineDefinition": found.definition, "RoleArn": to.role}
    if graph.description:
        request["PipelineDescription"] = graph.description[:3072]
    try:
        arn: str = sagemaker.update_pipeline(**request)["PipelineArn"]
    except sagemaker.exceptions.ResourceNotFound:
        arn = sagemaker.create_pipeline(**request, Tags=[CACHED_BY_CONTENT])["PipelineArn"]
    return arn


def _files(uri: str, path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield uri, path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield f"{uri}{file.relative_to(path).as_posix()}", file


def _place(uri: str) -> dict[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}


def _is_there(s3: Client, uri: str) -> bool:
    try:
        s3.head_object(**_place(uri))
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        return False
    return True
