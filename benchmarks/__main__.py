"""Run the measurements named, or all of them; with `--quick` some take a glance only. `soak` is only run by name."""

import importlib
import sys

from benchmarks.world import QUICK

ALL = (
    "help",
    "ready",
    "environments",
    "steps",
    "authoring",
    "cached",
    "functions",
    "endpoints",
    "s3",
    "engine",
    "recovery",
    "stepfunctions",
    "mapruns",
    "events",
    "codecommit",
    "tuning",
    "profiles",
    "features",
    "reproduce",
    "delivery",
    "pushes",
)


def main() -> None:
    for name in [name for name in sys.argv[1:] if name != QUICK] or ALL:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
