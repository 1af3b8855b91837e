"""Requests: what a project's settings must be, and what they come to with the overrides of one build. Pure."""

from collections.abc import Mapping
from typing import Final

from penstock.services.codebuild.model import Json, Occasion, Plan
from penstock.wire.call import Scope, ServiceError

HOSTS: Final[Mapping[str, str]] = {  # and the initiators of builds that their webhooks start
    "GITHUB": "GitHub-Hookshot",
    "GITHUB_ENTERPRISE": "GitHub-Hookshot",
    "GITLAB": "GitLab",
    "GITLAB_SELF_MANAGED": "GitLab",
    "BITBUCKET": "Bitbucket-Webhooks",
}
GIT: Final = frozenset({"CODECOMMIT", *HOSTS})
TIMEOUT: Final = 60
QUEUED_TIMEOUT: Final = 480
PIPELINES: Final = "codepipeline/"  # who retry their builds themselves
OVERRIDES: Final[Mapping[str, str]] = {
    "sourceTypeOverride": "source.type",
    "sourceLocationOverride": "source.location",
    "sourceAuthOverride": "source.auth",
    "gitCloneDepthOverride": "source.gitCloneDepth",
    "gitSubmodulesConfigOverride": "source.gitSubmodulesConfig",
    "buildspecOverride": "source.buildspec",
    "insecureSslOverride": "source.insecureSsl",
    "reportBuildStatusOverride": "source.reportBuildStatus",
    "buildStatusConfigOverride": "source.buildStatusConfig",
    "environmentTypeOverride": "environment.type",
    "imageOverride": "environment.image",
    "computeTypeOverride": "environment.computeType",
    "certificateOverride": "environment.certificate",
    "privilegedModeOverride": "environment.privilegedMode",
    "registryCredentialOverride": "environment.registryCredential",
    "imagePullCredentialsTypeOverride": "environment.imagePullCredentialsType",
    "hostKernelOverride": "environment.hostKernel",
    "fleetOverride": "environment.fleet",
    "sourceVersion": "sourceVersion",
    "secondarySourcesOverride": "secondarySources",
    "secondarySourcesVersionOverride": "secondarySourceVersions",
    "artifactsOverride": "artifacts",
    "secondaryArtifactsOverride": "secondaryArtifacts",
    "cacheOverride": "cache",
    "serviceRoleOverride": "serviceRole",
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "encryptionKeyOverride": "encryptionKey",
    "logsConfigOverride": "logsConfig",
    "autoRetryLimitOverride": "autoRetryLimit",
}


def invalid(message: str) -> ServiceError:
    return ServiceError(message, code="InvalidInputException")


def overridden(project: Mapping[str, Json], request: Mapping[str, Json]) -> dict[str, Json]:
    """A project's settings with a request's in their place."""
    settings = {**project, "source": dict(project["source"]), "environment": dict(project["environment"])}
    for member, path in OVERRIDES.items():
        if member in request:
            whole, _, part = path.partition(".")
            if part:
                settings[whole][part] = request[member]
            else:
                settings[whole] = request[member]
    if "environmentVariablesOverride" in request:
        before = {each["name"]: each for each in settings["environment"].get("environmentVariables", ())}
        new = {each["name"]: each for each in request["environmentVariablesOverride"]}
        settings["environment"]["environmentVariables"] = list({**before, **new}.values())
    return settings


def check(settings: Mapping[str, Json]) -> None:
    """Raises `InvalidInputException` for what cannot be, and for what Penstock does not do."""
    check_source(settings["source"], is_primary=True)
    check_secondary(settings.get("secondarySources", ()), "sourceIdentifier", "secondarySources")
    for source in settings.get("secondarySources", ()):
        check_source(source, is_primary=False)
    check_artifacts(settings["artifacts"], settings["source"])
    check_secondary(settings.get("secondaryArtifacts", ()), "artifactIdentifier", "secondaryArtifacts")
    for artifacts in settings.get("secondaryArtifacts", ()):
        check_artifacts(artifacts, settings["source"])
    check_environment(settings["environment"])
    check_cache(settings.get("cache", {"type": "NO_CACHE"}))
    if settings.get("fileSystemLocations"):
        raise invalid("fileSystemLocations: Penstock mounts no EFS file systems into builds: leave it out.")
    if settings.get("autoRetryLimit", 0) < 0:
        raise invalid("Invalid autoRetryLimit: it must be 0 or more")


def check_source(source: Mapping[str, Json], *, is_primary: bool) -> None:
    kind = source["type"]
    if kind in GIT or kind == "S3":
        if not source.get("location"):
            raise invalid(f"Invalid project source: location is required for source type {kind}")
        if kind == "S3" and "/" not in source["location"]:
            raise invalid(f"Invalid project source: location must be a valid S3 source: {source['location']}")
    if source.get("reportBuildStatus") and kind not in HOSTS:
        raise invalid(f"Invalid project source: reportBuildStatus is not supported for source type {kind}")
    given = source.get("buildspec", "")
    if kind == "NO_SOURCE" and is_primary and not is_inline(given) and not given.startswith("arn:"):
        raise invalid("Invalid project source: a buildspec is required when source type is NO_SOURCE")


def check_artifacts(artifacts: Mapping[str, Json], source: Mapping[str, Json]) -> None:
    kind = artifacts["type"]
    if kind == "S3" and not artifacts.get("location"):
        raise invalid("Invalid artifacts: location is required for artifacts of type S3")
    if kind == "CODEPIPELINE" and source["type"] != "CODEPIPELINE":
        raise invalid("Invalid artifacts: artifact type CODEPIPELINE requires source type CODEPIPELINE")


def check_cache(cache: Mapping[str, Json]) -> None:
    if cache["type"] == "S3" and not cache.get("location"):
        raise invalid("Invalid cache: location is required for a cache of type S3")
    if cache["type"] == "LOCAL" and not cache.get("modes"):
        raise invalid("Invalid cache: modes are required for a cache of type LOCAL")
    if "LOCAL_DOCKER_LAYER_CACHE" in cache.get("modes", ()):
        raise invalid(
            "cache.modes: builds have no Docker engine of their own here, and so there are no layers to keep: leave "
            "LOCAL_DOCKER_LAYER_CACHE out."
        )


def check_secondary(given: Json, identifier: str, member: str) -> None:
    names = [each.get(identifier, "") for each in given]
    if not all(names):
        raise invalid(f"{member}: each needs a {identifier}")
    if len(set(names)) < len(names):
        raise invalid(f"{member}: each {identifier} must be another one")


def check_environment(environment: Mapping[str, Json]) -> None:
    kind = environment["type"]
    if not kind.startswith(("LINUX_", "ARM_")):
        raise invalid(f"environment.type: Penstock runs builds on Linux, and not {kind}: use LINUX_CONTAINER.")
    if "dockerServer" in environment:
        raise invalid("environment.dockerServer: Penstock has no Docker servers: leave it out.")
    for variable in environment.get("environmentVariables", ()):
        if variable["name"].startswith("CODEBUILD_"):
            raise invalid(f"environment variable '{variable['name']}': names that begin with CODEBUILD_ are reserved")


def check_startable(settings: Mapping[str, Json]) -> None:
    """What a project may be and a build may not: a source of type CODEPIPELINE needs a place (a pipeline gives one)."""
    check(settings)
    source = settings["source"]
    for is_missing in (
        source["type"] == "CODEPIPELINE" and "/" not in source.get("location", ""),
        settings["artifacts"]["type"] == "CODEPIPELINE",
    ):
        if is_missing:
            raise invalid(
                "A project of type CODEPIPELINE gets its source from a pipeline: start the pipeline, or override the "
                "source and the artifacts (sourceTypeOverride, sourceLocationOverride, artifactsOverride)."
            )


def is_inline(buildspec: str) -> bool:
    """Whether it is the build spec itself, and no file's name."""
    text = buildspec.strip()
    return "\n" in text or text.startswith(("{", "version:"))


def planned(
    scope: Scope, project: Mapping[str, Json], asked: Mapping[str, Json], *,
    id: str, number: int, at: float, by: Occasion,  # noqa: A002
) -> Plan:  # fmt: skip
    """A build of a project, with what its request overrides. Raises `InvalidInputException`."""
    settings = overridden(project, asked)
    check_startable(settings)
    name = f"{settings['name']}:{id}"
    kept = (
        "sourceVersion", "secondarySources", "secondarySourceVersions", "cache", "vpcConfig", "encryptionKey"
    )  # fmt: skip
    logs = where_logs_go(scope, settings["name"], id, settings.get("logsConfig", {}))
    build = {
        **{member: settings[member] for member in kept if member in settings},
        "buildNumber": number,
        "source": settings["source"],
        "environment": settings["environment"],
        "serviceRole": settings["serviceRole"],
        "timeoutInMinutes": settings.get("timeoutInMinutes", TIMEOUT),
        "queuedTimeoutInMinutes": settings.get("queuedTimeoutInMinutes", QUEUED_TIMEOUT),
        "initiator": by.initiator,
        "logs": logs,
        "artifacts": promised(settings["artifacts"], settings["name"], id),
    }
    if by.part is not None:
        build["buildBatchArn"] = by.part.arn
    if asked.get("debugSessionEnabled"):
        build["debugSession"] = {"sessionEnabled": True, "sessionTarget": f"codebuild:{name}"}
    secondary = settings.get("secondaryArtifacts", ())
    if secondary:
        build["secondaryArtifacts"] = [promised(each, settings["name"], id) for each in secondary]
    return Plan(
        name=name, arn=scope.arn("codebuild", f"build/{name}"), created_at=at, build=build,
        artifacts=(settings["artifacts"], *secondary), logs=logs, asked=dict(asked), webhook=dict(by.webhook),
        cache_epoch=settings.get("cacheEpoch", 0), part=by.part, alias=settings.get("publicProjectAlias") or "",
    )  # fmt: skip


def retries(project: Mapping[str, Json], asked: Mapping[str, Json], by: Occasion) -> dict[str, Json]:
    """How often a build is retried by itself, and how often it was; nothing where who started it sees to that."""
    limit = asked.get("autoRetryLimitOverride", project.get("autoRetryLimit", 0))
    if not limit or by.part is not None or by.initiator.startswith(PIPELINES):
        return {}
    if not by.retried:
        return {"autoRetryConfig": {"autoRetryLimit": limit, "autoRetryNumber": 0}}
    return {"autoRetryConfig": {**by.retried, "autoRetryNumber": by.retried["autoRetryNumber"] + 1}}


def promised(artifacts: Mapping[str, Json], project: str, build: str) -> dict[str, Json]:
    """What a build tells of its artifacts before there are any."""
    kept = ("overrideArtifactName", "encryptionDisabled", "artifactIdentifier", "bucketOwnerAccess")
    told = {member: artifacts[member] for member in kept if member in artifacts}
    if artifacts["type"] == "S3":
        key = artifact_key(artifacts, project, build, "")
        told["location"] = f"arn:aws:s3:::{artifacts['location']}/{key}"
    return told


def artifact_key(artifacts: Mapping[str, Json], project: str, build: str, name: str, *, prefix: str = "") -> str:
    """Where artifacts go in their bucket.

    `name` is the build spec's, which counts where the project says so, as does `prefix` where it wants a namespace.
    """
    if not (name and artifacts.get("overrideArtifactName")):
        name = artifacts.get("name") or project
    namespace = build if artifacts.get("namespaceType") == "BUILD_ID" else ""
    path = prefix if prefix and namespace else artifacts.get("path", "")
    return "/".join(part.strip("/") for part in (path, namespace, name) if part.strip("/"))


def where_logs_go(scope: Scope, project: str, build: str, config: Mapping[str, Json]) -> dict[str, Json]:
    """A build's `logs`: its stream, where it has one, and the object that its log becomes, where it becomes one."""
    cloud = config.get("cloudWatchLogs", {"status": "ENABLED"})
    s3 = config.get("s3Logs", {"status": "DISABLED"})
    logs: dict[str, Json] = {"cloudWatchLogs": cloud, "s3Logs": s3}
    if cloud["status"] == "ENABLED":
        group = cloud.get("groupName") or f"/aws/codebuild/{project}"
        stream = "/".join(part for part in (cloud.get("streamName"), build) if part)
        arn = scope.arn("logs", f"log-group:{group}:log-stream:{stream}")
        logs |= {"groupName": group, "streamName": stream, "cloudWatchLogsArn": arn}
    if s3["status"] == "ENABLED":
        logs["s3LogsArn"] = f"arn:aws:s3:::{s3['location'].removeprefix('arn:aws:s3:::').strip('/')}/{build}.gz"
    return logs
