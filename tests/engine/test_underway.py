"""Which runs' jobs a worker is about: a stop finds the job, whichever of the two begins first, and nothing stays."""

import asyncio

from penstock.engine.facts import RunId
from penstock.engine.underway import Live, Underway

RUN = RunId("run")


async def waiting(underway: Underway[Live]) -> "asyncio.Task[Live]":
    """A stop that has begun, and cannot be over yet."""
    stopping = asyncio.create_task(underway.stop(RUN, within=60))
    await asyncio.sleep(0)
    assert not stopping.done()
    return stopping


async def test_a_stop_waits_until_the_job_is_handed_over() -> None:
    underway = Underway(Live)
    with underway.about(RUN) as live:
        stopping = await waiting(underway)
        assert live.stop_asked

        live.handed_over.set()

        assert await stopping is live
        assert underway.items() == ((RUN, live),)


async def test_a_stop_that_begins_first_is_seen() -> None:
    underway = Underway(Live)
    stopping = await waiting(underway)
    assert underway.items() == ()

    with underway.about(RUN) as live:
        assert live.stop_asked

    assert await stopping is live
    with underway.about(RUN) as again:
        assert not again.stop_asked


async def test_a_stop_of_what_has_settled_waits_no_longer() -> None:
    underway = Underway(Live)
    stopping = await waiting(underway)

    underway.settled(RUN)

    await stopping
    with underway.about(RUN) as live:
        assert not live.stop_asked


async def test_a_stop_that_nobody_answers_is_forgotten_when_its_time_is_over() -> None:
    underway = Underway(Live)

    await underway.stop(RUN, within=0)

    with underway.about(RUN) as live:
        assert not live.stop_asked


async def test_a_job_that_is_not_handed_over_in_time_still_knows_that_it_is_to_stop() -> None:
    underway = Underway(Live)
    with underway.about(RUN) as live:
        await underway.stop(RUN, within=0)

        assert live.stop_asked
        assert underway.items() == ((RUN, live),)
