"""Integrations: what the `Resource` of a Task state means, and what calling it comes to.

    resources   an ARN read: which service, which action, how the state waits for it
    catalog     the optimised integrations, a table
    special     where an integration does more than the model says (lambda, sqs, sns, events, states)
    parameters  whether a task can be started with what it has; schema, whether a mocked result can be an answer
    failures    errors as AWS records them
    jobs        what `.sync` waits for, and what it makes of it
    http        http:invoke
    mocks       the mock configuration file
    activities  the only place that calls anybody

Everything but `activities` and `http` is pure. How AWS's SDK spells names and members is `wire.sdk`.
"""

from penstock.services.stepfunctions.integrations.activities import (
    CANCEL,
    FINISH,
    SUBMIT,
    Asked,
    Integrations,
    StandIn,
    nobody,
)
from penstock.services.stepfunctions.integrations.mocks import MockConfig, MockError, Return, Throw
from penstock.services.stepfunctions.integrations.resources import Resource, parse_resource

__all__ = [
    "CANCEL",
    "FINISH",
    "SUBMIT",
    "Asked",
    "Integrations",
    "MockConfig",
    "MockError",
    "Resource",
    "Return",
    "StandIn",
    "Throw",
    "nobody",
    "parse_resource",
]
