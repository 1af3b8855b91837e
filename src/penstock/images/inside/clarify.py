"""Clarify as a script: what a job on its image starts."""

import sys

from penstock_image.clarify.program import main

if __name__ == "__main__":
    sys.exit(main())
