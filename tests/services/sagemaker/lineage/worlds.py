"""Lineage in a world of its own: the registry beside it, and documents as other rooms write them."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from penstock.services.sagemaker import experiments, lineage, registry, remains
from penstock.services.sagemaker.lineage import reading
from penstock.services.sagemaker.lineage.model import Graph
from penstock.store import documents
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, ServiceError, operation
from penstock.wire.validate import validate
from services.sagemaker.worlds import ROLE, World

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
DATA = "s3://things/models/train/output/model.tar.gz"
EXECUTION = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/abc"
PIPELINE = EXECUTION.partition("/execution/")[0]
SPECIFICATION = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": DATA}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


@dataclass
class Bucket:
    """S3, as far as it is asked: URIs to contents."""

    objects: dict[str, bytes] = field(default_factory=lambda: {DATA: b"model"})
    written_at: float = 1_700_000_000.0
    service = "s3"

    @operation("HeadObject")
    async def head(self, call: Call, request: Json) -> Answer:
        return {"ETag": hashlib.md5(self._content(request), usedforsecurity=False).hexdigest()}

    @operation("GetObject")
    async def get(self, call: Call, request: Json) -> Answer:
        return {"Body": self._content(request)}

    @operation("PutObject")
    async def put(self, call: Call, request: Json) -> Answer:
        if request["Bucket"] != "things":
            raise ServiceError("The specified bucket does not exist", code="NoSuchBucket", status=404)
        self.objects[f"s3://{request['Bucket']}/{request['Key']}"] = request["Body"]
        return {}

    @operation("ListObjectsV2")
    async def list(self, call: Call, request: Json) -> Answer:
        head = f"s3://{request['Bucket']}/"
        found = sorted(uri for uri in self.objects if uri.startswith(head + request["Prefix"]))
        entries = [
            {"Key": uri.removeprefix(head), "Size": len(self.objects[uri]), "LastModified": self.written_at}
            for uri in found
        ]
        return {"Contents": entries[: request["MaxKeys"]], "IsTruncated": len(entries) > request["MaxKeys"]}

    def _content(self, request: Json) -> bytes:
        return self.objects[f"s3://{request['Bucket']}/{request['Key']}"]


class Lineage(World):
    """The operations of lineage, the registry and experiments, over a bucket."""

    bucket: Bucket

    @classmethod
    def new(cls, folder: Path) -> Self:
        world = super().new(folder)
        world.directory._validate = validate  # what a customer may send, as a server checks it
        world.bucket = Bucket()
        world.add(
            [
                world.bucket,
                *registry.services(world.database, world.directory, world.clock),
                *experiments.services(world.database, world.clock),
                *lineage.services(world.database, world.directory, world.clock),
            ]
        )
        return world

    async def refusal(self, operation: str, **request: Json) -> ServiceError:
        with pytest.raises(ServiceError) as refused:
            await self.ask(operation, **request)
        return refused.value

    async def graph(self) -> Graph:
        return await self.database.read(lambda tx: reading.draw(tx, self.scope))

    async def edges(self) -> set[tuple[str, str, str]]:
        """Every association: what its ends are called, and its type."""
        graph = await self.graph()
        names = {arn: entity.name or entity.uri for arn, entity in graph.entities.items()}
        return {(names[edge.source], str(edge.type), names[edge.destination]) for edge in graph.edges}

    async def write(self, *written: Document) -> None:
        await self.database.write(lambda tx: [documents.insert(tx, document) for document in written])

    async def bury(self, document: Document) -> None:
        """Have a document be deleted, as its room does it."""

        def bury(tx: Json) -> None:
            remains.keep(tx, document, self.clock())
            documents.remove(tx, document.scope, document.kind, document.name)

        await self.database.write(bury)

    def document(self, kind: str, name: str, *, status: str = "", token: str = "", **body: Json) -> Document:
        at = self.clock()
        arn = self.scope.arn("sagemaker", f"{kind}/{name.lower()}")
        return Document(
            kind=f"sagemaker/{kind}", scope=self.scope, name=name, arn=arn, created_at=at, modified_at=self.clock(),
            status=status, token=token, body=body,
        )  # fmt: skip

    def training(self, name: str, *reads: str, status: str = "Completed", token: str = "", **body: Json) -> Document:
        """A training job that read these prefixes and wrote a model."""
        channels = [
            {"ChannelName": f"c{place}", "DataSource": {"S3DataSource": {"S3Uri": uri}}}
            for place, uri in enumerate(reads)
        ]
        model = f"s3://things/models/{name}/output/model.tar.gz"
        written = {"ModelArtifacts": {"S3ModelArtifacts": model}} if status == "Completed" else {}
        return self.document(
            "training-job", name, status=status, token=token,
            TrainingJobName=name, TrainingJobArn=self.scope.arn("sagemaker", f"training-job/{name}"),
            TrainingJobStatus=status, AlgorithmSpecification={"TrainingImage": IMAGE}, InputDataConfig=channels,
            CreationTime=self.now, **written, **body,
        )  # fmt: skip

    def processing(self, name: str, reads: Json, writes: Json, *, status: str = "Completed") -> Document:
        """A processing job; its inputs are (URI, path), its outputs URIs."""
        return self.document(
            "processing-job", name, status=status,
            ProcessingJobName=name, ProcessingJobArn=self.scope.arn("sagemaker", f"processing-job/{name}"),
            ProcessingJobStatus=status,
            AppSpecification={"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", "/opt/ml/processing/code/run.py"]},
            ProcessingInputs=[
                {"InputName": f"i{place}", "S3Input": {"S3Uri": uri, "LocalPath": path}}
                for place, (uri, path) in enumerate(reads)
            ],
            ProcessingOutputConfig={
                "Outputs": [{"OutputName": f"o{n}", "S3Output": {"S3Uri": uri}} for n, uri in enumerate(writes)]
            },
            CreationTime=self.now,
        )  # fmt: skip

    def endpoint(self, name: str, config: str, *, status: str = "InService") -> Document:
        served: dict[str, Json] = {} if status == "Failed" else {"ProductionVariants": [{"VariantName": "all"}]}
        return self.document("endpoint", name, status=status, EndpointConfigName=config, **served)

    def config(self, name: str, model: str) -> Document:
        variant = {"VariantName": "all", "ModelName": model, "InitialVariantWeight": 1.0}
        return self.document("endpoint-config", name, ProductionVariants=[variant])

    def execution(self, **body: Json) -> Document:
        made = self.document("pipeline-execution", "abc", status="Succeeded")
        by = {"IamIdentity": {"Arn": ROLE}}
        return Document(
            kind=made.kind, scope=made.scope, name="abc", arn=EXECUTION, parent="p", status="Succeeded",
            created_at=made.created_at, modified_at=made.modified_at,
            body={"PipelineArn": PIPELINE, "CreatedBy": by, "Run": EXECUTION, **body},
        )  # fmt: skip

    async def package(self, **more: Json) -> str:
        """A version in the group `abalone`; its ARN."""
        if not (await self.ask("ListModelPackageGroups"))["ModelPackageGroupSummaryList"]:
            await self.ask("CreateModelPackageGroup", ModelPackageGroupName="abalone")
        request = {"ModelPackageGroupName": "abalone", "InferenceSpecification": SPECIFICATION, **more}
        token = request.pop("token", "")
        return str((await self.ask("CreateModelPackage", token=token, **request))["ModelPackageArn"])
