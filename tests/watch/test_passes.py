"""Passes: good for twelve hours, and only if they were written here and for this."""

import pytest

from penstock.services.identity.sessions import written
from penstock.watch.passes import LASTING, BadPass, Passes

NOW = 1_800_000_000.0


def test_a_pass_tells_its_key_until_its_time_is_over() -> None:
    given = Passes(b"seal", lambda: NOW).write("AKIAEXAMPLE")

    assert Passes(b"seal", lambda: NOW + LASTING - 1).read(given) == "AKIAEXAMPLE"
    with pytest.raises(BadPass):
        Passes(b"seal", lambda: NOW + LASTING).read(given)


@pytest.mark.parametrize(
    "given",
    ["", ".", "nothing", "%%%.seal", written(b"seal", ["AKIAEXAMPLE", NOW + 60]),
     Passes(b"another seal", lambda: NOW).write("AKIAEXAMPLE"),
     "WyJBS0lBT1RIRVIiLCAxOTAwMDAwMDAwXQ==." + Passes(b"seal", lambda: NOW).write("AKIAEXAMPLE").partition(".")[2]],
)  # fmt: skip
def test_what_was_not_written_for_the_page_is_no_pass(given: str) -> None:
    with pytest.raises(BadPass):
        Passes(b"seal", lambda: NOW).read(given)
