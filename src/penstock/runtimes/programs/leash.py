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


def follow(process: "subprocess.Popen[bytes]") -> None:
    while os.read(0, 1):
        pass
    is_let_go.set()
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    os.killpg(0, signal.SIGKILL)


is_let_go = threading.Event()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
following = threading.Thread(target=follow, args=(process,), daemon=True)
following.start()
code = process.wait()
if is_let_go.is_set():
    following.join()  # which ends this process with all others of its group
sys.exit(code if code >= 0 else 128 - code)
