"""Coverage reports: every form as counts for each file."""

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.reports.reading import Json, UnreadableReport, count, document, xml

CONDITIONS: Final = re.compile(r"\((\d+)/(\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of one file was run."""

    path: str
    lines_covered: int
    lines_missed: int
    branches_covered: int = 0
    branches_missed: int = 0


def cobertura(content: bytes) -> Iterator[Coverage]:
    """Several classes may be in one file, and a line in several of them."""
    hits: dict[str, dict[str, int]] = defaultdict(dict)
    branches: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for each in xml(content, "coverage").iter("class"):
        path = each.get("filename", "")
        for line in each.findall("lines/line"):
            name = line.get("number", "")
            hits[path][name] = max(hits[path].get(name, 0), count(line.get("hits")))
            if found := CONDITIONS.search(line.get("condition-coverage", "")):
                covered, of = int(found[1]), int(found[2])
                branches[path][name] = max(branches[path].get(name, (0, of)), (covered, of))
    for path, lines in hits.items():
        yield _counted(path, lines.values(), branches[path].values())


def clover(content: bytes) -> Iterator[Coverage]:
    for file in xml(content, "coverage").iter("file"):
        lines = file.findall("line")
        statements = [count(line.get("count")) for line in lines if line.get("type") != "cond"]
        sides = [
            (sum(count(line.get(side)) > 0 for side in ("truecount", "falsecount")), 2)
            for line in lines
            if line.get("type") == "cond"
        ]
        yield _counted(file.get("path", "") or file.get("name", ""), statements, sides)


def jacoco(content: bytes) -> Iterator[Coverage]:
    for package in xml(content, "report").iter("package"):
        for file in package.findall("sourcefile"):
            counters = {counter.get("type", ""): counter for counter in file.findall("counter")}
            lines, branches = counters.get("LINE"), counters.get("BRANCH")
            yield Coverage(
                path=f"{package.get('name', '')}/{file.get('name', '')}".lstrip("/"),
                lines_covered=_of(lines, "covered"),
                lines_missed=_of(lines, "missed"),
                branches_covered=_of(branches, "covered"),
                branches_missed=_of(branches, "missed"),
            )


def _of(counter: ET.Element | None, side: str) -> int:
    return 0 if counter is None else count(counter.get(side))


def simplecov(content: bytes) -> Iterator[Coverage]:
    """What SimpleCov keeps (`.resultset.json`): for each suite of tests, the hits of every line of every file."""
    suites = document(content)
    try:
        files: dict[str, Json] = {}
        for suite in suites.values():
            files |= suite["coverage"]
        for path, told in files.items():
            lines = told["lines"] if isinstance(told, dict) else told
            branches = told.get("branches", {}) if isinstance(told, dict) else {}
            ways = [hits for each in branches.values() for hits in each.values()]
            yield _counted(
                path, [hits for hits in lines if isinstance(hits, int)], [(int(hits > 0), 1) for hits in ways]
            )
    except (AttributeError, TypeError, KeyError) as problem:
        raise UnreadableReport(f"it is not what SimpleCov writes: {problem}") from None


def _counted(path: str, hits: Iterable[int], branches: Iterable[tuple[int, int]]) -> Coverage:
    lines, ways = [*hits], [*branches]
    covered = sum(each > 0 for each in lines)
    taken = sum(each for each, _ in ways)
    return Coverage(
        path=path,
        lines_covered=covered,
        lines_missed=len(lines) - covered,
        branches_covered=taken,
        branches_missed=sum(of for _, of in ways) - taken,
    )


COVERAGE: Final[Mapping[str, Callable[[bytes], Iterator[Coverage]]]] = {
    "COBERTURAXML": cobertura, "CLOVERXML": clover, "JACOCOXML": jacoco, "SIMPLECOV": simplecov,
}  # fmt: skip
