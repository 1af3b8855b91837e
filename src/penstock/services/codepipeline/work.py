"""Work: an attempt of an action as those see it who carry it out: resolved configuration, artifacts in and out."""

from dataclasses import dataclass
from typing import Any, Final, Self

from penstock.languages.delivery import tree
from penstock.services.codepipeline import answers
from penstock.services.codepipeline.model import Artifact, Attempt, Delivery, State
from penstock.wire.call import Call, Directory, Scope

Json = Any
CREDENTIALS_LAST: Final = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Credentials:
    """Keys with which a worker reads and writes artifacts."""

    access_key: str
    secret_key: str
    token: str

    @classmethod
    async def of(cls, directory: Directory, scope: Scope) -> Self:
        """Keys of the account, for an hour."""
        asked = Call("sts", "GetSessionToken", {"DurationSeconds": CREDENTIALS_LAST}, scope)
        found = (await directory.answer(asked))["Credentials"]
        return cls(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    @property
    def told(self) -> dict[str, str]:
        return {"accessKeyId": self.access_key, "secretAccessKey": self.secret_key, "sessionToken": self.token}


@dataclass(frozen=True, slots=True)
class Work:
    plan: Delivery
    stage: str
    action: tree.Action
    attempt: Attempt
    inputs: tuple[Artifact, ...]

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        return self.attempt.outputs

    @property
    def known(self) -> dict[str, str]:
        """Variables of a source that what has started the execution tells."""
        return self.plan.order.known.get(self.action.name, {})

    @property
    def role(self) -> str:
        return self.action.role_arn or self.plan.pipeline.role_arn

    @property
    def region(self) -> str:
        return self.plan.order.pipeline.split(":")[3]

    @property
    def function(self) -> str:
        """The function that does it."""
        executor = self.plan.order.executors.get(self.action.action_type_id.key)
        return executor.function if executor is not None else self.given("FunctionName")

    def given(self, name: str, otherwise: str = "") -> str:
        """A member of the configuration."""
        return self.attempt.configuration.get(name, otherwise)

    def job_data(self, credentials: Credentials) -> dict[str, Json]:
        """JobData: what workers are given."""
        return {
            "actionTypeId": answers.type_id(self.action.action_type_id),
            "pipelineContext": {
                "pipelineName": self.plan.pipeline.name,
                "stage": {"name": self.stage},
                "action": {"name": self.action.name, "actionExecutionId": self.attempt.id},
                "pipelineArn": self.plan.order.pipeline,
                "pipelineExecutionId": self.plan.order.id,
            },
            **self.function_data(credentials),
        }

    def function_data(self, credentials: Credentials) -> dict[str, Json]:
        """The data in a function's event, which says nothing of the pipeline."""
        continuation = self.attempt.continuation
        key = self.plan.pipeline.store(self.region).encryption_key
        return {
            "actionConfiguration": {"configuration": self.attempt.configuration},
            "inputArtifacts": [located(each) for each in self.inputs],
            "outputArtifacts": [located(each) for each in self.outputs],
            "artifactCredentials": credentials.told,
            **({"continuationToken": continuation} if continuation else {}),
            **({"encryptionKey": key} if key else {}),
        }


def located(artifact: Artifact) -> dict[str, Json]:
    place = {"bucketName": artifact.bucket, "objectKey": artifact.key}
    return {
        "name": artifact.name,
        **({"revision": artifact.revision["Id"]} if artifact.revision.get("Id") else {}),
        "location": {"type": "S3", "s3Location": place},
    }


def work_of(plan: Delivery, state: State, stage: str, attempt: str) -> Work | None:
    """The work of an attempt, of an action or of a rule; None where it has made way for another."""
    declared = plan.stage(stage)
    for _, action, found in state.stages[stage].attempts(declared) if stage in state.stages else ():
        if found.id == attempt:
            inputs = tuple(state.artifacts[name] for name in action.inputs if name in state.artifacts)
            return Work(plan, stage, action, found, inputs)
    return None
