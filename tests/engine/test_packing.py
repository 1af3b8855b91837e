"""Packing: values of any size come back as they were."""

import msgspec
import pytest

from penstock.engine.facts import Done, Event
from penstock.engine.journal import Entry
from penstock.engine.packing import pack, unpacked


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**400, 2**64 - 1, -(2**63), 0])
def test_an_integer_of_any_size_is_kept_in_a_journal(number: int) -> None:
    entry = Entry(Event(1, 2.5, "ff", Done("k", {"here": [number, {"there": (number, b"bytes")}], "text": "é"})), ())

    kept = msgspec.msgpack.decode(pack(entry), type=Entry, ext_hook=unpacked)

    assert kept.event.fact == Done("k", {"here": [number, {"there": [number, b"bytes"]}], "text": "é"})


def test_what_msgpack_can_hold_is_packed_as_msgpack_does() -> None:
    value = {"n": [1, 2.5, None, "x"]}

    assert pack(value) == msgspec.msgpack.encode(value)


def test_an_extension_that_packing_does_not_write_is_refused() -> None:
    with pytest.raises(ValueError, match="no extension has the code 7"):
        msgspec.msgpack.decode(msgspec.msgpack.encode(msgspec.msgpack.Ext(7, b"1")), ext_hook=unpacked)
