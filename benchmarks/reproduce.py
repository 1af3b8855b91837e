"""What recording adds to a step, and what it takes to run the demo again beside its first time.

The first is processor time, of 400 runs of jobs that end at once, with the report that a job of so many objects makes
and with one that has no record, in turn. The second is the execution's own time (CreationTime to its end) beside that
of `penstock reproduce`, from typing it to its last word, and beside an interpreter that imports what it imports. The
third is the same of the whole demo's pipeline, executed anew without its cache on a server that is up and warm.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks.world import is_quick, spread, timed
from penstock.cli.clients import client
from penstock.cli.stories import read_stories
from penstock.cli.story.server import Server
from penstock.composition.images import Images
from penstock.composition.inventories import Inventories
from penstock.composition.sources import MIGRATIONS, chance, clock
from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.runtimes.container import Engine as ContainerEngine
from penstock.services.sagemaker.jobs.flow import RUN_JOB, JobFlow
from penstock.services.sagemaker.jobs.model import Content, Plan, Record, Report
from penstock.store.blobs import Blobs, Digest
from penstock.store.migrate import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Directory, Scope

RUNS: Final = 400
LONGEST: Final = 120.0  # seconds of an execution
OBJECTS: Final = (5, 100)
IMAGE: Final = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
REQUEST: Final = {
    "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}},
    "AppSpecification": {"ImageUri": IMAGE},
    "RoleArn": "arn:aws:iam::123456789012:role/PenstockExecutionRole",
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


def report(objects: int) -> dict[str, Any]:
    """How a job ended that took and left so many objects; without a record if there were none."""
    contents = tuple(Content(f"s3://bucket/some/prefix/{n:06}.csv", Digest(f"{n:064x}"), 1000) for n in range(objects))
    record = Record(taken=contents[1:], left=contents[:1], environment=Digest("ab" * 32)) if objects else None
    told: dict[str, Any] = msgspec.to_builtins(
        Report("exited", exit_code=0, started_at=1.0, ended_at=2.0, record=record)
    )
    return told


async def ended(folder: Path, objects: int) -> float:
    """Processor seconds of a run, for jobs that end so."""
    database, told = SqliteDatabase(folder / "bench.db"), report(objects)
    engine = Engine(database, Directory(), clock=clock, chance=chance)

    async def run(_: Task) -> dict[str, Any]:
        return told

    engine.activity(RUN_JOB, run)
    engine.register(JobFlow("processing-job"))
    ready = asyncio.Event()
    working = asyncio.create_task(engine.work(ready.set))
    await ready.wait()
    names = [f"arn:aws:sagemaker:us-east-1:123456789012:processing-job/{chance()}" for _ in range(RUNS)]
    began = time.process_time()
    for arn in names:
        plan = msgspec.json.encode(Plan("processing-job", arn.rpartition("/")[2], arn, clock(), REQUEST))
        flow = "sagemaker.processing-job"
        await database.write(partial(engine.start, run=RunId(arn), flow=flow, plan=plan, scope=Scope()))
        await engine.settled(RunId(arn))
    took = time.process_time() - began
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    database.close()
    return took / RUNS


def recording() -> None:
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as name:
        folder = Path(name)
        migrate(folder / "bench.db", MIGRATIONS)
        rounds = 2 if is_quick() else 7
        found: dict[int, list[float]] = {0: [], **{objects: [] for objects in OBJECTS}}
        for _ in range(rounds):
            for objects, times in found.items():
                times.append(asyncio.run(ended(folder, objects)))
        for objects in OBJECTS:
            beyond = statistics.median(found[objects]) - statistics.median(found[0])
            print(f"a record of {objects} objects: {spread(found[objects])}, beyond none {beyond * 1000:.2f} ms")
        inventories = Inventories(Images(folder), Blobs(folder), ContainerEngine(folder / "nobody"))
        asyncio.run(identify(inventories, 1))
        known = timed(lambda: asyncio.run(identify(inventories, 1000)))
        print(f"to know what the image stands for: {known:.3f} ms, when it was listed before")


async def identify(inventories: Inventories, times: int) -> None:
    for _ in range(times):
        await inventories.identify(IMAGE)


def again() -> None:
    """The demo, and the demo again."""
    with tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as name:
        command = [sys.executable, "-m", "penstock"]
        subprocess.run([*command, "demo", "--short", "--data", name], check=True, capture_output=True)
        (story,) = read_stories(Path(name), "tumours")
        first, steps = story.ended_at - story.began_at, sum(step.seconds for step in story.steps)
        bare = timed(lambda: subprocess.run([sys.executable, "-c", "import penstock.cli.reproduce"], check=True))
        times = []
        for _ in range(2 if is_quick() else 5):
            began = time.perf_counter()
            done = subprocess.run(
                [*command, "reproduce", "tumours", "--json", "--data", name], check=True, capture_output=True
            )
            times.append(time.perf_counter() - began)
            verdicts = [each["verdict"] for each in json.loads(done.stdout)["steps"]]
            assert "differs" not in verdicts
        print(f"the demo's execution: {first:.2f} s ({steps:.2f} s in its steps)")
        print(f"reproduce: {spread(times)}; an interpreter with its imports: {bare:.2f} s")
        ratio, rest = (seconds / first for seconds in (statistics.median(times), statistics.median(times) - bare))
        print(f"ratio {ratio:.2f}, without the interpreter {rest:.2f}")


def whole() -> None:
    """The whole demo's pipeline anew, and each time again."""
    with tempfile.TemporaryDirectory(prefix="penstock-bench-", ignore_cleanup_errors=True) as name:
        data, command = Path(name), [sys.executable, "-m", "penstock"]
        subprocess.run([*command, "demo", "--data", name], check=True, capture_output=True)
        server = Server(data)
        sagemaker = client(server.start(), "sagemaker")
        try:
            pipeline = uncached(sagemaker)
            ratios = []
            for number in range(5):
                execution = sagemaker.start_pipeline_execution(PipelineName=pipeline)["PipelineExecutionArn"]
                first = seconds_of(sagemaker, execution)
                began = time.perf_counter()
                subprocess.run([*command, "reproduce", execution, "--data", name], check=True, capture_output=True)
                took = time.perf_counter() - began
                print(f"the whole demo's pipeline: {first:.2f} s, reproduce {took:.2f} s, ratio {took / first:.2f}")
                ratios += [took / first] if number else []  # the server has no warm Python when it was just started
            print(f"ratio on a warm server: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        finally:
            server.stop()


def uncached(sagemaker: Any) -> str:
    """A pipeline like the demo's whose steps have no cache."""
    (demo,) = sagemaker.list_pipelines()["PipelineSummaries"]
    found = sagemaker.describe_pipeline(PipelineName=demo["PipelineName"])
    definition = without_cache(json.loads(found["PipelineDefinition"]))
    sagemaker.create_pipeline(
        PipelineName="anew", RoleArn=found["RoleArn"], PipelineDefinition=json.dumps(definition)
    )  # fmt: skip
    return "anew"


def without_cache(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: without_cache(each) for name, each in tree.items() if name != "CacheConfig"}
    return [without_cache(each) for each in tree] if isinstance(tree, list) else tree


def seconds_of(sagemaker: Any, execution: str) -> float:
    """How long an execution took, once it has ended."""
    until = time.monotonic() + LONGEST
    while (found := sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution))[
        "PipelineExecutionStatus"
    ] == "Executing":
        assert time.monotonic() < until, f"{execution} does not end"
        time.sleep(0.2)
    assert found["PipelineExecutionStatus"] == "Succeeded", found
    took: float = (found["LastModifiedTime"] - found["CreationTime"]).total_seconds()
    return took


def main() -> None:
    recording()
    again()
    if not is_quick():
        whole()


if __name__ == "__main__":
    main()
