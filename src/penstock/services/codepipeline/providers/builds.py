"""Builds: CodeBuild gets the artifacts as a pipeline's sources, and puts what it makes where the outputs are to be.

The builds of a batch put theirs beside one another; those that an output is named for (`BUILD`, `BUILD_ARTIFACT`) are
brought to its place when all are done, unless the batch combines them.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from penstock.languages.delivery.tree import is_true
from penstock.services.codepipeline.model import Artifact
from penstock.services.codepipeline.providers.asking import Asking, Failed, pauses
from penstock.services.codepipeline.work import Work

Json = Any
LOOK_EVERY: Final = 1.0  # seconds, in the long run


async def build(work: Work, asking: Asking) -> Mapping[str, Any]:
    """Have a project build, or build a batch, and wait for its end."""
    if is_true(work.given("BatchEnabled")):
        return await _build_batch(work, asking)
    request = {**sources(work), **variables(work), **_places(work), "projectName": work.given("ProjectName")}
    return done(await run_build(request, asking))


async def run_build(request: Mapping[str, Json], asking: Asking, *, tells_log: bool = False) -> Json:
    """Start a build and wait for its end; it as it is told then."""
    started = (await asking.ask("codebuild", "StartBuild", {**request, "idempotencyToken": asking.token[-64:]}))[
        "build"
    ]
    log = started.get("logs", {}).get("cloudWatchLogsArn", "") if tells_log else ""
    await asking.tell(ExternalId=started["id"], LogStream=log)
    for pause in pauses(LOOK_EVERY):
        found = (await asking.ask("codebuild", "BatchGetBuilds", {"ids": [started["id"]]}))["builds"][0]
        if found["buildStatus"] != "IN_PROGRESS":
            break
        await asyncio.sleep(pause)
    return _gone_well(found, found["buildStatus"])


async def _build_batch(work: Work, asking: Asking) -> Mapping[str, Any]:
    combines = is_true(work.given("CombineArtifacts"))
    request = {
        **sources(work),
        **variables(work),
        **(_places(work) if combines else _places_of_a_batch(work)),
        **({"buildBatchConfigOverride": {"combineArtifacts": True}} if combines else {}),
        "projectName": work.given("ProjectName"),
        "idempotencyToken": asking.token[-64:],
    }
    if combines and len(work.outputs) > 1:
        raise Failed("ConfigurationError", "A batch that combines its artifacts has one output artifact at most.")
    started = (await asking.ask("codebuild", "StartBuildBatch", request))["buildBatch"]
    await asking.tell(ExternalId=started["id"])
    for pause in pauses(LOOK_EVERY):
        found = (await asking.ask("codebuild", "BatchGetBuildBatches", {"ids": [started["id"]]}))["buildBatches"][0]
        if found["buildBatchStatus"] != "IN_PROGRESS":
            break
        await asyncio.sleep(pause)
    _gone_well(found, found["buildBatchStatus"])
    if not combines:
        await _bring(work, asking, dict(_made(found)))
    return done(found)


def _gone_well(found: Json, status: str) -> Json:
    if status != "SUCCEEDED":
        raise Failed("JobFailed", f"Build terminated with state: {status}. {found['id']}")
    return found


def done(found: Json) -> dict[str, Json]:
    """What came of an action that was a build."""
    exported = {each["name"]: each["value"] for each in found.get("exportedEnvironmentVariables") or []}
    return {"ExternalId": found["id"], "Summary": f"Build {found['id']} has succeeded.", "Variables": exported}


def sources(work: Work) -> dict[str, Json]:
    """The input artifacts, the primary one with its revision: what the source action has found."""
    if not work.inputs:
        return {}
    primary = work.given("PrimarySource") or work.inputs[0].name
    source = next((each for each in work.inputs if each.name == primary), None)
    if source is None:
        raise Failed("ConfigurationError", f"PrimarySource {primary} is not an input artifact of the action.")
    revision, place = source.revision.get("Id"), _place(source)
    others = [each for each in work.inputs if each is not source]
    return {
        "sourceTypeOverride": place["type"],
        "sourceLocationOverride": place["location"],
        **({"sourceVersion": revision} if revision else {}),
        "secondarySourcesOverride": [{**_place(each), "sourceIdentifier": each.name} for each in others],
        "secondarySourcesVersionOverride": [
            {"sourceIdentifier": each.name, "sourceVersion": each.revision["Id"]} for each in others if _is_cloned(each)
        ],
    }


def variables(work: Work) -> dict[str, Json]:
    try:
        given = json.loads(work.given("EnvironmentVariables") or "[]")
    except ValueError as error:
        raise Failed("ConfigurationError", f"EnvironmentVariables is not a JSON array: {error}") from None
    return {"environmentVariablesOverride": given}


def _places(work: Work) -> dict[str, Json]:
    """Where a build is to put what it makes: one artifact is the primary one, several are named."""
    match work.outputs:
        case ():
            return {"artifactsOverride": {"type": "NO_ARTIFACTS"}}
        case (only,):
            return {"artifactsOverride": placed(only)}
    return {
        "artifactsOverride": {"type": "NO_ARTIFACTS"},
        "secondaryArtifactsOverride": [{**placed(each), "artifactIdentifier": each.name} for each in work.outputs],
    }


def _places_of_a_batch(work: Work) -> dict[str, Json]:
    """A folder for each build. Which part of an output's name is the artifact's is known when the builds are."""
    if not work.outputs:
        return {"artifactsOverride": {"type": "NO_ARTIFACTS"}}
    first = {**placed(work.outputs[0]), "namespaceType": "BUILD_ID"}
    parts = [each.name.split("_") for each in work.outputs]
    names = sorted({"_".join(each[place:]) for each in parts for place in range(1, len(each))})
    return {
        "artifactsOverride": first,
        "secondaryArtifactsOverride": [
            {**first, "name": f"{first['name']}-{name}", "artifactIdentifier": name} for name in names
        ],
    }


def _made(batch: Json) -> Iterator[tuple[str, str]]:
    """What the builds of a batch have made: `BUILD` or `BUILD_ARTIFACT`, and where it is."""
    for group in batch.get("buildGroups") or []:
        summary = group.get("currentBuildSummary") or {}
        if location := (summary.get("primaryArtifact") or {}).get("location"):
            yield group["identifier"], location
        for each in summary.get("secondaryArtifacts") or []:
            if each.get("location"):
                yield f"{group['identifier']}_{each['identifier']}", each["location"]


async def _bring(work: Work, asking: Asking, made: Mapping[str, str]) -> None:
    for output in work.outputs:
        if output.name not in made:
            raise Failed("JobFailed", f"No build of the batch has made the output artifact {output.name}.")
        source = made[output.name].removeprefix("arn:aws:s3:::")
        await asking.ask("s3", "CopyObject", {"Bucket": output.bucket, "Key": output.key, "CopySource": source})


def _place(artifact: Artifact) -> dict[str, str]:
    """Where a build takes an artifact from: its zip, or the repository if its source says CODEBUILD_CLONE_REF."""
    if _is_cloned(artifact):
        return {"type": artifact.revision["CloneType"], "location": artifact.revision["CloneUrl"]}
    return {"type": "CODEPIPELINE", "location": f"{artifact.bucket}/{artifact.key}"}


def _is_cloned(artifact: Artifact) -> bool:
    return "CloneUrl" in artifact.revision


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
