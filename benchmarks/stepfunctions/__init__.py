"""Step Functions: events a second, beside another executor, express executions, and executions that wait."""

from benchmarks.stepfunctions import beside, express, inprocess, waiting
from benchmarks.world import is_quick

PARTS = (
    ("history events, in process", inprocess),
    ("beside moto, through boto3", beside),
    ("express, 5 states", express),
    ("executions in Wait", waiting),
)


def main() -> None:
    quick = is_quick()
    for title, part in PARTS:
        print(f"-- {title}", flush=True)
        part.main(quick=quick)
