"""Fleets of servers that do as the test says: who is asked, what is replaced, what is ended."""

import asyncio
from itertools import pairwise

import msgspec
import pytest

from penstock.engine.residents import CannotStart, Reply
from penstock.services.sagemaker.endpoints.fleet import Fleet
from penstock.services.sagemaker.endpoints.instance import Instance, Lost, Unfit
from penstock.services.sagemaker.endpoints.model import Deployment, Variant
from services.sagemaker.endpoints.servers import Server, Servers, saying

FACTS = {"path": "/invocations", "content_type": "", "accept": "", "attributes": ""}
DEADLINE = 20.0


class Stable(Servers):
    """Servers, and fleets of them."""

    def fleet(self, count: int = 1) -> Fleet:
        return Fleet(deployment(count), lambda variant, number: Instance("i", self.start, 30.0))


def deployment(count: int) -> Deployment:
    variant = Variant(
        name="a", model="m", instance_type="ml.m5.large", count=count, weight=1.0,
        volume_gib=1, download_within=1.0, start_within=30.0,
    )  # fmt: skip
    return Deployment("c", (variant,))


async def asked(fleet: Fleet) -> str:
    async with asyncio.timeout(DEADLINE):
        return (await fleet.ask("a", FACTS, b"")).body.decode()


async def test_requests_go_to_the_instance_that_has_the_fewest() -> None:
    gate = asyncio.Event()
    stable = Stable(lambda server: setattr(server, "gate", gate))
    fleet = stable.fleet(count=3)
    assert await fleet.bring_up() == ""

    waiting = [asyncio.create_task(asked(fleet)) for _ in range(6)]
    await asyncio.sleep(0)
    gate.set()
    assert sorted(await asyncio.gather(*waiting)) == ["1", "1", "2", "2", "3", "3"]
    fleet.end()


async def test_instances_that_have_nothing_to_do_take_turns() -> None:
    fleet = Stable().fleet(count=3)
    await fleet.bring_up()

    assert [await asked(fleet) for _ in range(6)] == ["1", "2", "3", "1", "2", "3"]
    fleet.end()


async def test_requests_may_be_routed_at_random() -> None:
    stable = Stable()
    (variant,) = deployment(3).variants
    anywhere = Deployment("c", (msgspec.structs.replace(variant, routes="RANDOM"),))
    fleet = Fleet(anywhere, lambda variant, number: Instance("i", stable.start, 30.0))
    await fleet.bring_up()
    seen = [await asked(fleet) for _ in range(30)]
    fleet.end()

    assert set(seen) == {"1", "2", "3"}
    assert any(first == second for first, second in pairwise(seen))


async def test_a_server_that_is_over_is_replaced_before_the_next_request() -> None:
    stable = Stable()
    fleet = stable.fleet()
    await fleet.bring_up()
    stable.servers[0].end()

    assert await asked(fleet) == "2"
    fleet.end()


async def test_a_request_that_no_server_has_read_is_put_to_the_next_one() -> None:
    stable = Stable()
    fleet = stable.fleet()
    await fleet.bring_up()
    stable.servers[0].reply = Reply(way="exited", message="killed", was_asked=False)

    assert await asked(fleet) == "2"
    fleet.end()


async def test_a_request_that_a_server_had_when_it_ended_is_lost_and_not_asked_twice() -> None:
    stable = Stable()
    fleet = stable.fleet()
    await fleet.bring_up()
    stable.servers[0].reply = Reply(way="exited", message="killed")

    with pytest.raises(Lost, match="killed"):
        await asked(fleet)
    assert len(stable.servers) == 1
    assert await asked(fleet) == "2"
    fleet.end()


async def test_a_server_that_is_not_healthy_is_told_and_ended() -> None:
    stable = Stable(lambda server: setattr(server, "ping", saying(503, "no model")))
    fleet = stable.fleet()

    problem = await fleet.bring_up()

    assert "variant a did not pass the ping health check" in problem
    assert "(no model)" in problem
    assert stable.servers[0].is_over
    with pytest.raises(Unfit, match="no model"):
        await asked(fleet)
    fleet.end()


async def test_a_server_that_cannot_be_started_is_told_with_the_reason() -> None:
    async def start() -> Server:
        raise CannotStart("no such image")

    fleet = Fleet(deployment(1), lambda variant, number: Instance("i", start, 30.0))

    assert "no such image" in await fleet.bring_up()
    fleet.end()


async def test_a_fleet_grows_and_shrinks() -> None:
    stable = Stable()
    fleet = stable.fleet()
    await fleet.bring_up()

    await fleet.fit(deployment(3))
    assert len(stable.servers) == 3
    await fleet.fit(deployment(1))
    assert [server.is_over for server in stable.servers] == [False, True, True]
    fleet.end()


async def test_a_caller_who_goes_away_does_not_take_the_server_along() -> None:
    stable = Stable(lambda server: setattr(server, "gate", asyncio.Event()))
    fleet = stable.fleet()
    await fleet.bring_up()
    (server,) = stable.servers

    caller = asyncio.create_task(asked(fleet))
    await asyncio.sleep(0)
    caller.cancel()
    assert server.gate is not None
    server.gate.set()

    assert await asked(fleet) == "1"
    fleet.end()


async def test_draining_waits_for_the_requests_that_are_under_way() -> None:
    stable = Stable(lambda server: setattr(server, "gate", asyncio.Event()))
    fleet = stable.fleet()
    await fleet.bring_up()
    (server,) = stable.servers
    caller = asyncio.create_task(asked(fleet))
    await asyncio.sleep(0)
    draining = asyncio.create_task(fleet.drain())
    await asyncio.sleep(0)
    assert not draining.done()

    assert server.gate is not None
    server.gate.set()
    await draining
    assert await caller == "1"
    fleet.end()


async def test_the_end_of_a_fleet_ends_its_servers_and_tells_its_callers() -> None:
    stable = Stable(lambda server: setattr(server, "gate", asyncio.Event()))
    fleet = stable.fleet(count=2)
    await fleet.bring_up()
    caller = asyncio.create_task(asked(fleet))
    await asyncio.sleep(0)

    fleet.end()

    with pytest.raises(Unfit, match="being deleted"):
        await caller
    assert all(server.is_over for server in stable.servers)


async def test_a_server_that_starts_while_its_instance_is_closed_is_ended() -> None:
    stable, gate = Stable(), asyncio.Event()

    async def start() -> Server:
        await gate.wait()
        return await stable.start()

    instance = Instance("i", start, 30.0)
    beginning = asyncio.create_task(instance.begin())
    await asyncio.sleep(0)
    instance.close()
    gate.set()

    with pytest.raises(Unfit):
        await beginning
    assert [server.is_over for server in stable.servers] == [True]
