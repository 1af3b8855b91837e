"""A training script whose score follows from its arguments alone."""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--kind", choices=["bad", "good"])
parser.add_argument("--offset", type=int)
given = parser.parse_args()
print(f"score={given.offset + (given.kind == 'good')}")
