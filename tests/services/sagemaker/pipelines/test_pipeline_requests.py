"""Requests of steps as the service model wants them, and the documents that steps look into."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.languages.pipeline.expressions import Sources, resolve
from penstock.languages.pipeline.tree import Constant, Expression, Join, Object, Sequence, StepProperty, Submission
from penstock.services.sagemaker.pipelines import clusters
from penstock.services.sagemaker.pipelines.fitting import fitted
from penstock.services.sagemaker.pipelines.model import plan_of
from penstock.services.sagemaker.pipelines.objects import Documents
from penstock.services.sagemaker.pipelines.steps import MAKING, request
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, operation
from penstock.wire.validate import validate

Json = Any
CASES = sorted((Path(__file__).parents[3] / "languages" / "pipeline" / "cases").glob("*.json"))
TRAINING = {
    "TrainingJobName": "j",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::123456789012:role/Role",
    "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": "2", "VolumeSizeInGB": 30.0},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


def test_values_get_the_types_that_their_members_have() -> None:
    loose = {
        "HyperParameters": {"depth": 3, "eta": 0.2, "on": True},
        "EnableManagedSpotTraining": "False",
        "Tags": None,
    }

    made = fitted("CreateTrainingJob", {**TRAINING, **loose})

    assert made["HyperParameters"] == {"depth": "3", "eta": "0.2", "on": "true"}
    assert made["ResourceConfig"]["InstanceCount"] == 2
    assert made["ResourceConfig"]["VolumeSizeInGB"] == 30
    assert made["EnableManagedSpotTraining"] is False
    assert "Tags" not in made


class EverythingKnown(Mapping[str, Json]):
    """Any name has a value: what it is does not matter here."""

    def __getitem__(self, key: str) -> Json:
        return "s3://bucket/key"

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def without_properties(node: Expression) -> Expression:
    """An expression in which what other steps have made stands as text."""
    match node:
        case StepProperty(_, path):
            return Constant("a-name" if str(path[-1]).endswith("Name") else "s3://bucket/key")
        case Object():
            return Object({key: without_properties(member) for key, member in node.members.items()})
        case Sequence():
            return Sequence(tuple(without_properties(item) for item in node.items))
        case Join():
            return Join(node.on, tuple(without_properties(value) for value in node.values))
    return node


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_what_sdks_emit_leads_to_requests_that_the_model_allows(case: Path) -> None:
    plan = plan_of(case.read_bytes())
    parameters = {
        name: parameter.default if parameter.has_default else "given"
        for name, parameter in plan.definition.parameters.items()
    }
    sources = Sources(parameters=parameters, execution=EverythingKnown(), documents=EverythingKnown())

    for step in plan.definition.steps.values():
        making = MAKING.get(type(step))
        if making is not None:
            arguments = resolve(without_properties(step.arguments), sources)
            if isinstance(step, Submission):
                arguments = clusters.request(step, arguments, "111122223333")
            made = fitted(making.create, request(making, arguments, "pipelines-x1-a-AbCd"))
            validate(Call("sagemaker", making.create, made))


class FakeS3:
    service = "s3"

    def __init__(self, content: Json) -> None:
        self.content = content

    @operation("GetObject")
    async def get(self, call: Call, request: Json) -> Answer:
        if request["Key"] == "gone":
            raise ServiceError("The specified key does not exist.", code="NoSuchKey")
        return {"Body": self.content}


class Pieces:
    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> Any:
        for piece in self.pieces:
            yield piece


async def look(content: Json, uri: str = "s3://b/report.json", path: str = "m['mse'].value") -> Json:
    directory = Directory()
    directory.register(FakeS3(content))

    async def silent(name: str, payload: Json) -> None:
        raise AssertionError(name)

    task = Task(RunId("run"), "a/1/look/0", Scope(), {"S3Uri": uri, "Path": path}, silent)
    return await Documents(directory).look_into(task)


@pytest.mark.parametrize("content", [b'{"m": {"mse": {"value": 4}}}', Pieces(b'{"m": {"mse":', b' {"value": 4}}}')])
async def test_a_document_is_looked_into_at_a_path(content: Json) -> None:
    assert await look(content) == {"Address": "s3://b/report.json#m['mse'].value", "Value": 4}


@pytest.mark.parametrize(
    ("content", "uri", "sentence"),
    [
        (b"{}", "s3://b/report.json", "s3://b/report.json has no value at m['mse'].value: there is no m in"),
        (b"{", "s3://b/report.json", "s3://b/report.json is not JSON"),
        (b"{}", "s3://b/gone", "s3://b/gone could not be read: The specified key does not exist."),
        (b"{}", "/tmp/report.json", "'/tmp/report.json' is not the S3 URI of an object"),
        (Pieces(*[b" " * (1 << 20)] * 3), "s3://b/big", "s3://b/big is larger than the 2 MB"),
    ],
)
async def test_a_document_that_cannot_be_looked_into_says_why(content: Json, uri: str, sentence: str) -> None:
    with pytest.raises(ServiceError) as failure:
        await look(content, uri)

    assert sentence in failure.value.message
