"""Tables in the form of those that AWS's examples learn from, beside the abalones: houses, tumours, people.

All of it is made up, the same each time; what is to be told depends on the rest about as it does in the real ones.
"""

import gzip
import io
import math
import random
import tarfile
from collections.abc import Callable, Iterator
from typing import Final

from penstock.templates import abalones

BUCKET: Final = "sagemaker-sample-files"
REGIONAL_BUCKET: Final = "sagemaker-example-files-prod-{region}"
HOUSES, TUMOURS, PEOPLE, TESTED_PEOPLE = 20640, 569, 32561, 16281
ARCHIVED: Final = "CaliforniaHousing/cal_housing.data"
SIZES: Final = (14.1, 19.3, 92, 655, 0.096, 0.104, 0.089, 0.049, 0.181, 0.063)  # radius, texture, perimeter, area …
LEANING: Final = (0.25, 0.11, 0.26, 0.54, 0.07, 0.39, 0.81, 0.9, 0.06, 0.01)  # how much larger they are in bad ones
ERRORS: Final = (0.03, 0.06, 0.03, 0.06, 0.07, 0.24, 0.36, 0.24, 0.11, 0.06)  # as shares
WORK: Final = ("Private", "Self-emp-not-inc", "Local-gov", "State-gov", "Self-emp-inc", "Federal-gov", "?")
SCHOOLS: Final = {
    "HS-grad": 9, "Some-college": 10, "Bachelors": 13, "Masters": 14, "Assoc-voc": 11, "11th": 7, "Assoc-acdm": 12,
    "10th": 6, "7th-8th": 4, "Prof-school": 15, "9th": 5, "12th": 8, "Doctorate": 16, "5th-6th": 3, "1st-4th": 2,
}  # fmt: skip
JOBS: Final = (
    "Prof-specialty", "Craft-repair", "Exec-managerial", "Adm-clerical", "Sales", "Other-service", "Machine-op-inspct",
    "Transport-moving", "Handlers-cleaners", "Farming-fishing", "Tech-support", "Protective-serv", "?",
)  # fmt: skip
RACES: Final = ("White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other")
HOMES: Final = ("United-States", "Mexico", "Philippines", "Germany", "Canada", "India", "?")


def houses() -> bytes:
    """Place, age, rooms, bedrooms, people, households, income and value of blocks, in an archive."""
    luck = random.Random(HOUSES)  # noqa: S311 - the same each time
    content = "".join(f"{','.join(_block(luck))}\n" for _ in range(HOUSES)).encode()
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file, tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(ARCHIVED)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _block(luck: random.Random) -> Iterator[str]:
    south, income = luck.random(), min(max(luck.lognormvariate(1.25, 0.45), 0.5), 15)
    age, households = luck.randint(1, 52), luck.lognormvariate(6, 0.7)
    rooms = households * (3 + income / 2) * luck.gauss(1, 0.1)
    value = (0.35 + 0.42 * income + 0.004 * age - 0.4 * abs(south - 0.5)) * luck.lognormvariate(0, 0.25)
    yield f"{-122.5 + 5.5 * south + luck.gauss(0, 0.4):.6f}"
    yield f"{38.2 - 4.6 * south + luck.gauss(0, 0.4):.6f}"
    counts = (age, rooms, rooms / 5, households * luck.lognormvariate(1.05, 0.2), households)
    yield from (f"{max(round(count), 1):.6f}" for count in counts)
    yield f"{income:.6f}"
    yield f"{min(max(value * 100_000, 14_999), 500_001):.6f}"


def tumours() -> bytes:
    """Number, diagnosis, and ten measures of cells: their means, their errors and the worst. Without a header."""
    luck = random.Random(TUMOURS)  # noqa: S311 - the same each time
    return "".join(f"{','.join(_tumour(luck))}\n" for _ in range(TUMOURS)).encode()


def _tumour(luck: random.Random) -> Iterator[str]:
    is_bad = luck.random() < 0.37
    yield str(luck.randint(8_000, 92_000_000))
    yield "M" if is_bad else "B"
    growth = luck.gauss(0.75 if is_bad else -0.45, 0.33)
    means = [size * max(1 + lean * growth + luck.gauss(0, 0.1), 0.2) for size, lean in zip(SIZES, LEANING, strict=True)]
    yield from (f"{mean:.4g}" for mean in means)
    yield from (f"{mean * share * luck.lognormvariate(0, 0.4):.4g}" for mean, share in zip(means, ERRORS, strict=True))
    worst = 1.25 + 0.1 * growth
    yield from (f"{mean * max(luck.gauss(worst, 0.08), 1):.4g}" for mean in means)


def people() -> bytes:
    """Who they are, what they do, and whether they earn more than 50,000. Without a header."""
    luck = random.Random(PEOPLE)  # noqa: S311 - the same each time
    return "".join(f"{', '.join(_person(luck))}\n" for _ in range(PEOPLE)).encode()


def tested_people() -> bytes:
    """Others, with a first line that is no row, and a full stop at the end of each other one."""
    luck = random.Random(TESTED_PEOPLE)  # noqa: S311 - the same each time
    rows = "".join(f"{', '.join(_person(luck))}.\n" for _ in range(TESTED_PEOPLE))
    return f"|1x3 Cross validator\n{rows}".encode()


def _person(luck: random.Random) -> Iterator[str]:
    age = min(17 + round(luck.gammavariate(2.2, 10)), 90)
    school = luck.choices([*SCHOOLS], [32, 22, 16, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1])[0]
    sex, is_married = luck.choices(("Male", "Female"), (2, 1))[0], age > 22 and luck.random() < 0.6
    hours = min(max(round(luck.gauss(40, 11)), 1), 99)
    gain = round(luck.lognormvariate(8.8, 0.8)) if luck.random() < 0.08 else 0
    job = luck.choices(JOBS, (13, 13, 12, 12, 11, 10, 6, 5, 4, 3, 3, 2, 6))[0]
    wealth = 0.34 * (SCHOOLS[school] - 10) + 2.2 * is_married + 0.03 * (min(age, 55) - 38) + 0.03 * (hours - 40)
    wealth += (job in JOBS[:3:2]) * 0.8 + (gain > 6000) * 3 - 2.9
    yield str(age)
    yield luck.choices(WORK, (70, 8, 6, 4, 3, 3, 6))[0]
    yield str(round(luck.lognormvariate(12.05, 0.5)))
    yield from (school, str(SCHOOLS[school]))
    yield "Married-civ-spouse" if is_married else luck.choice(("Never-married", "Divorced", "Separated", "Widowed"))
    yield job
    yield {"Male": "Husband", "Female": "Wife"}[sex] if is_married else luck.choice(("Not-in-family", "Own-child"))
    yield luck.choices(RACES, (85, 10, 3, 1, 1))[0]
    yield from (sex, str(gain), str(round(luck.gauss(1870, 300)) if luck.random() < 0.05 else 0), str(hours))
    yield luck.choices(HOMES, (90, 2, 1, 1, 1, 1, 2))[0]
    yield ">50K" if luck.random() < 1 / (1 + math.exp(-wealth)) else "<=50K"


TABLES: Final[dict[str, Callable[[], bytes]]] = {  # by AWS's names for them
    "datasets/tabular/breast_cancer/wdbc.csv": tumours,
    "datasets/tabular/california_housing/cal_housing.tgz": houses,
    "datasets/tabular/uci_abalone/abalone.csv": abalones.table,
    "datasets/tabular/uci_adult/adult.data": people,
    "datasets/tabular/uci_adult/adult.test": tested_people,
}
