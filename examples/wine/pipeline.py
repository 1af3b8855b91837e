"""Which grower is a wine from? Prepared, tuned, judged; registered and served if good enough.

penstock run pipeline.py
penstock run pipeline.py --param least=0.99
"""

from pathlib import Path

from features import prepare
from models import Quality, evaluate, train

from penstock.pipeline import between, deploy, fail, file, otherwise, pipeline, register, tune, when


@pipeline
def wine(raw: Path = file("wine.csv"), trees: int = 40, least: float = 0.9) -> Quality:
    """A forest that tells three growers' wines apart."""
    wines = prepare(raw)
    best = tune(train(wines.train, trees, depth=between(2, 6)), metric="accuracy", trials=4)
    quality = evaluate(best.model, wines.test)
    with when(quality.accuracy >= least):
        register(best.model, group="wine", metrics=quality, status="Approved")
        deploy(best.model, name="wine")
    with otherwise():
        fail("not good enough:", quality.accuracy)
    return quality
