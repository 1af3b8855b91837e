"""Manual approvals: a message that asks for one, and what somebody says to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from penstock.engine.engine import Engine
from penstock.languages.delivery import catalogue, quorum, tree
from penstock.services.codepipeline import answers, flow, rows, traffic
from penstock.services.codepipeline.executions import must_have_stage
from penstock.services.codepipeline.model import Attempt, State, run_of
from penstock.services.codepipeline.work import Work
from penstock.store.database import Transaction
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any


@dataclass(frozen=True)
class Approvals:
    engine: Engine
    clock: Callable[[], float]
    service = "codepipeline"

    @operation("PutApprovalResult")
    async def put(self, call: Call, request: shapes.PutApprovalResultRequest) -> Answer:
        """The token is good while the action waits; whatever is said twice is said once."""
        result, stage, name = request["result"], request["stageName"], request["actionName"]
        at = self.clock()

        def put(tx: Transaction) -> None:
            pipeline = rows.pipeline(tx, call.scope, request["pipelineName"])
            declared = tree.read(pipeline.body["Declaration"])
            must_have_stage(declared, stage)
            found = declared.stages[declared.place_of(stage)].action(name)
            if found is None or found.action_type_id.category != "Approval":
                raise ServiceError(f"Stage '{stage}' has no approval action '{name}'.", code="ActionNotFoundException")
            for execution in rows.open_executions(tx, pipeline):
                run = run_of(pipeline.arn, execution.name)
                seen = self.engine.see(tx, run)
                assert seen is not None
                state: State = seen.state
                attempt = state.stages[stage].actions.get(name) if stage in state.stages else None
                if attempt is None or not attempt.token or attempt.token != request["token"]:
                    continue
                must_count(attempt, call.scope.principal, approves=result["status"] == "Approved")
                told: dict[str, Json] = {
                    "Attempt": attempt.id,
                    "Summary": result["summary"],
                    "By": call.scope.principal,
                }
                if result["status"] == "Rejected":
                    said = result["summary"] or "Rejected"
                    told |= {"Error": {"Code": "JobFailed", "Message": said}}
                self.engine.signal(tx, run, flow.ANSWER, told)
                return
            raise self._not_waited_for(tx, pipeline.arn, traffic.traffic_of(pipeline), stage, name)

        await self.engine.database.write(put)
        return {"approvedAt": at}

    def _not_waited_for(
        self, tx: Transaction, pipeline: str, gates: traffic.Traffic, stage: str, action: str
    ) -> ServiceError:
        gate = gates.gate(stage)
        seen = self.engine.see(tx, run_of(pipeline, gate.latest)) if gate is not None and gate.latest else None
        known = seen.state.stages[stage].actions.get(action) if seen is not None else None
        if known is not None and known.status in ("Succeeded", "Failed"):
            return ServiceError(
                "Approval has already been completed for the specified action.",
                code="ApprovalAlreadyCompletedException",
            )
        return ServiceError("The approval token is not valid.", code="InvalidApprovalTokenException")


def must_count(attempt: Attempt, principal: str, *, approves: bool) -> None:
    """Raise unless somebody's word counts, and has not been counted."""
    if not quorum.may_decide(attempt.configuration, principal):
        raise ServiceError(
            f"{principal or 'Nobody'} is none of the action's {quorum.APPROVERS}.", code="AccessDeniedException"
        )
    if approves and principal in attempt.approved_by:
        raise ServiceError(
            f"{principal} has approved already; {quorum.needed(attempt.configuration)} different approvers are needed.",
            code="ApprovalAlreadyCompletedException",
        )


def message(work: Work, region: str) -> str:
    """What the topic of an approval is told, as AWS writes it."""
    minutes = work.action.timeout_in_minutes
    longest = minutes * 60.0 if minutes is not None else catalogue.longest(work.action.action_type_id)
    expires = datetime.fromtimestamp(work.attempt.started_at + longest, UTC).strftime("%Y-%m-%dT%H:%MZ")
    asked = answers.present(
        pipelineName=work.plan.pipeline.name,
        stageName=work.stage,
        actionName=work.action.name,
        token=work.attempt.token,
        expires=expires,
        externalEntityLink=work.given("ExternalEntityLink"),
        customData=work.given("CustomData"),
    )
    return json.dumps({"region": region, "approval": asked})
