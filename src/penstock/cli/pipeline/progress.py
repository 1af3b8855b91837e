"""Progress: the steps of an execution as they run, a table on a terminal and a line for each change elsewhere."""

import re
import time
from typing import Any, Final

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from penstock.cli.clients import Client
from penstock.cli.story.following import COLOURS, ENDED
from penstock.cli.story.screen import result, seconds, steps

Json = Any
LONGEST: Final = 28 * 86400.0  # seconds: AWS lets no execution live longer
CACHE: Final = ("cache hit:", "cache miss:")
EXECUTION: Final = re.compile(r"arn:aws[^ ]*/execution/(\w+)")

__all__ = ["ENDED", "follow", "status_of", "steps", "table"]


def status_of(sagemaker: Client, execution: str) -> str:
    answer = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    return str(answer["PipelineExecutionStatus"])


def follow(console: Console, sagemaker: Client, execution: str, *, pause: float) -> str:
    """Show the steps until the execution has ended; its status."""
    until = time.monotonic() + LONGEST
    told: dict[str, str] = {}
    with Live(console=console, refresh_per_second=10, transient=True) as live:
        while True:
            status = status_of(sagemaker, execution)
            if not console.quiet:
                found = steps(sagemaker, execution)
                live.update(table(found))
                if not console.is_terminal:
                    tell(console, found, told)
            if status in ENDED:
                return status
            if time.monotonic() > until:
                raise TimeoutError(f"{execution} is still {status}")
            time.sleep(pause)


def tell(console: Console, found: list[Json], told: dict[str, str]) -> None:
    for step in found:
        if told.get(step["StepName"]) != step["StepStatus"]:
            told[step["StepName"]] = step["StepStatus"]
            console.print(f"{step['StepName']}: {step['StepStatus']} {cached(step)}".rstrip(), soft_wrap=True)


def table(found: list[Json]) -> Table:
    drawn = Table("step", "status", "seconds", "", box=None, pad_edge=False, header_style="bold")
    for step in found:
        status = step["StepStatus"]
        drawn.add_row(step["StepName"], Text(status, style=COLOURS.get(status, "")), seconds(step), remark(step))
    return drawn


def remark(step: Json) -> Text:
    """What a step came to, or why it was run or not."""
    return Text("" if "FailureReason" in step else cached(step) or result(step), overflow="ellipsis", no_wrap=True)


def cached(step: Json) -> str:
    """The reason of a cache hit or miss, which is the last line of the description."""
    last = str(step.get("StepDescription", "")).rpartition("\n")[2]
    return EXECUTION.sub(r"\1", last) if last.startswith(CACHE) else ""
