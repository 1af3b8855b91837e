"""Step Functions: events a second, beside another executor, express executions, and executions that wait."""

from benchmarks.stepfunctions import beside, inprocess
from benchmarks.world import is_quick


def main() -> None:
    quick = is_quick()
    for title, part in (("events", inprocess), ("beside moto, through boto3", beside)):
        print(f"-- {title}", flush=True)
        part.main(quick=quick)
