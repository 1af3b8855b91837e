"""What shadow tests ask for, and what is decided when: facts in, commands out."""

from typing import Any

import msgspec
import pytest

from penstock.engine.facts import Done, Event, Fact, Finish, Fired, Perform, Refused, SetTimer, Signalled, Started
from penstock.services.sagemaker.shadowtests.flow import ShadowTestFlow, document
from penstock.services.sagemaker.shadowtests.model import Plan, State
from penstock.services.sagemaker.shadowtests.requests import configuration, end_of, wanted_of
from penstock.wire.call import Scope, ValidationError

Json = Any
DAY = 86_400.0
CAPTURE = {"DestinationS3Uri": "s3://b/before"}


def variant(name: str) -> Json:
    config = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    return {
        "ModelName": f"model-{name}",
        "VariantName": name,
        "InfrastructureConfig": {"RealTimeInferenceConfig": config},
    }


def request(**more: Json) -> Json:
    shadow = {"ShadowModelVariantName": "b", "SamplingPercentage": 30}
    return {
        "ModelVariants": [variant("a"), variant("b")],
        "ShadowModeConfig": {"SourceModelVariantName": "a", "ShadowModelVariants": [shadow]},
        "Schedule": {"StartTime": 100.0, "EndTime": 900.0},
        **more,
    }


class Driven:
    """The flow and the facts that it was told."""

    def __init__(self, **more: Json) -> None:
        self.flow = ShadowTestFlow()
        wanted = wanted_of(request(**more), 50.0)
        self.plan = Plan("test", "arn", "0123456789abcdef", 50.0, "e", wanted, CAPTURE)
        self.state = self.flow.begin(self.plan)
        self.at = 50.0
        self.told(Started())

    def told(self, fact: Fact, at: float = 60.0) -> State:
        self.state = self.flow.evolve(self.plan, self.state, Event(1, at, "", fact))
        return self.state

    @property
    def asks(self) -> list[Json]:
        return list(self.flow.decide(self.plan, self.state))


def test_it_begins_and_ends_by_the_clock_and_the_endpoint_is_as_it_was() -> None:
    test = Driven()
    assert (test.state.status, test.asks) == ("Created", [SetTimer("start-0", 100.0)])

    test.told(Fired("start-0"))
    (deploy,) = test.asks
    assert (test.state.status, deploy.key) == ("Starting", "deploy-1")
    assert deploy.input["Configuration"] == {
        "EndpointConfigName": "test-01234567-1",
        "DataCaptureConfig": CAPTURE,
        "ProductionVariants": [
            {
                "VariantName": "a", "ModelName": "model-a", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
        ],
        "ShadowProductionVariants": [
            {
                "VariantName": "b", "ModelName": "model-b", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
                "InitialVariantWeight": 0.3,
            }
        ],
    }  # fmt: skip
    test.told(Done("deploy-1", {"Problem": ""}))
    assert (test.state.status, test.asks) == ("Running", [SetTimer("end-0", 900.0)])
    test.told(Fired("end-0"), at=900.0)
    assert (test.state.status, [ask.key for ask in test.asks]) == ("Stopping", ["deploy-2"])
    test.told(Done("deploy-2", {"Problem": ""}), at=905.0)

    assert (test.state.status, test.state.completed_at) == ("Completed", 905.0)
    assert [type(ask) for ask in test.asks] == [Finish]


def test_a_stop_that_does_not_succeed_leaves_it_running_with_the_reason() -> None:
    test = Driven()
    test.told(Signalled("start"))
    test.told(Done("deploy-1", {"Problem": ""}))
    end = end_of(test.plan.wanted, {"ModelVariantActions": {"a": "Remove", "b": "Promote"}})
    test.told(Signalled("stop", msgspec.to_builtins(end)))
    test.told(Refused("deploy-2", "ValidationException", "no such model"))

    assert (test.state.status, test.state.reason) == ("Running", "no such model")
    test.told(Signalled("stop", msgspec.to_builtins(end)))
    assert [ask.key for ask in test.asks] == ["deploy-3"]


def test_another_schedule_has_other_timers_and_those_of_before_mean_nothing() -> None:
    test = Driven()
    later = wanted_of(request(Schedule={"StartTime": 500.0, "EndTime": 900.0}), 50.0)
    test.told(Signalled("update", msgspec.to_builtins(later)))

    assert test.asks == [SetTimer("start-1", 500.0)]
    assert test.told(Fired("start-0")).status == "Created"
    assert test.told(Fired("start-1")).status == "Starting"


def test_a_change_of_the_schedule_alone_leaves_the_endpoint_alone() -> None:
    test = Driven()
    test.told(Signalled("start"))
    test.told(Done("deploy-1", {"Problem": ""}))
    test.told(Signalled("update", msgspec.to_builtins(wanted_of(request(Description="more"), 60.0))))
    assert test.asks == [SetTimer("end-1", 900.0)]

    storage = {"Destination": "s3://b/k", "KmsKey": "key"}
    test.told(Signalled("update", msgspec.to_builtins(wanted_of(request(DataStorageConfig=storage), 60.0))))
    (deploy,) = test.asks
    assert isinstance(deploy, Perform)
    assert deploy.input["Configuration"]["DataCaptureConfig"] == {
        "EnableCapture": True, "InitialSamplingPercentage": 100, "DestinationS3Uri": "s3://b/k", "KmsKeyId": "key",
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("actions", "production", "shadows"),
    [
        ({"a": "Retain", "b": "Remove"}, ["a"], []),
        ({"a": "Remove", "b": "Promote"}, ["b"], []),
        ({"a": "Retain", "b": "Retain"}, ["a"], ["b"]),
    ],
)
def test_a_stop_says_what_becomes_of_each_variant(actions: Json, production: Json, shadows: Json) -> None:
    test = Driven()
    test.told(Signalled("start"))
    test.told(Done("deploy-1", {"Problem": ""}))
    test.told(Signalled("stop", msgspec.to_builtins(end_of(test.plan.wanted, {"ModelVariantActions": actions}))))
    asked = configuration(test.plan, test.state)

    assert [each["VariantName"] for each in asked["ProductionVariants"]] == production
    assert [each["VariantName"] for each in asked.get("ShadowProductionVariants", ())] == shadows


def test_what_waits_may_be_deleted_and_says_nothing_of_it() -> None:
    test = Driven()
    test.told(Signalled("delete"))

    assert [type(ask) for ask in test.asks] == [Finish]
    assert "_Run" in document(Scope(), "run", test.plan, test.state).body  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"Schedule": {"EndTime": 40.0}}, "EndTime must be after now"),
        ({"Schedule": {"StartTime": 100.0, "EndTime": 100.0 + 31 * DAY}}, "at most 30 days"),
        ({"ModelVariants": [variant("a")]}, "ModelVariants must be the production variant a and the shadow variant b"),
        ({"ModelVariants": [variant("a"), variant("c")]}, "they are a, c"),
    ],
)
def test_an_experiment_that_cannot_be_is_refused(change: Json, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        wanted_of(request(**change), 50.0)


@pytest.mark.parametrize(
    ("stop", "sentence"),
    [
        ({"ModelVariantActions": {"a": "Retain"}}, "must have a and b"),
        ({"ModelVariantActions": {"a": "Remove", "b": "Retain"}}, "keep one production variant"),
        ({"ModelVariantActions": {"a": "Promote", "b": "Remove"}}, "keep one production variant"),
        (
            {"ModelVariantActions": {"a": "Retain", "b": "Remove"}, "DesiredModelVariants": [variant("b")]},
            "b, which does not stay",
        ),
    ],
)
def test_a_stop_that_cannot_be_is_refused(stop: Json, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        end_of(wanted_of(request(), 50.0), stop)
