"""A build as AWS tells it: its phases, put together from what is known of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from penstock.services.codebuild import order
from penstock.services.codebuild.model import Json, Plan, Report, State, Trouble

NO_CONTEXT: Final = {"statusCode": "", "message": ""}
UPLOAD: Final = "UPLOAD_ARTIFACTS"
NO_IMAGE: Final = "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE"


def described(plan: Plan, state: State) -> dict[str, Json]:
    """What BatchGetBuilds answers."""
    phases = list(every_phase(plan, state))
    told = state.told
    build = {
        **plan.build,
        "id": plan.name,
        "arn": plan.arn,
        "projectName": plan.project,
        "startTime": plan.created_at,
        "currentPhase": phases[-1]["phaseType"],
        "buildStatus": state.status,
        "buildComplete": state.ended_at is not None,
        "phases": phases,
        "exportedEnvironmentVariables": told.get("exported", []),
    }
    if plan.build["source"]["type"] == "CODEPIPELINE":
        build["sourceVersion"] = order.source_version(plan, plan.build["source"])
    if state.ended_at is not None:
        build["endTime"] = state.ended_at
    if state.fetched is not None and state.fetched.archives and (resolved := state.fetched.archives[0].resolved):
        build["resolvedSourceVersion"] = resolved
    if state.report is not None:
        build["reportArns"] = list(state.report.reports)
        by_identifier = {each.get("artifactIdentifier", ""): each for each in state.report.artifacts}
        build["artifacts"] = {**build.get("artifacts", {}), **by_identifier.pop("", {})}
        if by_identifier:
            build["secondaryArtifacts"] = [
                {**each, **by_identifier.get(each["artifactIdentifier"], {})} for each in build["secondaryArtifacts"]
            ]
    return build


def every_phase(plan: Plan, state: State) -> Iterator[dict[str, Json]]:
    """From SUBMITTED to COMPLETED, those that have begun."""
    yield phase("SUBMITTED", plan.created_at, plan.created_at)
    if state.ended_at is None:
        yield from under_way(plan, state)
        return
    report = state.report
    assert report is not None
    yield from until_the_end(plan, state, report, state.ended_at)
    yield phase("FINALIZING", state.ended_at, state.ended_at)
    yield {"phaseType": "COMPLETED", "startTime": state.ended_at}


def under_way(plan: Plan, state: State) -> Iterator[dict[str, Json]]:
    if state.began_at is None:
        yield phase("QUEUED", plan.created_at)
        return
    yield phase("QUEUED", plan.created_at, state.began_at)
    told: Sequence[dict[str, Json]] = state.told.get("phases", ())
    yield phase("PROVISIONING", state.began_at, told[0]["startTime"] if told else None)
    yield from map(timed, told)


def until_the_end(plan: Plan, state: State, report: Report, at: float) -> Iterator[dict[str, Json]]:
    """The phases of a build that has ended: the last one before FINALIZING tells why, if it did not end well."""
    *before, last = under_way(plan, state)
    kind, since = last["phaseType"], last["startTime"]
    yield from before
    if report.reason == "unstartable":
        if kind == "QUEUED":
            yield phase("QUEUED", since, at)
        yield phase("PROVISIONING", at, at, "FAILED", Trouble(NO_IMAGE, report.message))
    elif report.trouble is not None and kind == "QUEUED":
        yield phase("QUEUED", since, at)
        yield phase("PROVISIONING", at, at)
        yield phase("DOWNLOAD_SOURCE", at, at, "FAILED", report.trouble)
    elif report.trouble is not None:
        if kind != UPLOAD:
            yield last
        yield phase(UPLOAD, since if kind == UPLOAD else at, at, "FAILED", report.trouble)
    elif "endTime" in last and last["phaseStatus"] != "STOPPED":
        yield last
    else:  # it was cut short
        status = "FAILED" if state.status == "SUCCEEDED" else state.status
        code = "BUILD_TIMED_OUT" if report.reason == "timed-out" else ""
        yield phase(kind, since, at, status, Trouble(code, report.message))


def phase(
    kind: str, since: float, until: float | None = None, status: str = "SUCCEEDED", trouble: Trouble | None = None
) -> dict[str, Json]:
    if until is None:
        return {"phaseType": kind, "startTime": since}
    context = NO_CONTEXT if trouble is None else {"statusCode": trouble.code, "message": trouble.message}
    return timed(
        {"phaseType": kind, "phaseStatus": status, "startTime": since, "endTime": until, "contexts": [context]}
    )


def timed(told: Mapping[str, Json]) -> dict[str, Json]:
    """A phase with its duration; one that has not ended has neither that nor a status."""
    if "endTime" not in told:
        return {"phaseType": told["phaseType"], "startTime": told["startTime"]}
    return {**told, "durationInSeconds": max(0, round(told["endTime"] - told["startTime"]))}
