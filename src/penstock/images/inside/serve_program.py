"""`serve` for images that bring a program of their own: started by path, as a resident."""

import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from penstock_image.serving.channel import answer
from penstock_image.serving.program import Program

CHANNEL = 3

if __name__ == "__main__":
    answer(socket.socket(fileno=CHANNEL), Program(dict(os.environ)).respond)
