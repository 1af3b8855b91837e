"""A Python that has imported a SageMaker SDK, which takes seconds, and forks for each script that it is told to run.

The modules to import are its arguments.

A request is a line of JSON: a script's words, its folder and variables, and the files for its output and errors. The
answer is a line with the script's exit code.
"""

import gc
import importlib
import json
import os
import runpy
import sys

from botocore_once import read_once

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the SDK says something when it is imported
for name in sys.argv[1:]:  # so that scripts need not wait for them
    importlib.import_module(name)
read_once(("sagemaker", "sagemaker-runtime", "s3", "sts"))
gc.collect()
gc.freeze()


def become(request: dict) -> None:
    """This process is the script's from here on."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, name in enumerate(request["files"], start=1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    sys.argv = request["words"]
    runpy.run_path(sys.argv[0], run_name="__main__")


for line in sys.stdin:
    if (child := os.fork()) == 0:
        become(json.loads(line))
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
