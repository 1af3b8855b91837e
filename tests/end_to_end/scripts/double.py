"""A processing script: every number of the input, doubled."""

import sys
from pathlib import Path

numbers = Path("/opt/ml/processing/input/numbers.csv").read_text().split()
Path("/opt/ml/processing/output/doubled.csv").write_text("\n".join(str(2 * int(each)) for each in numbers))
print("processing says", sys.argv[1:])
