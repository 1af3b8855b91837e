"""`serve` for whoever starts model servers as residents: forked from what has imported it, or started by path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from penstock_image.serving.channel import serve

CHANNEL = 3

if __name__ == "__main__":
    serve(CHANNEL)
