"""Stack operations as decisions: whatever the change and whatever fails, a stack ends as the new one or as the old."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.engine.facts import Command, Done, Event, Fact, Finish, Perform, Signalled, Started
from penstock.services.cloudformation.flow import ACT, CLAIMED, EXPORT, Beginning, StackFlow
from penstock.services.cloudformation.model import Instance, Kind, Plan, State, Target
from penstock.services.cloudformation.resources.kind import Made, ResourceType, Steps

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/s/00000000-0000-0000-0000-000000000000"
IDS = "ABCDE"


def nothing(*_: Any) -> Steps[Any]:
    yield from ()
    return Made("")


THING = ResourceType(
    name="Test::Thing",
    properties=frozenset({"Key", "Value", "Of"}),
    create_only=frozenset({"Key"}),
    create=nothing,
    update=nothing,
    delete=nothing,
    read=nothing,
)


@dataclass
class Outside:
    """What there is, by physical id, and what fails: the nth thing that is done, for each n."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails: frozenset[int] = frozenset()
    done: int = 0
    made: int = 0

    def claim(self, state: State, key: str) -> Signalled:
        """A thing begins to be there, though it is not as it is to be."""
        work = state.works[key]
        assert work.after is not None
        self.made += 1
        physical_id = f"{work.logical_id}-{self.made}"
        self.things[physical_id] = work.after.properties
        return Signalled(CLAIMED, {"Key": key, "PhysicalId": physical_id})

    def do(self, state: State, key: str) -> Any:
        """What the activity answers."""
        work = state.works[key]
        self.done += 1
        if self.done in self.fails:
            if work.verb == "create" and work.claimed:
                return {"Error": f"the {self.done}th thing fails", "PhysicalId": work.claimed}
            if work.verb == "update" and work.before is not None and work.after is not None:
                self.things[work.before.physical_id] = {**work.before.properties, "Value": "half way"}
            return {"Error": f"the {self.done}th thing fails"}
        if work.verb == "delete":
            assert work.before is not None
            known = of_the_stack(state)  # what it could not delete in three tries is nobody's any more
            users = [thing for thing, each in self.things.items() if work.before.physical_id in each.get("Of", [])]
            assert not known.intersection(users), "in use"
            del self.things[work.before.physical_id]
            return {}
        assert work.after is not None
        physical_id = work.claimed or work.after.physical_id
        assert work.verb == "create" or physical_id in self.things
        assert all(each in self.things for each in work.after.properties.get("Of", [])), "what it needs is not there"
        self.things[physical_id] = work.after.properties
        return {"PhysicalId": physical_id, "Attributes": {}}


def of_the_stack(state: State) -> set[str]:
    """The physical ids that the stack knows of."""
    there = [each.now for each in state.slots.values() if each.now is not None]
    return {each.physical_id for each in (*there, *(each.instance for each in state.leaving))}


def live(order: Plan, state: State, outside: Outside, *, rolls_back: bool = False, order_of: Any = None) -> State:
    """An operation from beginning to end; `order_of` chooses who is answered first."""
    machine = StackFlow({THING.name: THING}, lambda *_: None)
    plan = machine.plan(msgspec.json.encode(order))
    current, asked, out = machine.begin(plan), set[str](), list[Perform]()
    facts: list[Fact] = [Started(msgspec.to_builtins(Beginning(state, rolls_back)))]
    for seq in range(1_000):
        if not facts:
            assert out, f"nothing is under way: {current}"
            chosen = out.pop(order_of(len(out)) if order_of else 0)
            work = current.works.get(chosen.key)
            if work is not None and work.verb == "create" and not work.claimed:
                facts.append(outside.claim(current, chosen.key))
                out.append(chosen)
            else:
                facts.append(Done(chosen.key, {} if work is None else outside.do(current, chosen.key)))
        current = machine.evolve(plan, current, Event(seq, float(seq), "", facts.pop(0)))
        for command in fresh(machine.decide(plan, current), asked):
            if isinstance(command, Finish):
                return current
            if isinstance(command, Perform):
                assert command.activity in (ACT, EXPORT)
                out.append(command)
    raise AssertionError("the operation does not come to its end")


def fresh(commands: Iterator[Command], asked: set[str]) -> list[Command]:
    found = [command for command in commands if command.key not in asked]
    asked.update(command.key for command in found)
    return found


def order(kind: Kind, things: dict[str, Any] | None, before: dict[str, Instance], **more: Any) -> Plan:
    target = None if things is None else Target({"Resources": {lid: declared(each) for lid, each in things.items()}})
    return Plan(kind, STACK, "s", f"op-{kind}", target, before, **more)


def declared(thing: tuple[int, int, frozenset[str]]) -> dict[str, Any]:
    key, value, needs = thing
    of = {"Of": [{"Ref": each} for each in sorted(needs)]} if needs else {}
    return {"Type": THING.name, "Properties": {"Key": key, "Value": value, **of}}


@st.composite
def stacks(draw: st.DrawFn) -> dict[str, Any]:
    """Things, each of which may need those before it in some order."""
    chosen = draw(st.permutations(draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))))
    things: dict[str, Any] = {}
    for lid in chosen:
        needs = draw(st.frozensets(st.sampled_from(sorted(things)), max_size=2)) if things else frozenset()
        things[lid] = (draw(st.integers(0, 1)), draw(st.integers(0, 2)), needs)
    return things


def is_as_wanted(state: State, outside: Outside, things: dict[str, Any]) -> bool:
    """The plain reference: exactly these things are there, with their values, and of one another."""
    now = {lid: slot.now.physical_id for lid, slot in state.slots.items() if slot.now is not None}
    told = {lid: state.slots[lid].physical_id for lid in now}
    assert told == now
    wanted = {
        now.get(lid, ""): {
            "Key": key,
            "Value": value,
            **({"Of": [now.get(each) for each in sorted(needs)]} if needs else {}),
        }
        for lid, (key, value, needs) in things.items()
    }
    return set(now) == set(things) and outside.things == wanted


failures = st.frozensets(st.integers(1, 14), max_size=3)


@settings(max_examples=150, deadline=None)
@given(old=stacks(), new=stacks(), fails=failures, data=st.data())
def test_an_update_ends_in_the_new_state_or_in_the_old_one(old: Any, new: Any, fails: Any, data: st.DataObject) -> None:
    outside = Outside()
    before = live(order("CREATE", old, {}), State(), outside)
    assert before.status == "CREATE_COMPLETE"
    assert is_as_wanted(before, outside, old)
    stable = {lid: slot.now for lid, slot in before.slots.items() if slot.now is not None}
    outside.fails, outside.done = fails, 0

    after = live(order("UPDATE", new, stable), before, outside, order_of=lambda n: data.draw(st.integers(0, n - 1)))

    if after.status == "UPDATE_ROLLBACK_FAILED":
        outside.fails = frozenset()
        after = live(order("UPDATE", new, stable), after, outside, rolls_back=True)
    left = {
        each for each in outside.things if not any(s.now and s.now.physical_id == each for s in after.slots.values())
    }
    for each in left:  # of what could not be deleted in three tries, nothing is known any more
        assert len(fails) == 3
        del outside.things[each]
    assert after.status in ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    assert is_as_wanted(after, outside, new if after.status == "UPDATE_COMPLETE" else old)


@settings(max_examples=100, deadline=None)
@given(things=stacks(), fails=failures)
def test_a_creation_that_fails_leaves_nothing_and_a_stack_can_be_deleted(things: Any, fails: Any) -> None:
    outside = Outside(fails=fails)

    made = live(order("CREATE", things, {}), State(), outside)

    assert made.status in ("CREATE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
    if made.status == "CREATE_COMPLETE":
        assert is_as_wanted(made, outside, things)
    elif made.status == "ROLLBACK_COMPLETE":
        assert outside.things == {}
    outside.fails = frozenset()
    gone = live(order("DELETE", None, {}), made, outside)
    assert gone.status == "DELETE_COMPLETE"
    assert outside.things == {}
