"""Trials: a request of TestState, checked and read. What cannot be tried is refused here, in AWS's words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.languages.asl.diagnosis import DefinitionError
from penstock.languages.asl.entry import variable_mistake
from penstock.languages.asl.jsontext import NotJson
from penstock.languages.asl.read import read_machine, read_single_state
from penstock.languages.asl.tree import Machine, Map, Parallel, State, Task
from penstock.services.stepfunctions.arns import check_role_arn
from penstock.services.stepfunctions.failures import invalid_definition
from penstock.services.stepfunctions.integrations.resources import parse_resource
from penstock.services.stepfunctions.integrations.schema import mismatch
from penstock.services.stepfunctions.interpreter.rehearsal import Mock, Rehearsal
from penstock.services.stepfunctions.starting import read_value
from penstock.services.stepfunctions.teststate.contexts import read_context
from penstock.services.stepfunctions.teststate.reading import check_readable
from penstock.wire.call import ServiceError, ValidationError

Json = Any
Request = Mapping[str, Json]
NAME: Final = "StateName"  # of a state that is written by itself
_CONFIGURED: Final = ("retrierRetryCount", "errorCausedByState", "mapIterationFailureCount", "mapItemReaderData")


@dataclass(frozen=True, slots=True)
class Trial:
    """A state, and how it is to be tried; `data` is what its ItemReader is to have read."""

    state: State
    rehearsal: Rehearsal
    data: str | None = None


def read_trial(request: Request, recognises: Callable[[str], bool]) -> Trial:
    """Raises `InvalidDefinition`, `InvalidArn`, and `ValidationException` for what does not go together."""
    _check_together(request)
    if request.get("roleArn") is not None:
        check_role_arn(request["roleArn"])
    state = _state(request, recognises)
    mock = _mock(request["mock"], state) if "mock" in request else None
    if mock is None:
        _check_unmocked(state, request)
    configuration = request.get("stateConfiguration") or {}
    rehearsal = Rehearsal(
        mock=mock,
        context=read_context(request["context"], state) if "context" in request else None,
        variables=_variables(request.get("variables", "{}")),
        retries=configuration.get("retrierRetryCount", 0),
        failures=configuration.get("mapIterationFailureCount", 0),
    )
    _check_configuration(configuration, state)
    return Trial(state, rehearsal, configuration.get("mapItemReaderData"))


def _check_together(request: Request) -> None:
    """Refuse what is only there with a mock, and what is only there without one."""
    mock, configuration = request.get("mock"), request.get("stateConfiguration") or {}
    if mock is None:
        for name in ("context", *_CONFIGURED):
            if request.get(name) is not None or configuration.get(name) is not None:
                raise ValidationError(
                    f"TestState does not support {name[0].upper()}{name[1:]} when a mock is not specified."
                )
        return
    if request.get("revealSecrets"):
        raise ValidationError("TestState does not support RevealSecrets when a mock is specified.")
    if (mock.get("result") is None) == (mock.get("errorOutput") is None):
        raise ValidationError("A test mock should have only one of the following fields: [result, errorOutput].")
    if mock.get("errorOutput") is not None and mock["errorOutput"].get("error") is None:
        raise ValidationError("A mocked errorOutput must contain the field 'error'.")


# --------------------------------------------------------------------------------------------------- the state


def _state(request: Request, recognises: Callable[[str], bool]) -> State:
    name: str | None = request.get("stateName")
    try:
        if name is None:
            return read_single_state(request["definition"], name=NAME, recognises=recognises)
        machine = read_machine(request["definition"], recognises=recognises)
    except DefinitionError as error:
        raise invalid_definition(error) from None
    for state in _states(machine):
        if state.name == name:
            return state
    raise ValidationError("State not found in definition")


def _states(machine: Machine) -> Iterator[State]:
    """Every state of a machine, at any depth."""
    for state in machine.states.values():
        yield state
        for inner in _machines(state):
            yield from _states(inner)


def _machines(state: State) -> tuple[Machine, ...]:
    match state:
        case Parallel():
            return state.branches
        case Map():
            return (state.processor,)
        case _:
            return ()


def _check_unmocked(state: State, request: Request) -> None:
    """Refuse what only a mock makes testable."""
    if isinstance(state, Map | Parallel):
        raise _unsupported(
            "TestState API does not support Map or Parallel states. Supported state types include: "
            "[Task, Wait, Pass, Succeed, Fail, Choice]"
        )
    if not isinstance(state, Task):
        return
    resource = parse_resource(state.resource)
    if resource.kind == "activity":
        raise _unsupported("TestState API does not support Activity tasks when a mock is not specified.")
    if resource.pattern != "request":
        raise _unsupported(
            "TestState API does not support .sync or .waitForTaskToken service integration patterns when a mock is not "
            "specified."
        )
    if not request.get("roleArn"):
        raise ValidationError("A role must be specified to test a Task state without a mock: give 'roleArn'.")


def _unsupported(sentence: str) -> ServiceError:
    return ServiceError(sentence, code="InvalidDefinition")


# ------------------------------------------------------------------------------------------------------- mocks


def _mock(given: Request, state: State) -> Mock:
    if not isinstance(state, Task | Map | Parallel):
        raise ValidationError(f"State type '{state.type}' is not supported when a mock is specified")
    if given.get("errorOutput") is not None:
        return Mock(error=given["errorOutput"]["error"], cause=given["errorOutput"].get("cause"))
    try:
        result = read_value(given["result"])
    except NotJson:
        raise ValidationError("Mocked result must be valid JSON") from None
    _check_result(state, result, given)
    return Mock(result=result)


def _check_result(state: Task | Map | Parallel, result: Json, given: Request) -> None:
    if isinstance(state, Task):
        wrong = mismatch(parse_resource(state.resource), result, given.get("fieldValidationMode", "STRICT"))
        if wrong is not None:
            raise ValidationError(wrong)
    elif isinstance(state, Map) and state.writer is not None and state.writer.resource is not None:
        if not isinstance(result, dict):
            raise ValidationError("Mocked result must be a JSON object.")
    elif not isinstance(result, list):
        raise ValidationError("Mocked result must be a JSON array.")
    elif isinstance(state, Parallel) and len(result) != len(state.branches):
        raise ValidationError("Mocked result must contain the same number of items as number of Parallel branches.")


# ----------------------------------------------------------------------------------------------- what is given


def _variables(text: str) -> dict[str, Json]:
    try:
        variables = read_value(text)
    except NotJson as error:
        raise ValidationError(f"Invalid variables provided: {error}") from None
    if not isinstance(variables, dict):
        raise ValidationError("Invalid variables provided: must be a JSON object")
    for name in variables:
        mistake = variable_mistake(name)
        if mistake is not None:
            raise ValidationError(f"Invalid variables provided: {mistake[1]}")
    return variables


def _check_configuration(configuration: Request, state: State) -> None:
    culprit = configuration.get("errorCausedByState")
    if culprit is not None:
        if not isinstance(state, Map | Parallel):
            raise ValidationError("ErrorCausedByState is only supported for Map and Parallel states.")
        if all(inner.name != culprit for machine in _machines(state) for inner in _states(machine)):
            raise ValidationError("State not found in definition")
    if configuration.get("mapIterationFailureCount") is not None and not isinstance(state, Map):
        raise ValidationError("MapIterationFailureCount is only supported for Map states.")
    if configuration.get("mapItemReaderData") is not None:
        if not isinstance(state, Map) or state.reader is None:
            raise ValidationError("MapItemReaderData is only supported for Map states with an ItemReader.")
        check_readable(state.reader)
