"""Builds: CodeBuild gets the artifacts as sources in S3, and puts what it makes where the outputs are to be."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from penstock.services.codepipeline.model import Artifact
from penstock.services.codepipeline.providers.asking import Asking, Failed
from penstock.services.codepipeline.work import Work

Json = Any
LOOK_EVERY: Final = 1.0  # seconds


async def build(work: Work, asking: Asking) -> Mapping[str, Any]:
    """Have a project build, or build a batch, and wait for its end."""
    is_batch = work.given("BatchEnabled").lower() == "true"
    what, answers, looks, ids = (
        ("StartBuildBatch", "buildBatch", "BatchGetBuildBatches", "buildBatches")
        if is_batch
        else ("StartBuild", "build", "BatchGetBuilds", "builds")
    )
    started = (await asking.ask("codebuild", what, build_request(work, asking.token)))[answers]
    await asking.tell(ExternalId=started["id"])
    while True:
        found = (await asking.ask("codebuild", looks, {"ids": [started["id"]]}))[ids][0]
        status = found[f"{answers}Status"]
        if status != "IN_PROGRESS":
            break
        await asyncio.sleep(LOOK_EVERY)
    if status != "SUCCEEDED":
        raise Failed("JobFailed", f"Build terminated with state: {status}. {found['id']}")
    exported = {each["name"]: each["value"] for each in found.get("exportedEnvironmentVariables") or []}
    return {"ExternalId": found["id"], "Summary": f"Build {found['id']} has succeeded.", "Variables": exported}


def build_request(work: Work, token: str) -> dict[str, Json]:
    """StartBuild for an action: which input is the source, where outputs go."""
    primary = work.given("PrimarySource") or work.inputs[0].name
    source = next((each for each in work.inputs if each.name == primary), None)
    if source is None:
        raise Failed("ConfigurationError", f"PrimarySource {primary} is not an input artifact of the action.")
    others = [each for each in work.inputs if each is not source]
    try:
        variables = json.loads(work.given("EnvironmentVariables") or "[]")
    except ValueError as error:
        raise Failed("ConfigurationError", f"EnvironmentVariables is not a JSON array: {error}") from None
    request: dict[str, Json] = {
        "projectName": work.given("ProjectName"),
        "idempotencyToken": token[-64:],
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": f"{source.bucket}/{source.key}",
        "secondarySourcesOverride": [
            {"type": "S3", "location": f"{each.bucket}/{each.key}", "sourceIdentifier": each.name} for each in others
        ],
        "environmentVariablesOverride": variables,
    }
    match work.outputs:
        case ():
            request["artifactsOverride"] = {"type": "NO_ARTIFACTS"}
        case (only,):
            request["artifactsOverride"] = placed(only)
        case several:
            request["artifactsOverride"] = {"type": "NO_ARTIFACTS"}
            request["secondaryArtifactsOverride"] = [
                {**placed(each), "artifactIdentifier": each.name} for each in several
            ]
    return request


def placed(artifact: Artifact) -> dict[str, Json]:
    """Where a build is to put a zip."""
    path, _, name = artifact.key.rpartition("/")
    return {
        "type": "S3",
        "location": artifact.bucket,
        "path": path,
        "name": name,
        "namespaceType": "NONE",
        "packaging": "ZIP",
        "overrideArtifactName": False,
    }
