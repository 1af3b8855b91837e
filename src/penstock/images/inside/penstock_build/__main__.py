"""python3 FOLDER ORDER: carry out the order in a file."""

import sys

from penstock_build.program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
