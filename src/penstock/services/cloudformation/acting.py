"""Acting: what a stack asks for is done in the world, by the functions of a resource's type."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.engine.engine import Engine
from penstock.engine.outbox import Task
from penstock.languages.cloudformation import DynamicReference, TemplateError, dynamic_references, filled_in
from penstock.services.cloudformation import flow
from penstock.services.cloudformation.driving import Addresses, Driver
from penstock.services.cloudformation.model import Instance, Plan, State, Work
from penstock.services.cloudformation.resources.kind import Failed, Made, Resource, ResourceType
from penstock.wire.call import Call, Directory, Scope, ServiceError

Json = Any
TAKEN: Final = (
    "Resource handler returned message: \"Resource of type '{}' with identifier '{}' already exists.\" "
    "(HandlerErrorCode: AlreadyExists)"
)
CANCELLED: Final = "Resource creation cancelled"
RETAIN: Final = "Retain"


@dataclass(frozen=True)
class Acting:
    engine: Engine
    directory: Directory
    types: Mapping[str, ResourceType]
    address: Addresses

    async def act(self, task: Task) -> Json:
        """Make, change or delete a resource. A failure is told as data, with the id of what is there all the same."""
        order, state = await self.state(task)
        work = state.works[task.key]
        after = work.after or work.before
        assert after is not None
        kind = self.types[after.type]
        doing = Doing(self, task, order, work, kind, inside(state.skipped, work.logical_id))
        try:
            async with asyncio.timeout(kind.longest):
                made = await doing.done()
        except (ServiceError, Failed) as error:
            return {"Error": sentence(error), "PhysicalId": doing.there}
        except TemplateError as error:
            return {"Error": str(error), "PhysicalId": doing.there}
        except TimeoutError:
            return {"Error": f"Resource did not stabilize in {kind.longest:.0f} seconds.", "PhysicalId": doing.there}
        if made is None:
            return {}
        hiding = {"IsHidden": True} if made.is_hidden else {}
        return {"PhysicalId": made.physical_id, "Attributes": dict(made.attributes), **hiding}

    async def state(self, task: Task) -> tuple[Plan, State]:
        seen = await self.engine.database.read(lambda tx: self.engine.look(tx, task.run))
        assert seen is not None
        return seen.plan.order, seen.state

    async def filled(self, scope: Scope, properties: Json) -> Json:
        """Properties with what their dynamic references stand for, which no journal keeps."""
        wanted = dynamic_references(properties)
        if not wanted:
            return properties
        return filled_in(properties, {each: await self._look_up(scope, each) for each in wanted})

    async def _look_up(self, scope: Scope, reference: DynamicReference) -> str:
        if reference.service == "secretsmanager":
            versions = {"VersionId": reference.version, "VersionStage": reference.stage}
            request = {"SecretId": reference.name, **{name: each for name, each in versions.items() if each}}
            answer = await self.directory.answer(Call("secretsmanager", "GetSecretValue", request, scope))
            return reference.taken_from(answer["SecretString"])
        name = f"{reference.name}:{reference.version}" if reference.version else reference.name
        asked = {"Name": name, "WithDecryption": reference.service == "ssm-secure"}
        found = await self.directory.answer(Call("ssm", "GetParameter", asked, scope))
        return str(found["Parameter"]["Value"])


class Doing:
    """One try of one thing. `there` is the id of what is there, or may be, while it is not done."""

    def __init__(
        self, acting: Acting, task: Task, order: Plan, work: Work, kind: ResourceType, skipped: tuple[str, ...]
    ) -> None:
        self._skipped = skipped
        self._acting, self._task, self._order, self._work, self._kind = acting, task, order, work, kind
        self._scope = Scope(task.scope.account, task.scope.region)
        token = f"{task.run}#{task.key}"
        self._driver = Driver(acting.directory, self._scope, token, self._claim, self._pause, acting.address)
        self.there = self._claimed = work.claimed

    async def done(self) -> Made | None:
        before, after = self._work.before, self._work.after
        if self._work.verb == "delete":
            assert before is not None
            await self._driver.drive(self._kind.delete(await self._resource(before)))
            return None
        assert after is not None
        if self._work.verb == "create":
            return await self._create(after)
        assert before is not None
        assert self._kind.update is not None
        changed = await self._resource(replace_ids(after, before))
        return await self._driver.drive(self._kind.update(await self._resource(before), changed))

    async def _create(self, after: Instance) -> Made:
        resource = await self._resource(after)
        if after.is_named and not self._work.claimed:
            # Only so is what this try has made before a crash told from what was there before it.
            found = await self._driver.drive(self._kind.read(replace(resource, physical_id=after.name)))
            is_adopted = self._order.adopts and after.deletion_policy == RETAIN  # so that no rollback deletes it
            if found is not None and not is_adopted:
                raise Failed(TAKEN.format(after.type, after.name), "AlreadyExists")
            await self._claim(after.name)
        self.there = self.there or after.name
        return await self._driver.drive(self._kind.create(resource))

    async def _claim(self, physical_id: str) -> None:
        if physical_id != self._claimed:
            self.there = self._claimed = physical_id
            await self._task.tell(flow.CLAIMED, {"Key": self._task.key, "PhysicalId": physical_id})

    async def _pause(self, seconds: float) -> None:
        """Wait a while, unless the operation has failed meanwhile."""
        await asyncio.sleep(seconds)
        _, state = await self._acting.state(self._task)
        work = state.works.get(self._task.key)
        if work is not None and work.is_cancelled:
            raise Failed(CANCELLED)

    async def _resource(self, instance: Instance) -> Resource:
        return Resource(
            logical_id=self._work.logical_id,
            properties=await self._acting.filled(self._scope, instance.properties),
            name=instance.name,
            physical_id=instance.physical_id,
            attributes=instance.attributes,
            scope=self._scope,
            type=instance.type,
            creation_policy=instance.creation_policy,
            capabilities=self._order.target.capabilities if self._order.target is not None else (),
            stack_id=self._order.stack_id,
            stack_name=self._order.stack_name,
            token=f"{self._task.run}#{self._task.key}",
            skipped=self._skipped,
        )


def inside(skipped: tuple[str, ...], logical_id: str) -> tuple[str, ...]:
    """Of `Nested.Resource` what follows a nested stack's logical id."""
    return tuple(each.partition(".")[2] for each in skipped if each.startswith(f"{logical_id}."))


def replace_ids(after: Instance, before: Instance) -> Instance:
    """What a resource is to become, known as it is known now."""
    return Instance(
        type=after.type,
        properties=after.properties,
        name=before.name,
        physical_id=before.physical_id,
        attributes=before.attributes,
    )


def sentence(error: ServiceError | Failed) -> str:
    """A failure as CloudFormation tells it."""
    if isinstance(error, Failed):
        return str(error)
    return f'Resource handler returned message: "{error.message}" (HandlerErrorCode: {error.code})'
