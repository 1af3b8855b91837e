"""Any pipeline ends as the plain evaluator says, also when the world stops at any commit and goes on."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.any_pipeline import Job, Loop, Pipeline, ends, pipelines, status, steps
from services.sagemaker.pipelines.pipelines_world import Play, World
from services.sagemaker.pipelines.test_pipeline_crashes import TOKEN
from services.sagemaker.pipelines.two_lives import Lives, two_lives

Ended = tuple[str, dict[str, str]]
MANY = 20  # jobs of a step, in all iterations and attempts


def alike(pipeline: Pipeline) -> Pipeline:
    """The same pipeline, each job of a body going alike for every item: the world knows jobs by the step's name."""
    return tuple(
        replace(node, body=tuple(replace(job, fates=(job.fates[0],) * max(1, node.items)) for job in node.body))
        if isinstance(node, Loop)
        else node
        for node in pipeline
    )


def jobs_of(pipeline: Pipeline) -> list[Job]:
    return [
        job for node in pipeline for job in (node.body if isinstance(node, Loop) else [node]) if isinstance(job, Job)
    ]


def lived(path: Path, pipeline: Pipeline, commits: int, *, after: bool) -> Lives[Ended]:
    def furnish(world: World) -> None:
        world.plays = {job.name: [Play("Failed")] * MANY for job in jobs_of(pipeline) if not job.fates[0].well}

    async def execute(world: World) -> Ended:
        text = {"Version": "2020-12-01", "Steps": steps(pipeline)}
        await world.create_from(text, ClientRequestToken=TOKEN)
        arn = await world.start(ClientRequestToken=TOKEN)
        execution = await world.finished(arn)
        shown = {step["StepName"]: step["StepStatus"] for step in await world.steps(arn)}
        return execution["PipelineExecutionStatus"], shown

    return asyncio.run(two_lives(path, execute, furnish, commits=commits, after=after))


@settings(max_examples=12, deadline=None)
@given(pipeline=pipelines(faults=False, cached=False), commits=st.integers(0, 30), after=st.booleans())
def test_any_pipeline_ends_as_it_would_have_without_the_crash(pipeline: Pipeline, commits: int, after: bool) -> None:
    pipeline = alike(pipeline)

    with tempfile.TemporaryDirectory() as folder:
        lives = lived(Path(folder) / "world.db", pipeline, commits, after=after)

    expected = {name: end for name, end in ends(pipeline).items() if end != "Skipped"}
    assert lives.answer == (status(pipeline), expected)
    names = {request["ProcessingJobName"] for _, request in lives.requests}
    loops = [node for node in pipeline if isinstance(node, Loop)]
    made = {name for name in expected if any(name in (job.name, *_iterations(job, loops)) for job in jobs_of(pipeline))}
    assert len(names) == len(made), "one attempt has one name, however often its job is asked for"


def _iterations(job: Job, loops: list[Loop]) -> list[str]:
    return [f"{job.name}-{index}" for loop in loops if job in loop.body for index in range(loop.items)]
