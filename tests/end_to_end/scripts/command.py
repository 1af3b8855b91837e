"""`python -m penstock`, for forks of a Python that has imported it (see forking.py)."""

import sys

from penstock.cli import main

sys.argv[0] = "penstock"
main()
