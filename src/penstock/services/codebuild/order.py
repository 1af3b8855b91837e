"""The order: what the program inside a build's job is told, and the environment of its commands. Pure.

Paths are the job's. `penstock build` writes orders of its own, with the same members.
"""

from collections.abc import Mapping
from typing import Final

from penstock.languages.buildspec import Artifacts, Buildspec, Cache
from penstock.languages.buildspec.tree import PHASES
from penstock.services.codebuild.caches import keeps_paths
from penstock.services.codebuild.model import Fetched, Json, Plan
from penstock.wire.exhibits import BUILDS

ROOT: Final = "/opt/ml/build"
SOURCES: Final = f"{ROOT}/sources"  # archives
SRC: Final = f"{ROOT}/src"
TOLD: Final = f"{ROOT}/told"
PRIMARY: Final = "primary"
CACHES: Final = f"{ROOT}/cache/available"
DOOR: Final = f"{ROOT}/door"  # where whoever debugs comes in
COMMANDS: Final = f"{ROOT}/commands"  # what a sandbox is to do
SAVED_CACHE: Final = f"{ROOT}/cache/saved"
NO_RUNTIMES: Final = "Skipping install of runtimes. Runtime version selection is not supported by this build image."


def source_folder(identifier: str) -> str:
    return f"{SRC}/{identifier or PRIMARY}"


def artifact_folder(identifier: str) -> str:
    return f"{ROOT}/artifacts/{identifier or PRIMARY}"


def report_folder(number: int) -> str:
    return f"{ROOT}/reports/{number}"


def order(plan: Plan, fetched: Fetched, spec: Buildspec, secrets: list[str]) -> dict[str, Json]:
    """What `penstock_build` is to do."""
    told = work(
        spec,
        {each.get("artifactIdentifier", ""): each for each in plan.artifacts},
        cache=cache_order(spec.cache, fetched) if keeps_paths(plan) and spec.cache.paths else None,
        picks=chooses_versions(plan),
    )
    kept_in = [name for name in spec.environment.exported if name in secrets_of_project(plan)]
    return {
        **told,
        "exported": [name for name in spec.environment.exported if name not in kept_in],
        "notes": [*told["notes"], *(f"{name} is a secret of the project, and is not exported" for name in kept_in)],
        "undefined": undefined(plan, spec),
        "is_sandbox": plan.is_sandbox,
        "is_debugged": plan.is_debugged,
        "root": ROOT,
        "folder": source_folder(""),
        "secrets": [*secrets, "AWS_CONTAINER_AUTHORIZATION_TOKEN"],
        "sources": [
            {
                "from": f"{SOURCES}/{archive.identifier or PRIMARY}",
                "folder": source_folder(archive.identifier),
                "is_archive": True,
            }
            for archive in fetched.archives
        ],
    }


def undefined(plan: Plan, spec: Buildspec) -> list[str]:
    """What is amiss where a build spec has artifacts, and not all that the build is to leave. As on AWS, one without
    any leaves nothing, and is well; what the builds of a batch leave between them is for the batch to say.
    """
    if spec.artifacts is None or plan.part is not None:
        return []
    defined = {each.identifier for each in (spec.artifacts, *spec.secondary_artifacts) if each.files}
    names = [each.get("artifactIdentifier", "") for each in plan.artifacts if each["type"] != "NO_ARTIFACTS"]
    return [
        f"no definition for {f'secondary artifacts {name}' if name else 'primary artifacts'} in buildspec"
        for name in names
        if name not in defined
    ]


def cache_order(cache: Cache, fetched: Fetched) -> Json:
    return {
        "key": cache.key,
        "fallbacks": cache.fallback_keys,
        "paths": cache.paths,
        "restores": cache.action != "save",
        "saves": cache.action != "restore",
        "available": {each.key: f"{CACHES}/{number}" for number, each in enumerate(fetched.caches)},
    }


def work(
    spec: Buildspec, wanted: Mapping[str, Mapping[str, Json]], cache: Json = None, *, picks: bool = False
) -> dict[str, Json]:
    """What a build spec orders; `wanted` are the artifacts that somebody has a place for, by identifier.

    It `picks` versions of runtimes where the image is one of AWS's, which has several.
    """
    return {
        "shell": spec.environment.shell or "sh",
        "keeps_session": spec.version != "0.1",
        "versions": versions(spec) if picks else {},
        "undefined": [],
        "is_sandbox": False,
        "is_debugged": False,
        "notes": [*notes(spec, wanted, keeps_cache=cache is not None, picks=picks)],
        "cache": cache,
        "phases": phases(spec),
        "exported": spec.environment.exported,
        "artifacts": [
            {**selected(each), "packed": wanted[each.identifier].get("packaging") == "ZIP"}
            for each in (*([spec.artifacts] if spec.artifacts else []), *spec.secondary_artifacts)
            if each.identifier in wanted and wanted[each.identifier]["type"] != "NO_ARTIFACTS" and each.files
        ],
        "reports": [
            {"group": each.group, "files": each.files, "base": each.base_directory, "flat": each.discard_paths}
            for each in spec.reports
        ],
    }


def phases(spec: Buildspec) -> list[Json]:
    """All four, whether the build spec names them or not, as on AWS."""
    named = {phase.name: phase for phase in spec.phases}
    ordered: list[Json] = []
    for name in PHASES:
        phase = named.get(name)
        told: dict[str, Json] = {"name": name, "commands": [], "finally": [], "user": spec.run_as}
        if phase is not None:
            told |= {"commands": phase.commands, "finally": phase.finally_commands, "user": phase.run_as or spec.run_as}
            if (failed := phase.on_failure) is not None:
                told |= {"action": failed.action, "times": failed.times, "pattern": failed.pattern}
        ordered.append(told)
    return ordered


def selected(artifacts: Artifacts) -> dict[str, Json]:
    return {
        "identifier": artifacts.identifier,
        "files": artifacts.files,
        "exclude": artifacts.exclude,
        "base": artifacts.base_directory,
        "name": artifacts.name,
        "flat": artifacts.discard_paths,
        "links": artifacts.enable_symlinks,
        "prefix": artifacts.s3_prefix,
    }


def notes(spec: Buildspec, wanted: Mapping[str, Mapping[str, Json]], *, keeps_cache: bool, picks: bool) -> list[str]:
    """What is told at the head of the log: what the build spec says and nobody acts on."""
    said = [f"Unknown key in the build spec, passed over: {path}" for path in spec.unknown]
    if not picks and versions(spec):
        said.append(NO_RUNTIMES)
    if spec.cache.paths and not keeps_cache:
        said.append("No cache is kept for this build: the paths of the build spec's cache are passed over")
    lost = [each.identifier for each in spec.secondary_artifacts if each.identifier not in wanted]
    said += [f"The project has no place for the secondary artifacts {name}" for name in lost]
    return said


def secrets_of_project(plan: Plan) -> frozenset[str]:
    """The variables that the project takes from the parameter store and from secrets."""
    given = plan.build["environment"].get("environmentVariables", ())
    return frozenset(each["name"] for each in given if each.get("type", "PLAINTEXT") != "PLAINTEXT")


def chooses_versions(plan: Plan) -> bool:
    return bool(plan.build["environment"]["image"].startswith("aws/codebuild/"))


def versions(spec: Buildspec) -> dict[str, str]:
    """Of all runtimes that are asked for."""
    return {name: version for phase in spec.phases for name, version in phase.runtime_versions.items()}


def build_variables(plan: Plan, fetched: Fetched, account: str, endpoint: str = "") -> dict[str, str]:
    """The `CODEBUILD_*` variables; `endpoint` is where the builds of a public project are shown."""
    build = plan.build
    variables = {
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": plan.arn,
        "CODEBUILD_BUILD_ID": plan.name,
        "CODEBUILD_BUILD_IMAGE": build["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": str(build["buildNumber"]),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_INITIATOR": build["initiator"],
        "CODEBUILD_KMS_KEY_ID": build.get("encryptionKey", f"arn:aws:kms:{region_of(plan)}:{account}:alias/aws/s3"),
        "CODEBUILD_LOG_PATH": build["logs"].get("streamName", ""),
        "CODEBUILD_PROJECT_ARN": f"arn:aws:codebuild:{region_of(plan)}:{account}:project/{plan.project}",
        "CODEBUILD_PUBLIC_BUILD_URL": f"{endpoint}{BUILDS}/{plan.alias}/{plan.id}" if endpoint and plan.alias else "",
        "CODEBUILD_START_TIME": str(round(plan.created_at * 1000)),
        "CODEBUILD_SRC_DIR": source_folder(""),
    }
    if plan.part is not None:
        variables["CODEBUILD_BATCH_BUILD_IDENTIFIER"] = plan.part.identifier
        if plan.part.parts:
            variables |= {"PENSTOCK_SHARD": str(plan.part.part), "PENSTOCK_SHARDS": str(plan.part.parts)}
    resolved = {archive.identifier: archive.resolved for archive in fetched.archives}
    for source in plan.sources:
        identifier = source.get("sourceIdentifier", "")
        end = f"_{identifier}" if identifier else ""
        variables[f"CODEBUILD_SRC_DIR{end}"] = source_folder(identifier)
        variables[f"CODEBUILD_SOURCE_REPO_URL{end}"] = address(source)
        variables[f"CODEBUILD_SOURCE_VERSION{end}"] = source_version(plan, source)
    variables["CODEBUILD_RESOLVED_SOURCE_VERSION"] = resolved.get("", "")
    variables |= plan.webhook
    return {name: value for name, value in variables.items() if value}


def repositories(endpoint: str, region: str, *, shows_keys: bool) -> dict[str, str]:
    """What lets git find this server's repositories and connections under the addresses that they have at AWS.

    With `shows_keys` it shows them the keys of the build's role (`env.git-credential-helper`).
    """
    if not endpoint:
        return {}
    here, connected = f"url.{endpoint}/v1/repos/.insteadOf", f"url.{endpoint}/_penstock/git-http/.insteadOf"
    settings = [
        (here, f"https://git-codecommit.{region}.amazonaws.com/v1/repos/"),
        (here, f"ssh://git-codecommit.{region}.amazonaws.com/v1/repos/"),
        (here, f"codecommit::{region}://"),
        (here, "codecommit://"),
        (connected, f"https://codeconnections.{region}.amazonaws.com/git-http/"),
        (connected, f"https://codestar-connections.{region}.amazonaws.com/git-http/"),
    ]
    if shows_keys:
        settings += [
            (f"credential.{endpoint}.helper", f"{ROOT}/tools/codebuild-git-credentials"),
            (f"credential.{endpoint}.useHttpPath", "true"),
        ]
    told = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return told


def address(source: Mapping[str, Json]) -> str:
    location = str(source.get("location", ""))
    return f"s3://{location.removeprefix('arn:aws:s3:::')}" if source["type"] == "S3" else location


def region_of(plan: Plan) -> str:
    return plan.arn.split(":")[3]


def source_version(plan: Plan, source: Mapping[str, Json]) -> str:
    """The version that is told of a source. That of a pipeline's artifact is the artifact's ARN, as on AWS."""
    arn = f"arn:aws:s3:::{source['location']}" if source["type"] in ("S3", "CODEPIPELINE") else ""
    asked = plan.version(source.get("sourceIdentifier", ""))
    return arn if source["type"] == "CODEPIPELINE" else asked or arn
