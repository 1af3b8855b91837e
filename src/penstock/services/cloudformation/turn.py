"""How a stack goes on from what it hears. Pure.

    forward  resources are made and changed, each when those that it needs are settled, as many at once as there are
    watch    all is there, and the alarms that would undo it are watched for a while (`watching`)
    export   what the stack exports is told
    back     an update that failed: every resource becomes again what it was before
    clean    what is no longer wanted goes, each before what it needs: removed, replaced, or made by what failed

A failure lets nothing more begin; what is under way is waited for. A creation that fails has nothing to go back to: all
of it is cleaned. Nothing that is of use to the stack as it was is deleted before the stack is what it is to be.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from penstock.languages.cloudformation import Made, Scope, TemplateError, holds, resolve, unknowns
from penstock.languages.cloudformation.references import properties_of
from penstock.services.cloudformation import policies
from penstock.services.cloudformation.hiding import masked, secrets_of
from penstock.services.cloudformation.model import (
    FAILED,
    Happening,
    Instance,
    Leaving,
    Prepared,
    Slot,
    State,
    Verb,
    Why,
    Work,
)
from penstock.services.cloudformation.naming import decided
from penstock.services.cloudformation.properties import differing, with_tags
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.sentences import CANCELLED, CUSTOM_NAMED, REPLACING, WORDS, failed_to, told

Json = Any
STACK: Final = "AWS::CloudFormation::Stack"
WELL: Final = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
GOING: Final = ("forward", "watch")  # phases in which an operation can be stopped
MOST_TRIES: Final = 3  # of deleting what an update has left behind


@dataclass
class Turn:
    """One thing heard, and what follows from it."""

    plan: Prepared
    types: Mapping[str, ResourceType]
    state: State
    at: float

    # ------------------------------------------------------------------------------------------------- what is heard

    def begin(self) -> None:
        """The operation begins, from the slots that the last one left."""
        order = self.plan.order
        self._set(slots={lid: replace(each, is_settled=False) for lid, each in self.state.slots.items()})
        self._become(f"{order.kind}_IN_PROGRESS", "User Initiated")
        if order.kind == "DELETE":
            self._tell_exports()
        else:
            self._set(phase="forward")
        self._go_on()

    def roll_back(self, skipped: tuple[str, ...]) -> None:
        """An operation that stopped where it failed is undone after all."""
        self._set(skipped=skipped, failed=(), failure="")
        self._undo()
        self._go_on()

    def cancel(self, why: str) -> None:
        """Nothing more begins."""
        if self.state.phase in GOING and not self.state.failure:
            self._fail(why)
        self._go_on()

    def watched(self) -> None:
        """None of the alarms rang."""
        if self.state.phase == "watch" and not self.state.failure:
            self._tell_exports()
        self._go_on()

    def doom(self) -> None:
        """A stack that is being made is to be deleted: nothing more begins, and all of it goes."""
        if self.state.phase in GOING and not self.state.is_doomed:
            self._set(is_doomed=True)
            self._become("DELETE_IN_PROGRESS", "User Initiated")
            if not self.state.failure:
                self._fail("Deletion was requested.")
        self._go_on()

    def claimed(self, key: str, physical_id: str) -> None:
        """A resource is there, though it is not ready."""
        work = self.state.works.get(key)
        if work is not None and work.after is not None:
            self._work(key, replace(work, claimed=physical_id))
            if not work.claimed:  # a name at first, and then the id that the service gave
                begun = f"{WORDS[work.verb]}_IN_PROGRESS"
                self._say(work.logical_id, begun, "Resource creation Initiated", physical_id)

    def done(self, key: str, physical_id: str, attributes: dict[str, Json], *, is_hidden: bool = False) -> None:
        if key.startswith("export/"):
            self._exported()
            return
        work = self.state.works.get(key)
        if work is None:
            return
        self._forget(key)
        if work.verb == "delete":
            self._deleted(work)
        else:
            assert work.after is not None
            made = replace(work.after, physical_id=physical_id, attributes=attributes, is_hidden=is_hidden)
            self._made(work, made)
        self._go_on()

    def refused(self, key: str, message: str, physical_id: str) -> None:
        """It was not done; a resource that is there under this id all the same has to go."""
        if key.startswith("export/"):
            self._fail(message)
            self._undo_or_stop()
            self._go_on()
            return
        work = self.state.works.get(key)
        if work is None:
            return
        self._forget(key)
        if work.verb == "delete":
            self._not_deleted(work, message)
        else:
            self._not_made(work, message, physical_id or work.claimed)
        self._go_on()

    # ----------------------------------------------------------------------------------------------------- going on

    def _go_on(self) -> None:
        """Begin all that can be; from phase to phase, as far as it goes."""
        phases = {"forward": self._forward, "watch": self._watch, "back": self._back, "clean": self._clean}
        while (phase := phases.get(self.state.phase)) is not None and phase():
            pass

    def _forward(self) -> bool:
        """True if there is more to be looked at."""
        if self._has_failed():
            if not self.state.works:
                self._undo_or_stop()
                return True
            return False
        begun = self._ready(self.plan.needs)
        for lid in begun:
            if not self._has_failed():
                self._begin(lid)
        if begun:
            return True
        if not self.state.works and all(self._slot(lid).is_settled for lid in self.plan.needs):
            self._arrive()
            return True
        return False

    def _watch(self) -> bool:
        if self._has_failed():
            self._undo_or_stop()
        return self._has_failed()

    def _back(self) -> bool:
        goals = self.plan.order.before
        begun = self._ready({lid: goals[lid].needs if lid in goals else () for lid in {**self.state.slots, **goals}})
        for lid in begun:
            self._restore(lid, goals.get(lid))
        if begun:
            return True
        if self.state.works:
            return False
        if self.state.failed:
            self._end("UPDATE_ROLLBACK_FAILED", failed_to("update", self.state.failed))
        else:
            self._become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
            self._set(phase="clean")
        return True

    def _clean(self) -> bool:
        left, works = self.state.leaving, self.state.works.values()
        # What is needed by something else that is still there stays until that has gone.
        held = {lid for each in left for lid in each.instance.needs if lid != each.logical_id}
        free = [each for each in left if not each.has_failed and each.logical_id not in held]
        if not free and not works and not any(each.has_failed for each in left):
            free = list(left)  # old and new may need one another: then they go together
        going = {(work.logical_id, work.before.physical_id) for work in works if work.before is not None}
        free = [each for each in free if (each.logical_id, each.instance.physical_id) not in going]
        for each in free:
            self._let_go(each)
        if free:
            return True
        if self.state.works:
            return False
        self._finish()
        return False

    def _has_failed(self) -> bool:
        return bool(self.state.failure)

    def _ready(self, needs: Mapping[str, Iterable[str]]) -> list[str]:
        """The logical ids that are to be looked at now: those that they need are settled."""
        settled = {lid for lid in needs if self._slot(lid).is_settled}
        busy = {work.logical_id for work in self.state.works.values()}
        return [
            lid
            for lid, needed in needs.items()
            if lid not in settled and lid not in busy and all(each in settled for each in needed if each in needs)
        ]

    # ------------------------------------------------------------------------------------------------------ forward

    def _begin(self, lid: str) -> None:
        """Make a resource, change it, or see that it is as it is to be."""
        half_made = [each for each in self.state.leaving if (each.logical_id, each.why) == (lid, "undone")]
        if half_made:  # by an operation that failed and was left so: it may have the name that the next one gets
            self._let_go(half_made[0])
            return
        slot = self._slot(lid)
        now = slot.now
        try:
            after = self._wanted(lid, now)
        except TemplateError as error:
            self._failed_at(lid, "update" if now is not None else "create", str(error))
            return
        if now is None:
            self._start("create", lid, None, after)
            return
        changed = differing(now.properties, after.properties)
        if not changed and not slot.is_tainted:
            kept = replace(after, physical_id=now.physical_id, attributes=now.attributes, name=now.name)
            kept = replace(kept, is_named=now.is_named, is_hidden=now.is_hidden)
            self._slot_is(lid, replace(slot, now=kept, is_settled=True))
            return
        replaces = self.types[after.type].replaces(changed)
        refusal = self._refusal(lid, now, after, replaces=replaces)
        if refusal:
            self._failed_at(lid, "update", refusal)
        elif replaces:
            self._start("create", lid, now, after, REPLACING)
        else:
            stable = self.plan.order.before.get(lid, now)
            change = replace(after, name=now.name, physical_id=now.physical_id)
            self._start("update", lid, now if changed else stable, change)

    def _refusal(self, lid: str, now: Instance, after: Instance, *, replaces: bool) -> str:
        action = "Update:Replace" if replaces else "Update:Modify"
        denied = policies.denied(self.plan.order.policy, action, lid, after.type)
        if denied:
            return denied
        return CUSTOM_NAMED.format(now.name) if replaces and after.is_named and after.name == now.name else ""

    def _wanted(self, lid: str, now: Instance | None) -> Instance:
        """A resource as the template has it. Raises `TemplateError`."""
        assert self.plan.template is not None
        assert self.plan.order.target is not None
        declared = self.plan.template.resources[lid]
        kind = self.types[declared.type]
        scope = self._scope()
        properties = resolve(dict(properties_of(declared, scope.conditions)), scope)
        if waiting := unknowns(properties):
            raise TemplateError(f"Resource {lid} needs {', '.join(sorted(map(str, waiting)))}, which is not there")
        tagged = with_tags(kind, properties, self.plan.order.target.tags)
        given = properties.get(kind.naming.property) if kind.naming is not None else None
        name = str(given) if given is not None else ""
        if not name and kind.naming is not None:
            luck = f"{self.plan.order.run}/{lid}/{self.state.count}"
            name = decided(kind.naming, self.plan.order.stack_name, lid, luck)
        there = [slot.now for slot in self.state.slots.values() if slot.now is not None]
        secrets = secrets_of(self.plan.template, self.plan.order.target.parameters, there)
        return Instance(
            type=declared.type,
            properties=tagged,
            masked=masked(tagged, secrets) if secrets else None,
            name=name,
            is_named=given is not None,
            needs=tuple(sorted(self.plan.needs[lid])),
            deletion_policy=declared.deletion_policy,
            update_replace_policy=declared.update_replace_policy,
            creation_policy=dict(declared.creation_policy) or None,
        )

    def _scope(self) -> Scope:
        return self.plan.scope.having(
            {
                lid: Made(slot.now.physical_id, slot.now.attributes)
                for lid, slot in self.state.slots.items()
                if slot.now is not None
            }
        )

    def _made(self, work: Work, made: Instance) -> None:
        """A resource is as it is to be."""
        lid, old = work.logical_id, work.before
        is_new = work.verb == "create"
        if old is not None and old.physical_id != made.physical_id:
            self._add_leaving(Leaving(lid, old, "replaced"))
        slot = self._slot(lid)
        self._slot_is(lid, replace(slot, now=made, is_settled=True, is_tainted=False))
        if work.is_cancelled:
            return
        word = "CREATE" if is_new and old is None else "UPDATE"
        if is_new and not work.claimed:
            self._say(lid, f"{word}_IN_PROGRESS", "Resource creation Initiated", made.physical_id, made)
        self._say(lid, f"{word}_COMPLETE", "", made.physical_id, made)

    def _not_made(self, work: Work, message: str, physical_id: str) -> None:
        lid = work.logical_id
        if work.verb == "create":
            if physical_id:
                assert work.after is not None
                self._add_leaving(Leaving(lid, replace(work.after, physical_id=physical_id), "undone"))
        else:
            # How far it came is not known: whatever comes next starts from all that was wanted; a rollback that is
            # tried again, from what it was to undo.
            wanted = work.before if self.state.phase == "back" else work.after
            self._slot_is(lid, replace(self._slot(lid), now=wanted, is_tainted=True))
        if work.is_cancelled:
            return
        verb: Verb = "create" if work.before is None else "update"
        self._failed_at(lid, verb, message, physical_id)

    def _failed_at(self, lid: str, verb: Verb, message: str, physical_id: str = "") -> None:
        """A resource fails, and with it the operation."""
        self._say(lid, WORDS[verb] + FAILED, message, physical_id)
        self._set(failed=(*self.state.failed, lid))
        if self.state.phase == "forward":
            self._fail(failed_to(verb, self.state.failed))
        else:
            self._slot_is(lid, replace(self._slot(lid), is_settled=True))

    def _fail(self, why: str) -> None:
        """Let nothing more begin, and cancel what is under way."""
        is_first = not self.state.failure
        self._set(failure=why)
        if is_first:
            for key, work in self.state.works.items():
                if work.verb == "delete":
                    continue
                self._work(key, replace(work, is_cancelled=True))
                verb: Verb = "create" if work.before is None else "update"
                self._say(work.logical_id, WORDS[verb] + FAILED, CANCELLED[verb])

    def _arrive(self) -> None:
        """All resources are there: tell what the template tells, and what is exported."""
        for lid in self._removed():
            denied = policies.denied(self.plan.order.policy, "Update:Delete", lid, self._slot(lid).type)
            if denied:
                self._failed_at(lid, "update", denied)
                return
        try:
            self._set(outputs=tuple(self._outputs()))
        except TemplateError as error:
            self._fail(str(error))
            return
        if self.plan.order.alarms or self.plan.order.watched_for:
            self._set(phase="watch", until=self.at + self.plan.order.watched_for)
        else:
            self._tell_exports()

    def _tell_exports(self) -> None:
        """Nothing goes, and nothing is done, that others rely on."""
        if self.plan.order.tells_exports:
            self._set(phase="export", count=self.state.count + 1)
        else:
            self._exported()

    def _outputs(self) -> Iterator[dict[str, str]]:
        assert self.plan.template is not None
        scope = self._scope()
        for output in self.plan.template.outputs.values():
            if not holds(output.condition, scope.conditions, "Outputs"):
                continue
            value = told(output.name, resolve(output.value, scope))
            found = {"OutputKey": output.name, "OutputValue": value}
            if output.description:
                found["Description"] = output.description
            if output.export is not None:
                found["ExportName"] = told(output.name, resolve(output.export, scope))
            yield found

    def _exported(self) -> None:
        """The stack is what it is to be: what is not of it goes."""
        if self.plan.order.kind == "DELETE":
            self._let_all_go("removed")
            self._go_on()
            return
        for lid in self._removed():
            slot = self._slot(lid)
            assert slot.now is not None
            self._add_leaving(Leaving(lid, slot.now, "removed"))
            self._slot_is(lid, replace(slot, now=None))
        if self.plan.order.kind == "UPDATE":
            self._become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._set(phase="clean")
        self._go_on()

    def _removed(self) -> list[str]:
        """The logical ids that the template no longer has."""
        slots = self.state.slots.items()
        return [lid for lid, slot in slots if slot.now is not None and lid not in self.plan.needs]

    # --------------------------------------------------------------------------------------------------------- back

    def _undo_or_stop(self) -> None:
        order, why = self.plan.order, self.state.failure
        if order.kind == "DELETE" or (order.on_failure == "DO_NOTHING" and not self.state.is_doomed):
            self._end(f"{order.kind}{FAILED}", why)
        else:
            self._undo()

    def _undo(self) -> None:
        order, why = self.plan.order, self.state.failure
        self._set(
            is_undone=True,
            failed=(),
            slots={lid: replace(slot, is_settled=False) for lid, slot in self.state.slots.items()},
        )
        if order.kind == "CREATE":
            wanted = "DELETE_IN_PROGRESS" if order.on_failure == "DELETE" else "ROLLBACK_IN_PROGRESS"
            if not self.state.is_doomed:
                self._become(wanted, f"{why} Rollback requested by user.".strip())
            self._let_all_go("undone")
        else:
            self._become("UPDATE_ROLLBACK_IN_PROGRESS", why)
            self._set(phase="back")

    def _restore(self, lid: str, goal: Instance | None) -> None:
        """Have a logical id stand again for what it stood for before."""
        slot = self._slot(lid)
        now = slot.now
        if lid in self.state.skipped:
            self._slot_is(lid, replace(slot, now=goal, is_settled=True, is_tainted=False))
            self._say(lid, "UPDATE_COMPLETE", "Resource was skipped as asked for by the user")
            return
        if goal is None:
            if now is not None:
                self._add_leaving(Leaving(lid, now, "undone"))
            self._slot_is(lid, replace(slot, now=None, is_settled=True))
            return
        if now is not None and now.physical_id != goal.physical_id:
            self._add_leaving(Leaving(lid, now, "undone"))
            self._stays(lid, goal)
            self._slot_is(lid, replace(slot, now=goal, is_settled=True, is_tainted=False))
            self._say(lid, "UPDATE_COMPLETE", "", goal.physical_id, goal)
            return
        if now is not None and not slot.is_tainted and not differing(now.properties, goal.properties):
            self._slot_is(lid, replace(slot, now=goal, is_settled=True))
            if slot.physical_id != goal.physical_id or slot.status.endswith(FAILED):  # of what was to replace it
                self._say(lid, "UPDATE_COMPLETE", "", goal.physical_id, goal)
            return
        self._start("update", lid, now or goal, goal)

    def _stays(self, lid: str, goal: Instance) -> None:
        """What is stood for again does not go."""
        kept = tuple(
            each
            for each in self.state.leaving
            if (each.logical_id, each.instance.physical_id) != (lid, goal.physical_id)
        )
        self._set(leaving=kept)

    # -------------------------------------------------------------------------------------------------------- clean

    def _let_all_go(self, why: Why) -> None:
        for lid, slot in self.state.slots.items():
            if slot.now is not None:
                self._add_leaving(Leaving(lid, slot.now, why))
        slots = {lid: replace(slot, now=None) for lid, slot in self.state.slots.items()}
        leaving = tuple(replace(each, has_failed=False, tries=0) for each in self.state.leaving)
        self._set(phase="clean", slots=slots, leaving=leaving)

    def _let_go(self, leaving: Leaving) -> None:
        lid, instance = leaving.logical_id, leaving.instance
        if self._is_retained(leaving):
            self._drop(leaving)
            self._say(lid, "DELETE_SKIPPED", "", instance.physical_id, instance)
        else:
            self._start("delete", lid, instance, None)

    def _is_retained(self, leaving: Leaving) -> bool:
        if leaving.logical_id in self.plan.order.retained:
            return True
        instance, why = leaving.instance, leaving.why
        policy = instance.update_replace_policy if why == "replaced" else instance.deletion_policy
        if why == "undone" and self.plan.order.retain_except_on_create:
            return False
        return policy == "Retain" or (policy == "RetainExceptOnCreate" and why != "undone")

    def _deleted(self, work: Work) -> None:
        assert work.before is not None
        self._drop_instance(work)
        self._say(work.logical_id, "DELETE_COMPLETE", "", work.before.physical_id, work.before)

    def _not_deleted(self, work: Work, message: str) -> None:
        """An update is over all the same: what it leaves behind after some tries is nobody's any more."""
        assert work.before is not None
        self._say(work.logical_id, "DELETE_FAILED", message, work.before.physical_id, work.before)
        is_update = self.plan.order.kind == "UPDATE"
        tried: list[Leaving] = []
        for each in self.state.leaving:
            if (each.logical_id, each.instance) != (work.logical_id, work.before):
                tried.append(each)
            elif not is_update or each.tries + 1 < MOST_TRIES:
                tried.append(replace(each, tries=each.tries + 1, has_failed=not is_update))
        self._set(leaving=tuple(tried))

    def _drop(self, leaving: Leaving) -> None:
        self._set(leaving=tuple(each for each in self.state.leaving if each is not leaving))

    def _drop_instance(self, work: Work) -> None:
        found = (
            each for each in self.state.leaving if (each.logical_id, each.instance) == (work.logical_id, work.before)
        )
        leaving = next(found, None)
        if leaving is not None:
            self._drop(leaving)

    def _finish(self) -> None:
        order = self.plan.order
        if self.state.leaving:
            stuck = [each.logical_id for each in self.state.leaving if each.has_failed]
            why = failed_to("delete", stuck) if stuck else ""
            deleting = order.kind == "DELETE" or self._ends_in_nothing()
            self._end("DELETE_FAILED" if deleting else "ROLLBACK_FAILED", why)
        elif order.kind == "UPDATE":
            self._end("UPDATE_ROLLBACK_COMPLETE" if self.state.is_undone else "UPDATE_COMPLETE")
        elif order.kind == "DELETE" or (self.state.is_undone and self._ends_in_nothing()):
            self._end("DELETE_COMPLETE")
        else:
            self._end("ROLLBACK_COMPLETE" if self.state.is_undone else "CREATE_COMPLETE")

    def _ends_in_nothing(self) -> bool:
        return self.state.is_doomed or self.plan.order.on_failure == "DELETE"

    # ---------------------------------------------------------------------------------------------------- the state

    def _start(self, verb: Verb, lid: str, before: Instance | None, after: Instance | None, why: str = "") -> None:
        key = f"{lid}/{verb}/{self.state.count}"
        self._set(count=self.state.count + 1)
        self._work(key, Work(verb, lid, before, after))
        word = "UPDATE" if verb == "create" and before is not None else WORDS[verb]
        there = after if verb != "delete" else before
        physical_id = before.physical_id if before is not None else ""
        self._say(lid, f"{word}_IN_PROGRESS", why, physical_id, there)

    def _work(self, key: str, work: Work) -> None:
        self._set(works={**self.state.works, key: work})

    def _forget(self, key: str) -> None:
        self._set(works={each: work for each, work in self.state.works.items() if each != key})

    def _add_leaving(self, leaving: Leaving) -> None:
        self._set(leaving=(*self.state.leaving, leaving))

    def _slot(self, lid: str) -> Slot:
        return self.state.slots.get(lid) or Slot()

    def _slot_is(self, lid: str, slot: Slot) -> None:
        self._set(slots={**self.state.slots, lid: slot})

    def _become(self, status: str, reason: str = "") -> None:
        self._happens(Happening(status, "", self.plan.order.stack_id, STACK, reason))
        self._set(status=status, reason=reason)

    def _end(self, status: str, reason: str = "") -> None:
        self._become(status, reason)
        self._set(phase="over")

    def _say(self, lid: str, status: str, reason: str, physical_id: str = "", of: Instance | None = None) -> None:
        slot = self._slot(lid)
        kind = of.type if of is not None else slot.type
        if not kind and self.plan.template is not None and lid in self.plan.template.resources:
            kind = self.plan.template.resources[lid].type
        physical_id = physical_id or slot.physical_id
        reason = reason or (self.types[kind].note if status in WELL else "")
        said = Happening(status, lid, physical_id, kind, reason, of.shown if of is not None else None)
        told_slot = replace(slot, status=status, reason=reason, changed_at=self.at, type=kind, physical_id=physical_id)
        if slot.now is None or not status.startswith("DELETE"):  # else it is told of one that another has replaced
            self._slot_is(lid, told_slot)
        self._happens(said)

    def _happens(self, said: Happening) -> None:
        told = self.state.told + 1
        self._set(happenings=(*self.state.happenings, said), told=told, changed_at=self.at)

    def _set(self, **members: Json) -> None:
        self.state = replace(self.state, **members)
