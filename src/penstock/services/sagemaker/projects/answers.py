"""A project as the operations, and Search, tell it."""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.projects.model import Plan, State
from penstock.store.documents import Document
from penstock.wire.call import Json

_KEPT: Final = frozenset({"Details", "Made", "Message"})


def described(project: Document) -> dict[str, Json]:
    body = {member: value for member, value in project.body.items() if member not in _KEPT}
    return {**identified(project), "LastModifiedTime": project.modified_at, **body, **made(project)}


def summary(project: Document) -> dict[str, Json]:
    description = project.body.get("ProjectDescription")
    return {
        **identified(project),
        "ProjectId": project.body["ProjectId"],
        **({"ProjectDescription": description} if description else {}),
    }


def identified(project: Document) -> dict[str, Json]:
    return {
        "ProjectName": project.name,
        "ProjectArn": project.arn,
        "ProjectStatus": project.status,
        "CreationTime": project.created_at,
    }


def made(project: Document) -> dict[str, Json]:
    """By which template a project was made, and what was made."""
    details, made, message = project.body["Details"], project.body.get("Made", ""), project.body.get("Message", "")
    if is_stack(details):
        named = {"Name": made.split("/")[1], "Id": made} if made else {}
        stack = {"StackDetail": {**named, "StatusMessage": message or project.status}}
        return {"TemplateProviderDetails": [{"CfnTemplateProviderDetail": {**details, **stack}}]}
    product = {"ProvisionedProductId": made} if made else {}
    told = {**product, **({"ProvisionedProductStatusMessage": message} if message else {})}
    return {
        "ServiceCatalogProvisioningDetails": details,
        **({"ServiceCatalogProvisionedProductDetails": told} if told else {}),
    }


def is_stack(details: Mapping[str, Json]) -> bool:
    """Whether a project is made by a template in S3, and not by a product."""
    return "TemplateURL" in details


def with_what_was_made(project: Document, plan: Plan, state: State) -> Document:
    """A project's document as far as what is done to it has come."""
    made: dict[str, Json] = {"Made": state.made or None}
    if state.ending is None:
        return project.changed(state.at, status=f"{plan.act}InProgress" if state.learned else project.status, **made)
    if state.ending.is_well and plan.act != "Delete":
        made["Details"] = details_of(plan, state)
    ended = "Completed" if state.ending.is_well else "Failed"
    return project.changed(state.at, status=plan.act + ended, Message=state.ending.message or None, **made)


def details_of(plan: Plan, state: State) -> dict[str, Json]:
    """By what a project is made, with the version that was meant."""
    artifact = state.learned.artifact if state.learned is not None else ""
    return {**plan.details, **({"ProvisioningArtifactId": artifact} if artifact else {})}
