"""Text → tree. What is read is well-formed; whether it makes sense as a whole is for `check`.

Reading is tolerant where clients are loose (nulls for absent members, numbers for strings, DependsOn as names or as
objects) and strict where a mistake would only show at run time: every error names the step and the member.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, get_args

import msgspec

from penstock.languages.pipeline import conditions, durations, expressions
from penstock.languages.pipeline.retries import read_policies
from penstock.languages.pipeline.tree import (
    EMR,
    OTHER_STEP_TYPES,
    VERSION,
    AnyStep,
    AutoML,
    CacheConfig,
    Callback,
    ClarifyCheck,
    ClarifyCheckType,
    Cleanup,
    CleanupSource,
    Condition,
    Constant,
    Definition,
    DefinitionError,
    Dependency,
    EMRServerless,
    Endpoint,
    EndpointConfig,
    Expression,
    Fail,
    ForEach,
    InferenceComponent,
    Lambda,
    Lineage,
    Model,
    Other,
    Output,
    Parameter,
    ParameterType,
    Pick,
    Processing,
    PropertyFile,
    QualityCheck,
    QualityCheckType,
    RegisterModel,
    Selector,
    StepName,
    Training,
    Transform,
    Trigger,
    Tuning,
)
from penstock.languages.pipeline.values import admitted

Json = Any
T = TypeVar("T")

_LINEAGE: Final = ("Actions", "Artifacts", "Contexts", "Associations")
_COMMON: Final = frozenset(
    {"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description", "RetryPolicies", "CacheConfig"}
)
_MOST_AT_ONCE: Final = 50
_MOST_ITEMS: Final = 100  # in a list that the definition holds; a list that comes at run time may be longer
_NAME_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def read(text: str | bytes) -> Definition:
    """The tree of a definition. Raises `DefinitionError`."""
    try:
        document = msgspec.json.decode(text)
        return _definition(document)
    except msgspec.DecodeError as error:
        raise DefinitionError(f"It is not JSON: {error}") from None
    except RecursionError:
        raise DefinitionError("It is nested too deeply to be read.") from None


def _definition(document: Json) -> Definition:
    if not isinstance(document, dict):
        raise DefinitionError(f"The definition must be a JSON object with Version and Steps, not {_kind(document)}.")
    if document.get("Version") != VERSION:
        raise DefinitionError(f"Version must be '{VERSION}', not {document.get('Version')!r}.")
    parameters: dict[str, Parameter] = {}
    for entry in _list(document, "Parameters", "the definition"):
        parameter = _parameter(entry)
        if parameter.name in parameters:
            raise DefinitionError(f"Parameter names must be unique: '{parameter.name}' is declared twice.")
        parameters[parameter.name] = parameter
    if "Steps" not in document:
        raise DefinitionError("The definition has no Steps.")
    found = _Found()
    _steps(_list(document, "Steps", "the definition"), found, found.steps)
    experiment = document.get("PipelineExperimentConfig")
    return Definition(
        parameters=parameters,
        steps=found.steps,
        bodies=found.bodies,
        experiment=expressions.read(experiment, "PipelineExperimentConfig") if experiment else None,
    )


def _parameter(entry: Json) -> Parameter:
    name = _text(entry, "Name", "a parameter")
    where = f"parameter '{name}'"
    if not name or not set(name) <= _NAME_CHARACTERS:
        raise DefinitionError(f"The name of {where} may hold letters, digits, hyphens and underscores only.")
    given = _text(entry, "Type", where)
    kind: ParameterType | None = next((known for known in get_args(ParameterType) if known == given), None)
    if kind is None:
        raise DefinitionError(f"Type of {where} must be one of {', '.join(get_args(ParameterType))}, not '{given}'.")
    default = entry.get("DefaultValue")
    choices = tuple(
        admitted(kind, choice, where=f"EnumValues of {where}") for choice in _list(entry, "EnumValues", where)
    )
    if default is not None:
        default = admitted(kind, default, where=f"DefaultValue of {where}", choices=choices)
    return Parameter(name, kind, default, default is not None, choices)


@dataclass(frozen=True, slots=True)
class _Found:
    """The steps read so far: those of the pipeline, and those in the bodies of ForEach steps."""

    steps: dict[StepName, AnyStep] = field(default_factory=dict)
    bodies: dict[StepName, AnyStep] = field(default_factory=dict)


def _steps(entries: list[Json], found: _Found, into: dict[StepName, AnyStep]) -> tuple[StepName, ...]:
    """Read steps, those in branches too, into one mapping; the names of the outermost are answered."""
    names = []
    for entry in entries:
        name = _step_name(entry, "a step")
        if name in found.steps or name in found.bodies:
            raise DefinitionError(f"Step names must be unique within a pipeline: '{name}' is used more than once.")
        names.append(name)
        into[name] = Other(name=name, type="")  # holds the place, so that a branch cannot take its condition's name
        into[name] = _step(name, entry, found)
    return tuple(names)


def _step(name: StepName, entry: Json, found: _Found) -> AnyStep:
    where = f"step '{name}'"
    kind = _text(entry, "Type", where)
    arguments = {} if entry.get("Arguments") is None else entry["Arguments"]
    if not isinstance(arguments, dict):
        raise DefinitionError(f"Arguments of {where} must be an object, not {_kind(arguments)}.")
    common = _common(name, entry, where)
    if kind in _AROUND:
        return _AROUND[kind](common, arguments, where, found)
    if kind in _ALONE:
        return _ALONE[kind](common, arguments, where)
    if kind not in _JOBS and kind not in _WITH_MEMBERS and kind not in OTHER_STEP_TYPES:
        raise DefinitionError(f"Type '{kind}' of {where} is not a type of step.")
    if not arguments and kind in (*_JOBS, "Processing", "QualityCheck", "ClarifyCheck"):
        raise DefinitionError(f"Arguments of {where} are missing.")
    common["arguments"] = expressions.read(arguments, where)
    if kind in _JOBS:
        return _JOBS[kind](**common)
    if kind in _WITH_MEMBERS:
        return _WITH_MEMBERS[kind](common, entry, where)
    return _other(kind, common, entry, where)


def _common(name: StepName, entry: Json, where: str) -> dict[str, Any]:
    return {
        "name": name,
        "display_name": _optional_text(entry, "DisplayName", where),
        "description": _optional_text(entry, "Description", where),
        "depends_on": tuple(_dependency(item, where) for item in _list(entry, "DependsOn", where)),
        "retries": read_policies(_list(entry, "RetryPolicies", where), where),
        "cache": _cache(entry.get("CacheConfig"), where),
    }


def _other(kind: str, common: dict[str, Any], entry: Json, where: str) -> Other:
    rest = {key: value for key, value in entry.items() if key not in _COMMON}
    return Other(**common, type=kind, members=expressions.read(rest, where))


Job = (
    Training | Tuning | AutoML | Transform | Model | RegisterModel | EndpointConfig | Endpoint | InferenceComponent
    | EMR | EMRServerless
)  # fmt: skip
_JOBS: Final[Mapping[str, type[Job]]] = {
    "Training": Training, "Tuning": Tuning, "AutoML": AutoML, "Transform": Transform, "Model": Model,
    "RegisterModel": RegisterModel, "EndpointConfig": EndpointConfig, "Endpoint": Endpoint,
    "InferenceComponent": InferenceComponent, "EMR": EMR, "EMRServerless": EMRServerless,
}  # fmt: skip


def _lambda(common: dict[str, Any], entry: Json, where: str) -> Lambda:
    return Lambda(**common, function=_place(entry, "FunctionArn", where), outputs=_outputs(entry, where))


def _processing(common: dict[str, Any], entry: Json, where: str) -> Processing:
    return Processing(**common, property_files=_property_files(entry, where))


def _quality_check(common: dict[str, Any], entry: Json, where: str) -> QualityCheck:
    statistics = _member(entry, "SuppliedBaselineStatistics", None, where)
    return QualityCheck(**common, **_check(entry, QualityCheckType, where), statistics=statistics)


def _clarify_check(common: dict[str, Any], entry: Json, where: str) -> ClarifyCheck:
    model = _member(entry, "ModelName", None, where)
    return ClarifyCheck(**common, **_check(entry, ClarifyCheckType, where), model=model)


def _check(entry: Json, types: Any, where: str) -> dict[str, Any]:
    """What all checks have; `types` are those that one of this kind may be of."""
    given, known = _text(entry, "CheckType", where), get_args(types)
    if given not in known:
        raise DefinitionError(f"CheckType of {where} must be one of {', '.join(known)}, not '{given}'.")
    return {
        "type": given,
        "skip": _member(entry, "SkipCheck", False, where),
        "fails": _member(entry, "FailOnViolation", True, where),
        "registers": _member(entry, "RegisterNewBaseline", False, where),
        "group": _member(entry, "ModelPackageGroupName", None, where),
        "constraints": _member(entry, "SuppliedBaselineConstraints", None, where),
    }


def _member(entry: Json, name: str, default: Json, where: str) -> Expression:
    value = entry.get(name)
    return expressions.read(default if value is None else value, f"{name} of {where}")


def _callback(common: dict[str, Any], entry: Json, where: str) -> Callback:
    return Callback(**common, queue=_place(entry, "SqsQueueUrl", where), outputs=_outputs(entry, where))


WithMembers = Processing | QualityCheck | ClarifyCheck | Lambda | Callback
_WITH_MEMBERS: Final[Mapping[str, Callable[[dict[str, Any], Json, str], WithMembers]]] = {
    "Processing": _processing, "QualityCheck": _quality_check, "ClarifyCheck": _clarify_check, "Lambda": _lambda,
    "Callback": _callback,
}  # fmt: skip


def _place(entry: Json, key: str, where: str) -> Expression:
    """Whom a step asks: text, or an expression that comes to text."""
    if not isinstance(entry.get(key), dict):
        _text(entry, key, where)
    return expressions.read(entry[key], f"{key} of {where}")


def _outputs(entry: Json, where: str) -> tuple[Output, ...]:
    where = f"OutputParameters of {where}"
    outputs = []
    for item in _list(entry, "OutputParameters", where):
        name, given = _text(item, "OutputName", where), _optional_text(item, "OutputType", where) or "String"
        kind: ParameterType | None = next((known for known in get_args(ParameterType) if known == given), None)
        if kind is None:
            raise DefinitionError(
                f"OutputType of '{name}' in {where} must be one of {', '.join(get_args(ParameterType))}, not '{given}'."
            )
        outputs.append(Output(name, kind))
    if len({output.name for output in outputs}) < len(outputs):
        raise DefinitionError(f"{where}: an OutputName may be used once only.")
    return tuple(outputs)


def _for_each(common: dict[str, Any], arguments: Json, where: str, found: _Found) -> ForEach:
    at_once, items = arguments.get("MaxConcurrency"), arguments.get("IterableItems")
    if isinstance(at_once, bool) or not isinstance(at_once, int) or not 1 <= at_once <= _MOST_AT_ONCE:
        raise DefinitionError(f"MaxConcurrency of {where} must be a whole number from 1 to {_MOST_AT_ONCE}.")
    if isinstance(items, list) and not (1 <= len(items) <= _MOST_ITEMS and None not in items):
        raise DefinitionError(f"IterableItems of {where} must have 1 to {_MOST_ITEMS} elements, and none that is null.")
    if not isinstance(items, list | dict | str):
        raise DefinitionError(f"IterableItems of {where} must be a list, or come to the text of a JSON list.")
    body = _list(arguments, "ForEachBody", where)
    if not body:
        raise DefinitionError(f"ForEachBody of {where} must have at least one step.")
    for entry in body:
        kind = _text(entry, "Type", f"a step in the body of {where}")
        if kind in ("Condition", "Fail", "ForEach"):
            raise DefinitionError(f"ForEachBody of {where} can not hold steps of type {kind}.")
    return ForEach(
        **common,
        items=expressions.read(items, f"IterableItems of {where}"),
        concurrency=at_once,
        body=_steps(body, found, found.bodies),
        selector=_selector(arguments.get("Selector"), where),
    )


def _selector(entry: Json, where: str) -> Selector | None:
    if entry is None:
        return None
    given = _text(entry, "Pick", f"Selector of {where}")
    pick: Pick | None = next((known for known in get_args(Pick) if known == given), None)
    if pick is None:
        raise DefinitionError(
            f"Pick in the Selector of {where} must be one of {', '.join(get_args(Pick))}, not '{given}'."
        )
    return Selector(pick, expressions.iteration_output(entry.get("Field"), where))


def _cleanup(common: dict[str, Any], arguments: Json, where: str) -> Cleanup:
    resources = arguments.get("Resources")
    sources = _list(resources, "S3", where) if isinstance(resources, dict) else []
    other = sorted(resources.keys() - {"S3"}) if isinstance(resources, dict) else []
    if not sources or other:
        raise DefinitionError(f"Resources of {where} must have S3, a list with at least one element, and nothing else.")
    return Cleanup(**common, sources=tuple(_source(entry, f"Resources of {where}") for entry in sources))


def _source(entry: Json, where: str) -> CleanupSource:
    step = StepName(_text(entry, "StepName", where))
    if entry.get("S3Uris") is None:
        return CleanupSource(step)
    uris = _list(entry, "S3Uris", where)
    if not uris:
        raise DefinitionError(f"S3Uris of '{step}' in {where} must be left out or have at least one element.")
    return CleanupSource(step, tuple(expressions.read(uri, where) for uri in uris))


def _lineage(common: dict[str, Any], arguments: Json, where: str) -> Lineage:
    if (
        not arguments
        or arguments.keys() - set(_LINEAGE)
        or not all(_list(arguments, name, where) for name in arguments)
    ):
        raise DefinitionError(f"Arguments of {where} must have {', '.join(_LINEAGE)}, lists of some, and nothing else.")
    return Lineage(**common, arguments=expressions.read(arguments, where))


def _condition(common: dict[str, Any], arguments: Json, where: str, found: _Found) -> Condition:
    if not isinstance(arguments.get("Conditions"), list) or not arguments["Conditions"]:
        raise DefinitionError(f"Conditions of {where} must be a list with at least one condition.")
    return Condition(
        **common,
        tests=tuple(conditions.read(entry, where) for entry in arguments["Conditions"]),
        if_steps=_steps(_list(arguments, "IfSteps", where), found, found.steps),
        else_steps=_steps(_list(arguments, "ElseSteps", where), found, found.steps),
    )


_AROUND: Final[Mapping[str, Callable[[dict[str, Any], Json, str, _Found], Condition | ForEach]]] = {
    "Condition": _condition, "ForEach": _for_each,
}  # fmt: skip


def _fail(common: dict[str, Any], arguments: Json, where: str) -> Fail:
    message = arguments.get("ErrorMessage")
    return Fail(**common, message=expressions.read("" if message is None else message, f"ErrorMessage of {where}"))


_ALONE: Final[Mapping[str, Callable[[dict[str, Any], Json, str], Fail | Cleanup | Lineage]]] = {
    "Fail": _fail, "Cleanup": _cleanup, "Lineage": _lineage,
}  # fmt: skip


def _step_name(entry: Json, where: str) -> StepName:
    name = _text(entry, "Name", where)
    if not 1 <= len(name) <= 64 or not set(name) <= _NAME_CHARACTERS:
        raise DefinitionError(
            f"'{name}' is not a step name: 1 to 64 letters, digits, hyphens and underscores ([A-Za-z0-9\\-_]{{1,64}})."
        )
    return StepName(name)


def _dependency(item: Json, where: str) -> Dependency:
    if isinstance(item, str):
        return Dependency(StepName(item))
    step = _text(item, "Step", f"DependsOn of {where}")
    given = _optional_text(item, "Trigger", f"DependsOn of {where}") or "Completed"
    trigger: Trigger | None = next((known for known in get_args(Trigger) if known == given), None)
    if trigger is None:
        raise DefinitionError(
            f"Trigger in DependsOn of {where} must be one of {', '.join(get_args(Trigger))}, not '{given}'."
        )
    return Dependency(StepName(step), trigger)


def _property_files(entry: Json, where: str) -> tuple[PropertyFile, ...]:
    where = f"PropertyFiles of {where}"
    return tuple(
        PropertyFile(
            _text(item, "PropertyFileName", where), _text(item, "OutputName", where), _text(item, "FilePath", where)
        )
        for item in _list(entry, "PropertyFiles", where)
    )


def _cache(config: Json, where: str) -> CacheConfig | None:
    if config is None:
        return None
    where = f"CacheConfig of {where}"
    if not isinstance(config, dict) or not isinstance(config.get("Enabled"), bool | dict):
        raise DefinitionError(f"{where} must be an object whose Enabled is true or false.")
    expires = expressions.read(config.get("ExpireAfter"), where)
    if isinstance(expires, Constant) and expires.value is not None:
        durations.seconds(_text(config, "ExpireAfter", where), f"ExpireAfter of {where}")
    return CacheConfig(expressions.read(config["Enabled"], where), expires)


def _list(entry: Json, key: str, where: str) -> list[Json]:
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise DefinitionError(f"{key} of {where} must be a list, not {_kind(value)}.")
    return value


def _text(entry: Json, key: str, where: str) -> str:
    if not isinstance(entry, dict):
        raise DefinitionError(f"{where[:1].upper()}{where[1:]} must be an object with {key}, not {_kind(entry)}.")
    value = entry.get(key)
    if value is None:
        raise DefinitionError(f"{key} of {where} is missing.")
    if not isinstance(value, str):
        raise DefinitionError(f"{key} of {where} must be a string, not {_kind(value)}.")
    return value


def _optional_text(entry: Json, key: str, where: str) -> str:
    return "" if entry.get(key) is None else _text(entry, key, where)


def _kind(value: Json) -> str:
    return {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )
