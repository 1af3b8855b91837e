"""Mixing: of several candidates the mixture that answers best, by Caruana's greedy selection.

Starting with none, that candidate is added (perhaps once more) which makes the mean of all answers best; how often each
was taken is its weight. Rows are judged by answers of models that have not seen them, so that nothing is fitted twice.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from penstock_automl import archive
from penstock_automl.estimators import Model
from penstock_automl.schema import Schema
from penstock_automl.scoring import objective
from penstock_image.failure import ClientError

ROUNDS = 25


def mixed(channels: Path, schema: Schema, truth: Any, weights: Any) -> tuple[Model, Any]:
    """The mixture of the candidates in the channels `candidate-…`, and its answers."""
    models: list[Model] = []
    answers: list[Any] = []
    for channel in sorted(channels.glob("candidate-*")):
        with tempfile.TemporaryDirectory() as folder:
            model, unseen = archive.load(channel, Path(folder))
        models.append(model)
        answers.append(unseen)
    if not models:
        raise ClientError("an ensemble needs candidates, each in a channel candidate-…")
    taken = selected(schema, truth, answers, weights)
    parts = [model.parts[0] for place, model in enumerate(models) if place in taken]
    shares = [taken.count(place) / len(taken) for place in sorted(set(taken))]
    together = np.mean([answers[place] for place in taken], axis=0)
    return Model(schema.columns, schema.labels, parts, shares), together


def selected(schema: Schema, truth: Any, answers: list[Any], weights: Any) -> list[int]:
    """The places of candidates, as often as they are taken: those up to the best mixture."""
    taken: list[int] = []
    best, length, total = -np.inf, 0, np.zeros_like(answers[0])
    for _ in range(ROUNDS):
        worth = [
            objective(schema.problem, schema.metric, truth, (total + each) / (len(taken) + 1), weights)
            for each in answers
        ]
        place = int(np.argmax(worth))
        taken.append(place)
        total = total + answers[place]
        if worth[place] > best:
            best, length = worth[place], len(taken)
    return taken[:length]
