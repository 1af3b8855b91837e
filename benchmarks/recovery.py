"""How long a server that was killed takes to be itself again, with a thousand executions open.

A thousand executions of one step are started; their jobs run a few at a time and the rest wait for slots. Then the
server is killed (SIGKILL) and started again: *ready* is its first answer, *first progress* the first execution that
ends afterwards (a job takes 0.3 s, which is part of it). The floor is the same start with nothing open.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.steps import ROLE, step
from benchmarks.world import Client, clients, server, timed
from penstock.cli.story.server import Server

OPEN, AT_ONCE = 1_000, 8
NAME = "waiting"
JOB = ["sleep", "0.3"]


def definition() -> str:
    only = step("wait", warm=False, after=None)
    only["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = JOB
    return json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": [], "Steps": [only]})


def ended(sagemaker: Client) -> int:
    """How many jobs have completed."""
    pages = sagemaker.get_paginator("list_processing_jobs").paginate(StatusEquals="Completed")
    return sum(len(page["ProcessingJobSummaries"]) for page in pages)


def start_all(sagemaker: Client) -> None:
    sagemaker.create_pipeline(
        PipelineName=NAME, RoleArn=ROLE, PipelineDefinition=definition(), ClientRequestToken=NAME.ljust(32, "x")
    )
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: sagemaker.start_pipeline_execution(PipelineName=NAME), range(OPEN)))


def restarted(running: Server) -> float:
    """Kill it and start it again; seconds from its start to ready."""
    running.kill()
    return timed(partial(running.start, port=running.port))


def until_progress(sagemaker: Client) -> float:
    began, before = time.perf_counter(), ended(sagemaker)
    while ended(sagemaker) == before:
        time.sleep(0.02)
    return time.perf_counter() - began


def main() -> None:
    with server() as (running, place):
        (sagemaker,) = clients(place, "sagemaker")
        print(f"{'ready, nothing open':36} {restarted(running):6.2f} s")
        seconds = timed(partial(start_all, sagemaker))
        print(f"{'(executions started a second)':36} {OPEN / seconds:6.0f}")
        left = OPEN - ended(sagemaker)
        print(f"{f'ready, {left:,} executions open':36} {restarted(running):6.2f} s")
        print(f"{'first progress after that':36} {until_progress(sagemaker):6.2f} s")
