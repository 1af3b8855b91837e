"""CloudFormation's stacks, and SageMaker's projects, which are made of them."""

from collections.abc import Iterator

from penstock.watch.asking import MOST, SHOWN, Asker
from penstock.watch.model import Entry, Fact, Link, Sheet, Table, tone_of
from penstock.wire.call import Answer, Json


async def entries(asker: Asker) -> list[Entry]:
    """The stacks that changed last; deleted ones are not told of."""
    told = await asker.ask("cloudformation", "DescribeStacks")
    found = [_entry(each) for each in told.get("Stacks", ())]
    return sorted(found, key=lambda each: -each.changed)[:MOST]


def _entry(stack: Json) -> Entry:
    status, name = stack["StackStatus"], stack["StackName"]
    changed = max(stack.get("LastUpdatedTime") or 0.0, stack.get("DeletionTime") or 0.0, stack["CreationTime"])
    note = stack.get("StackStatusReason", "") or stack.get("Description", "")
    return Entry(
        kind="stack", key=name, name=name, status=status, tone=tone_of(status), began=stack["CreationTime"],
        changed=changed, note=note,
    )  # fmt: skip


async def about(asker: Asker, name: str) -> Sheet:
    (stack,) = (await asker.ask("cloudformation", "DescribeStacks", StackName=name))["Stacks"]
    told = await asker.ask("cloudformation", "DescribeStackResources", StackName=name)
    events = await asker.ask("cloudformation", "DescribeStackEvents", StackName=name)
    entry = _entry(stack)
    tables = (
        Table(title="Resources", facts=tuple(_resource(each) for each in told["StackResources"])),
        Table(title="Outputs", facts=tuple(_outputs(stack))),
        Table(title="Events, the last first", facts=tuple(_event(each) for each in events["StackEvents"][:SHOWN])),
    )
    return Sheet(
        kind="stack", key=name, name=stack["StackName"], status=entry.status, tone=entry.tone, began=entry.began,
        note=stack.get("StackStatusReason", ""), tables=tuple(table for table in tables if table.facts),
    )  # fmt: skip


def _resource(resource: Json) -> Fact:
    kind, name = resource["ResourceType"], resource.get("PhysicalResourceId", "")
    return Fact(
        label=resource["LogicalResourceId"], value=f"{resource['ResourceStatus']} · {kind} {name}",
        link=_link(kind, name),
    )  # fmt: skip


def _link(kind: str, name: str) -> Link | None:
    match kind:
        case "AWS::CodePipeline::Pipeline" if name:
            return Link(kind="delivery", key=name)
        case "AWS::SageMaker::Endpoint" if name:
            return Link(kind="endpoint", key=name.rpartition("/")[2])
        case "AWS::CloudFormation::Stack" if name:
            return Link(kind="stack", key=name)
    return None


def _outputs(stack: Json) -> Iterator[Fact]:
    for each in stack.get("Outputs", ()):
        yield Fact(label=each["OutputKey"], value=each["OutputValue"])


def _event(event: Answer) -> Fact:
    reason = event.get("ResourceStatusReason", "")
    return Fact(label=event["LogicalResourceId"], value=" ".join(filter(None, (event["ResourceStatus"], reason))))


async def projects(asker: Asker) -> list[Entry]:
    """The projects that were made last."""
    told = await asker.sagemaker("ListProjects", SortBy="CreationTime", SortOrder="Descending", MaxResults=MOST)
    return [_project(each) for each in told["ProjectSummaryList"]]


def _project(project: Json) -> Entry:
    status, name = project["ProjectStatus"], project["ProjectName"]
    return Entry(
        kind="project", key=name, name=name, status=status, tone=tone_of(status), began=project["CreationTime"],
        changed=project.get("LastModifiedTime", project["CreationTime"]), note=project.get("ProjectDescription", ""),
    )  # fmt: skip


async def about_project(asker: Asker, name: str) -> Sheet:
    project = await asker.sagemaker("DescribeProject", ProjectName=name)
    entry = _project(dict(project))
    return Sheet(
        kind="project", key=name, name=name, status=entry.status, tone=entry.tone, began=entry.began, note=entry.note,
        tables=(Table(title="Project", facts=tuple(_project_facts(project))),),
    )  # fmt: skip


def _project_facts(project: Answer) -> Iterator[Fact]:
    yield Fact(label="Id", value=project["ProjectId"])
    for provider in project.get("TemplateProviderDetails", ()):
        if stack := provider.get("CfnTemplateProviderDetail"):
            yield Fact(label="Template", value=stack.get("TemplateURL", ""))
    if product := project.get("ServiceCatalogProvisionedProductDetails"):
        yield Fact(label="Provisioned product", value=product.get("ProvisionedProductId", ""))
