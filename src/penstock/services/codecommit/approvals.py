"""Operations on the approval rules of pull requests: who must approve, who has, who went over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.codecommit import model, people, requests, templates
from penstock.services.codecommit.model import wrong
from penstock.services.codecommit.requests import Changes, Happening, happening
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.store.database import Transaction
    from penstock.store.documents import Document

MOST_RULES: Final = 30
MOST_APPROVALS: Final = 200


@dataclass(frozen=True)
class Approvals:
    desk: Desk
    changes: Changes
    service: str = "codecommit"

    @operation("CreatePullRequestApprovalRule")
    async def create(self, call: Call, request: shapes.CreatePullRequestApprovalRuleRequest) -> Answer:
        name, content = request["approvalRuleName"], request["approvalRuleContent"]
        people.read(content)
        rule_id, at = model.uuid_of(self.desk.chance()), self.desk.clock()
        rule = templates.rule(rule_id, name, content, by=call.scope.principal, at=at)

        def create(pull: Document) -> tuple[dict[str, Json], Happening]:
            rules = pull.body["rules"]
            if any(each["approvalRuleName"] == name for each in rules):
                raise wrong("ApprovalRuleNameAlreadyExists", f"The approval rule {name} already exists.")
            if len(rules) >= MOST_RULES:
                raise wrong("NumberOfRulesExceeded", f"A pull request has at most {MOST_RULES} approval rules.")
            return {"rules": [*rules, rule]}, rule_changed(rule, "CREATED", "Created")

        await self._change(call, request["pullRequestId"], create)
        return {"approvalRule": rule}

    @operation("UpdatePullRequestApprovalRuleContent")
    async def update(self, call: Call, request: shapes.UpdatePullRequestApprovalRuleContentRequest) -> Answer:
        name, content, at = request["approvalRuleName"], request["newRuleContent"], self.desk.clock()
        people.read(content)

        def update(pull: Document) -> tuple[dict[str, Json], Happening]:
            old = rule_named(pull, name)
            people.check_fingerprint(old["approvalRuleContent"], request.get("existingRuleContentSha256"))
            if "originApprovalRuleTemplate" in old:
                raise wrong("CannotModifyApprovalRuleFromTemplate", f"The approval rule {name} is a template's.")
            new = templates.rule(old["approvalRuleId"], name, content, by=call.scope.principal, at=at)
            new["creationDate"] = old["creationDate"]
            rules = [new if each is old else each for each in pull.body["rules"]]
            return {"rules": rules}, rule_changed(new, "UPDATED", "Updated")

        pull = await self._change(call, request["pullRequestId"], update)
        return {"approvalRule": rule_named(pull, name)}

    @operation("DeletePullRequestApprovalRule")
    async def delete(self, call: Call, request: shapes.DeletePullRequestApprovalRuleRequest) -> Answer:
        """A rule that is not there has been deleted before."""
        name, deleted = request["approvalRuleName"], ""

        def delete(pull: Document) -> tuple[dict[str, Json], Happening] | None:
            nonlocal deleted
            rule = next((each for each in pull.body["rules"] if each["approvalRuleName"] == name), None)
            if rule is None:
                return None
            if "originApprovalRuleTemplate" in rule:
                raise wrong("CannotDeleteApprovalRuleFromTemplate", f"The approval rule {name} is a template's.")
            deleted = rule["approvalRuleId"]
            rules = [each for each in pull.body["rules"] if each is not rule]
            return {"rules": rules}, rule_changed(rule, "DELETED", "Deleted")

        await self._change(call, request["pullRequestId"], delete)
        return {"approvalRuleId": deleted} if deleted else {}

    @operation("UpdatePullRequestApprovalState")
    async def approve(self, call: Call, request: shapes.UpdatePullRequestApprovalStateRequest) -> Answer:
        revision, state, who = request["revisionId"], request["approvalState"], call.scope.principal

        def approve(pull: Document) -> tuple[dict[str, Json], Happening]:
            requests.check_revision(pull, revision)
            if pull.body["authorArn"] == who:
                raise wrong("PullRequestCannotBeApprovedByAuthor", "The author of a pull request cannot approve it.")
            approvals = {**pull.body["approvals"].get(revision, {}), who: state}
            if len(approvals) > MOST_APPROVALS:
                raise wrong("MaximumNumberOfApprovalsExceeded", f"A revision has at most {MOST_APPROVALS} approvals.")
            what = happening(
                "PULL_REQUEST_APPROVAL_STATE_CHANGED", "approvalStateChangedEventMetadata",
                {"revisionId": revision, "approvalStatus": state}, "pullRequestApprovalStateChanged",
                approvalStatus=state,
            )  # fmt: skip
            return {"approvals": {**pull.body["approvals"], revision: approvals}}, what

        await self._change(call, request["pullRequestId"], approve)
        return {}

    @operation("OverridePullRequestApprovalRules")
    async def override(self, call: Call, request: shapes.OverridePullRequestApprovalRulesRequest) -> Answer:
        revision, status = request["revisionId"], request["overrideStatus"]

        def override(pull: Document) -> tuple[dict[str, Json], Happening]:
            requests.check_revision(pull, revision)
            overrides = dict(pull.body["overrides"])
            if status == "OVERRIDE" and revision in overrides:
                raise wrong("OverrideAlreadySet", "The approval rules of this revision are overridden already.")
            if status == "OVERRIDE":
                overrides[revision] = call.scope.principal
            else:
                overrides.pop(revision, None)
            what = happening(
                "PULL_REQUEST_APPROVAL_RULE_OVERRIDDEN", "approvalRuleOverriddenEventMetadata",
                {"revisionId": revision, "overrideStatus": status}, "pullRequestApprovalRuleOverridden",
                overrideStatus=status,
            )  # fmt: skip
            return {"overrides": overrides}, what

        await self._change(call, request["pullRequestId"], override)
        return {}

    async def _change(
        self, call: Call, number: str, decide: Callable[[Document], tuple[dict[str, Json], Happening] | None]
    ) -> Document:
        """A pull request that is open, changed as is decided, if it is."""
        at = self.desk.clock()

        def change(tx: Transaction) -> Document:
            pull = requests.open_one(tx, call.scope, number)
            repository = model.by_id(tx, call.scope, pull.parent)
            assert repository is not None
            decided = decide(pull)
            if decided is None:
                return pull
            members, what = decided
            changed = pull.changed(at, **members)
            return self.changes.keep(tx, changed, what, by=call.scope.principal, repository=repository, at=at)

        return await self.desk.database.write(change)

    @operation("EvaluatePullRequestApprovalRules")
    async def evaluate(self, call: Call, request: shapes.EvaluatePullRequestApprovalRulesRequest) -> Answer:
        pull = await self._read(call, request["pullRequestId"])
        requests.check_revision(pull, request["revisionId"])
        return {"evaluation": requests.evaluated(pull)}

    @operation("GetPullRequestApprovalStates")
    async def states(self, call: Call, request: shapes.GetPullRequestApprovalStatesRequest) -> Answer:
        pull = await self._read(call, request["pullRequestId"])
        found = pull.body["approvals"].get(request["revisionId"], {})
        return {"approvals": [{"userArn": arn, "approvalState": state} for arn, state in found.items()]}

    @operation("GetPullRequestOverrideState")
    async def override_state(self, call: Call, request: shapes.GetPullRequestOverrideStateRequest) -> Answer:
        pull = await self._read(call, request["pullRequestId"])
        overrider = pull.body["overrides"].get(request["revisionId"])
        return {"overridden": overrider is not None, **({"overrider": overrider} if overrider else {})}

    async def _read(self, call: Call, number: str) -> Document:
        return await self.desk.database.read(lambda tx: requests.found(tx, call.scope, number))


def rule_named(pull: Document, name: str) -> dict[str, Json]:
    rule: dict[str, Json] | None = next((each for each in pull.body["rules"] if each["approvalRuleName"] == name), None)
    if rule is None:
        raise wrong("ApprovalRuleDoesNotExist", f"The approval rule {name} does not exist.")
    return rule


def rule_changed(rule: dict[str, Json], type_: str, event: str) -> Happening:
    members = {name: rule[name] for name in ("approvalRuleName", "approvalRuleId", "approvalRuleContent")}
    return happening(
        f"PULL_REQUEST_APPROVAL_RULE_{type_}", "approvalRuleEventMetadata", members, f"pullRequestApprovalRule{event}",
        approvalRuleName=rule["approvalRuleName"], approvalRuleId=rule["approvalRuleId"],
        approvalRuleContentSha256=rule["ruleContentSha256"],
    )  # fmt: skip
