"""What a page tells its reader to do: files to write, commands to type, and what these print.

    <!-- file: rents.csv -->            the next block is the content of that file
    <!-- not run: needs a GPU -->       the next block is for the reader alone, and why
    ```console
    $ penstock status                   a command; it goes on in lines that begin with `> `
    http://127.0.0.1:4599 is up         what it prints, if that is shown: `...` is any text in a line,
    ...                                 and any number of lines where it is a line
    ```

Blocks of other languages without a remark are there to be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
GUIDES: Final = sorted((DOCS / "guide").glob("*.md"))
FENCE: Final = re.compile(r"^(?:<!-- (file|not run): (.+?) -->\n)?```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND: Final = re.compile(r"^\$ (.*(?:\n> .*)*)\n?((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """What the reader is to write into a file."""

    line: int
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Command:
    """What the reader is to type. `printed` is empty where the page does not show it."""

    line: int
    text: str
    printed: str


@dataclass(frozen=True, slots=True)
class NotRun:
    """What no test runs, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Loose:
    """Commands in a block that is neither run nor said not to be."""

    line: int
    language: str


Part = File | Command | NotRun | Loose


def parts(page: Path) -> Iterator[Part]:
    """Everything on the page that is to be done, in order."""
    text = page.read_text()
    for block in FENCE.finditer(text):
        remark, said, language, content = block.groups()
        line = text.count("\n", 0, block.start(4)) + 1
        if remark == "file":
            yield File(line, said, content)
        elif remark == "not run":
            yield NotRun(line, said)
        elif language == "console":
            yield from commands(content, line)
        elif language in ("sh", "bash", "shell"):
            yield Loose(line, language)


def commands(content: str, line: int) -> Iterator[Command]:
    """The commands of a console block that begins in that line of its page."""
    for found in COMMAND.finditer(content):
        text = found[1].replace("\n> ", "\n")
        yield Command(line + content.count("\n", 0, found.start()), text, found[2])


def fits(printed: str, shown: str) -> bool:
    """Whether what a command printed is what the page shows."""
    pattern = "".join(
        r"(?:.*\n)*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r" *\n"
        for line in shown.splitlines()
    )
    return re.fullmatch(pattern, printed) is not None
