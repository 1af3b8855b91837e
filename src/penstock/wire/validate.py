"""Validation: whether a request fits its shape, in AWS's sentences.

    1 validation error detected: Value 'x' at 'steps.1.member.name' failed to satisfy constraint: Member must …

Every shape is made into a check once; a check walks a value and writes down what is wrong. Paths start each member
in lower case, lists count from one, maps go by key. Constraints on the plain items of a list or a map are told of the
whole, as AWS does. S3 and SQS answer in their own way and check values themselves: of them only what is required is
asked.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from penstock.wire import models, named, patterns
from penstock.wire.call import Body, Call, Json, ServiceError, ValidationError
from penstock.wire.protocols.protocol import SerializationError

Path = tuple["Path", str] | None  # innermost last; put together only when there is something to tell
Wrong = tuple[Path, str]  # where, and AWS's sentence
Check = Callable[[Json, Path, list[Wrong]], None]
Rule = tuple[Callable[[Json], bool], str]  # what must hold, and how AWS says so

# Services that tell of invalid values under a name of their own.
CODES: Final = {"logs": "InvalidParameterException"}
# They have errors of their own for members, which their operations list.
NAMING: Final = frozenset({"codecommit"})
# They check values themselves, and take some that their models do not have (SQS: names of attributes).
LENIENT: Final = frozenset({"s3", "sqs"})


def validate(call: Call) -> None:
    """Raise `ValidationError` unless the call's request fits the model; what has no model is not looked at."""
    check = _check(call.service, call.operation)
    if check is None:
        return
    wrong: list[Wrong] = []
    check(call.request, None, wrong)
    if wrong:
        many = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
        sentences = "; ".join(sentence for _, sentence in wrong)
        raise ValidationError(f"{many} detected: {sentences}", code=_code_of(call, wrong[0][0]))


@cache
def _check(service: str, operation: str) -> Check | None:
    try:
        model = models.operation(service, operation)
    except models.UnknownService:
        return None
    if model is None or model.input_shape is None:
        return None
    check = _checks(service).of(model.input_shape)
    return REQUIRED[service](model.input_shape, check) if service in REQUIRED else check


@cache
def _checks(service: str) -> "Checks":
    return Checks(models.model(service), constraints=service not in LENIENT)


def _code_of(call: Call, path: Path) -> str:
    """The code for what is wrong at a path."""
    if call.service not in NAMING:
        return _code(call.service)
    operation = models.operation(call.service, call.operation)
    assert operation is not None
    return named.of_member(operation, call.request, parts(path)) or _code(call.service)


@cache
def _code(service: str) -> str:
    model = models.model(service)
    if "ValidationException" not in model.shape_names and "ValidationError" in model.shape_names:
        return "ValidationError"
    plain = "ValidationError" if model.protocol in {"query", "ec2"} else "ValidationException"
    return CODES.get(service, plain)


class Checks:
    """The checks of one model's shapes, made when first needed."""

    def __init__(self, model: ServiceModel, *, constraints: bool = True) -> None:
        self.model = model
        self._constraints = constraints
        self._made: dict[str, Check] = {}

    def of(self, shape: Shape) -> Check:
        """The check of a shape (a promise of it while it is being made: shapes may hold themselves)."""
        name = shape.name
        if name not in self._made:

            def promise(value: Json, path: Path, wrong: list[Wrong]) -> None:
                self._made[name](value, path, wrong)

            self._made[name] = promise
            self._made[name] = self._make(shape)
        return self._made[name]

    def _make(self, shape: Shape) -> Check:
        match shape:
            case StructureShape():
                return self._structure(shape)
            case ListShape():
                return self._list(shape)
            case MapShape():
                return self._map(shape)
            case _:
                return self._scalar(shape)

    def _structure(self, shape: StructureShape) -> Check:
        if shape.is_document_type:
            return _anything
        checks = {name: (_lowered(name), self.of(member)) for name, member in shape.members.items()}
        required = tuple(shape.required_members) if self._constraints else ()

        def check(value: Json, path: Path, wrong: list[Wrong]) -> None:
            _expect(isinstance(value, dict), value, path, "a structure")
            wrong.extend(
                (
                    (path, _lowered(name)),
                    f"Value null at '{told((path, _lowered(name)))}' {FAILED} Member must not be null",
                )
                for name in required
                if value.get(name) is None
            )
            for name, each in value.items():
                if each is not None and name in checks:
                    lowered, inner = checks[name]
                    inner(each, (path, lowered), wrong)

        return check

    def _list(self, shape: ListShape) -> Check:
        rules = self._rules(shape)
        inner = self.of(shape.member)
        plain = self._plain(shape.member, "Member must satisfy constraint")

        def check(value: Json, path: Path, wrong: list[Wrong]) -> None:
            _expect(isinstance(value, list | tuple), value, path, "a list")
            _apply(rules, shape, value, path, wrong)
            if plain is not None:
                plain.apply(value, shape, value, path, wrong)
            for number, each in enumerate(value if plain is None or None in value else (), 1):
                at: Path = ((path, str(number)), "member")
                if each is None:
                    wrong.append((at, f"Value null at '{told(at)}' {FAILED} Member must not be null"))
                elif plain is None:
                    inner(each, at, wrong)

        return check

    def _map(self, shape: MapShape) -> Check:
        rules = self._rules(shape)
        inner = self.of(shape.value)
        keys = self._plain(shape.key, "Map keys must satisfy constraint")
        values = self._plain(shape.value, "Map value must satisfy constraint")

        def check(value: Json, path: Path, wrong: list[Wrong]) -> None:
            _expect(isinstance(value, dict), value, path, "a map")
            _apply(rules, shape, value, path, wrong)
            if keys is not None:
                keys.apply(value, shape, value, path, wrong)
            if values is not None:
                values.apply(value.values(), shape, value, path, wrong)
                return
            for key, each in value.items():
                if each is not None:
                    inner(each, ((path, str(key)), "member"), wrong)

        return check

    def _scalar(self, shape: Shape) -> Check:
        is_right, kind = KINDS[shape.type_name]
        rules = self._rules(shape)

        def check(value: Json, path: Path, wrong: list[Wrong]) -> None:
            _expect(is_right(value), value, path, kind)
            _apply(rules, shape, value, path, wrong)

        return check

    def _rules(self, shape: Shape) -> tuple[Rule, ...]:
        return tuple(_rules(shape)) if self._constraints else ()

    def _plain(self, item: Shape, saying: str) -> "Plain | None":
        """What a list's or a map's items must satisfy together; None where each is looked at by itself."""
        if isinstance(item, StructureShape | ListShape | MapShape):
            return None
        is_right, kind = KINDS[item.type_name]
        return Plain(is_right, kind, self._rules(item), saying)


# --- rules -------------------------------------------------------------------------------------------------------

FAILED: Final = "failed to satisfy constraint:"


@dataclass(frozen=True, slots=True)
class Plain:
    """What plain items must be and satisfy; told once, of the whole."""

    is_right: Callable[[Json], bool]
    kind: str
    rules: tuple[Rule, ...]
    saying: str

    def apply(self, items: Iterable[Json], shape: Shape, value: Json, path: Path, wrong: list[Wrong]) -> None:
        failed = False
        for each in items:
            if each is not None:
                _expect(self.is_right(each), each, path, f"of items that are each {self.kind}")
                failed = failed or not all(holds(each) for holds, _ in self.rules)
        if failed:
            all_of_them = ", ".join(text for _, text in self.rules)
            sentence = f"Value {shown(shape, value)}at '{told(path)}' {FAILED} {self.saying}: [{all_of_them}]"
            wrong.append((path, sentence))


def _rules(shape: Shape) -> Iterator[Rule]:
    """What a value must satisfy by itself, in the order in which AWS tells it."""
    most, least = shape.metadata.get("max"), shape.metadata.get("min")
    measure, word = (_itself, "value") if shape.type_name in NUMBERS else (_length, "length")
    if most is not None:
        yield (lambda value: measure(value) <= most), f"Member must have {word} less than or equal to {most}"
    if least is not None:
        yield (lambda value: measure(value) >= least), f"Member must have {word} greater than or equal to {least}"
    pattern = shape.metadata.get("pattern")
    if pattern and (expression := patterns.compiled(pattern)) is not None:
        text = f"Member must satisfy regular expression pattern: {pattern}"
        yield (lambda value: expression.fullmatch(value) is not None), text
    if enum := shape.metadata.get("enum"):
        values = frozenset(enum)
        yield (lambda value: value in values), f"Member must satisfy enum value set: [{', '.join(enum)}]"


def _apply(rules: Iterable[Rule], shape: Shape, value: Json, path: Path, wrong: list[Wrong]) -> None:
    for holds, text in rules:
        if not holds(value):
            wrong.append((path, f"Value {shown(shape, value)}at '{told(path)}' {FAILED} {text}"))


def _length(value: Json) -> int:
    return len(value)


def _itself(value: Json) -> float:
    number: float = value
    return number


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_whole(value: Json) -> bool:
    return _is_number(value) and (isinstance(value, int) or value.is_integer())


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_boolean(value: Json) -> bool:
    return isinstance(value, bool)


def _is_blob(value: Json) -> bool:
    return isinstance(value, bytes | bytearray | Body)


NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
KINDS: Final[dict[str, tuple[Callable[[Json], bool], str]]] = {
    "string": (_is_text, "a string"),
    "character": (_is_text, "a string"),
    "boolean": (_is_boolean, "a boolean"),
    "integer": (_is_whole, "a whole number"),
    "long": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
    "double": (_is_number, "a number"),
    "timestamp": (_is_number, "a timestamp (seconds since the epoch)"),
    "blob": (_is_blob, "bytes"),
}


def _expect(is_right: bool, value: Json, path: Path, kind: str) -> None:
    if not is_right:
        raise SerializationError(f"'{told(path) or 'the request'}' must be {kind}, not {_kind(value)}")


def _kind(value: Json) -> str:
    known = {str: "a string", bool: "a boolean", dict: "a structure", list: "a list", bytes: "bytes"}
    return known.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


def _anything(value: Json, path: Path, wrong: list[Wrong]) -> None:
    """Documents are whatever they are."""


# --- sentences ---------------------------------------------------------------------------------------------------


def told(path: Path) -> str:
    """A path as AWS spells it: `processingInputs.1.member.inputName`."""
    return ".".join(parts(path))


def parts(path: Path) -> list[str]:
    """The same, from the outermost in."""
    found: list[str] = []
    while path is not None:
        path, part = path
        found.append(part)
    return found[::-1]


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def shown(shape: Shape, value: Json) -> str:
    """The value in quotes and a space, or nothing where it is a secret."""
    return "" if shape.metadata.get("sensitive") else f"'{java(shape, value)}' "


def java(shape: Shape, value: Json) -> str:
    """A value as Java's `toString` prints it, which is what AWS shows."""
    match shape:
        case ListShape():
            return f"[{', '.join(java(shape.member, each) for each in value)}]"
        case MapShape():
            return "{" + ", ".join(f"{key}={java(shape.value, each)}" for key, each in value.items()) + "}"
        case StructureShape():
            members = shape.members
            fields = [f"{_lowered(name)}={java(members[name], value[name])}" for name in members if name in value]
            return f"{shape.name}({', '.join(fields)})"
        case _ if isinstance(value, bool):
            return str(value).lower()
        case _ if isinstance(value, bytes | bytearray):
            return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
        case _:
            return str(value)


# --- S3 and SQS --------------------------------------------------------------------------------------------------


def _with_required_of_s3(shape: StructureShape, types: Check) -> Check:
    """That what S3 needs is there: in the document a `MalformedXML`, elsewhere an `InvalidRequest`."""

    def check(value: Json, path: Path, wrong: list[Wrong]) -> None:
        types(value, path, wrong)
        for name in shape.required_members:
            if value.get(name) is not None:
                continue
            if shape.serialization.get("payload") == name:
                raise ServiceError(MALFORMED, code="MalformedXML", status=400)
            where = shape.members[name].serialization.get("name", name)
            raise ServiceError(f"Missing required parameter '{where}'", code="InvalidRequest", status=400)
        _required_inside(shape, value)

    return check


def _with_required_of_sqs(shape: StructureShape, check: Check) -> Check:
    """SQS tells of the first parameter that is missing, under a name of its own."""

    def checked(value: Json, path: Path, wrong: list[Wrong]) -> None:
        check(value, path, wrong)
        for name in () if wrong else _missing_of_sqs(shape, value):
            sentence = f"The request must contain the parameter {name}."
            raise ServiceError(sentence, code="MissingParameter", status=400)

    return checked


def _missing_of_sqs(shape: StructureShape, value: Json) -> Iterator[str]:
    """What is missing of a request and of its batch's entries, called as in SQS's forms."""
    yield from (name for name in shape.required_members if value.get(name) is None)
    for name, member in shape.members.items():
        if isinstance(member, ListShape) and isinstance(member.member, StructureShape):
            entry = member.member
            for number, each in enumerate(value.get(name) or (), 1):
                yield from (f"{entry.name}.{number}.{inner}" for inner in _missing_of_sqs(entry, each))


REQUIRED: Final = {"s3": _with_required_of_s3, "sqs": _with_required_of_sqs}
MALFORMED: Final = "The XML you provided was not well-formed or did not validate against our published schema"


def _required_inside(shape: Shape, value: Json) -> None:
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                if value.get(name) is not None:
                    _whole(member, value[name])
        case ListShape():
            for each in value:
                _whole(shape.member, each)


def _whole(shape: Shape, value: Json) -> None:
    if isinstance(shape, StructureShape) and any(value.get(name) is None for name in shape.required_members):
        raise ServiceError(MALFORMED, code="MalformedXML", status=400)
    _required_inside(shape, value)
