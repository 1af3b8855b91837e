"""A table in the form of the abalones that AWS's example pipelines learn from: the bucket of seeds has it, as AWS's.

Sex, length, diameter, height, four weights, and what is to be told: the number of rings. The animals are made up, the
same ones each time; they grow as real ones do, so that a model learns about as much from them.
"""

import math
import random
from collections.abc import Iterator
from typing import Final

KEY: Final = "dataset/abalone-dataset.csv"
ANIMALS: Final = 4177
MD5: Final = "747c5f6bf978c8187f45153498b4e782"  # of the table, so that it is made only where it is missing


def table() -> bytes:
    """A line for each animal, without a header."""
    luck = random.Random(ANIMALS)  # noqa: S311 - the same animals each time
    return "".join(f"{','.join(animal(luck))}\n" for _ in range(ANIMALS)).encode()


def animal(luck: random.Random) -> Iterator[str]:
    rings = min(max(round(luck.gammavariate(11, 0.9)), 1), 29)
    length = 0.66 * (1 - math.exp(-0.19 * rings)) * luck.gauss(1, 0.09)
    weight = 5.8 * length**3 * luck.gauss(1, 0.1)
    adult = luck.random() < 1 / (1 + math.exp(7.5 - rings))
    yield luck.choice("MF") if adult else "I"
    yield from (f"{length * share * luck.gauss(1, 0.02):.3f}" for share in (1, 0.78, 0.27))
    shell = 0.22 + 0.006 * rings
    yield from (f"{weight * share * luck.gauss(1, 0.13):.4f}" for share in (1, 0.63 - shell, 0.22, shell))
    yield str(rings)
