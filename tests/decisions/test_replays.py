"""Replays' decisions: pages until the last, or until somebody cancels."""

from penstock.engine.facts import Command, Done, Event, Fact, Finish, Perform, Refused, Signalled, Started
from penstock.services.events.replays import CANCEL, REPLAY_PAGE, Plan, ReplayFlow, State

FLOW = ReplayFlow(lambda tx, run: None)
PLAN = Plan(name="r", archive="a", bus="b", since=100.0, until=200.0, rules=())


def after(*facts: Fact) -> State:
    state = FLOW.begin(PLAN)
    for number, fact in enumerate(facts, 1):
        state = FLOW.evolve(PLAN, state, Event(number, 1000.0 + number, "0" * 32, fact))
    return state


def page(at: float, place: int, *, is_last: bool = False) -> Done:
    return Done("page", {"at": at, "place": place, "is_last": is_last})


def asked(state: State) -> list[Command]:
    return list(FLOW.decide(PLAN, state))


def test_pages_follow_one_another_from_where_the_last_ended() -> None:
    assert asked(after(Started())) == [Perform("page-0", REPLAY_PAGE, [100.0, 0])]
    assert asked(after(Started(), page(110.0, 7))) == [Perform("page-1", REPLAY_PAGE, [110.0, 7])]


def test_the_last_page_completes_it() -> None:
    state = after(Started(), page(110.0, 7), page(120.0, 9, is_last=True))

    assert (state.status, state.ended) == ("COMPLETED", 1003.0)
    assert isinstance(asked(state)[0], Finish)


def test_a_cancelled_replay_ends_with_the_page_under_way() -> None:
    cancelling = after(Started(), Signalled(CANCEL))
    cancelled = after(Started(), Signalled(CANCEL), page(110.0, 7))

    assert cancelling.status == "CANCELLING"
    assert asked(cancelling) == [Perform("page-0", REPLAY_PAGE, [100.0, 0])]
    assert cancelled.status == "CANCELLED"


def test_a_page_that_cannot_be_put_fails_it() -> None:
    state = after(Started(), Refused("page-0", "ResourceNotFoundException", "Event bus b does not exist."))

    assert (state.status, state.reason) == ("FAILED", "ResourceNotFoundException: Event bus b does not exist.")
