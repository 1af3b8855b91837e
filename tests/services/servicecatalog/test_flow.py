"""Decisions of a record's flow: facts in, commands and states out."""

from penstock.engine.facts import Done, Event, Fact, Finish, Invoke, Perform, Refused, Signalled, Started
from penstock.services.servicecatalog.flow import FAILING, RecordFlow, record_status
from penstock.services.servicecatalog.model import Plan, State

PROVISION = Plan("provision", "rec-1", "mine", "SC-1-pp-1", {"StackName": "SC-1-pp-1"})
STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/SC-1-pp-1/1-2-3-4-5"
FLOW = RecordFlow()


def after(plan: Plan, *facts: Fact) -> State:
    state = FLOW.begin(plan)
    for number, fact in enumerate(facts):
        state = FLOW.evolve(plan, state, Event(number, float(number), "", fact))
    return state


def commands(plan: Plan, *facts: Fact) -> list[object]:
    return [*FLOW.decide(plan, after(plan, *facts))]


def test_a_stack_is_asked_for_then_waited_for() -> None:
    ask = Invoke("ask", "cloudformation", "CreateStack", PROVISION.request)

    assert commands(PROVISION, Started()) == [ask]
    assert commands(PROVISION, Started(), Done("ask", {"StackId": STACK})) == [
        ask, Perform("await", "servicecatalog.await-stack", {"Stack": STACK})
    ]  # fmt: skip


def test_a_record_is_in_error_while_its_stack_goes_back() -> None:
    asked = (Started(), Done("ask", {"StackId": STACK}))
    rolled_back = {"Status": "ROLLBACK_COMPLETE", "Reason": "no", "Outputs": []}

    assert record_status(after(PROVISION, *asked)) == "IN_PROGRESS"
    assert record_status(after(PROVISION, *asked, Signalled(FAILING))) == "IN_PROGRESS_IN_ERROR"
    assert record_status(after(PROVISION, *asked, Signalled(FAILING), Done("await", rolled_back))) == "FAILED"


def test_a_stack_that_is_retained_is_not_asked_about() -> None:
    (finish,) = commands(Plan("terminate", "rec-1", "mine", STACK), Started())

    assert isinstance(finish, Finish)
    assert finish.outcome.status == "Succeeded"


def test_a_refused_update_taints_only_what_was_well() -> None:
    refused = (Started(), Refused("ask", "ValidationError", "no such parameter"))
    update = Plan("update", "rec-2", "mine", STACK, {"StackName": STACK})
    again = Plan("update", "rec-3", "mine", STACK, {"StackName": STACK}, standing="ERROR")

    ends = [after(plan, *refused).ending for plan in (update, again, PROVISION)]

    assert [end.leaves for end in ends if end] == ["TAINTED", "ERROR", "ERROR"]
