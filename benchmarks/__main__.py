"""Run the measurements named, or all of them."""

import importlib
import sys

ALL = ("help", "ready", "steps", "functions", "s3", "engine", "recovery", "mapruns")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
