"""CodeBuild's builds: phases, and the log."""

from collections.abc import Iterator

from penstock.watch.asking import MOST, Asker
from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Entry, Fact, Graph, Log, Node, Sheet, Table, Tone, tone_of
from penstock.wire.call import Answer, Json, ServiceError


async def entries(asker: Asker) -> list[Entry]:
    """The latest builds."""
    ids = (await asker.ask("codebuild", "ListBuilds", sortOrder="DESCENDING"))["ids"][:MOST]
    if not ids:
        return []
    found = (await asker.ask("codebuild", "BatchGetBuilds", ids=ids))["builds"]
    return [_entry(each) for each in sorted(found, key=lambda each: -each["startTime"])]


def _entry(build: Json) -> Entry:
    status, ended = build["buildStatus"], build.get("endTime") or 0.0
    return Entry(
        kind="build", key=build["id"], name=build["projectName"], status=status, tone=tone_of(status),
        began=build["startTime"], ended=ended, changed=ended or build["phases"][-1].get("startTime", 0.0),
        note=" · ".join(filter(None, (build.get("initiator", ""), "" if ended else build["currentPhase"]))),
    )  # fmt: skip


async def about(asker: Asker, name: str) -> Sheet:
    """A build; CodePipeline may call it by its ARN."""
    given = name.partition(":build/")[2] or name
    found = (await asker.ask("codebuild", "BatchGetBuilds", ids=[given]))["builds"]
    if not found:
        raise ServiceError(f"There is no build {given} any more.", code="ResourceNotFoundException", status=404)
    (build,) = found
    entry = _entry(build)
    logs = build.get("logs", {})
    trouble = next((each["message"] for each in _contexts(build) if each.get("message")), "")
    return Sheet(
        kind="build", key=build["id"], name=build["id"], status=entry.status, tone=entry.tone, began=entry.began,
        ended=entry.ended, note=trouble, graph=drawn(build),
        tables=tuple(table for table in (Table(title="Build", facts=tuple(_facts(build))),
                                         Table(title="Exported", facts=tuple(_exported(build)))) if table.facts),
        log=Log(group=logs["groupName"], prefix=logs.get("streamName", "")) if logs.get("groupName") else None,
    )  # fmt: skip


def _contexts(build: Json) -> Iterator[Json]:
    for phase in build["phases"]:
        if phase.get("phaseStatus", "SUCCEEDED") != "SUCCEEDED":
            yield from phase.get("contexts", ())


def drawn(build: Answer) -> Graph:
    """Its phases, one after the other."""
    nodes = [
        Node(
            id=str(place), label=phase["phaseType"].capitalize().replace("_", " "), status=phase.get("phaseStatus", ""),
            tone=_tone_of_phase(build, phase), began=phase.get("startTime", 0.0), ended=phase.get("endTime") or 0.0,
            note=next((each["message"] for each in phase.get("contexts", ()) if each.get("message")), ""),
        )
        for place, phase in enumerate(build["phases"])
    ]  # fmt: skip
    return laid_out(nodes, [Edge(start=str(place), end=str(place + 1)) for place in range(len(nodes) - 1)])


def _tone_of_phase(build: Answer, phase: Json) -> Tone:
    if "phaseStatus" in phase:
        return tone_of(phase["phaseStatus"])
    return "good" if phase["phaseType"] == "COMPLETED" and build["buildStatus"] == "SUCCEEDED" else "busy"


def _facts(build: Answer) -> Iterator[Fact]:
    for label, member in (
        ("Project", "projectName"), ("Started by", "initiator"), ("Revision", "resolvedSourceVersion"),
        ("Number", "buildNumber"),
    ):  # fmt: skip
        if member in build:
            yield Fact(label=label, value=str(build[member]))
    if image := build.get("environment", {}).get("image"):
        yield Fact(label="Image", value=image)


def _exported(build: Answer) -> Iterator[Fact]:
    for each in build.get("exportedEnvironmentVariables", ()):
        yield Fact(label=each["name"], value=each["value"])
