"""Suspects: what usually makes two runs of one job differ, named by what differs. Pure.

    started 2026-11-26T10:00:01   now 2026-11-26T10:07:44       clock
    loss: 0.69314718055994        now 0.69314718055995          float-noise
    {'b', 'a', 'c'}               now {'c', 'a', 'b'}           hash-order

A pair of texts is masked pattern by pattern; the patterns that had to be masked before the two became one are the
suspects. What none explains is `unexplained`, and whoever runs the job twice more knows better.
"""

import math
import re
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import AnyStr, Final, Literal

Suspect = Literal[
    "archive-times", "clock", "identifiers", "paths", "float-noise", "hash-order", "listing-order", "races",
    "randomness", "elsewhere", "unexplained",
]  # fmt: skip
SENTENCES: Final[dict[Suspect, str]] = {
    "archive-times": "an archive holds the times at which its members were written: give them a fixed time "
    "(SOURCE_DATE_EPOCH, mtime=0)",
    "clock": "the output, or its name, holds times: dates, seconds since the epoch, or how long something took",
    "identifiers": "the output, or its name, holds identifiers that are new in each run (UUIDs, digests of what "
    "differs, keys, numbers of processes and ports, addresses in memory)",
    "paths": "the output holds paths of temporary files or folders",
    "float-noise": "numbers differ in their last digits only: sums in another order, as threads or other processors "
    "make them",
    "hash-order": "the same parts stand in another order: iterating over sets or by hash, or parallel work; sort "
    "them, or set PYTHONHASHSEED",
    "listing-order": "the same files stand in another order: listings of folders have none; sort them",
    "races": "the same parts stand in another order each time, and not by hash: parallel work that ends when it will, "
    "or a shuffle without a seed",
    "randomness": "numbers differ freely: a random generator without a seed",
    "elsewhere": "each new run gives the same, and the record is another: the environment, the machine, or something "
    "that is not recorded",
    "unexplained": "no usual suspect; --twice runs it twice more and tells chance from what is not recorded",
}
NOISE: Final = 1e-6  # relative
SINGLE_NOISE: Final = 1e-5  # of numbers in single precision, which has 6e-8
DAY: Final = 86_400.0
MOST_WORDS: Final = 20_000  # numbers that are compared
MOST_COUNTED: Final = 4 << 20  # bytes
NAMED_TIMES: Final = re.compile(
    r"(time|date|stamp|second|duration|elapsed|took|latency|(^|_)(at|ms|secs?)\b)", re.IGNORECASE
)
NAMED_IDENTIFIERS: Final = re.compile(r"(?<![a-z])(?:pid|ppid|tid|port)s?(?![a-z])", re.IGNORECASE)
NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
PART: Final = re.compile(r"[^\s,;:=\[\](){}'\"|]+")
MONTHS: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
MONTH: Final = r"(?:0[1-9]|1[0-2])"
DAY_OF_MONTH: Final = r"(?:0[1-9]|[12]\d|3[01])"
TIME_OF_DAY: Final = r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"
PATTERNS: Final[tuple[tuple[Suspect, re.Pattern[str]], ...]] = (
    ("identifiers", re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b")),
    ("identifiers", re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")),
    ("identifiers", re.compile(r"(?:\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3}):\d{2,5}\b")),
    (
        "clock",
        re.compile(r"\b\d{4}[-/]\d\d[-/]\d\d(?:[T _]\d\d[:h.]?\d\d(?::?\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    ),
    ("clock", re.compile(rf"(?<![^\W_])20\d\d{MONTH}{DAY_OF_MONTH}[T_-]?{TIME_OF_DAY}(?:[.,]?\d+)?Z?(?![^\W_])")),
    ("clock", re.compile(rf"\b(?:\w{{3}},? )?(?:{MONTHS} +\d{{1,2}}|\d{{1,2}} {MONTHS})\b(?: \d{{4}})?")),
    ("clock", re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{4}\b")),
    ("clock", re.compile(r"\b\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AP]M)?(?: \d{4})?\b")),
    ("clock", re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ns|us|µs|ms|s|secs?|seconds?|min|minutes?)\b")),
    ("identifiers", re.compile(r"(?<![\w.])(?=\d*[a-f])(?=[a-f]*\d)(?!\d+e\d+\b)[0-9a-f]{8,128}\b")),
    ("identifiers", re.compile(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z0-9_-]{16,64}(?![\w/.-])")),
    ("paths", re.compile(r"(?:/[\w.+~@-]+){2,}/?|\btmp\w{6,}\b")),
)


IN_NAMES: Final = tuple((suspect, pattern) for suspect, pattern in PATTERNS if suspect != "paths")  # a name is a path


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the two runs: from when to when, and what the files were called that they took."""

    before: tuple[float, float] = (0.0, 0.0)
    after: tuple[float, float] = (0.0, 0.0)
    files: frozenset[str] = frozenset()


def of_texts(before: str, after: str, evidence: Evidence, *, name: str = "") -> frozenset[Suspect]:
    """Who may have made two texts differ; `name` is what they are called: a key, a column, nothing."""
    found: set[Suspect] = set()
    for suspect, pattern in PATTERNS:
        if pattern.findall(before) != pattern.findall(after):
            masked = pattern.sub("§", before), pattern.sub("§", after)
            if masked[0].count("§") == masked[1].count("§"):
                found.add(suspect)
                before, after = masked
        if before == after:
            return frozenset(found)
    if NUMBER.sub("#", before) == NUMBER.sub("#", after):
        pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
        return frozenset(found | {of_numbers(*pair, evidence, name or before) for pair in pairs if pair[0] != pair[1]})
    parts = PART.findall(before), PART.findall(after)
    if sorted(parts[0]) == sorted(parts[1]):
        return frozenset(found | {of_order(parts[0], evidence)})
    return frozenset(found | {"unexplained"})


def of_names(before: str, after: str) -> frozenset[Suspect]:
    """Who may have given one object two names."""
    return frozenset(
        suspect for suspect, pattern in IN_NAMES if pattern.findall(before) != pattern.findall(after)
    )  # fmt: skip


def without_suspects(name: str) -> str:
    """What stays of an object's name from run to run."""
    for _, pattern in IN_NAMES:
        name = pattern.sub("§", name)
    return name


def on_second_thoughts(found: frozenset[Suspect], *, are_alike: bool, are_as_the_first: bool) -> frozenset[Suspect]:
    """What two further runs say of the suspects, both with the order of hashes fixed: whether they were alike, and were
    what the first run again had given."""
    vague: set[Suspect] = {"randomness", "hash-order", "listing-order", "unexplained"}
    if not are_alike:
        races: set[Suspect] = {"races"} if "hash-order" in found else set()
        return (found - {"hash-order", "unexplained"}) | races or frozenset({"randomness"})
    if not found & vague:
        return found
    return (found - vague) | {"elsewhere" if are_as_the_first else "hash-order"}


def of_numbers(before: str, after: str, evidence: Evidence, name: str = "") -> Suspect:
    """Who may have made two numbers differ; `name` is what they are called, or the text that they are in."""
    first, second = float(before), float(after)
    if is_moment(first, evidence.before) and is_moment(second, evidence.after):
        return "clock"
    if is_close(first, second) and not (before.lstrip("+-").isdigit() and after.lstrip("+-").isdigit()):
        return "float-noise"
    if NAMED_IDENTIFIERS.search(name):
        return "identifiers"
    return "clock" if NAMED_TIMES.search(name) else "randomness"


def is_moment(number: float, window: tuple[float, float]) -> bool:
    """Whether a number is the time of a run, in any of the usual units."""
    begin, end = window[0] - DAY, window[1] + DAY
    return begin > 0 and any(begin <= number / unit <= end for unit in (1, 1e3, 1e6, 1e9))


def is_close(first: float, second: float, noise: float = NOISE) -> bool:
    return math.isfinite(first) and math.isclose(first, second, rel_tol=noise)


def of_order(parts: Sequence[str], evidence: Evidence) -> Suspect:
    """Who may have put the same parts into another order."""
    names = sum(any(file in part for file in evidence.files) for part in parts)
    return "listing-order" if names * 2 >= len(parts) else "hash-order"


def of_bytes(before: bytes, after: bytes, evidence: Evidence) -> frozenset[Suspect]:
    """Who may have made bytes differ that are no text: what is readable around the first difference, or doubles."""
    at = first_difference(before, after)
    around = slice(max(0, at - 24), at + 24)
    texts = readable(before[around]), readable(after[around])
    found = of_texts(*texts, evidence) & {"clock", "identifiers", "paths"}
    if found:
        return found
    if len(before) == len(after):
        if are_noisy(before, after, "<d", NOISE) or are_noisy(before, after, "<f", SINGLE_NOISE):
            return frozenset({"float-noise"})
        if len(before) <= MOST_COUNTED and Counter(before) == Counter(after):
            return frozenset({"hash-order"})
    return frozenset({"unexplained"})


def are_noisy(before: bytes, after: bytes, form: str, noise: float) -> bool:
    """Whether the bytes that differ are the low ones of numbers of that form."""
    places = [at for at, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]][:MOST_WORDS]
    return any(_are_close_at(before, after, places, start, form, noise) for start in range(struct.calcsize(form)))


def _are_close_at(before: bytes, after: bytes, places: Iterable[int], start: int, form: str, noise: float) -> bool:
    size = struct.calcsize(form)
    for word in {(at - start) // size * size + start for at in places}:
        pair = before[word : word + size], after[word : word + size]
        if word < 0 or len(pair[0]) < size:
            return False
        first, second = (struct.unpack(form, each)[0] for each in pair)
        if not (1e-100 < abs(first) < 1e100 and is_close(first, second, noise)):
            return False
    return True


def first_difference(before: AnyStr, after: AnyStr) -> int:
    """The first place where they differ."""
    low, high = 0, min(len(before), len(after))
    while low < high:  # slices compare faster than bytes do
        middle = (low + high + 1) // 2
        low, high = (middle, high) if before[low:middle] == after[low:middle] else (low, middle - 1)
    return low


def readable(content: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else " " for byte in content)
