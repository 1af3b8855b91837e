"""Machine: a regular expression run step by step, as JavaScript defines it, every step paid for.

Backtracking with a stack of its own. It is many times slower than `re`, and is used where `re` might not come back.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.regex.syntax import (
    WORD,
    Back,
    Chain,
    Chars,
    Edge,
    Either,
    Group,
    Look,
    Repeat,
    Tree,
    below,
)
from penstock.languages.jsonata.regex.translate import character_class, may_be_empty

LARGEST: Final = 20_000  # instructions: counted repeats are written out
A_PAYMENT: Final = 64  # steps between payments
WORD_CHARS: Final = frozenset(chr(code) for low, high in WORD for code in range(low, high + 1))
LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")

Registers = tuple[int, ...]  # where groups begin and end (-1: not matched), and where loops began


class State(NamedTuple):
    """Where the machine is: in its program, in the text, and what it remembers."""

    at: int
    place: int
    registers: Registers


class One(msgspec.Struct, frozen=True):
    """One character of a class."""

    chars: re.Pattern[str]


class Many(msgspec.Struct, frozen=True):
    """As many characters of a class as there are, or as few."""

    run: re.Pattern[str]
    least: int
    greedy: bool


class Fork(msgspec.Struct, frozen=True):
    """Go on here, or else there."""

    first: int
    second: int


class Jump(msgspec.Struct, frozen=True):
    """Go on there."""

    to: int


class Save(msgspec.Struct, frozen=True):
    """Remember the place; forget what the groups within a loop matched before."""

    register: int
    forgotten: range = range(0)


class Moved(msgspec.Struct, frozen=True):
    """Fail unless something was matched since a place was remembered."""

    register: int


class At(msgspec.Struct, frozen=True):
    """A place between characters."""

    sign: str


class Again(msgspec.Struct, frozen=True):
    """What a group matched, again; nothing if it did not match."""

    group: int


class Peek(msgspec.Struct, frozen=True):
    """A look ahead or behind."""

    start: int
    after: int
    ahead: bool
    wanted: bool


class Done(msgspec.Struct, frozen=True):
    """The end of the program, or of a look."""


Instruction = One | Many | Fork | Jump | Save | Moved | At | Again | Peek | Done


class Program:
    """A tree written out as instructions."""

    def __init__(self, tree: Tree, groups: int, names: dict[str, int], flags: str) -> None:
        self.names = names
        self.ignore_case = "i" in flags
        self.multiline = "m" in flags
        self.registers = 2 * groups + 2
        self.instructions: list[Instruction] = []
        self._write(Group(0, tree))
        self._add(Done())

    def _add(self, instruction: Instruction) -> int:
        if len(self.instructions) >= LARGEST:
            raise JsonataError("S0303", message="Invalid regular expression: it repeats too much, too often")
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def _here(self) -> int:
        return len(self.instructions)

    def _class(self, chars: Chars, count: str = "") -> re.Pattern[str]:
        return re.compile(character_class(chars) + count, re.IGNORECASE if self.ignore_case else 0)

    def _write(self, tree: Tree) -> None:
        match tree:
            case Chars():
                self._add(One(self._class(tree)))
            case Edge():
                self._add(At(tree.sign))
            case Back():
                self._add(Again(self.names.get(tree.group, 0) if isinstance(tree.group, str) else tree.group))
            case Group():
                self._add(Save(2 * tree.number))
                self._write(tree.inner)
                self._add(Save(2 * tree.number + 1))
            case Chain():
                for part in tree.parts:
                    self._write(part)
            case Either():
                self._write_choices(tree)
            case Look():
                self._write_look(tree)
            case Repeat():
                self._write_repeat(tree)

    def _write_choices(self, tree: Either) -> None:
        exits = []
        for choice in tree.choices[:-1]:
            fork = self._add(Fork(0, 0))
            self._write(choice)
            exits.append(self._add(Jump(0)))
            self.instructions[fork] = Fork(fork + 1, self._here())
        self._write(tree.choices[-1])
        for leave in exits:
            self.instructions[leave] = Jump(self._here())

    def _write_look(self, tree: Look) -> None:
        peek = self._add(Peek(0, 0, tree.ahead, tree.wanted))
        self._write(tree.inner)
        self._add(Done())
        self.instructions[peek] = Peek(peek + 1, self._here(), tree.ahead, tree.wanted)

    def _write_repeat(self, tree: Repeat) -> None:
        if isinstance(tree.inner, Chars):
            most = "" if tree.most is None else str(tree.most)
            self._add(Many(self._class(tree.inner, f"{{0,{most}}}"), tree.least, tree.greedy))
            return
        for _ in range(tree.least):
            self._write_round(tree.inner)
        if tree.most is None:
            self._write_loop(tree)
        else:
            self._write_options(tree, tree.most - tree.least)

    def _write_round(self, inner: Tree, register: int | None = None) -> None:
        """One time round a loop: groups within begin unmatched, and if it must move, it must have moved."""
        groups = [each.number for each in _groups(inner)]
        forgotten = range(2 * min(groups), 2 * max(groups) + 2) if groups else range(0)
        if register is None:
            register = self._new_register()
            self._add(Save(register, forgotten))
            self._write(inner)
            return
        self._add(Save(register, forgotten))
        self._write(inner)
        if may_be_empty(inner):
            self._add(Moved(register))

    def _new_register(self) -> int:
        self.registers += 1
        return self.registers - 1

    def _fork(self, fork: int, greedy: bool) -> None:
        inside, outside = fork + 1, self._here()
        self.instructions[fork] = Fork(inside, outside) if greedy else Fork(outside, inside)

    def _write_loop(self, tree: Repeat) -> None:
        fork = self._add(Fork(0, 0))
        self._write_round(tree.inner, self._new_register())
        self._add(Jump(fork))
        self._fork(fork, tree.greedy)

    def _write_options(self, tree: Repeat, times: int) -> None:
        forks = []
        for _ in range(times):
            forks.append(self._add(Fork(0, 0)))
            self._write_round(tree.inner, self._new_register())
        for fork in forks:
            self._fork(fork, tree.greedy)


def _groups(tree: Tree) -> list[Group]:
    return [*([tree] if isinstance(tree, Group) else []), *(group for part in below(tree) for group in _groups(part))]


class Machine:
    """A program at work on a text."""

    def __init__(self, program: Program, text: str, pay: Callable[[int], None]) -> None:
        self.program = program
        self.text = text
        self.pay = pay
        self.owed = 0

    def search(self, start: int) -> Registers | None:
        """The first match from a place on."""
        empty = (-1,) * self.program.registers
        for place in range(start, len(self.text) + 1):
            found = self._run(State(0, place, empty))
            if found is not None:
                return found.registers
        return None

    def _step(self) -> None:
        self.owed += 1
        if self.owed >= A_PAYMENT:
            self.pay(self.owed)
            self.owed = 0

    def _run(self, state: State, end: int | None = None) -> State | None:
        """Go on until the program is done (at a certain end, if one is given) or nothing else can be tried."""
        instructions = self.program.instructions
        untried: list[State | _Range] = []
        current: State | None = state
        while True:
            self._step()
            if current is not None:
                instruction = instructions[current.at]
                if isinstance(instruction, Done):
                    if end is None or current.place == end:
                        return current
                    current = None
                else:
                    current = self._after(instruction, current, untried)
                continue
            if not untried:
                return None
            current = _retried(untried)

    def _after(self, instruction: Instruction, now: State, untried: "list[State | _Range]") -> State | None:
        at, place, registers = now
        match instruction:
            case One():
                return State(at + 1, place + 1, registers) if instruction.chars.match(self.text, place) else None
            case Many():
                return self._many(instruction, now, untried)
            case Fork():
                untried.append(State(instruction.second, place, registers))
                return State(instruction.first, place, registers)
            case Jump():
                return State(instruction.to, place, registers)
            case Save():
                return State(at + 1, place, _saved(instruction, place, registers))
            case Moved():
                return State(at + 1, place, registers) if registers[instruction.register] != place else None
            case At():
                return State(at + 1, place, registers) if self._is_at(instruction.sign, place) else None
            case Again():
                return self._again(instruction, now)
            case Peek():
                return self._peeked(instruction, now)
        return None

    def _many(self, instruction: Many, now: State, untried: "list[State | _Range]") -> State | None:
        found = instruction.run.match(self.text, now.place)
        last = found.end() if found else now.place
        first = now.place + instruction.least
        if first > last:
            return None
        self.owed += (last - first) // A_PAYMENT
        if first < last:
            untried.append(_Range(now.at + 1, first, last, now.registers, instruction.greedy))
        return State(now.at + 1, last if instruction.greedy else first, now.registers)

    def _again(self, instruction: Again, now: State) -> State | None:
        begin, end = now.registers[2 * instruction.group : 2 * instruction.group + 2]
        said = self.text[begin:end] if begin >= 0 and end >= 0 else ""
        heard = self.text[now.place : now.place + len(said)]
        same = said.lower() == heard.lower() if self.program.ignore_case else said == heard
        return State(now.at + 1, now.place + len(said), now.registers) if same else None

    def _peeked(self, look: Peek, now: State) -> State | None:
        if look.ahead:
            found = self._run(State(look.start, now.place, now.registers))
        else:
            starts = range(now.place, -1, -1)
            tries = (self._run(State(look.start, start, now.registers), end=now.place) for start in starts)
            found = next((each for each in tries if each is not None), None)
        if (found is not None) is not look.wanted:
            return None
        return State(look.after, now.place, found.registers if found else now.registers)

    def _is_at(self, sign: str, place: int) -> bool:
        text = self.text
        if sign == "^":
            return place == 0 or (self.program.multiline and text[place - 1] in LINE_ENDS)
        if sign == "$":
            return place == len(text) or (self.program.multiline and text[place] in LINE_ENDS)
        before = place > 0 and text[place - 1] in WORD_CHARS
        behind = place < len(text) and text[place] in WORD_CHARS
        return (before is not behind) is (sign == "b")


class _Range(NamedTuple):
    """Places still to be tried after a run of characters: one fewer each time, or one more."""

    at: int
    first: int
    last: int
    registers: Registers
    greedy: bool


def _retried(untried: list[State | _Range]) -> State:
    """The next thing to try; a range of places stays for those that are left."""
    found = untried.pop()
    if isinstance(found, State):
        return found
    at, first, last, registers, greedy = found
    place = last - 1 if greedy else first + 1
    left = (first, place) if greedy else (place, last)
    if left[0] < left[1]:
        untried.append(_Range(at, *left, registers, greedy))
    return State(at, place, registers)


def _saved(save: Save, place: int, registers: Registers) -> Registers:
    changed = list(registers)
    for forgotten in save.forgotten:
        changed[forgotten] = -1
    changed[save.register] = place
    return tuple(changed)
