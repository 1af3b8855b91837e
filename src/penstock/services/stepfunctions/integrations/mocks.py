"""Mocks: the configuration file of AWS Step Functions Local, by which machines are tested without their services.

    {"StateMachines": {"Orders": {"TestCases": {"Declined": {"Charge card": "CardDeclined"}}}},
     "MockedResponses": {"CardDeclined": {"0-1": {"Throw": {"Error": "Busy", "Cause": "try again"}},
                                          "2":   {"Return": {"declined": true}}}}}

An execution started as `…:stateMachine:Orders#Declined` answers the tasks of that case's states from here; the numbers
count attempts, 0 being the first. States that a case does not mention call their services.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from penstock.wire.call import Json


class MockError(ValueError):
    """The file is not a mock configuration, or has not what an execution asks of it."""


class Throw(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    error: str
    cause: str = ""


class Return(Struct, frozen=True):
    output: Json


class _Response(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    return_: Json | UnsetType = msgspec.field(default=UNSET, name="Return")
    throw: Throw | UnsetType = UNSET


class _Machine(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    test_cases: dict[str, dict[str, str]]


class _File(Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    state_machines: dict[str, _Machine]
    mocked_responses: dict[str, dict[str, _Response]]


Attempts = tuple[range, Return | Throw]

_LARGEST_ATTEMPT: Final = 100_000_000  # of AWS's MaxAttempts


class MockConfig:
    """Which states of which test cases are answered, and how."""

    def __init__(
        self, cases: Mapping[str, Mapping[str, Mapping[str, str]]], responses: Mapping[str, tuple[Attempts, ...]]
    ) -> None:
        self._cases = cases
        self._responses = responses

    @classmethod
    def parse(cls, document: bytes | str) -> "MockConfig":
        """Read a file; raises `MockError` with everything that is wrong in it."""
        try:
            file = msgspec.json.decode(document, type=_File)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise MockError(f"The mock configuration cannot be read: {error}") from None
        cases = {name: machine.test_cases for name, machine in file.state_machines.items()}
        wrong = [*_unknown(cases, file.mocked_responses)]
        responses = {name: tuple(_attempts(name, given, wrong)) for name, given in file.mocked_responses.items()}
        if wrong:
            raise MockError(f"The mock configuration does not hold together: {'; '.join(wrong)}")
        return cls(cases, responses)

    def check(self, machine: str, case: str) -> None:
        """Raise `MockError` unless the machine has the test case."""
        known = self._cases.get(machine)
        if known is None:
            raise MockError(f"The mock configuration has no state machine '{machine}'; it has {_listed(self._cases)}")
        if case not in known:
            raise MockError(f"State machine '{machine}' has no test case '{case}'; it has {_listed(known)}")

    def only_case(self, machine: str) -> str:
        """The test case of a machine that has one; raises `MockError` where there is a choice to be made."""
        cases = self._cases.get(machine)
        if cases is None or len(cases) == 1:
            return next(iter(cases or [""]))
        raise MockError(f"State machine '{machine}' has several test cases: choose one of {_listed(cases)}")

    def response(self, machine: str, case: str, state: str, retry: int) -> Return | Throw | None:
        """What a task's attempt comes to; None where the case does not mock the state."""
        self.check(machine, case)
        name = self._cases[machine][case].get(state)
        if name is None:
            return None
        for attempts, answer in self._responses[name]:
            if retry in attempts:
                return answer
        there = _listed(_told(each) for each, _ in self._responses[name])
        raise MockError(f"Mocked response '{name}' of state '{state}' has nothing for attempt {retry}; it has {there}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "none"


def _told(attempts: range) -> str:
    return str(attempts[0]) if len(attempts) == 1 else f"{attempts[0]}-{attempts[-1]}"


def _unknown(cases: Mapping[str, Mapping[str, Mapping[str, str]]], responses: Mapping[str, object]) -> Iterator[str]:
    for machine, of_machine in cases.items():
        for case, states in of_machine.items():
            for state, name in states.items():
                if name not in responses:
                    yield f"{machine}/{case}/{state} names '{name}', which MockedResponses lacks"


def _attempts(name: str, given: Mapping[str, _Response], wrong: list[str]) -> Iterator[Attempts]:
    """The answers of a response by attempts; what is wrong is added to `wrong`."""
    taken: list[range] = []
    if not given:
        wrong.append(f"MockedResponses/{name} is empty")
    for text, response in given.items():
        place = f"MockedResponses/{name}/{text}"
        attempts = _numbers(text)
        if attempts is None:
            wrong.append(f"{place}: attempts are a number such as '0' or a range such as '1-2'")
            continue
        if any(attempts.start < other.stop and other.start < attempts.stop for other in taken):
            wrong.append(f"{place} overlaps another")
        taken.append(attempts)
        if (response.return_ is UNSET) == (response.throw is UNSET):
            wrong.append(f"{place} must have either Return or Throw")
        elif isinstance(response.throw, Throw):
            yield attempts, response.throw
        else:
            yield attempts, Return(response.return_)


def _numbers(text: str) -> range | None:
    first, dash, last = text.partition("-")
    if not (first.isdecimal() and (last.isdecimal() if dash else True)) or len(text) > 20:
        return None
    start, end = int(first), int(last) if dash else int(first)
    return range(start, end + 1) if start <= end <= _LARGEST_ATTEMPT else None
