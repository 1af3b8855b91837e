"""Which grower is a wine from? Prepared, tuned, judged; registered, served and tasted if good enough.

penstock run pipeline.py
penstock run pipeline.py --param least=1.01
"""

from pathlib import Path

from features import prepare
from models import count, evaluate, grower, taste, train

from penstock.pipeline import between, deploy, fail, file, otherwise, pipeline, register, transform, tune, when


@pipeline
def wine(raw: Path = file("wine.csv"), trees: int = 40, least: float = 0.9) -> dict[str, object]:
    """A forest that tells three growers' wines apart."""
    wines = prepare(raw)
    best = tune(train(wines.train, trees, depth=between(2, 6)), metric="accuracy", trials=4)
    quality = evaluate(best.model, wines.test)
    with when((best.accuracy >= least) & (quality.accuracy >= least)):
        register(best.model, group="wine", metrics=quality, status="Approved", predict=grower)
        endpoint = deploy(best.model, name="wine", predict=grower)
        tasted = taste(endpoint, wines.test)
        counts = count(transform(best.model, wines.unlabelled, predict=grower))
    with otherwise():
        fail("not good enough:", quality.accuracy)
    return {"tuned": best.accuracy, "quality": quality, "tasted": tasted, "counts": counts}
