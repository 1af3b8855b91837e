"""The program: which job this is, and how it went, said where SageMaker looks for it.

A training job fails with a file, a processing job with an exit message. What the exploration found is its exit
message, as JSON: the AutoML job reads it there.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from penstock_automl import exploring, reports, training
from penstock_image import failure
from penstock_image.layout import Folders

MESSAGE = Path("/opt/ml/output/message")
PROCESSING = Path("/opt/ml/processing")


def main(arguments: Sequence[str], variables: Mapping[str, str] = os.environ) -> int:
    """Do what the first word says; the exit code."""
    word = arguments[0] if arguments else ""
    does: dict[str, Callable[[], object]] = {
        "train": lambda: training.train(Folders.of(variables).base),
        "explore": lambda: exploring.explore(PROCESSING, variables),
        "explain": lambda: reports.explain(PROCESSING),
        "assess": lambda: reports.assess(PROCESSING),
    }
    try:
        if word not in does:
            raise failure.ClientError(f"this image is started with one of {', '.join(does)}, not with '{word}'")
        found, exit_code = does[word](), 0
        said = "Completed" if found is None else json.dumps(found)
    except failure.JobFailure as problem:
        said, exit_code = str(problem), 1
    print(said, flush=True)
    if word == "train" and exit_code:
        failure.report(Folders.of(variables), said)
    elif word != "train":
        MESSAGE.parent.mkdir(parents=True, exist_ok=True)
        MESSAGE.write_text(said[:1024])
    return exit_code
