"""`train` as a script: `python INSIDE/train.py`, for whoever starts scripts rather than commands."""

import sys

from penstock_image.train import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
