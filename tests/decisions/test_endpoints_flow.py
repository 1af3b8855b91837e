"""Decisions of endpoint runs: events in, commands and answers out."""

from typing import Any

import msgspec

from penstock.engine.facts import Asked, Command, Done, Event, Fact, Finish, Perform, Refused, Signalled, Started
from penstock.services.sagemaker.endpoints.answers import described
from penstock.services.sagemaker.endpoints.flow import DELETE, DOWN, SIZE, UP, UPDATE, EndpointFlow
from penstock.services.sagemaker.endpoints.model import Deployment, Plan, State, deployment_of

CONTENTS = {"containers": [{"image": "image", "data": "digest"}]}


def deployment(config: str = "first", revision: int = 1) -> Deployment:
    variant = {"VariantName": "all", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    body = {"EndpointConfigName": config, "ProductionVariants": [{**variant, "InitialVariantWeight": 1.0}]}
    return deployment_of(body, revision)


PLAN = Plan("name", "arn", 1_000.0, deployment())
STAGED = Done("stage-1", {"all": CONTENTS})
IN_SERVICE = (Started(), STAGED, Signalled(UP, {"revision": 1}))
UPDATED = Signalled(UPDATE, msgspec.to_builtins(deployment("second", 2)))
STAGED_AGAIN = Done("stage-2", {"all": CONTENTS})


def told(*facts: Fact) -> tuple[State, list[Command]]:
    """Where a run stands after these facts, a second apart, and every command that it has given."""
    flow = EndpointFlow()
    state, asked = flow.begin(PLAN), list[Command]()
    for second, fact in enumerate(facts, start=1):
        event = Event(second, 1_000.0 + second, "0", fact)
        state = flow.evolve(PLAN, state, event)
        for command in flow.decide(PLAN, state):
            if command.key not in {each.key for each in asked}:
                asked.append(command)
                state = flow.evolve(PLAN, state, Event(second, event.at, "0", Asked(command)))
    return state, asked


def keys(commands: list[Command]) -> list[str]:
    return [each.key for each in commands if isinstance(each, Perform)]


def shown(state: State) -> dict[str, Any]:
    return described(PLAN, state)


def test_a_revision_is_staged_and_then_served() -> None:
    state, commands = told(Started())
    assert (state.status, keys(commands)) == ("Creating", ["stage-1"])

    state, commands = told(*IN_SERVICE)
    assert (state.status, keys(commands)) == ("InService", ["stage-1", "serve-1"])
    assert shown(state)["ProductionVariants"][0]["DeployedImages"] == [{"SpecifiedImage": "image"}]


def test_what_cannot_be_staged_or_does_not_answer_fails_the_endpoint_with_the_reason() -> None:
    for facts in (
        (Started(), Refused("stage-1", "ValidationException", "no data")),
        (Started(), STAGED, Signalled(DOWN, {"revision": 1, "reason": "no data"})),
        (Started(), STAGED, Refused("serve-1", "InternalFailure", "no data")),
    ):
        state, _ = told(*facts)
        assert (state.status, shown(state)["FailureReason"]) == ("Failed", "no data")


def test_an_update_is_brought_up_beside_what_is_in_service() -> None:
    state, commands = told(*IN_SERVICE, UPDATED, STAGED_AGAIN)
    assert (state.status, sorted(state.revisions)) == ("Updating", [1, 2])
    assert shown(state)["PendingDeploymentSummary"]["EndpointConfigName"] == "second"
    assert keys(commands) == ["stage-1", "serve-1", "stage-2", "serve-2"]

    state, _ = told(*IN_SERVICE, UPDATED, STAGED_AGAIN, Signalled(UP, {"revision": 2}))
    assert (state.status, sorted(state.revisions), shown(state)["EndpointConfigName"]) == ("InService", [2], "second")


def test_an_update_that_fails_leaves_what_was_in_service() -> None:
    down = Signalled(DOWN, {"revision": 2, "reason": "hopeless"})
    state, _ = told(*IN_SERVICE, UPDATED, STAGED_AGAIN, down)

    assert (state.status, sorted(state.revisions), state.made) == ("InService", [1], 2)
    assert (shown(state)["EndpointConfigName"], shown(state)["FailureReason"]) == ("first", "hopeless")


def test_what_an_older_revision_says_is_not_about_the_new_one() -> None:
    state, _ = told(*IN_SERVICE, UPDATED, Signalled(DOWN, {"revision": 1, "reason": "late"}), Done("serve-1"))

    assert (state.status, state.failure) == ("Updating", "")


def test_weights_and_counts_are_fitted_each_time_they_change() -> None:
    size = Signalled(SIZE, {"all": (0.5, 3)})
    state, commands = told(*IN_SERVICE, size)
    assert (state.status, keys(commands)[-1]) == ("Updating", "fit-1")

    state, commands = told(*IN_SERVICE, size, Done("fit-1"), size, Done("fit-2"))
    assert (state.status, keys(commands)[-1]) == ("InService", "fit-2")
    assert shown(state)["ProductionVariants"][0]["CurrentInstanceCount"] == 3


def test_deleting_ends_the_run_wherever_it_stands() -> None:
    for facts in ((Started(),), IN_SERVICE, (*IN_SERVICE, UPDATED)):
        _, commands = told(*facts, Signalled(DELETE))
        assert isinstance(commands[-1], Finish)
