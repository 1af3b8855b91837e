"""AWS::CodeBuild::…"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, arn_of, itself, projected
from penstock.services.cloudformation.resources.shaping import is_intrinsic, shaped, text, unfit, unsupported

Json = Any
PROJECT: Final = Plain(
    name="AWS::CodeBuild::Project",
    service="codebuild",
    create="CreateProject",
    read="BatchGetProjects",
    update="UpdateProject",
    delete="DeleteProject",
    properties="Artifacts AutoRetryLimit BadgeEnabled BuildBatchConfig Cache ConcurrentBuildLimit Description "
    "EncryptionKey Environment LogsConfig Name QueuedTimeoutInMinutes ResourceAccessRole SecondaryArtifacts "
    "SecondarySourceVersions SecondarySources ServiceRole Source SourceVersion Tags TimeoutInMinutes Triggers "
    "Visibility VpcConfig",
    required="Artifacts Environment ServiceRole Source",
    create_only="Name",
    naming=Naming("Name", longest=255),
    key={"name": itself, "names": lambda resource: [itself(resource)]},
    inside="projects.0",
    attributes={"Arn": "arn", "Id": "name"},
    request=lambda resource: resource.without("Triggers", "Visibility", "ResourceAccessRole"),
    unchecked="Triggers Visibility ResourceAccessRole",
    check=lambda properties: unfit_triggers(properties.get("Triggers") or {}),
    reset={
        "AutoRetryLimit": 0,
        "BadgeEnabled": False,
        "BuildBatchConfig": {},
        "Cache": {"Type": "NO_CACHE"},
        "Description": "",
        "LogsConfig": {},
        "QueuedTimeoutInMinutes": 480,
        "SecondaryArtifacts": [],
        "SecondarySourceVersions": [],
        "SecondarySources": [],
        "SourceVersion": "",
        "TimeoutInMinutes": 60,
        "VpcConfig": {},
    },
    tags=None,  # an update sets them
)


def unfit_triggers(triggers: Mapping[str, Json]) -> Iterator[str]:
    if not is_intrinsic(triggers):
        webhook = {name: value for name, value in triggers.items() if name != "Webhook"}
        yield from (unsupported(f"Triggers/{path}") for path in unfit("codebuild", "CreateWebhook", webhook))


def create_project(resource: Resource) -> Steps[Made]:
    made = yield from PROJECT.making(resource)
    yield from set_webhook({}, resource.properties, made.physical_id)
    yield from set_visibility({}, resource, made.physical_id)
    return made


def update_project(before: Resource, after: Resource) -> Steps[Made]:
    made = yield from PROJECT.changing(before, after)
    yield from set_webhook(before.properties, after.properties, after.physical_id)
    yield from set_visibility(before.properties, after, after.physical_id)
    return made


def read_project(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from PROJECT.finding(resource)
    if not found:
        return None
    webhook = found.get("webhook")
    seen = {
        **found,
        "triggers": {**(webhook or {}), "webhook": webhook is not None},
        "badgeEnabled": found["badge"]["badgeEnabled"],
        "visibility": found["projectVisibility"],
    }
    return projected(seen, resource.properties)


def set_visibility(before: Mapping[str, Json], resource: Resource, name: str) -> Steps[None]:
    """Have a project be as public as `Visibility` says."""
    old, new = ((each.get("Visibility"), each.get("ResourceAccessRole")) for each in (before, resource.properties))
    if new == old:
        return
    visibility, role = new
    request = {
        "projectArn": resource.scope.arn("codebuild", f"project/{name}"),
        "projectVisibility": visibility or "PRIVATE",
        **({"resourceAccessRole": role} if role else {}),
    }
    yield from ask("codebuild", "UpdateProjectVisibility", request)


def set_webhook(before: Mapping[str, Json], after: Mapping[str, Json], name: str) -> Steps[None]:
    """Have a project have a webhook or none, as `Triggers` say."""
    old, new = (webhook_of(each.get("Triggers") or {}) for each in (before, after))
    where = {"projectName": name}
    if new is None and old is not None:
        yield from ask("codebuild", "DeleteWebhook", where, pardon=("ResourceNotFound",))
    elif new is not None and old is None:
        request = {**shaped("codebuild", "CreateWebhook", new), **where}
        yield from ask("codebuild", "CreateWebhook", request, pardon=("ResourceAlreadyExists",))
    elif new is not None and new != old:
        open_to_all = {"pullRequestBuildPolicy": {"requiresCommentApproval": "DISABLED"}}
        gone = open_to_all if "PullRequestBuildPolicy" in (old or {}) else {}
        request = {"filterGroups": [], **gone, **shaped("codebuild", "UpdateWebhook", new), **where}
        yield from ask("codebuild", "UpdateWebhook", request)


def webhook_of(triggers: Mapping[str, Json]) -> dict[str, Json] | None:
    """What a webhook is made with; None if there is to be none."""
    if text(triggers.get("Webhook", False)) != "true":
        return None
    return {name: value for name, value in triggers.items() if name != "Webhook"}


REPORT_GROUP: Final = Plain(
    name="AWS::CodeBuild::ReportGroup",
    service="codebuild",
    create="CreateReportGroup",
    read="BatchGetReportGroups",
    update="UpdateReportGroup",
    delete="DeleteReportGroup",
    properties="DeleteReports ExportConfig Name Tags Type",
    required="ExportConfig Type",
    create_only="Name Type",
    naming=Naming("Name", longest=128),
    key={
        "arn": arn_of("codebuild", "report-group", "/"),
        "reportGroupArns": lambda resource: [arn_of("codebuild", "report-group", "/")(resource)],
        "deleteReports": lambda resource: bool(resource.properties.get("DeleteReports", False)),
    },
    id="arn",
    inside="reportGroups.0",
    attributes={"Arn": "arn"},
    request=lambda resource: resource.without("DeleteReports"),
    unchecked="DeleteReports",
)
TYPES: Final = (
    replace(PROJECT.type(), create=create_project, update=update_project, read=read_project),
    REPORT_GROUP.type(),
)
