"""Translate: a regular expression for Python's `re`, and how long that may take.

`re` cannot be interrupted, so an expression goes there only if its matching is surely short: `ways` counts in how many
ways its quantifiers and choices can divide a text between them, at most. What `re` understands differently from
JavaScript (captures in loops, references to groups that did not match, looking behind) does not go there at all.
"""

import re
from typing import Final

from penstock.languages.jsonata.regex.syntax import (
    WORD,
    Back,
    Chain,
    Chars,
    Edge,
    Either,
    Group,
    Look,
    Ranges,
    Repeat,
    Tree,
    below,
    complement,
)

FOREVER: Final = 1 << 62
EVERYTHING: Final = complement(())


def character_class(chars: Chars) -> str:
    """A class of characters as `re` writes it."""
    if not chars.ranges:
        return r"[\s\S]" if chars.inverted else r"(?!)"
    ranges = "".join(f"{_char(low)}-{_char(high)}" if high > low else _char(low) for low, high in chars.ranges)
    return f"[{'^' if chars.inverted else ''}{ranges}]"


def _char(code: int) -> str:
    return f"\\U{code:08x}"


INSIDE: Final = character_class(Chars(WORD))
BORDER: Final = f"(?:(?<={INSIDE})(?!{INSIDE})|(?<!{INSIDE})(?={INSIDE}))"
INLAND: Final = f"(?:(?<={INSIDE})(?={INSIDE})|(?<!{INSIDE})(?!{INSIDE}))"
EDGES: Final = {"^": r"\A", "$": r"\Z", "b": BORDER, "B": INLAND}
LINES: Final = {"^": "(?<![^\n\r\u2028\u2029])", "$": "(?![^\n\r\u2028\u2029])"}


def translated(tree: Tree, *, multiline: bool) -> str | None:
    """The expression for `re`, or nothing if that would mean something else."""
    return _written(tree, {**EDGES, **LINES} if multiline else EDGES) if _means_the_same(tree) else None


def _means_the_same(tree: Tree) -> bool:
    match tree:
        case Back():
            return False
        case Look(ahead=False):
            return False
        case Repeat(most=most) if most != 1 and (may_be_empty(tree.inner) or _choices_with_groups(tree.inner)):
            return False
        case Repeat(most=1) if may_be_empty(tree.inner):
            return False
        case Repeat(least=least, most=most) if max(least, most or 0) > 1000:
            return False
    return all(map(_means_the_same, below(tree)))


def _choices_with_groups(tree: Tree) -> bool:
    """Whether a group below may be left out, so that its capture depends on the last time round."""
    optional = isinstance(tree, Either) or (isinstance(tree, Repeat) and tree.least == 0)
    return (optional and _has_group(tree)) or any(map(_choices_with_groups, below(tree)))


def _has_group(tree: Tree) -> bool:
    return isinstance(tree, Group) or any(map(_has_group, below(tree)))


def may_be_empty(tree: Tree) -> bool:
    """Whether the tree may match no characters at all."""
    match tree:
        case Chars():
            return False
        case Repeat():
            return tree.least == 0 or may_be_empty(tree.inner)
        case Chain():
            return all(map(may_be_empty, tree.parts))
        case Either():
            return any(map(may_be_empty, tree.choices))
        case Group():
            return may_be_empty(tree.inner)
    return True


def _written(tree: Tree, edges: dict[str, str]) -> str:
    match tree:
        case Chars():
            return character_class(tree)
        case Edge():
            return edges[tree.sign]
        case Group():
            return f"({_written(tree.inner, edges)})"
        case Look():
            return f"(?{'=' if tree.wanted else '!'}{_written(tree.inner, edges)})"
        case Repeat():
            most = "" if tree.most is None else tree.most
            return f"(?:{_written(tree.inner, edges)}){{{tree.least},{most}}}{'' if tree.greedy else '?'}"
        case Chain():
            return "".join(_written(part, edges) for part in tree.parts)
        case Either():
            return f"(?:{'|'.join(_written(choice, edges) for choice in tree.choices)})"
    raise AssertionError(tree)


# --- how long it may take


def work(tree: Tree, length: int, *, ignore_case: bool, multiline: bool) -> int:
    """How many steps a search in a text of a length takes, at most."""
    parts = _parts(tree)
    anchored = bool(parts) and parts[0] == Edge("^") and not multiline
    ways = 1
    scans = False
    for place, part in enumerate(parts):
        rest = parts[place + 1 :]
        if isinstance(part, Repeat) and isinstance(part.inner, Chars):
            scans = scans or bool(rest)
            if _decided(part.inner, rest, ignore_case=ignore_case, multiline=multiline):
                continue
        ways = min(FOREVER, ways * _ways(part, length))
    return ways * (1 if anchored else length + 1) * (length + 1 if scans else 1)


def _parts(tree: Tree) -> list[Tree]:
    """The tree as a plain row, groups that hold rows opened."""
    if isinstance(tree, Chain):
        return [each for part in tree.parts for each in _parts(part)]
    return _parts(tree.inner) if isinstance(tree, Group) else [tree]


def _ways(tree: Tree, length: int) -> int:
    match tree:
        case Chars() | Edge():
            return 1
        case Group() | Look():
            return _ways(tree.inner, length)
        case Chain():
            return min(FOREVER, _product([_ways(part, length) for part in tree.parts]))
        case Either():
            return min(FOREVER, sum(_ways(choice, length) for choice in tree.choices))
        case Repeat():
            inner = _ways(tree.inner, length)
            times = length if tree.most is None else min(tree.most, length)
            if inner > 1:
                return FOREVER if times > 1 else inner + 1
            return max(1, times - tree.least + 1)
    return FOREVER


def _product(numbers: list[int]) -> int:
    result = 1
    for number in numbers:
        result = min(FOREVER, result * number)
    return result


def _decided(chars: Chars, rest: list[Tree], *, ignore_case: bool, multiline: bool) -> bool:
    """Whether what follows tells where a repeated class ends: then there is one way only to divide the text."""
    for part in rest:
        if part == Edge("$") and not multiline:
            return True
        first = _first(part)
        if first is None or _overlap(_folded(chars, ignore_case), _folded(first, ignore_case)):
            return False
        if not may_be_empty(part):
            return True
    return True


def _first(tree: Tree) -> Chars | None:
    """The characters a part may begin with, where that is easily said."""
    if isinstance(tree, Repeat):
        return tree.inner if isinstance(tree.inner, Chars) else None
    return tree if isinstance(tree, Chars) else None


def _folded(chars: Chars, ignore_case: bool) -> Ranges:
    ranges = complement(chars.ranges) if chars.inverted else chars.ranges
    if not ignore_case:
        return ranges
    if any(high > 0x7F for _, high in ranges):
        return EVERYTHING
    return tuple((min(low, low ^ 0x20), max(high, high ^ 0x20)) for low, high in ranges)


def _overlap(left: Ranges, right: Ranges) -> bool:
    return any(a <= d and c <= b for a, b in left for c, d in right)


def compiled(source: str, *, ignore_case: bool) -> re.Pattern[str]:
    """The translated expression, ready for `re`."""
    return re.compile(source, re.IGNORECASE if ignore_case else 0)
