"""Plain types: one operation makes the resource, one reads it, one changes it and one deletes it.

    Plain(name="AWS::SageMaker::CodeRepository", service="sagemaker",
          create="CreateCodeRepository", read="DescribeCodeRepository", update="UpdateCodeRepository",
          delete="DeleteCodeRepository", key={"CodeRepositoryName": last_part}, id="CodeRepositoryArn", …)

Requests are made of properties by `shaping`, names of members being what the service model says. What a plain type
has beside its operations is data too: where the id and the attributes are in answers, when it is stable, how its tags
are changed, what a property that is taken out of a template goes back to. A type for which that is not enough brings
functions of its own, most often around these (`module.py` of its service).
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from botocore.model import MapShape, Shape

from penstock.services.cloudformation.resources.kind import (
    LONGEST,
    Begun,
    Check,
    Failed,
    Made,
    Naming,
    Pause,
    Resource,
    ResourceType,
    Steps,
    Tagging,
    ask,
    identified,
    nothing_wrong,
)
from penstock.services.cloudformation.resources.shaping import shaped, text, unfit, unsupported
from penstock.wire import models
from penstock.wire.call import Answer
from penstock.wire.times import iso

Json = Any
Of = Callable[[Resource], Json]
NO_TAGS: Final = ("Tags",)
STACKS: Final = "aws:cloudformation:"
MISSING: Final = (  # how services say that something is not there: in their codes and their sentences
    "NotFound", "NoSuch", "NotExist", "NonExist", "does not exist", "Does Not Exist", "not found", "Could not find",
    "Cannot find",
)  # fmt: skip


def itself(resource: Resource) -> str:
    """The physical id; of a resource that may be there, its name."""
    return resource.physical_id or resource.name


def last_part(resource: Resource) -> str:
    """A resource's name where its id is an ARN: SageMaker's have it in lower case, so the name itself comes first."""
    found = itself(resource).rpartition("/")[2]
    return resource.name if resource.name.lower() == found.lower() else found


def arn_of(service: str, kind: str, separator: str = ":") -> Of:
    """The physical id, being an ARN; made of the name where only that is known."""

    def found(resource: Resource) -> str:
        known = itself(resource)
        return known if known.startswith("arn:") else resource.scope.arn(service, f"{kind}{separator}{known}")

    return found


def told(name: str) -> Of:
    """A property; None where it is not given."""
    return lambda resource: resource.properties.get(name)


def piece(place: int, separator: str = "|") -> Of:
    """A piece of a physical id that is several ids in a row."""
    return lambda resource: itself(resource).split(separator)[place]


def dig(answer: Json, path: str) -> Json:
    """What is at a path of names and places; None where nothing is."""
    for step in path.split(".") if path else ():
        if isinstance(answer, list):
            answer = answer[int(step)] if int(step) < len(answer) else None
        else:
            answer = answer.get(step) if isinstance(answer, Mapping) else None
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Stable:
    """When a resource is ready: by a status, which passes through `moving` and is `failed` if it ends there."""

    status: str
    moving: frozenset[str]
    failed: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()  # it is read, and gone
    reason: str = ""
    until_gone: bool = False  # whether a deletion takes its time, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The operations that change tags, and what they are told to say whose."""

    tag: str = "TagResource"
    untag: str = "UntagResource"
    of: Of


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A plain type. Lists of names are words in a text; paths in answers have dots."""

    name: str
    service: str
    create: str
    read: str
    delete: str
    properties: str
    key: Mapping[str, Of]  # the members that tell read, update and delete which; None is left out
    update: str = ""
    required: str = ""
    create_only: str = ""
    naming: Naming | None = None
    id: str | Callable[[Resource, Answer], str] = ""  # where `Ref` is in what create and read answer; else the name
    inside: str = ""  # where the resource is in what read answers
    named: str = ""  # the member of it that must be the physical id: where what is read is the first that begins so
    attributes: Mapping[str, str | Of] = field(default_factory=dict)  # a path with an @ before it is to a time
    renames: Mapping[str, str] = field(default_factory=dict)
    request: Callable[[Resource], Mapping[str, Json]] = lambda resource: resource.properties
    unchecked: str = ""  # properties that `request` makes something else of
    check: Check = nothing_wrong
    reset: Mapping[str, Json] = field(default_factory=dict)
    tags: Tags | None = None
    tagging: Tagging = "list"
    stable: Stable | None = None
    gone: tuple[str, ...] = MISSING
    taken: tuple[str, ...] = ()  # "it is there already", where a call told twice is not known as such
    shares_name: bool = False  # several have it: without an ARN nobody knows which is meant
    longest: float = LONGEST

    def type(self) -> ResourceType:
        properties = frozenset(self.properties.split())
        return ResourceType(
            name=self.name,
            properties=properties,
            required=frozenset(self.required.split()),
            create_only=frozenset(self.create_only.split()),
            attributes=frozenset(self.attributes),
            naming=self.naming,
            tagging=self.tagging if "Tags" in properties else "none",
            create=self.making,
            update=self.changing if self.update or self.tags else None,
            delete=self.deleting,
            read=self.reading,
            check=self.wrong,
            longest=self.longest,
        )

    def making(self, resource: Resource) -> Steps[Made]:
        request = self.asked(self.create, resource)
        answer = yield from ask(self.service, self.create, request, pardon=self.taken)
        begun = self.identity(resource, answer)  # where an answer does not tell, the name
        yield Begun(begun)
        made = yield from self.settling(replace(resource, physical_id=begun), answer)
        if self.tags is not None and self.spelling(self.create) is None:
            yield from self.retag({}, identified(resource, made))
        return made

    def changing(self, before: Resource, after: Resource) -> Steps[Made]:
        if self.update and before.without(*NO_TAGS) != after.without(*NO_TAGS):
            gone = {name: value for name, value in self.reset.items() if name not in after.properties}
            gone = {name: value for name, value in gone.items() if name in before.properties}
            wanted = replace(after, properties={**after.properties, **gone})
            yield from ask(
                self.service, self.update, {**self.asked(self.update, wanted), **self.which(self.update, after)}
            )
        if self.tags is not None:
            yield from self.retag(before.properties, after)
        return (yield from self.settling(after, {}))

    def deleting(self, resource: Resource) -> Steps[None]:
        if self.is_unknown(resource):
            return
        request = {**idempotent(self.service, self.delete, resource), **self.which(self.delete, resource)}
        yield from ask(self.service, self.delete, request, pardon=self.gone)
        while self.stable is not None and self.stable.until_gone:
            found = yield from self.finding(resource)
            if not found:
                return
            if dig(found, self.stable.status) in self.stable.failed:
                raise Failed(str(dig(found, self.stable.reason) or f"{resource.logical_id} could not be deleted."))
            yield Pause()

    def reading(self, resource: Resource) -> Steps[Mapping[str, Json] | None]:
        found = yield from self.looking(resource)
        onto = {name: resource.properties.get(name, value) for name, value in self.request(resource).items()}
        return projected(found, onto, self.renames) if found else None

    def looking(self, resource: Resource) -> Steps[Answer]:
        """What the service tells of it; nothing where it is not there, or has not been made."""
        return {} if self.is_unknown(resource) else (yield from self.finding(resource))

    def finding(self, resource: Resource) -> Steps[Answer]:
        answer = yield from ask(self.service, self.read, self.which(self.read, resource), pardon=self.gone)
        found = dig(answer, self.inside) or {}
        if self.named and found.get(self.named) != itself(resource):
            return {}
        return {} if self.stable is not None and dig(found, self.stable.status) in self.stable.over else found

    def settling(self, resource: Resource, created: Answer) -> Steps[Made]:
        """Wait until the resource is stable; it, as it is then."""
        while True:
            found = yield from self.finding(resource)
            status = "" if self.stable is None else dig(found, self.stable.status)
            if self.stable is None or status not in self.stable.moving:
                break
            yield Pause()
        if self.stable is not None and status in self.stable.failed:
            raise Failed(str(dig(found, self.stable.reason) or f"{self.name} did not stabilize: {status}"))
        everything = {**created, **found}
        known = replace(resource, physical_id=self.identity(resource, everything))
        attributes = {
            name: attribute(everything, path) if isinstance(path, str) else path(known)
            for name, path in self.attributes.items()
        }
        return Made(known.physical_id, {name: value for name, value in attributes.items() if value is not None})

    def identity(self, resource: Resource, answer: Answer) -> str:
        if callable(self.id):
            return self.id(resource, answer)
        return (str(dig(answer, self.id) or "") if self.id else "") or itself(resource)

    def is_unknown(self, resource: Resource) -> bool:
        """Whether nobody knows yet under which id the service has it: it has not been made, then."""
        if self.shares_name:
            return not itself(resource).startswith("arn:")
        return self.naming is None and bool(self.id) and not resource.physical_id

    def which(self, operation: str, resource: Resource) -> dict[str, Json]:
        """The members that tell an operation which resource is meant."""
        model = models.operation(self.service, operation)
        assert model is not None, (self.service, operation)
        members = {name: of(resource) for name, of in self.key.items() if name in model.input_shape.members}
        return {name: value for name, value in members.items() if value is not None}

    def asked(self, operation: str, resource: Resource) -> dict[str, Json]:
        """The request of an operation: the properties that it takes, under its names."""
        given = dict(self.request(resource))
        if self.naming is not None:
            given[self.naming.property] = itself(resource) if self.id == "" else resource.name
        labels = tag_list(given.pop("Tags", None))
        fitting = {
            name: value
            for name, value in given.items()
            if not any(unfit(self.service, operation, {name: None}, self.renames))
        }
        request = shaped(self.service, operation, fitting, self.renames)
        spelling = self.spelling(operation)
        if labels and spelling is not None:
            request[spelling[0]] = spelled(labels, spelling[1])
        return {**idempotent(self.service, operation, resource), **request}

    def spelling(self, operation: str) -> tuple[str, Shape] | None:
        """The member of an operation that takes tags, and its shape."""
        return member_like(self.service, operation, "tags", "taglist")

    def retag(self, before: Mapping[str, Json], after: Resource) -> Steps[None]:
        assert self.tags is not None
        old, new = (as_map(tag_list(each.get("Tags"))) for each in (before, after.properties))
        if gone := sorted(old.keys() - new.keys()):
            keys = member_like(self.service, self.tags.untag, "tagkeys", "tagkeylist")
            assert keys is not None
            yield from ask(self.service, self.tags.untag, {**self._whose(self.tags.untag, after), keys[0]: gone})
        if more := {key: value for key, value in new.items() if old.get(key) != value}:
            member = self.spelling(self.tags.tag)
            assert member is not None
            labels = spelled([{"Key": key, "Value": value} for key, value in more.items()], member[1])
            yield from ask(self.service, self.tags.tag, {**self._whose(self.tags.tag, after), member[0]: labels})

    def _whose(self, operation: str, resource: Resource) -> dict[str, Json]:
        assert self.tags is not None
        model = models.operation(self.service, operation)
        assert model is not None
        words = ("tags", "taglist", "tagkeys", "tagkeylist")
        (member,) = (each for each in model.input_shape.required_members if each.lower() not in words)
        return {member: self.tags.of(resource)}

    def wrong(self, properties: Mapping[str, Json]) -> Iterator[str]:
        apart = {*self.unchecked.split(), *NO_TAGS}
        plain = {name: value for name, value in properties.items() if name not in apart}
        yield from map(unsupported, unfit(self.service, self.create, plain, self.renames))
        yield from self.check(properties)


def attribute(answer: Json, path: str) -> Json:
    found = dig(answer, path.removeprefix("@"))
    if found is None or not path.startswith("@"):
        return found
    return iso(found)


def idempotent(service: str, operation: str, resource: Resource) -> dict[str, str]:
    """The members that AWS's clients fill in so that a request may be repeated: the same for the same try."""
    model = models.operation(service, operation)
    assert model is not None, (service, operation)
    named = {"ClientRequestToken"} & set(model.input_shape.required_members)
    told = f"{resource.stack_id} {resource.logical_id} {resource.token} {operation}"
    token = hashlib.sha256(told.encode()).hexdigest()[:36]
    return dict.fromkeys({*model.idempotent_members, *named}, token)


def member_like(service: str, operation: str, *words: str) -> tuple[str, Shape] | None:
    model = models.operation(service, operation)
    assert model is not None, (service, operation)
    members = model.input_shape.members if model.input_shape else {}
    return next(((name, shape) for name, shape in members.items() if name.lower() in words), None)


def tag_list(tags: Json) -> list[dict[str, str]]:
    """Tags as most templates write them; some types have them as a mapping."""
    if isinstance(tags, Mapping):
        return [{"Key": key, "Value": text(value)} for key, value in tags.items()]
    return [{"Key": text(each["Key"]), "Value": text(each.get("Value", ""))} for each in tags or ()]


def as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in tags}


def spelled(tags: list[dict[str, str]], shape: Shape) -> Json:
    """Tags as a member of this shape has them."""
    if isinstance(shape, MapShape):
        return as_map(tags)
    names = {name.lower(): name for name in shape.member.members}  # Key, key, TagKey
    key, value = (names.get(word) or names[f"tag{word}"] for word in ("key", "value"))
    return [{key: each["Key"], value: each["Value"]} for each in tags]


def projected(found: Mapping[str, Json], onto: Mapping[str, Json], renames: Mapping[str, str] = {}) -> dict[str, Json]:
    """What is there, in the spelling of the properties that a template gave: what these do not name is left out.

    So is a property that the service does not tell; inside of one, what is not told (a password) is taken to be as the
    template has it. A value that is the same but for how it is written (`"3"` and `3`) is given as the template does.
    """
    there = {
        name.lower(): customers(value) if value and name.lower() == "tags" else value for name, value in found.items()
    }
    matched = ((name, there.get(renames.get(name, name).lower()), inner) for name, inner in onto.items())
    return {name: _projected(value, inner, renames) for name, value, inner in matched if value is not None}


def customers(tags: Json) -> Json:
    """Tags without those by which a stack marks what is its own, which no template has."""
    if isinstance(tags, Mapping):
        return {key: value for key, value in tags.items() if not key.startswith(STACKS)}
    return [each for each in tags if not any(str(text).startswith(STACKS) for text in each.values())]


def _projected(found: Json, onto: Json, renames: Mapping[str, str]) -> Json:
    if isinstance(onto, Mapping) and isinstance(found, Mapping):
        return {**onto, **projected(found, onto, renames)}
    if isinstance(onto, list) and isinstance(found, list) and len(onto) == len(found):
        return [_projected(one, other, renames) for one, other in zip(found, onto, strict=True)]
    return onto if alike(found, onto) else found


def alike(found: Json, onto: Json) -> bool:
    """Whether two values are the same but for how they are written: as a number or a text, as an object or JSON."""
    if isinstance(onto, int | float) or isinstance(found, int | float):
        with contextlib.suppress(ValueError, TypeError):
            return float(found) == float(onto)
    if isinstance(onto, Mapping | list) != isinstance(found, Mapping | list):
        with contextlib.suppress(ValueError):
            return bool(json.loads(text(found)) == json.loads(text(onto)))
    return text(found) == text(onto)
