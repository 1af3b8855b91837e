"""Prepare, tune, evaluate; register the model for approval if it is good enough.

penstock run pipeline.py                      # here, without a server
penstock run pipeline.py --param least=0.99
"""

import os
from pathlib import Path

from features import monitored, prepare
from models import evaluate, read, train

from penstock.pipeline import between, fail, file, folder, otherwise, pipeline, register, tune, when

# A build of a project's pipeline says these; on your own machine the pipeline stands for itself.
PROJECT = "-".join(filter(None, map(os.environ.get, ("SAGEMAKER_PROJECT_NAME", "SAGEMAKER_PROJECT_ID"))))
NAME = os.environ.get("SAGEMAKER_PIPELINE_NAME") or PROJECT or "digits"
GROUP = PROJECT or "digits"
BUCKET = os.environ.get("ARTIFACT_BUCKET")
IMAGE = os.environ.get("SAGEMAKER_IMAGE_URI", "")
LABELLED = f"s3://{BUCKET}/labelled" if BUCKET else "labelled"


@pipeline(name=NAME, image=IMAGE)
def digits(
    scanned: Path = file("data/digits.csv"), labelled: Path = folder(LABELLED), least: float = 0.9
) -> dict[str, object]:
    """A model that reads scanned digits."""
    images = prepare(scanned, labelled)
    best = tune(train(images.train, width=between(0.0001, 0.005, log=True)), metric="accuracy", trials=4)
    quality = evaluate(best.model, images.test)
    with when(quality.accuracy >= least):
        monitored(images.train)
        package = register(best.model, group=GROUP, metrics=quality, predict=read)
    with otherwise():
        fail("not good enough:", quality.accuracy)
    return {"quality": quality, "package": package}
