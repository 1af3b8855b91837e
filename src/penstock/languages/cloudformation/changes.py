"""What an update changes, resource by resource, as DescribeChangeSet tells it.

What a resource will be is often not known before it is made: a resource that is replaced gets a new id, and one that is
modified may get new attributes. What refers to these changes too, as far as can be told: its evaluation is Dynamic.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.references import dependencies, in_order, properties_of, references
from penstock.languages.cloudformation.resolve import resolve
from penstock.languages.cloudformation.scope import NO_VALUE, Made, Reference, Scope, Unknown, unknowns
from penstock.languages.cloudformation.tree import Json, Resource, Template

Recreation = Literal["Never", "Conditionally", "Always"]
Replaces = Callable[[str, str], Recreation]
Replacement = Literal["True", "False", "Conditional"]
STACK: Final = "AWS::CloudFormation::Stack"
AROUND: Final[Mapping[str, Callable[[Resource], Json]]] = {
    "Metadata": lambda resource: resource.metadata,
    "CreationPolicy": lambda resource: resource.creation_policy,
    "UpdatePolicy": lambda resource: resource.update_policy,
    "DeletionPolicy": lambda resource: resource.deletion_policy,
    "UpdateReplacePolicy": lambda resource: resource.update_replace_policy,
}


def changes(old: Template | None, new: Template, *, before: Scope, after: Scope, replaces: Replaces) -> list[Json]:
    """The changes from a template to another: removed resources first, then the new template's in its order.

    `before` and `after` are the templates' scopes, `before` with all resources that are there now; `replaces` tells
    what a changed property does to a resource of a type. `Ref` is told for a resource's physical id. Raises
    `TemplateError`.
    """
    was = {} if old is None else {name: old.resources[name] for name in before.declared}
    will_be = {name: new.resources[name] for name in after.declared}
    others = [name for name in will_be if name in was and was[name].type != will_be[name].type]
    if others:
        raise TemplateError(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(others)}]"
        )
    comparing = _Comparing(was, will_be, before, after, replaces)
    modified = {name: comparing.modified(name) for name in in_order(dependencies(new, after)) if name in was}
    removed = [_removed(was[name], before) for name in was if name not in will_be]
    kept_or_added = [modified.get(name) if name in was else _added(each) for name, each in will_be.items()]
    return [{"Type": "Resource", "ResourceChange": each} for each in (*removed, *kept_or_added) if each is not None]


def _added(resource: Resource) -> Json:
    return {
        "Action": "Add", "LogicalResourceId": resource.name, "ResourceType": resource.type, "Scope": [], "Details": [],
    }  # fmt: skip


def _removed(resource: Resource, before: Scope) -> Json:
    return {
        "PolicyAction": _kept(resource.deletion_policy),
        "Action": "Remove",
        **_identity(resource, before),
        "Scope": [],
        "Details": [],
    }


def _kept(policy: str) -> str:
    return {"": "Delete", "RetainExceptOnCreate": "Retain"}.get(policy, policy)


def _identity(resource: Resource, before: Scope) -> dict[str, Json]:
    made = before.made.get(resource.name)
    return {
        "LogicalResourceId": resource.name,
        **({} if made is None else {"PhysicalResourceId": made.ref}),
        "ResourceType": resource.type,
    }


@dataclass(frozen=True, slots=True)
class _Detail:
    """One reason for which one thing of a resource changes."""

    attribute: str
    name: str
    recreation: Recreation
    is_certain: bool
    source: str
    cause: str = ""

    def told(self) -> Json:
        return {
            "Target": {
                "Attribute": self.attribute,
                **({"Name": self.name} if self.name else {}),
                "RequiresRecreation": self.recreation,
            },
            "Evaluation": "Static" if self.is_certain else "Dynamic",
            "ChangeSource": self.source,
            **({"CausingEntity": self.cause} if self.cause else {}),
        }


class _Comparing:
    """The walk over the resources that both templates have, each after those that it needs."""

    def __init__(
        self,
        was: Mapping[str, Resource],
        will_be: Mapping[str, Resource],
        before: Scope,
        after: Scope,
        replaces: Replaces,
    ) -> None:
        self._was, self._will_be = was, will_be
        self._before, self._replaces = before, replaces
        self._made = {name: each for name, each in before.made.items() if name in was and name in will_be}
        self._after = replace(after, made=self._made)
        self._replaced: set[str] = set()

    def modified(self, name: str) -> Json:
        """The change of a resource, or none. From here on others see what is not certain of it any more."""
        resource = self._will_be[name]
        details = list(self._details(self._was[name], resource))
        if not details:
            return None
        replacement = _replacement(details)
        self._forget(name, replacement)
        policy = _kept(resource.update_replace_policy)
        return {
            **({} if replacement == "False" else {"PolicyAction": f"ReplaceAnd{policy}"}),
            "Action": "Modify",
            **_identity(resource, self._before),
            "Replacement": replacement,
            "Scope": sorted({each.attribute for each in details}),
            "Details": [each.told() for each in details],
        }

    def _forget(self, name: str, replacement: Replacement) -> None:
        made = self._made.pop(name, None)
        if replacement == "True":
            self._replaced.add(name)
        if replacement == "False" and made is not None:
            unsure = {each: Unknown(frozenset({Reference(name, each)})) for each in made.attributes}
            self._made[name] = Made(made.ref, unsure)

    def _details(self, old: Resource, new: Resource) -> Iterator[_Detail]:
        for attribute, part in AROUND.items():
            if part(old) != part(new):
                yield _Detail(attribute, "", "Never", is_certain=True, source="DirectModification")
        was, will_be = properties_of(old, self._before.conditions), properties_of(new, self._after.conditions)
        for name in dict.fromkeys((*will_be, *was)):
            yield from self._of_property(new.type, name, was.get(name, NO_VALUE), will_be.get(name, NO_VALUE))
        if new.type == STACK:  # its own template may change what it holds
            yield _Detail("Properties", "", "Never", is_certain=False, source="Automatic")

    def _of_property(self, kind: str, name: str, old: Json, new: Json) -> Iterator[_Detail]:
        old_value, new_value = resolve(old, self._before), resolve(new, self._after)
        if old_value == new_value:
            return
        recreation = self._replaces(kind, name)
        is_known = not unknowns(new_value)
        causes = list(self._causes(new))
        if old != new or not causes:
            yield _Detail("Properties", name, recreation, is_certain=is_known, source="DirectModification")
        for source, cause, is_certain in causes:
            yield _Detail("Properties", name, recreation, is_certain=is_certain, source=source, cause=cause)
        if old == new and any(source == "ParameterReference" for source, _, _ in causes):
            # as AWS tells it: the value may have been written anew as well
            yield _Detail("Properties", name, recreation, is_certain=False, source="DirectModification")

    def _causes(self, value: Json) -> Iterator[tuple[str, str, bool]]:
        """Why a value changes that is written as before: the source, what causes it, and whether that is certain."""
        for each in dict.fromkeys(references(value, self._after.conditions)):
            if each.name in self._after.parameters:
                if self._after.parameters[each.name] != self._before.parameters.get(each.name):
                    yield "ParameterReference", each.name, True
            elif each.name in self._will_be and self._is_unsure(each):
                source = "ResourceAttribute" if each.attribute else "ResourceReference"
                yield source, str(each), not each.attribute and each.name in self._replaced

    def _is_unsure(self, reference: Reference) -> bool:
        made = self._made.get(reference.name)
        return made is None or bool(reference.attribute and unknowns(dict(made.attributes)))


def _replacement(details: list[_Detail]) -> Replacement:
    if any(each.recreation == "Always" and each.is_certain for each in details):
        return "True"
    return "False" if all(each.recreation == "Never" for each in details) else "Conditional"
