"""Templates of approval rules, and the repositories that they are for: new pull requests there get their rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.engine.notices import Kind
from penstock.services.codecommit import model, people
from penstock.services.codecommit.model import ASSOCIATION, wrong
from penstock.services.codecommit.references import SOURCE
from penstock.services.codecommit.requests import date
from penstock.store import documents
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.store.database import Transaction

TEMPLATE: Final = "codecommit/approval-rule-template"
CHANGE: Final = Kind(SOURCE, "CodeCommit Approval Rule Template Change")
MOST: Final = 1000
MOST_OF_ONE: Final = 25  # templates of one repository
MOST_NAMES: Final = 100
PAGE: Final = 100


@dataclass(frozen=True)
class Templates:
    desk: Desk
    service: str = "codecommit"

    @operation("CreateApprovalRuleTemplate")
    async def create(self, call: Call, request: shapes.CreateApprovalRuleTemplateRequest) -> Answer:
        name, content = request["approvalRuleTemplateName"], request["approvalRuleTemplateContent"]
        check_content(content)
        at, template_id = self.desk.clock(), model.uuid_of(self.desk.chance())
        body = {"id": template_id, "content": content, "by": call.scope.principal}
        made = Document(
            kind=TEMPLATE, scope=replace(call.scope, principal=""), name=name, arn="", created_at=at, modified_at=at,
            token=call.token, body={**body, "description": request.get("approvalRuleTemplateDescription", "")},
        )  # fmt: skip

        def create(tx: Transaction) -> Document:
            if len(documents.page(tx, every(call.scope, TEMPLATE)).documents) >= MOST:
                raise wrong("NumberOfRuleTemplatesExceeded", f"An account has at most {MOST} templates in a region.")
            kept = documents.insert(tx, made)
            if kept is made:
                self._tell(tx, call, kept, "approvalRuleTemplateCreated")
            return kept

        try:
            return {"approvalRuleTemplate": told(await self.desk.database.write(create))}
        except AlreadyStored:
            raise taken(name) from None

    @operation("GetApprovalRuleTemplate")
    async def get(self, call: Call, request: shapes.GetApprovalRuleTemplateRequest) -> Answer:
        name = request["approvalRuleTemplateName"]
        return {"approvalRuleTemplate": told(await self.desk.database.read(lambda tx: found(tx, call.scope, name)))}

    @operation("ListApprovalRuleTemplates")
    async def page(self, call: Call, request: shapes.ListApprovalRuleTemplatesRequest) -> Answer:
        everything = await self.desk.database.read(lambda tx: documents.page(tx, every(call.scope, TEMPLATE)))
        shown, more = model.cut([each.name for each in everything.documents], request, most=PAGE)
        return {"approvalRuleTemplateNames": shown, **more}

    @operation("UpdateApprovalRuleTemplateContent")
    async def content(self, call: Call, request: shapes.UpdateApprovalRuleTemplateContentRequest) -> Answer:
        content, expected = request["newRuleContent"], request.get("existingRuleContentSha256")
        check_content(content)
        return await self._change(call, request["approvalRuleTemplateName"], expected, content=content)

    @operation("UpdateApprovalRuleTemplateDescription")
    async def description(self, call: Call, request: shapes.UpdateApprovalRuleTemplateDescriptionRequest) -> Answer:
        said = request["approvalRuleTemplateDescription"]
        return await self._change(call, request["approvalRuleTemplateName"], None, description=said)

    async def _change(self, call: Call, name: str, expected: str | None, **members: Json) -> Answer:
        at = self.desk.clock()

        def change(tx: Transaction) -> Document:
            template = found(tx, call.scope, name)
            people.check_fingerprint(template.body["content"], expected)
            now = template.changed(at, by=call.scope.principal, **members)
            documents.update(tx, now)
            self._tell(tx, call, now, "approvalRuleTemplateUpdated")
            return now

        return {"approvalRuleTemplate": told(await self.desk.database.write(change))}

    @operation("UpdateApprovalRuleTemplateName")
    async def rename(self, call: Call, request: shapes.UpdateApprovalRuleTemplateNameRequest) -> Answer:
        old, new, at = request["oldApprovalRuleTemplateName"], request["newApprovalRuleTemplateName"], self.desk.clock()

        def rename(tx: Transaction) -> Document:
            template = found(tx, call.scope, old)
            documents.remove(tx, call.scope, TEMPLATE, old)
            now = replace(template, name=new, modified_at=at, body={**template.body, "by": call.scope.principal})
            documents.insert(tx, now)
            self._tell(tx, call, now, "approvalRuleTemplateUpdated")
            return now

        try:
            return {"approvalRuleTemplate": told(await self.desk.database.write(rename))}
        except AlreadyStored:
            raise taken(new) from None

    @operation("DeleteApprovalRuleTemplate")
    async def delete(self, call: Call, request: shapes.DeleteApprovalRuleTemplateRequest) -> Answer:
        def delete(tx: Transaction) -> Answer:
            template = documents.find(tx, call.scope, TEMPLATE, request["approvalRuleTemplateName"])
            if template is None:
                return {}
            if repositories_of(tx, template):
                raise wrong(
                    "ApprovalRuleTemplateInUse", f"The template {template.name} is associated with repositories."
                )
            documents.remove(tx, call.scope, TEMPLATE, template.name)
            self._tell(tx, call, template, "approvalRuleTemplateDeleted")
            return {"approvalRuleTemplateId": template.body["id"]}

        return await self.desk.database.write(delete)

    @operation("AssociateApprovalRuleTemplateWithRepository")
    async def associate(self, call: Call, request: shapes.AssociateApprovalRuleTemplateWithRepositoryRequest) -> Answer:
        template, name = request["approvalRuleTemplateName"], request["repositoryName"]
        await self.desk.database.write(lambda tx: self._associate(tx, call, template, name))
        return {}

    @operation("DisassociateApprovalRuleTemplateFromRepository")
    async def disassociate(
        self, call: Call, request: shapes.DisassociateApprovalRuleTemplateFromRepositoryRequest
    ) -> Answer:
        template, name = request["approvalRuleTemplateName"], request["repositoryName"]
        await self.desk.database.write(lambda tx: self._disassociate(tx, call, template, name))
        return {}

    @operation("BatchAssociateApprovalRuleTemplateWithRepositories")
    async def associate_many(
        self, call: Call, request: shapes.BatchAssociateApprovalRuleTemplateWithRepositoriesRequest
    ) -> Answer:
        done, errors = await self._each(call, request, self._associate)
        return {"associatedRepositoryNames": done, "errors": errors}

    @operation("BatchDisassociateApprovalRuleTemplateFromRepositories")
    async def disassociate_many(
        self, call: Call, request: shapes.BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest
    ) -> Answer:
        done, errors = await self._each(call, request, self._disassociate)
        return {"disassociatedRepositoryNames": done, "errors": errors}

    async def _each(
        self, call: Call, request: Json, act: Callable[[Transaction, Call, str, str], None]
    ) -> tuple[list[str], list[dict[str, str]]]:
        """Do it for every repository; which it was done for, and why not for the others."""
        template, names = request["approvalRuleTemplateName"], request["repositoryNames"]
        if len(names) > MOST_NAMES:
            raise wrong("MaximumRepositoryNamesExceeded", f"At most {MOST_NAMES} repositories may be named.")
        done: list[str] = []
        errors: list[dict[str, str]] = []

        def each(tx: Transaction) -> None:
            found(tx, call.scope, template)
            for name in names:
                try:
                    tx.attempt(lambda tx, name=name: act(tx, call, template, name))  # type: ignore[misc]
                except ServiceError as error:
                    errors.append({"repositoryName": name, "errorCode": error.code, "errorMessage": error.message})
                else:
                    done.append(name)

        await self.desk.database.write(each)
        return done, errors

    def _associate(self, tx: Transaction, call: Call, name: str, repository_name: str) -> None:
        template, repository = found(tx, call.scope, name), model.found(tx, call.scope, repository_name)
        there = associations(tx, repository)
        if any(each.status == template.body["id"] for each in there):
            return
        if len(there) >= MOST_OF_ONE:
            raise wrong(
                "MaximumRuleTemplatesAssociatedWithRepository", f"A repository has at most {MOST_OF_ONE} templates."
            )
        at = self.desk.clock()
        link = Document(
            kind=ASSOCIATION, scope=template.scope, name=f"{template.body['id']}/{repository.parent}", arn="",
            parent=repository.parent, status=template.body["id"], created_at=at, modified_at=at,
        )  # fmt: skip
        documents.insert(tx, link)
        self._tell(tx, call, template, "approvalRuleTemplateAssociatedWithRepository", [repository])

    def _disassociate(self, tx: Transaction, call: Call, name: str, repository_name: str) -> None:
        template, repository = found(tx, call.scope, name), model.found(tx, call.scope, repository_name)
        if documents.remove(tx, call.scope, ASSOCIATION, f"{template.body['id']}/{repository.parent}"):
            self._tell(tx, call, template, "approvalRuleTemplateDisassociatedFromRepository", [repository])

    @operation("ListAssociatedApprovalRuleTemplatesForRepository")
    async def of_repository(
        self, call: Call, request: shapes.ListAssociatedApprovalRuleTemplatesForRepositoryRequest
    ) -> Answer:
        def read(tx: Transaction) -> list[str]:
            return [each.name for each in templates_of(tx, model.found(tx, call.scope, request["repositoryName"]))]

        shown, more = model.cut(await self.desk.database.read(read), request, most=PAGE)
        return {"approvalRuleTemplateNames": shown, **more}

    @operation("ListRepositoriesForApprovalRuleTemplate")
    async def repositories(self, call: Call, request: shapes.ListRepositoriesForApprovalRuleTemplateRequest) -> Answer:
        def read(tx: Transaction) -> list[str]:
            template = found(tx, call.scope, request["approvalRuleTemplateName"])
            return sorted(each.name for each in repositories_of(tx, template))

        shown, more = model.cut(await self.desk.database.read(read), request, most=PAGE)
        return {"repositoryNames": shown, **more}

    def _tell(
        self, tx: Transaction, call: Call, template: Document, event: str, repositories: Sequence[Document] = ()
    ) -> None:
        detail = {
            "event": event,
            "approvalRuleTemplateId": template.body["id"],
            "approvalRuleTemplateName": template.name,
            "approvalRuleTemplateContentSha256": people.fingerprint(template.body["content"]),
            "callerUserArn": call.scope.principal,
            "creationDate": date(template.created_at),
            "lastModifiedDate": date(template.modified_at),
            "notificationBody": (
                f"An approval rule template event occurred in the following AWS CodeCommit account: "
                f"{call.scope.account}. User: {call.scope.principal}. Event: {event}. "
                f"Approval rule template name: {template.name}."
            ),
            "repositories": {each.name: each.parent for each in repositories},
        }
        arns, at = [each.arn for each in repositories], self.desk.clock()
        self.desk.notices.keep(tx, template.scope, CHANGE, arns, lambda: detail, at=at)


def check_content(content: str) -> None:
    people.read(content, code="InvalidApprovalRuleTemplateContent", may_have_references=True)


def every(scope: Scope, kind: str, **more: str) -> Query:
    return Query(kind=kind, scope=scope, order="name", descending=False, limit=MOST, **more)  # type: ignore[arg-type]


def found(tx: Transaction, scope: Scope, name: str) -> Document:
    template = documents.find(tx, scope, TEMPLATE, name)
    if template is None:
        raise wrong("ApprovalRuleTemplateDoesNotExist", f"The approval rule template {name} does not exist.")
    return template


def taken(name: str) -> ServiceError:
    return wrong("ApprovalRuleTemplateNameAlreadyExists", f"The approval rule template {name} already exists.")


def associations(tx: Transaction, repository: Document) -> tuple[Document, ...]:
    return documents.page(tx, every(repository.scope, ASSOCIATION, parent=repository.parent)).documents


def templates_of(tx: Transaction, repository: Document) -> list[Document]:
    ids = {each.status for each in associations(tx, repository)}
    every_one = documents.page(tx, every(repository.scope, TEMPLATE)).documents if ids else ()
    return [each for each in every_one if each.body["id"] in ids]


def repositories_of(tx: Transaction, template: Document) -> list[Document]:
    links = documents.page(tx, every(template.scope, ASSOCIATION, status=template.body["id"])).documents
    there = (model.by_id(tx, template.scope, each.parent) for each in links)
    return [each for each in there if each is not None]


def rules_for(
    tx: Transaction, repository: Document, destination: str, chance: Callable[[], str], *, by: str, at: float
) -> list[dict[str, Json]]:
    """The rules that a new pull request into a branch begins with."""
    rules = []
    for template in templates_of(tx, repository):
        if people.applies_to(people.read(template.body["content"], may_have_references=True), destination):
            origin = {"approvalRuleTemplateId": template.body["id"], "approvalRuleTemplateName": template.name}
            made = rule(model.uuid_of(chance()), template.name, template.body["content"], by=by, at=at)
            rules.append({**made, "originApprovalRuleTemplate": origin})
    return rules


def rule(rule_id: str, name: str, content: str, *, by: str, at: float) -> dict[str, Json]:
    return {
        "approvalRuleId": rule_id,
        "approvalRuleName": name,
        "approvalRuleContent": content,
        "ruleContentSha256": people.fingerprint(content),
        "lastModifiedDate": at,
        "creationDate": at,
        "lastModifiedUser": by,
    }


def told(template: Document) -> dict[str, Json]:
    body = template.body
    return {
        "approvalRuleTemplateId": body["id"],
        "approvalRuleTemplateName": template.name,
        "approvalRuleTemplateDescription": body["description"],
        "approvalRuleTemplateContent": body["content"],
        "ruleContentSha256": people.fingerprint(body["content"]),
        "lastModifiedDate": template.modified_at,
        "creationDate": template.created_at,
        "lastModifiedUser": body["by"],
    }
