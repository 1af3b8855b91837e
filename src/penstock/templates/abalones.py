"""A table in the form of the abalones that AWS's example pipelines learn from: the bucket of seeds has it, as AWS's.

Sex, length, diameter, height, four weights, and what is to be told: the number of rings. The animals are made up, the
same ones each time; they grow as real ones do, so that a model learns about as much from them. A batch is what AWS's
examples make of the table before they train, for a model to tell the rings of.
"""

import math
import random
import statistics
from collections.abc import Iterator
from typing import Final

KEY: Final = "dataset/abalone-dataset.csv"
BATCH_KEY: Final = "dataset/abalone-dataset-batch"
ANIMALS: Final = 4177
SEXES: Final = "FIM"  # as columns


def table() -> bytes:
    """A line for each animal, without a header."""
    return "".join(f"{','.join(animal)}\n" for animal in animals()).encode()


def batch() -> bytes:
    """The same animals as libsvm, its columns counted from 1: the rings, sizes and weights made alike, each sex."""
    every = list(animals())
    measures = [[float(value) for value in column] for column in list(zip(*every, strict=True))[1:-1]]
    scales = [(statistics.fmean(column), statistics.pstdev(column)) for column in measures]
    lines = []
    for animal in every:
        alike = ((float(value) - mean) / spread for value, (mean, spread) in zip(animal[1:-1], scales, strict=True))
        pairs = [f"{index}:{value:.6g}" for index, value in enumerate(alike, 1)]
        lines.append(" ".join([animal[-1], *pairs, f"{len(pairs) + 1 + SEXES.index(animal[0])}:1"]))
    return "".join(f"{line}\n" for line in lines).encode()


def animals() -> Iterator[list[str]]:
    luck = random.Random(ANIMALS)  # noqa: S311 - the same animals each time
    return (list(_animal(luck)) for _ in range(ANIMALS))


def _animal(luck: random.Random) -> Iterator[str]:
    rings = min(max(round(luck.gammavariate(11, 0.9)), 1), 29)
    length = 0.66 * (1 - math.exp(-0.19 * rings)) * luck.gauss(1, 0.09)
    weight = 5.8 * length**3 * luck.gauss(1, 0.1)
    adult = luck.random() < 1 / (1 + math.exp(7.5 - rings))
    yield luck.choice("MF") if adult else "I"
    yield from (f"{length * share * luck.gauss(1, 0.02):.3f}" for share in (1, 0.78, 0.27))
    shell = 0.22 + 0.006 * rings
    yield from (f"{weight * share * luck.gauss(1, 0.13):.4f}" for share in (1, 0.63 - shell, 0.22, shell))
    yield str(rings)
