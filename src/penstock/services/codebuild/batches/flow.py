"""The flow of a batch: find out which builds there are to be, begin each when what it needs is built, judge. Pure.

Perform fetch ──► Perform start/ID ──► Watch build/ID ──► … ──► (Perform combine) ──► Finish
                              └ "ending": what runs is stopped (Signal), and nothing is begun any more
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import (
    Asked,
    Command,
    Done,
    Ended,
    Event,
    Finish,
    Fired,
    Outcome,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Signal,
    Signalled,
    Watch,
)
from penstock.languages import buildspec
from penstock.languages.buildspec import BadBuildspec, Batch, BatchBuild
from penstock.services.codebuild.announcing import Announce, unheard
from penstock.services.codebuild.batches.answers import described, document
from penstock.services.codebuild.batches.model import BatchPlan, BatchState, Group, Specified
from penstock.services.codebuild.flow import FETCH, OUTCOMES, STOP
from penstock.services.codebuild.model import Fetched, Json, Plan, Status, Trouble, holder
from penstock.services.codebuild.places import fleet_name, of
from penstock.store import blobs, documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "codebuild.batch"
START: Final = "codebuild.start-in-batch"
MERGE: Final = "codebuild.merge-reports"
COMBINE: Final = "codebuild.combine"
DEADLINE: Final = "deadline"
TIMEOUT: Final = 480  # minutes
VERDICTS: Final[Mapping[str, Status]] = {"stop": "STOPPED", "time": "TIMED_OUT"}

_plans: Final = msgspec.json.Decoder(BatchPlan)


class BatchFlow:
    """`announce` is told of a batch and of what it was, as `BuildFlow`'s is of builds."""

    name = FLOW
    state_type = BatchState

    def __init__(self, announce: Announce = unheard) -> None:
        self._announce = announce

    def plan(self, document: bytes) -> BatchPlan:
        return _plans.decode(document)

    def begin(self, plan: BatchPlan) -> BatchState:
        if plan.specified is None:
            return BatchState()
        return BatchState(
            specified=plan.specified, specified_at=plan.began_at, resolved=plan.resolved, groups=plan.kept
        )

    def evolve(self, plan: BatchPlan, state: BatchState, event: Event) -> BatchState:
        if state.ended_at is not None:
            return state
        match event.fact:
            case Asked():
                return moved(plan, state, event)
            case _:
                return judged(plan, moved(plan, state, event), event.at)

    def decide(self, plan: BatchPlan, state: BatchState) -> Iterator[Command]:
        if state.ended_at is not None:
            yield Finish(Outcome(OUTCOMES.get(state.status, "Failed"), described(plan, state)))
            return
        yield SetTimer(DEADLINE, plan.began_at + 60.0 * plan.config.get("timeoutInMins", TIMEOUT))
        if state.specified is None:
            yield Perform("fetch", FETCH, msgspec.to_builtins(plan.model))
            return
        for build in ready(state, state.specified.batch):
            yield Perform(f"start/{build.identifier}", START, order_of(plan, state.specified, build))
        for identifier, group in state.groups.items():
            if group.arn and group.status == "IN_PROGRESS":
                yield Watch(f"build/{identifier}", RunId(group.arn))
                if state.ending:
                    yield Signal(f"stop/{identifier}", RunId(group.arn), STOP)
        if state.is_merging:
            reports = [arn for group in state.groups.values() for arn in group.reports]
            yield Perform("merge", MERGE, {"id": plan.model.id, "arn": plan.arn, "reports": reports})
        if state.built_at is not None:
            yield Perform("combine", COMBINE, {
                "plan": msgspec.to_builtins(plan.model),
                "builds": {identifier: group.artifacts for identifier, group in state.groups.items()},
            })  # fmt: skip

    def reflect(
        self, tx: Transaction, run: RunId, scope: Scope, plan: BatchPlan, before: BatchState, after: BatchState
    ) -> None:
        if before == after:
            return
        changed = document(scope, plan, after)
        documents.update(tx, changed)
        self._announce(tx, changed, described(plan, before))
        if after.ended_at is not None:
            blobs.release(tx, holder(run))


# ------------------------------------------------------------------------------------------------------- deciding


def moved(plan: BatchPlan, state: BatchState, event: Event) -> BatchState:
    """The state after a fact."""
    match event.fact:
        case Signalled(name) if name == STOP:
            return replace(state, ending="stop")
        case Fired(key) if key == DEADLINE:
            return replace(state, ending=state.ending or "time")
        case Done("fetch", result):
            return specified(plan, state, msgspec.convert(result, Fetched), event.at)
        case Refused("fetch", error, message):
            return replace(state, trouble=Trouble(error, message))
        case Done("merge", result):
            return replace(state, reports=tuple(result))
        case Refused("merge"):
            return replace(state, reports=())
        case Done("combine", result):
            return replace(state, artifacts=tuple(result["artifacts"]), trouble=trouble_of(result), ended_at=event.at)
        case Refused("combine", error, message):
            return replace(state, trouble=Trouble(error, message), ended_at=event.at)
    return with_build(state, event)


def with_build(state: BatchState, event: Event) -> BatchState:
    """The state after a fact about one of the builds."""
    match event.fact:
        case Asked(Perform(key=key)) if key.startswith("start/"):
            return with_group(state, key, Group(requested_at=event.at))
        case Done(key, result) if key.startswith("start/"):
            return with_group(state, key, replace(group_of(state, key), arn=result["arn"]))
        case Ended(key, outcome):
            return with_end(state, key, outcome.result)
        case Refused(key, error, message) if key.startswith(("start/", "build/")):
            failed = replace(group_of(state, key), status="FAILED", message=f"{error}: {message}")
            return with_failure(with_group(state, key, failed), key)
    return state


def trouble_of(result: Json) -> Trouble | None:
    return Trouble("CLIENT_ERROR", result["problem"]) if result.get("problem") else None


def specified(plan: BatchPlan, state: BatchState, fetched: Fetched, at: float) -> BatchState:
    if fetched.trouble is not None:
        return replace(state, trouble=fetched.trouble)
    try:
        batch = buildspec.read(fetched.buildspec).batch
    except BadBuildspec as problem:
        return replace(state, trouble=Trouble("YAML_FILE_ERROR", str(problem)))
    if batch is None:
        return replace(state, trouble=Trouble("YAML_FILE_ERROR", "the build spec has no batch"))
    if not_allowed := beyond(plan, batch):
        return replace(state, trouble=Trouble("CLIENT_ERROR", not_allowed))
    found = {each.identifier: each.resolved for each in fetched.archives if each.resolved}
    versions = {name: each for name, each in found.items() if not plan.model.version(name).startswith("pr/")}
    return replace(state, specified=Specified(batch, versions), specified_at=at, resolved=found.get("", ""))


def beyond(plan: BatchPlan, batch: Batch) -> str:
    """What the restrictions of a batch do not allow."""
    allowed = plan.config.get("restrictions", {})
    most = allowed.get("maximumBuildsAllowed")
    if most is not None and len(batch.builds) > most:
        return f"The batch comes to {len(batch.builds)} builds, and maximumBuildsAllowed is {most}"
    types, fleets = allowed.get("computeTypesAllowed"), {fleet_name(each) for each in allowed.get("fleetsAllowed", ())}
    usual, fleet = plan.model.build["environment"]["computeType"], of(plan.model.build["environment"])
    for build in batch.builds:
        wanted = fleet_name(build.fleet) or fleet
        if fleets and wanted and wanted not in fleets:
            return f"The build {build.identifier} wants the fleet {wanted}, and fleetsAllowed has not"
        if types and (build.compute_type or usual) not in types:
            return f"The build {build.identifier} wants {build.compute_type or usual}, and computeTypesAllowed has not"
    return ""


def group_of(state: BatchState, key: str) -> Group:
    return state.groups[key.partition("/")[2]]


def with_group(state: BatchState, key: str, group: Group) -> BatchState:
    return replace(state, groups={**state.groups, key.partition("/")[2]: group})


def with_end(state: BatchState, key: str, build: Json) -> BatchState:
    artifacts = (build["artifacts"], *build.get("secondaryArtifacts", ()))
    ended = replace(
        group_of(state, key),
        status=build["buildStatus"],
        artifacts=artifacts,
        reports=tuple(build.get("reportArns", ())),
    )
    state = with_group(state, key, ended)
    return state if ended.status == "SUCCEEDED" else with_failure(state, key)


def with_failure(state: BatchState, key: str) -> BatchState:
    assert state.specified is not None
    build = next(each for each in state.specified.batch.builds if each.identifier == key.partition("/")[2])
    if state.specified.batch.fast_fail and not build.ignore_failure and not state.ending:
        return replace(state, ending="failure")
    return state


def ready(state: BatchState, batch: Batch) -> Iterator[BatchBuild]:
    """The builds that may be begun now."""
    if state.ending:
        return
    passed = {
        build.identifier
        for build in batch.builds
        if (group := state.groups.get(build.identifier)) is not None
        and (group.status == "SUCCEEDED" or (build.ignore_failure and group.status != "IN_PROGRESS"))
    }
    for build in batch.builds:
        if build.identifier not in state.groups and passed.issuperset(build.depends_on):
            yield build


def judged(plan: BatchPlan, state: BatchState, at: float) -> BatchState:
    """The state, with its end where nothing is under way any more."""
    if state.ended_at is not None:
        return replace(state, status="SUCCEEDED" if state.trouble is None else "FAILED")
    if state.trouble is not None:
        return replace(state, status=VERDICTS.get(state.ending, "FAILED"), ended_at=at)
    if state.specified is None or state.built_at is not None:
        return state
    if any(group.status == "IN_PROGRESS" for group in state.groups.values()):
        return state
    if next(ready(state, state.specified.batch), None) is not None:
        return state
    if state.reports is None and any(group.reports for group in state.groups.values()):
        return replace(state, is_merging=True)
    if state.ending in VERDICTS:
        return replace(state, status=VERDICTS[state.ending], ended_at=at)
    if bad := failures(state, state.specified.batch):
        return replace(state, trouble=Trouble("BUILD_FAILED", bad), status="FAILED", ended_at=at)
    if plan.combines:
        return replace(state, built_at=at)
    return replace(state, status="SUCCEEDED", ended_at=at)


def failures(state: BatchState, batch: Batch) -> str:
    """Which builds have failed, or were never begun since another one has."""
    said = []
    for build in batch.builds:
        group = state.groups.get(build.identifier)
        if group is None:
            said.append(f"{build.identifier} was not built")
        elif group.status != "SUCCEEDED" and not build.ignore_failure:
            said.append(f"{build.identifier}: {group.message or group.status}")
    return "; ".join(said)


# ------------------------------------------------------------------------------------------------- a build's request


def order_of(plan: BatchPlan, specified: Specified, build: BatchBuild) -> dict[str, Json]:
    """What the activity that begins a build is told."""
    return {
        "project": plan.model.project,
        "asked": request_of(plan, specified, build),
        "initiator": plan.model.build["initiator"],
        "webhook": plan.model.webhook,
        "part": {
            "arn": plan.arn, "identifier": build.identifier, "part": build.part, "parts": build.parts
        },
    }  # fmt: skip


def request_of(plan: BatchPlan, specified: Specified, build: BatchBuild) -> dict[str, Json]:
    """StartBuild's request: the batch's own, with what the build spec says of this build."""
    asked = dict(plan.model.asked)
    overrides = {
        "buildspecOverride": build.buildspec,
        "environmentTypeOverride": build.kind,
        "computeTypeOverride": build.compute_type,
        "imageOverride": build.image,
        "sourceVersion": specified.versions.get("", ""),
    }
    asked |= {member: value for member, value in overrides.items() if value}
    if build.fleet:
        asked["fleetOverride"] = {"fleetArn": build.fleet}
    if build.is_debugged:
        asked["debugSessionEnabled"] = True
    if build.privileged is not None:
        asked["privilegedModeOverride"] = build.privileged
    variables = {
        name: {"name": name, "value": value, "type": "PLAINTEXT"} for name, value in build.variables.items()
    } | {each["name"]: each for each in asked.get("environmentVariablesOverride", ())}
    secondary = [
        {"sourceIdentifier": identifier, "sourceVersion": version}
        for identifier, version in specified.versions.items()
        if identifier
    ]
    asked["environmentVariablesOverride"] = list(variables.values())
    if secondary:
        asked["secondarySourcesVersionOverride"] = secondary
    if plan.combines:
        apart = [set_apart(each, plan.model, build.identifier) for each in plan.model.artifacts]
        asked |= {"artifactsOverride": apart[0], "secondaryArtifactsOverride": apart[1:]}
    return asked


def set_apart(artifacts: Mapping[str, Json], model: Plan, identifier: str) -> dict[str, Json]:
    """Artifacts that are to be combined with those of other builds, in a place of their own."""
    if artifacts["type"] != "S3":
        return dict(artifacts)
    path = "/".join(part for part in (artifacts.get("path", "").strip("/"), model.id, identifier) if part)
    return {**artifacts, "path": path, "namespaceType": "NONE", "overrideArtifactName": False}
