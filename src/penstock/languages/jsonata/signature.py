"""Signatures: which arguments a function takes, as in `<s-n?:s>`, and what is made of those it is given.

A signature is a regular expression over the types of the arguments, a letter each. A missing first argument may be the
context (`-`), and a single value stands for an array of one.
"""

import re
from collections.abc import Sequence as Arguments
from dataclasses import dataclass
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.values import UNDEFINED, Function, Value

LETTERS: Final = {str: "s", int: "n", float: "n", bool: "b", type(None): "l", dict: "o", list: "a"}
# Of items whose letter Python's types tell.
KINDS: Final = {"s": frozenset({str}), "n": frozenset({int, float}), "o": frozenset({dict})}
MOST_KNOWN: Final = 64  # calls of one function, by the types of their arguments
PLURALS: Final = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
ACCEPTED: Final = {
    **{letter: f"[{letter}m]" for letter in "snblo"},
    "a": "[asnblfom]",
    "f": "f",
    "j": "[asnblom]",
    "x": "[asnblfom]",
}


def letter(value: Value) -> str:
    """The type of a value as signatures write it; m is for missing."""
    known = LETTERS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, list):
        return "a"
    return "f" if isinstance(value, Function) else "m"


def _are(items: list[Value], wanted: str) -> bool:
    """Whether all items are of one type."""
    return all(letter(item) == wanted for item in items)


@dataclass(slots=True)
class Parameter:
    """One parameter: its letter, the letters it accepts, and what it takes when absent."""

    letter: str
    accepts: str
    repeated: str = ""  # ?, + or nothing
    context: bool = False
    of: str = ""  # the letter of an array's items
    kinds: frozenset[type] = frozenset()  # Python's types of such items

    def pattern(self) -> str:
        """The parameter as a part of a regular expression over letters."""
        return self.accepts + ("?" if self.context else "") + self.repeated


class Signature:
    """A signature, ready to check arguments with."""

    def __init__(self, text: str) -> None:
        self.parameters = _read(text)
        self.pattern = re.compile("".join(f"({parameter.pattern()})" for parameter in self.parameters))
        self._groups: dict[str, tuple[str, ...]] = {}  # what has been parted before
        self.plain = {self._plain(letters) for letters in ("s", "n", "a", "ss", "sn", "af", "x")} - {None}
        self.takes_array = [parameter.letter for parameter in self.parameters] == ["a"]

    def _plain(self, letters: str) -> str | None:
        """The letters, if arguments of these types pass as they are; a shortcut for common calls."""
        fits = len(letters) == len(self.parameters) and self.pattern.fullmatch(letters)
        arrays = any(parameter.letter == "a" for parameter in self.parameters)
        return letters if fits and not arrays else None

    def checked(self, arguments: list[Value], context: Value) -> list[Value]:
        """The arguments as the function takes them, with the context or undefined for those that are missing."""
        letters = "".join([LETTERS.get(type(argument)) or letter(argument) for argument in arguments])
        if letters in self.plain:
            return arguments
        if letters == "a" and self.takes_array:
            _array(self.parameters[0], arguments[0], "a", "a", 0)
            return arguments
        groups = self._groups.get(letters) or self._parted(arguments, letters)
        checked: list[Value] = []
        at = 0
        for parameter, given in zip(self.parameters, groups, strict=True):
            if not given and parameter.context:
                checked.append(_from_context(parameter, context, at))
                continue
            for kind in given or "m":
                argument = arguments[at] if at < len(arguments) else UNDEFINED
                checked.append(_array(parameter, argument, kind, given, at) if parameter.letter == "a" else argument)
                at += 1
        return checked

    def _parted(self, arguments: Arguments[Value], letters: str) -> tuple[str, ...]:
        """The letters that each parameter is given."""
        found = self.pattern.fullmatch(letters)
        if found is None:
            raise self._misfit(arguments, letters)
        groups: tuple[str, ...] = found.groups()
        if len(self._groups) < MOST_KNOWN:
            self._groups[letters] = groups
        return groups

    def _misfit(self, arguments: Arguments[Value], letters: str) -> JsonataError:
        good = 0
        so_far = ""
        for parameter in self.parameters:
            so_far += parameter.pattern()
            found = re.match(so_far, letters)
            if found is None:
                break
            good = found.end()
        value = arguments[good] if good < len(arguments) else UNDEFINED
        return JsonataError("T0410", value=value, index=good + 1)


def _from_context(parameter: Parameter, context: Value, at: int) -> Value:
    if not re.fullmatch(parameter.accepts, letter(context)):
        raise JsonataError("T0411", value=context, index=at + 1)
    return context


def _array(parameter: Parameter, argument: Value, kind: str, given: str, at: int) -> Value:
    """The argument as an array, a single value wrapped; its items must be what the signature says."""
    if kind == "m":
        return UNDEFINED
    if kind == "a":
        fits = not parameter.of or parameter.kinds.issuperset(map(type, argument)) or _are(argument, parameter.of[0])
    else:
        fits = not parameter.of or given == parameter.of
    if not fits:
        raise JsonataError("T0412", value=argument, index=at + 1, type=PLURALS.get(parameter.of, UNDEFINED))
    return argument if kind == "a" else [argument]


def _read(text: str) -> list[Parameter]:
    parameters: list[Parameter] = []
    at = 1
    while at < len(text) and text[at] != ":":
        symbol = text[at]
        if symbol in ACCEPTED:
            parameters.append(Parameter(symbol, ACCEPTED[symbol]))
        elif symbol == "(":
            end = _closing(text, at, "()")
            parameters.append(_choice(text[at + 1 : end], at))
            at = end
        elif symbol == "<":
            end = _closing(text, at, "<>")
            _typed(parameters, text[at + 1 : end], at)
            at = end
        elif parameters:
            _modify(parameters[-1], symbol)
        at += 1
    return parameters


def _modify(parameter: Parameter, symbol: str) -> None:
    if symbol == "-":
        parameter.context = True
    elif symbol in "?+":
        parameter.repeated = symbol


def _choice(choice: str, at: int) -> Parameter:
    if "<" in choice:
        raise JsonataError("S0402", value=choice, offset=at)
    return Parameter("choice", f"[{re.escape(choice)}m]")


def _typed(parameters: list[Parameter], subtype: str, at: int) -> None:
    kind = parameters[-1].letter if parameters else UNDEFINED
    if kind not in ("a", "f"):
        raise JsonataError("S0401", value=kind, offset=at)
    parameters[-1].of = subtype
    parameters[-1].kinds = KINDS.get(subtype[:1], frozenset())


def _closing(text: str, at: int, brackets: str) -> int:
    depth = 1
    while at + 1 < len(text):
        at += 1
        depth += (text[at] == brackets[0]) - (text[at] == brackets[1])
        if depth == 0:
            break
    return at
