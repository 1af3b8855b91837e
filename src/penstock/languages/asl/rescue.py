"""Retry and Catch: what a state does about errors."""

from collections.abc import Mapping
from typing import Final

from penstock.languages.asl import fields
from penstock.languages.asl.entry import Entry
from penstock.languages.asl.tree import Catcher, Retrier

ALL: Final = "States.ALL"
MOST_DELAY: Final = 31_622_400  # seconds: 366 days


def read_retriers(state: Entry) -> tuple[Retrier, ...]:
    found = list(state.entries("Retry", may_be_empty=True))
    for position, entry in enumerate(found):
        entry.require("ErrorEquals")
        entry.supports(fields.RETRIER)
        _check_errors(entry, is_last=position == len(found) - 1)
    return tuple(_retrier(entry) for entry in found)


def _retrier(entry: Entry) -> Retrier:
    interval = entry.whole("IntervalSeconds")
    delay = entry.whole("MaxDelaySeconds", least=1, most=MOST_DELAY)
    if delay is not None and delay <= (1 if interval is None else interval):
        entry.wrong("MaxDelaySeconds must be greater than IntervalSeconds", "MaxDelaySeconds")
    given = {
        "interval_seconds": interval,
        "max_attempts": entry.whole("MaxAttempts"),
        "max_delay_seconds": delay,
    }
    rate = entry.number("BackoffRate", least=1.0)
    return Retrier(
        errors=entry.texts("ErrorEquals"),
        full_jitter=entry.one_of("JitterStrategy", "NONE", "FULL") == "FULL",
        backoff_rate=2.0 if rate is None else rate,
        **_present(given),
    )


def _present(values: Mapping[str, int | None]) -> dict[str, int]:
    return {name: value for name, value in values.items() if value is not None}


def read_catchers(state: Entry) -> tuple[Catcher, ...]:
    found = list(state.entries("Catch", may_be_empty=True))
    for position, entry in enumerate(found):
        entry.require("ErrorEquals", "Next")
        entry.supports(fields.CATCHER)
        fields.check_language(entry)
        _check_errors(entry, is_last=position == len(found) - 1)
    return tuple(_catcher(entry) for entry in found)


def _catcher(entry: Entry) -> Catcher:
    return Catcher(
        errors=entry.texts("ErrorEquals"),
        next=entry.text("Next") or "",
        result_path=entry.place("ResultPath"),
        output=entry.template("Output"),
        assign=entry.assignments(),
    )


def _check_errors(entry: Entry, *, is_last: bool) -> None:
    errors = entry.members.get("ErrorEquals")
    if not isinstance(errors, list) or ALL not in errors:
        return
    if len(errors) > 1 or not is_last:
        entry.wrong(f"{ALL} must appear alone and at end of list", "ErrorEquals")
