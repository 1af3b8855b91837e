"""AutoML's jobs as a script: what a job on its image starts. The word after it says which of them it is."""

import sys

from penstock_automl.program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
