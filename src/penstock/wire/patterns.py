"""Patterns: the models' regular expressions, written for Java, as Python's.

A pattern must match a whole value. What Python's `re` cannot say is widened, never narrowed (`\\p{S}` becomes "any
printable character that is no letter"), so that nothing is refused that AWS takes; a pattern that cannot be
translated lets everything through. No pattern may take more than polynomial time: see `REWRITTEN`.
"""

import re
from functools import cache
from typing import Final

ASTRAL: Final = r"\U00010000-\U0010ffff"
MARKS: Final = r"!-/:-@\[-`{-~\xa1-\U0010ffff"
SPACES: Final = r" \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# Java's classes as the inside of Python's; `\w` knows letters and numbers, and the models ask for both or neither.
CLASSES: Final = {
    "L": r"\w",
    "N": r"\w",
    "M": MARKS,
    "S": MARKS,
    "P": MARKS,
    "Z": SPACES,
    "Zs": SPACES,
    "Alnum": "a-zA-Z0-9",
    "ASCII": r"\x00-\x7f",
    "Print": r"\x20-\x7e",
}

# Patterns that repeat a repetition so that one text can be matched in exponentially many ways, by others that match
# the same texts; and the one of git repositories' addresses, since CodeCommit's are http:// here.
REWRITTEN: Final = {
    r"https://([^/]+)/?.{3,1016}": r"https?://([^/]+)/?.{3,1016}",
    r"[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?": r"[a-z0-9]([-a-z0-9]*[a-z0-9])?",
    r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$": r"[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*",
    r"https://([.\-_a-zA-Z0-9]+/?){3,1016}": r"https://(?=(/?[.\-_a-zA-Z0-9]){3})[.\-_a-zA-Z0-9]+(/[.\-_a-zA-Z0-9]+)*/?",
    r"^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$": r"[\x20-\x7E\t]*[\x20-\x7E][\x20-\x7E\t]*",
    r"^[ \t]*[^\x00-\x1F:\x7F]+([ \t]+[^\x00-\x1F:\x7F]+)*[ \t]*$": (
        r"[ \t]*[^\x00-\x1F:\x7F][^\x00-\x08\x0A-\x1F:\x7F]*"
    ),
}

PROPERTY: Final = re.compile(r"\\p\{(?:Is)?(\w+)\}")
CLASS: Final = re.compile(r"\[(?:\\.|[^\]\\])*\]")


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern as Python's, to be used with `fullmatch`; None where there is no saying it."""
    # Java's \d, \w and \s are ASCII's; its \p{…} are Unicode's.
    flags = re.NOFLAG if r"\p{" in pattern else re.ASCII
    try:
        return re.compile(_translated(REWRITTEN.get(pattern, pattern)), flags)
    except (re.error, KeyError, FutureWarning):
        return None


def _translated(pattern: str) -> str:
    text = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", ASTRAL).replace(r"\z", r"\Z")
    text = re.sub(r"\$\{\d+(,\d*)?\}$", "$", text)  # "the end, one to 128 times", in SageMaker's model
    text = CLASS.sub(lambda found: _class(found[0]), text)
    return PROPERTY.sub(lambda found: f"[{CLASSES[found[1]]}]", text)


def _class(text: str) -> str:
    text = PROPERTY.sub(lambda found: CLASSES[found[1]], text)
    # Java takes `[\w-_]` for three things, and a bracket inside a class for itself where it is alone.
    text = re.sub(r"(\\[wds])-(?!\])", r"\1\\-", text)
    return text[0] + text[1:-1].replace("[", r"\[").replace(r"\\[", r"\[") + text[-1]
