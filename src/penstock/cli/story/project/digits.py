"""The images that the project's customers send: what nobody has trained with, and the same from a second scanner.

The data set is the one that the template's repository begins with (UCI's handwritten digits, as scikit-learn ships
them), in the order in which it was shared out: its first 1,250 images are in the project's repositories.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

USED: Final = 1250
WHITEST: Final = 16
LABEL: Final = "digit"


@dataclass(frozen=True)
class Images:
    names: Sequence[str]
    pixels: Sequence[Sequence[int]]
    digits: Sequence[int]

    def __len__(self) -> int:
        return len(self.digits)

    def part(self, start: int, end: int) -> "Images":
        return Images(self.names, self.pixels[start:end], self.digits[start:end])

    def questions(self) -> str:
        """As an endpoint is asked: a line for each image."""
        return "\n".join(",".join(map(str, row)) for row in self.pixels)

    def labelled(self) -> str:
        """As people label them: a table with the digit in its last column."""
        rows = [[*row, digit] for row, digit in zip(self.pixels, self.digits, strict=True)]
        lines: list[list[Any]] = [[*self.names, LABEL], *rows]
        return "\n".join(",".join(map(str, line)) for line in lines) + "\n"


@cache
def customers() -> Images:
    """What customers scan with the scanner that everybody has."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - a second, in which the server starts: see `demo`

    loaded: Any = load_digits(as_frame=True)
    rest = loaded.frame.sample(frac=1, random_state=7).iloc[USED:].astype(int)
    pixels = rest.drop(columns="target")
    return Images(list(pixels.columns), pixels.to_numpy().tolist(), rest["target"].tolist())


def second_scanner(images: Images) -> Images:
    """The same by a scanner that sees white as black."""
    return Images(images.names, [[WHITEST - pixel for pixel in row] for row in images.pixels], images.digits)
