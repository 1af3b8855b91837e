"""`train` as a script: `python INSIDE/train.py [train]`, for whoever starts scripts rather than commands.

SageMaker starts images with the word `train`, which is then the command; here it is an argument that says nothing.
"""

import sys

from penstock_image.train import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1 + (sys.argv[1:2] == ["train"]) :]))
