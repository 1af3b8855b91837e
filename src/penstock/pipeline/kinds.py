"""Kinds: which types can travel from step to step, and which value or type fits where.

A type is an annotation as `typing.get_type_hints` answers it. How a value becomes files, and files a value, is
`inside/run.py`'s.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args

T = TypeVar("T")
Type = Any  # an annotation: a class, a generic alias, a union, …
Save = Callable[[T, Path], None]
Load = Callable[[Path], T]


class ServedMark:
    """Says of a type that values of it are models, which are packed as SageMaker serves them."""


Model = Annotated[T, ServedMark]
"""`Model[C]` is `C` to a type checker; a step's output of this type can be registered, deployed, and tuned for."""

SCALARS: Final[tuple[type, ...]] = (str, int, float, bool, type(None))
LIBRARIES: Final = frozenset({"pandas", "numpy", "sklearn", "xgboost"})  # whose values the runner knows to keep
_kept: dict[type, tuple[Save[Any], Load[Any]]] = {}


def keep(kind: type[T], *, save: Save[T], load: Load[T]) -> None:
    """Let values of a class travel: `save(value, folder)` writes files, `load(folder)` reads them again."""
    _kept[kind] = (save, load)


def origin(kind: Type) -> Any:
    """What a generic type is made of; None for other types. (`typing.get_origin`, whose overloads hide that.)"""
    return typing.get_origin(kind)


def is_model(kind: Type) -> bool:
    return origin(kind) is Annotated and ServedMark in get_args(kind)[1:]


def plain(kind: Type) -> Type:
    """The type without what is annotated to it."""
    return get_args(kind)[0] if origin(kind) is Annotated else kind


def is_named_tuple(kind: Type) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def is_union(kind: Type) -> bool:
    return origin(kind) in (Union, types.UnionType)


def fields_of(kind: Type) -> Mapping[str, Type] | None:
    """The members of a class whose values are JSON objects or lists with names; None for other types."""
    if is_named_tuple(kind) or dataclasses.is_dataclass(kind) or typing.is_typeddict(kind):
        return typing.get_type_hints(kind, include_extras=True)
    return None


def is_json(kind: Type) -> bool:
    """Whether values are JSON, whole: scalars, and lists, objects and classes of them."""
    kind = plain(kind)
    if kind in SCALARS or kind in (Any, object, None) or origin(kind) is Literal:
        return True
    if (members := fields_of(kind)) is not None:
        return all(map(is_json, members.values()))
    if is_union(kind) or origin(kind) in (list, tuple, dict):
        return all(inner is Ellipsis or is_json(inner) for inner in get_args(kind))
    return kind in (list, tuple, dict)


def can_travel(kind: Type) -> bool:
    """Whether the runner can make files of values, as far as the type tells."""
    kind = plain(kind)
    if is_json(kind):
        return True
    if is_union(kind):
        return all(map(can_travel, get_args(kind)))
    ancestors = getattr(origin(kind) or kind, "__mro__", ())
    return any(
        ancestor in _kept or ancestor is PurePath or ancestor.__module__.partition(".")[0] in LIBRARIES
        for ancestor in ancestors
    )


def fits(given: Type, wanted: Type) -> bool:
    """Whether what has one type may be passed where the other is wanted. Where types do not tell, it may."""
    given, wanted = plain(given), plain(wanted)
    if Any in (given, wanted) or wanted is object or isinstance(wanted, TypeVar):
        return True
    if is_union(given):
        return all(fits(one, wanted) for one in get_args(given))
    if is_union(wanted):
        return any(fits(given, one) for one in get_args(wanted))
    if Literal in (origin(given), origin(wanted)):
        return _literals_fit(given, wanted)
    if typing.is_typeddict(given) and typing.is_typeddict(wanted):
        return _typed_dicts_fit(given, wanted)
    given, wanted = (dict if typing.is_typeddict(kind) else kind for kind in (given, wanted))
    return _classes_fit(given, wanted)


def _literals_fit(given: Type, wanted: Type) -> bool:
    if origin(given) is not Literal:
        return given in {type(value) for value in get_args(wanted)}  # which of them it is, the job sees
    if origin(wanted) is Literal:
        return set(get_args(given)) <= set(get_args(wanted))
    return all(fits(type(value), wanted) for value in get_args(given))


def _typed_dicts_fit(given: Type, wanted: Type) -> bool:
    """Typed dicts fit by what is in them, whatever they are called, as they do to type checkers."""
    members, needed = fields_of(given) or {}, fields_of(wanted) or {}
    return given.__required_keys__ >= wanted.__required_keys__ and all(
        fits(members[key], kind) for key, kind in needed.items() if key in members
    )


def _classes_fit(given: Type, wanted: Type) -> bool:
    outer, inner = origin(given) or given, origin(wanted) or wanted
    if not isinstance(outer, type) or not isinstance(inner, type):
        return bool(given == wanted)
    if inner is float and outer is int:
        return True
    if not issubclass(outer, inner) or (outer is bool and inner is not bool):
        return False
    pairs = zip(get_args(given), get_args(wanted), strict=False)
    return all(Ellipsis in pair or fits(*pair) for pair in pairs)


def type_of(value: object) -> Type:
    """The type of a value that the definition itself holds."""
    if isinstance(value, list | tuple) and not is_named_tuple(type(value)):
        kinds = {type(item) for item in value}
        outer = list if isinstance(value, list) else tuple
        return outer[type_of(value[0])] if outer is list and len(kinds) == 1 else outer
    return type(value)


def name(kind: Type) -> str:
    """A type as people write it."""
    if is_model(kind):
        return f"Model[{name(plain(kind))}]"
    kind = plain(kind)
    if kind is type(None):
        return "None"
    if is_union(kind):
        return " | ".join(map(name, get_args(kind)))
    if origin(kind) is not None:
        return str(kind).replace("typing.", "")
    return getattr(kind, "__qualname__", str(kind))
