"""Chance is drawn many times at once, and still nobody is handed what another was."""

import os
import re

from penstock.composition.sources import DRAWN, chance


def test_no_two_draws_are_alike() -> None:
    draws = [chance() for _ in range(3 * DRAWN)]

    assert len(set(draws)) == len(draws)
    assert all(re.fullmatch("[0-9a-f]{32}", draw) for draw in draws)


def test_a_forked_child_draws_for_itself() -> None:
    chance()
    reading, writing = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writing, chance().encode())
        os._exit(0)
    os.waitpid(child, 0)
    drawn = os.read(reading, 32).decode()
    os.close(reading)
    os.close(writing)

    assert len(drawn) == 32
    assert drawn not in {chance() for _ in range(DRAWN)}
