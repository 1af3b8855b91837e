"""What is made of data and models: files in, tuning, registration, endpoints, batch answers."""

import os.path
from pathlib import Path
from typing import Any, Literal, TypeVar

from penstock.pipeline import instances, kinds
from penstock.pipeline.drawing import Drawing, drawing
from penstock.pipeline.graph import (
    Call,
    Data,
    Deployment,
    Given,
    Known,
    Output,
    Property,
    Range,
    Reference,
    Registration,
    Transformation,
    Transformed,
    Tuning,
    leaves,
)
from penstock.pipeline.handles import Handle, described, reference_of, type_of
from penstock.pipeline.inputs import is_path
from penstock.pipeline.mistakes import Mistake, here, perhaps
from penstock.pipeline.steps import Step, within_reach

T = TypeVar("T")
N = TypeVar("N", int, float)
Status = Literal["PendingManualApproval", "Approved", "Rejected"]


def file(uri: str) -> Path:
    """A file: s3://…, or one beside the pipeline's own file, which is uploaded by its content."""
    return _data(uri, is_file=True)


def folder(uri: str) -> Path:
    """A folder: s3://…, or one beside the pipeline's own file, which is uploaded by its content."""
    return _data(uri, is_file=False)


def _data(uri: str, *, is_file: bool) -> Path:
    at = here()
    if "://" in uri:
        if not uri.startswith("s3://") or not uri.removeprefix("s3://").partition("/")[0]:
            raise Mistake(f"'{uri}' is neither s3://BUCKET/KEY nor a path.", at)
        found = uri if is_file else f"{uri.rstrip('/')}/"
        return Handle(Data(found, at, is_file))  # type: ignore[return-value] # stands for the path
    path = os.path.normpath(os.path.join(os.path.dirname(at.file), uri))  # noqa: PTH118, PTH120 - as texts
    what = "file" if is_file else "folder"
    if not (os.path.isfile(path) if is_file else os.path.isdir(path)):  # noqa: PTH112, PTH113
        raise Mistake(f"there is no {what} '{uri}' beside {os.path.basename(at.file)}.", at)  # noqa: PTH119
    return Handle(Data(path, at, is_file))  # type: ignore[return-value]


# ------------------------------------------------------------------------------------------------------ tuning


def between(low: N, high: N, *, log: bool = False) -> N:
    """In a call that is tuned: a number from here to there, drawn on a logarithmic scale if asked."""
    at = here()
    is_whole = isinstance(low, int) and isinstance(high, int)
    if not low < high or (log and low <= 0):
        raise Mistake(f"between({low}, {high}) is no range{' with a logarithm' if log and low <= 0 else ''}.", at)
    return Handle(Range("Integer" if is_whole else "Continuous", (low, high), log, at))  # type: ignore[return-value]


def choice(*values: T) -> T:
    """In a call that is tuned: one of these."""
    at = here()
    if len(values) < 2 or not all(isinstance(value, str | int | float | bool) for value in values):
        raise Mistake("choice(…) takes two or more texts, numbers or booleans.", at)
    return Handle(Range("Categorical", values, False, at))  # type: ignore[return-value]


def tune(
    trained: T, *, metric: str, trials: int, at_once: int = 2, goal: Literal["maximize", "minimize"] = "maximize",
    strategy: Literal["Bayesian", "Random"] = "Bayesian",
) -> T:  # fmt: skip
    """Run a call once for each trial, with values of its ranges, and answer the best one's outputs.

    tune(train(data, depth=between(2, 8)), metric="auc", trials=20)
    """
    drawing("tune(…)")
    reference = reference_of(trained)
    if not isinstance(reference, Output) or reference.name or reference.path:
        raise Mistake("tune(…) takes a call of a step: tune(train(data, depth=between(2, 8)), …).")
    call, where = reference.call, f"tune of step '{reference.call.name}'"
    ranges = {name: each for name, each in call.bindings.items() if isinstance(each, Range)}
    if not ranges:
        raise Mistake(f"{where}: none of its arguments is a range: say between(…) or choice(…) for some.")
    if len(call.task.models) != 1:
        raise Mistake(f"{where} must return one Model[…], and returns {kinds.name(call.task.returns)}.")
    numbers = [name for name, kind in call.task.outputs.items() if kinds.plain(kind) in (int, float)]
    if metric not in numbers:
        raise Mistake(f"{where}: it has no output '{metric}' that is a number: {perhaps(metric, numbers)}")
    if call.block.loop is not None:
        raise Mistake(f"{where} cannot stand in `each`.")
    if trials < 1 or not 1 <= at_once <= trials:
        raise Mistake(f"{where}: trials must be 1 or more, and at_once from 1 to trials.")
    call.tuning = Tuning(metric, trials, at_once, goal == "maximize", strategy)
    return trained


# ------------------------------------------------------------------------------------------------------ models


def register(
    model: Any, *, group: str, metrics: Any = None, status: Status = "PendingManualApproval",
    predict: Any = None, instance: str = instances.SERVING, content_type: str = "text/csv",
) -> str:  # fmt: skip
    """Register the model as a new version of a group; its ARN. `metrics` is what a step returned of its quality."""
    found = drawing("register(…)")
    reference = _model(model, found, "register")
    node = found.add(
        Registration(
            name=found.name("register"), at=here(), block=found.block, model=reference, predict=_predict(predict),
            instance=instances.known_type(instance, "register"), group=group, status=_text(status, "status"),
            metrics=_metrics(metrics, found), content_type=content_type,
        )
    )  # fmt: skip
    return Handle(Property(node, "ModelPackageArn"))  # type: ignore[return-value] # stands for the text


def deploy(model: Any, *, name: str, instance: str = instances.SERVING, count: int = 1, predict: Any = None) -> str:
    """Serve the model at an endpoint of this name, which is made or brought up to date; its name, once it serves."""
    found = drawing("deploy(…)")
    _check_outside(found, "deploy")
    reference = _model(model, found, "deploy")
    if count < 1:
        raise Mistake(f"deploy: count must be 1 or more, not {count}.")
    node = found.add(
        Deployment(
            name=found.name("deploy"), at=here(), block=found.block, model=reference, predict=_predict(predict),
            instance=instances.known_type(instance, "deploy"), endpoint=_text(name, "name"), count=count,
        )
    )  # fmt: skip
    return Handle(Property(node, "EndpointName"))  # type: ignore[return-value] # stands for the text


def transform(
    model: Any, data: Path, *, instance: str = instances.SERVING, predict: Any = None, content_type: str = "text/csv",
    accept: str = "text/csv", split: Literal["Line"] | None = "Line",
) -> Path:  # fmt: skip
    """Let the model answer all rows of files, in a batch; the folder of answers."""
    found = drawing("transform(…)")
    _check_outside(found, "transform")
    reference = _model(model, found, "transform")
    rows = within_reach(reference_of(data), found.block.loop, "transform, argument 'data'")
    if not isinstance(rows, Data | Transformed) and not is_path(type_of(rows)):
        raise Mistake(
            f"transform, argument 'data': Path expected, and {described(rows)} is {kinds.name(type_of(rows))}."
        )
    node = Transformation(
        name=found.name("transform"), at=here(), block=found.block, model=reference, predict=_predict(predict),
        instance=instances.known_type(instance, "transform"), data=rows, content_type=content_type, accept=accept,
        split=split,
    )  # fmt: skip
    found.add(node)
    return Handle(Transformed(node))  # type: ignore[return-value] # stands for the folder


def _check_outside(found: Drawing, what: str) -> None:
    """Raises `Mistake` in a loop, whose iterations would all have the same endpoint, or folder of answers."""
    if found.block.loop is not None:
        raise Mistake(f"`{what}` cannot stand in `each`: collect the models in a list, and choose one in a step.")


def _model(model: object, found: Drawing, what: str) -> Output:
    reference = within_reach(reference_of(model), found.block.loop, what)
    if not isinstance(reference, Output) or reference.path:
        raise Mistake(f"{what}(…) takes a model that a step returns, not {described(reference)}.")
    if not reference.name and kinds.is_named_tuple(kinds.plain(reference.type)):
        raise Mistake(f"{what}(…): step '{reference.call.name}' has several outputs: pass the one that is the model.")
    if not kinds.is_model(reference.type):
        kind = kinds.name(reference.type)
        raise Mistake(f"{what}(…): {described(reference)} is {kind}; to be served it must be declared Model[{kind}].")
    return reference


def _metrics(metrics: object, found: Drawing) -> Output | None:
    if metrics is None:
        return None
    reference = within_reach(reference_of(metrics), found.block.loop, "register, argument 'metrics'")
    if (
        isinstance(reference, Output)
        and not reference.path
        and kinds.is_json(reference.type)
        and reference.call.tuning is None
    ):
        return reference
    raise Mistake("register, argument 'metrics': it takes JSON that a step returns, as a whole.")


def _text(value: object, what: str) -> Reference:
    reference = reference_of(value)
    if isinstance(reference, Given | Known) and kinds.fits(type_of(reference), str):
        return reference
    raise Mistake(f"{what} must be a text or a parameter of the pipeline, not {described(reference)}.")


def _predict(function: object) -> str:
    if function is None:
        return ""
    function = function.task.function if isinstance(function, Step) else function
    name = getattr(function, "__qualname__", "")
    if not callable(function) or not name.isidentifier():
        raise Mistake("predict must be a function of a module: predict(model, data).")
    return f"{getattr(function, '__module__', '')}:{name}"


def ranges_without_tuning(call: Call) -> list[Range]:
    """The ranges in a call that nobody tunes."""
    found = [leaf for each in call.bindings.values() for leaf in leaves(each) if isinstance(leaf, Range)]
    tuned = [each for each in call.bindings.values() if isinstance(each, Range)] if call.tuning else []
    return [each for each in found if not any(each is other for other in tuned)]
