"""Inputs: what a call's bindings come to in a job: files to be brought, texts to be told, and a plan for the rest.

train(data.train, depth=depth, rate=0.1)
    inputs      data ◄── the folder that step 'prepare' left
    arguments   depth ◄── Parameters.depth
    plan        {"data": {"input": "data"}, "depth": {"argument": "depth"}, "rate": {"value": 0.1}}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from penstock.pipeline import kinds
from penstock.pipeline.graph import (
    Data,
    Gathered,
    Given,
    Item,
    Known,
    Many,
    Output,
    Property,
    Range,
    Reference,
    Transformed,
)

Json = Any
Told = Given | Item | Range | Property
File = Output | Data | Given | Transformed | Gathered


@dataclass(slots=True)
class Inputs:
    """Names for what a job is given. The same thing has one name, however often it is used."""

    files: dict[str, File] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    plan: dict[str, Json] = field(default_factory=dict)

    def file(self, wanted: str, reference: File) -> str:
        found = next((name for name, other in self.files.items() if other == reference), None)
        if found is None:
            found = _free(wanted, self.files)
            self.files[found] = reference
        return found

    def tell(self, wanted: str, reference: Told) -> str:
        found = _free(wanted, self.told)
        self.told[found] = reference
        return found


def _free(wanted: str, taken: Mapping[str, Any]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def is_path(kind: Any) -> bool:
    return getattr(kinds.plain(kind), "__name__", "") in ("Path", "PosixPath", "PurePath")


def is_text(reference: Told) -> bool:
    """Whether what the job is told is the value itself, and not JSON."""
    if isinstance(reference, Range):
        return reference.kind == "Categorical" and isinstance(reference.values[0], str)
    if isinstance(reference, Property):
        return True
    kind = kinds.plain(reference.type)
    kind = type(get_args(kind)[0]) if kinds.origin(kind) is Literal else kind
    return kind in (str, Any)


def whole(output: Output) -> Output:
    """The output that a path leads into. A trial has one archive for all of its outputs."""
    return Output(output.call, "" if output.call.tuning else output.name, None)


def beside_model(output: Output) -> str:
    """Where an output of a trial is in the archive of its model."""
    return "" if output.name in output.call.task.models else f"outputs/{output.name}"


def binding(inputs: Inputs, name: str, reference: Reference) -> Json:
    """How the runner finds a value."""
    match reference:
        case Known():
            return {"value": reference.value}
        case Many(keys=None):
            return {"list": [binding(inputs, name, item) for item in reference.items]}
        case Many():
            pairs = zip(reference.keys or (), reference.items, strict=True)
            return {"object": {key: binding(inputs, name, item) for key, item in pairs}}
        case Given() if not is_path(reference.type):
            return {"argument": inputs.tell(name, reference), "is_text": is_text(reference)}
        case Data() | Transformed() | Given():
            return {"path_of": inputs.file(name, reference), "is_file": reference.is_file}
        case Item() | Range() | Property():
            return {"argument": inputs.tell(name, reference), "is_text": is_text(reference)}
        case Gathered():
            loop = reference.output.call.block.loop
            assert loop is not None
            of = Gathered(whole(reference.output))
            return {
                "gathered": inputs.file(name, of),
                "output": reference.output.name,
                "items": binding(inputs, f"{name}-items", loop.items),
            }
        case Output():
            inside = {"inside": beside_model(reference)} if reference.call.tuning else {}
            return {"input": inputs.file(name, whole(reference)), "path": list(reference.path), **inside}
    raise TypeError(type(reference))


def inputs_of(bindings: Mapping[str, Reference]) -> Mapping[str, File]:
    """The files that a call needs."""
    inputs = Inputs()
    for name, reference in bindings.items():
        binding(inputs, name, reference)
    return inputs.files
