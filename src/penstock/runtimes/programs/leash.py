"""A leash: runs a command until it ends or until whoever holds the other end of standard input is gone.

Then the command gets SIGTERM and, after a while, its whole process group SIGKILL. Needs nothing but Python itself.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

PATIENCE = 10.0  # seconds


def wait_for_the_end(process: "subprocess.Popen[bytes]") -> None:
    while os.read(0, 1):
        pass
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    os.killpg(0, signal.SIGKILL)


process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
threading.Thread(target=wait_for_the_end, args=(process,), daemon=True).start()
code = process.wait()
sys.exit(code if code >= 0 else 128 - code)
