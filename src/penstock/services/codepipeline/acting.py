"""Activities: what an execution has done in the world. Each may be done again after a crash, under the same token."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.outbox import Task
from penstock.services.codepipeline import approvals, flow, rows
from penstock.services.codepipeline.judging import judge
from penstock.services.codepipeline.model import Delivery, State, id_of
from penstock.services.codepipeline.providers import PROVIDERS, Asking, Failed
from penstock.services.codepipeline.starting import Starter, latest_success
from penstock.services.codepipeline.work import Credentials, Work, work_of
from penstock.store.database import Transaction
from penstock.wire.call import Call, Directory, Scope

Json = Any
SUBJECT: Final = "APPROVAL NEEDED: AWS CodePipeline {} for action {}"
LONGEST_SUBJECT: Final = 100


@dataclass(frozen=True)
class Acting:
    engine: Engine
    directory: Directory
    starter: Starter
    clock: Callable[[], float]

    def enter(self) -> None:
        """Say who does what executions ask for."""
        for name, act in (
            (flow.ACT, self.act),
            (flow.JUDGE, self.judge),
            (flow.CALL, self.call),
            (flow.NOTIFY, self.notify),
            (flow.ROLL_BACK, self.roll_back),
        ):
            self.engine.activity(name, act)

    async def act(self, task: Task) -> Json:
        """Carry out an action by its provider, from beginning to end."""
        work = await self._work(task)
        if work is None:
            return {}
        kind, asking = work.action.action_type_id, self._asking(task)
        try:
            for artifact in work.inputs:
                await asking.find(artifact)
            return await PROVIDERS[kind.provider, kind.category](work, asking)
        except Failed as error:
            return {"Error": {"Code": error.code, "Message": str(error)}}

    async def judge(self, task: Task) -> Json:
        """Whether a rule holds."""
        work = await self._work(task)
        wrong = await judge(work, self._asking(task), self.clock) if work is not None else ""
        return {"Error": {"Code": "RuleFailed", "Message": wrong}} if wrong else {"Summary": "The rule holds."}

    async def call(self, task: Task) -> Json:
        """Give a function its job, and do not wait for what it says."""
        work = await self._work(task)
        if work is None:
            return {}
        scope = Scope(task.scope.account, task.scope.region)
        credentials = await Credentials.of(self.directory, scope)
        job = {"id": work.attempt.id, "accountId": scope.account, "data": work.function_data(credentials)}
        payload = msgspec.json.encode({"CodePipeline.job": job})
        request = {"FunctionName": work.function, "InvocationType": "Event", "Payload": payload}
        await self.directory.answer(Call("lambda", "Invoke", request, scope, token=token_of(task)))
        return {}

    async def notify(self, task: Task) -> Json:
        """Tell a topic that an approval is waited for."""
        work = await self._work(task)
        if work is None:
            return {}
        subject = SUBJECT.format(work.plan.pipeline.name, work.action.name)[:LONGEST_SUBJECT]
        request = {
            "TopicArn": work.given("NotificationArn"),
            "Subject": subject,
            "Message": approvals.message(work, task.scope.region),
        }
        await self.directory.answer(Call("sns", "Publish", request, task.scope, token=token_of(task)))
        return {}

    async def roll_back(self, task: Task) -> Json:
        """Have the stage that failed done again with what it had when it went well."""
        plan, _ = await self._run(task)
        stage = task.input["Stage"]

        def start(tx: Transaction) -> str:
            pipeline = rows.pipeline(tx, task.scope, plan.pipeline.name)
            target = latest_success(tx, pipeline, stage, pipeline.scope)
            if target is None or pipeline.body["Declaration"]["version"] != plan.pipeline.version:
                return f"Stage {stage} was not rolled back: no execution of this version has succeeded in it."
            detail = msgspec.json.encode({"FailedPipelineExecutionId": plan.order.id}).decode()
            trigger = {"triggerType": "AutomatedRollback", "triggerDetail": detail}
            self.starter.roll_back(tx, pipeline, stage, target, id_of(task.run, task.key), trigger)
            return f"Stage {stage} is rolled back to {target.name}."

        return {"Summary": await self.engine.database.write(start)}

    async def _run(self, task: Task) -> tuple[Delivery, State]:
        seen = await self.engine.database.read(lambda tx: self.engine.look(tx, task.run))
        assert seen is not None
        return seen.plan, seen.state

    async def _work(self, task: Task) -> Work | None:
        """What is to be done; nothing where an attempt that was left has made way for another."""
        plan, state = await self._run(task)
        return work_of(plan, state, task.input["Stage"], task.key.partition("/")[0])

    def _asking(self, task: Task) -> Asking:
        async def tell(**told: Json) -> None:
            await task.tell(flow.PROGRESS, {"Attempt": task.key, **told})

        pipeline, _, _ = task.run.rpartition("/")
        who = Scope(task.scope.account, task.scope.region, principal=pipeline)
        return Asking(self.directory, who, token_of(task), tell)


def token_of(task: Task) -> str:
    return f"{task.run}#{task.key}"
