"""Where the boxes of a graph stand: in columns by the longest way there, in rows so that few arrows cross.

    prepare ─► train ─► evaluate ─► good enough? ─► register     a box stands right of all that lead to it; of a loop,
                                                └─► give up      the arrow that goes back is not counted

An arrow that says no more than a longer way does (prepare ─► evaluate) is not drawn.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from penstock.watch.model import Edge, Graph, Node

SWEEPS: Final = 4  # through the columns, there and back


def laid_out(nodes: Iterable[Node], edges: Iterable[Edge]) -> Graph:
    """The graph with each box in its place; arrows from or to nothing are left out."""
    boxes = {node.id: node for node in nodes}
    arrows = [edge for edge in edges if edge.start in boxes and edge.end in boxes]
    onward = forward(list(boxes), arrows)
    column = columns(list(boxes), onward)
    needless = implied(column, onward)
    drawn = tuple(edge for edge in arrows if edge.label or (edge.start, edge.end) not in needless)
    row = rows(
        column, {here: [each for each in after if (here, each) not in needless] for here, after in onward.items()}
    )
    placed = (msgspec.structs.replace(node, column=column[node.id], row=row[node.id]) for node in boxes.values())
    return Graph(nodes=tuple(placed), edges=drawn)


def forward(names: Sequence[str], arrows: Iterable[Edge]) -> dict[str, list[str]]:
    """Who comes after whom, without the arrows that lead back to where one has come from."""
    after: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for arrow in arrows:
        after[arrow.start][arrow.end] = None
    found: dict[str, list[str]] = {name: [] for name in names}
    seen: set[str] = set()
    for first in names:
        if first in seen:
            continue
        seen.add(first)
        way, on_way = [(first, iter(after[first]))], {first}
        while way:
            here, left = way[-1]
            for there in left:
                if there in on_way:
                    continue
                found[here].append(there)
                if there not in seen:
                    seen.add(there)
                    on_way.add(there)
                    way.append((there, iter(after[there])))
                    break
            else:
                on_way.discard(here)
                way.pop()
    return found


def columns(names: Sequence[str], onward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many arrows the longest way to each box has."""
    left = dict.fromkeys(names, 0)
    for there in (there for here in names for there in onward[here]):
        left[there] += 1
    column = dict.fromkeys(names, 0)
    ready = [name for name in names if not left[name]]
    for here in ready:
        for there in onward[here]:
            column[there] = max(column[there], column[here] + 1)
            left[there] -= 1
            if not left[there]:
                ready.append(there)
    return column


def implied(column: Mapping[str, int], onward: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """The arrows between boxes that a longer way joins, too."""
    reached: dict[str, set[str]] = {}
    needless: set[tuple[str, str]] = set()
    for here in sorted(column, key=lambda name: -column[name]):
        beyond = set().union(*(reached[there] for there in onward[here]))
        needless.update((here, there) for there in onward[here] if there in beyond)
        reached[here] = beyond.union(onward[here])
    return needless


def rows(column: Mapping[str, int], onward: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Each box near the middle of those that it is joined to; each column about the graph's own middle."""
    standing: defaultdict[int, list[str]] = defaultdict(list)
    for name, number in column.items():
        standing[number].append(name)
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for here, after in onward.items():
        for there in after:
            joined[here].append(there)
            joined[there].append(here)
    row = {name: spread(place, names) for names in standing.values() for place, name in enumerate(names)}
    for sweep in range(SWEEPS):
        for number in sorted(standing, reverse=bool(sweep % 2)):
            names = standing[number]
            names.sort(key=lambda name: sum(row[each] for each in joined[name]) / (len(joined[name]) or 1))
            row.update((name, spread(place, names)) for place, name in enumerate(names))
    return row


def spread(place: int, names: Sequence[str]) -> float:
    return place - (len(names) - 1) / 2
