"""Outcomes: which answers of a model are positive, in the sense of the labels in the data.

An answer that is one of the labels is that label. A number is else compared with the threshold of continuous labels, or
is a score: of several the highest counts, one alone is a probability, of the first of `label_headers` or of 1.
"""

from collections.abc import Sequence

import numpy as np

from penstock_image.clarify.answers import Answer, scores
from penstock_image.clarify.bias import Mask
from penstock_image.clarify.configuration import Configuration
from penstock_image.clarify.facets import among, is_continuous
from penstock_image.clarify.table import Numbers, Values
from penstock_image.failure import ClientError
from penstock_image.layout import Json

DEFAULT_THRESHOLD = 0.5


def positive(found: Sequence[Answer], labels: Values, config: Configuration, threshold: float | None) -> Mask:
    """The answers that are positive. `threshold` is what the job says, if it does. Raises `ClientError`."""
    if not is_continuous(labels, config.positive):
        said = _labels(found, labels)
        if said is not None:
            return among(said, config.positive)
    numbers = scores(found)
    if numbers.shape[1] > 1:
        return among(_highest(found, numbers, config), config.positive)
    if is_continuous(labels, config.positive):
        return numbers[:, 0] > float(config.positive[0])
    if threshold is None:
        threshold = float(config.document.get("probability_threshold", DEFAULT_THRESHOLD))
    return _by_threshold(numbers[:, 0] > threshold, labels, config)


def _labels(found: Sequence[Answer], labels: Values) -> Values | None:
    """What the answers say as labels; None if they do not."""
    if any(answer.label is None or isinstance(answer.label, list) for answer in found):
        said = [answer.scores for answer in found]
        if any(isinstance(score, list) or score is None for score in said):
            return None
    else:
        said = [answer.label for answer in found]
    column = _column(said)
    is_known = all(isinstance(value, str) for value in said) or bool(among(column, list(set(labels))).all())
    return column if is_known else None


def _highest(found: Sequence[Answer], numbers: Numbers, config: Configuration) -> Values:
    """The label with the highest score."""
    best = numbers.argmax(axis=1)
    if all(isinstance(answer.label, list) and len(answer.label) == numbers.shape[1] for answer in found):
        return _column([answer.label[place] for answer, place in zip(found, best, strict=True)])
    headers = config.predictor.get("label_headers") or ()
    if len(headers) != numbers.shape[1]:
        raise ClientError(f"the model answers {numbers.shape[1]} scores: name their labels in label_headers.")
    return _column([headers[place] for place in best])


def _by_threshold(is_high: Mask, labels: Values, config: Configuration) -> Mask:
    headers = config.predictor.get("label_headers") or ()
    if len(headers) == 1:
        return is_high if among(_column(headers), config.positive)[0] else ~is_high
    if among(labels, [0, 1]).all():
        return among(_column([int(high) for high in is_high]), config.positive)
    raise ClientError("the model answers a probability: say in label_headers of which label.")


def _column(values: Sequence[Json]) -> Values:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
