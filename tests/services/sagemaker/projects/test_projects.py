"""Projects, made both ways: Service Catalog is real, CloudFormation a stand-in."""

from collections.abc import Mapping

import pytest

from penstock.wire.call import Json, ServiceError, ValidationError
from services.sagemaker.projects.worlds import PROVIDER, TEMPLATE, World, in_a_world
from services.servicecatalog.worlds import URL, WHO
from services.stacks import ROLLED_BACK


def parameters(asked: Mapping[str, Json]) -> dict[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in asked["Parameters"]}


def labels(asked: Mapping[str, Json]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in asked["Tags"]}


async def offered(world: World) -> str:
    """A product of the template that has a project's parameters."""
    product, _, _ = await world.offered()
    await world.template(TEMPLATE)
    version = {"Name": "v2", "Info": {"LoadTemplateFromURL": URL}}
    await world.ask("CreateProvisioningArtifact", ProductId=product, Parameters=version, IdempotencyToken=world.token())
    return product


@in_a_world
async def test_a_template_in_s3_becomes_a_stack_that_knows_its_project(world: World) -> None:
    project = await world.by_template(ProjectDescription="who leaves", Tags=[{"Key": "team", "Value": "a"}])

    (asked,) = world.stacks.asked("CreateStack")
    id_ = project["ProjectId"]
    assert project["ProjectStatus"] == "CreateCompleted"
    assert project["ProjectDescription"] == "who leaves"
    assert project["ProjectArn"] == "arn:aws:sagemaker:us-east-1:123456789012:project/churn"
    assert project["CreatedBy"] == {"IamIdentity": {"Arn": WHO.principal}}
    assert (id_[:2], len(id_)) == ("p-", 14)
    assert parameters(asked) == {"Size": "5", "SageMakerProjectName": "churn", "SageMakerProjectId": id_}
    assert labels(asked) == {"team": "a", "sagemaker:project-name": "churn", "sagemaker:project-id": id_}
    (stack,) = world.stacks.stacks.values()
    assert project["TemplateProviderDetails"] == [
        {
            "CfnTemplateProviderDetail": {
                **PROVIDER,
                "StackDetail": {"Name": f"churn-{id_}", "Id": stack.id, "StatusMessage": "CREATE_COMPLETE"},
            }
        }
    ]


@in_a_world
async def test_what_a_template_does_not_declare_it_is_not_given(world: World) -> None:
    world.stacks.parameters = ("Size",)

    await world.by_template()

    (asked,) = world.stacks.asked("CreateStack")
    assert parameters(asked) == {"Size": "5"}


@in_a_world
async def test_a_product_is_provisioned_in_its_newest_version(world: World) -> None:
    product = await offered(world)

    project = await world.by_product(product)

    (asked,) = world.stacks.asked("CreateStack")
    (provisioned,) = (await world.ask("ScanProvisionedProducts"))["ProvisionedProducts"]
    versions = (await world.ask("ListProvisioningArtifacts", ProductId=product))["ProvisioningArtifactDetails"]
    assert project["ProjectStatus"] == "CreateCompleted"
    assert project["ServiceCatalogProvisioningDetails"]["ProvisioningArtifactId"] == versions[-1]["Id"]
    assert project["ServiceCatalogProvisionedProductDetails"] == {"ProvisionedProductId": provisioned["Id"]}
    assert provisioned["Name"] == f"churn-{project['ProjectId']}"
    assert parameters(asked) == {
        "Size": "5", "SageMakerProjectName": "churn", "SageMakerProjectId": project["ProjectId"]
    }  # fmt: skip
    assert labels(asked)["sagemaker:project-name"] == "churn"


@in_a_world
async def test_a_stack_that_fails_fails_the_project_with_its_reason(world: World) -> None:
    product = await offered(world)
    world.stacks.fate += [ROLLED_BACK["create"], ROLLED_BACK["create"]]

    by_template, by_product = await world.by_template("one"), await world.by_product(product, "two")

    assert by_template["ProjectStatus"] == by_product["ProjectStatus"] == "CreateFailed"
    (told,) = by_template["TemplateProviderDetails"]
    message = told["CfnTemplateProviderDetail"]["StackDetail"]["StatusMessage"]
    assert message == "Bucket: the bucket is there already"
    message = by_product["ServiceCatalogProvisionedProductDetails"]["ProvisionedProductStatusMessage"]
    assert message == "Bucket: the bucket is there already (ROLLBACK_COMPLETE)"


@in_a_world
async def test_a_product_that_is_not_there_fails_the_project(world: World) -> None:
    project = await world.by_product("prod-none")

    told = project["ServiceCatalogProvisionedProductDetails"]["ProvisionedProductStatusMessage"]
    assert project["ProjectStatus"] == "CreateFailed"
    assert told == "Product prod-none not found. (ResourceNotFoundException)"
    assert (await world.deleted())["ProjectStatus"] == "DeleteCompleted"


@in_a_world
async def test_an_update_keeps_the_parameters_that_it_does_not_name(world: World) -> None:
    product = await offered(world)
    await world.by_product(product)
    before = await world.project()

    updated = await world.updated(ServiceCatalogProvisioningUpdateDetails={"ProvisioningParameters": []})
    await world.deleted()
    await world.by_template()
    provider = {"TemplateName": "mine", "TemplateURL": f"{URL}?v2", "Parameters": []}
    again = await world.updated(TemplateProvidersToUpdate=[{"CfnTemplateProvider": provider}])

    by_product, by_template = world.stacks.asked("UpdateStack")
    assert (updated["ProjectStatus"], updated["ProjectId"]) == ("UpdateCompleted", before["ProjectId"])
    assert parameters(by_product)["Size"] == parameters(by_template)["Size"] == "5"
    assert by_template["TemplateURL"] == f"{URL}?v2"
    assert again["TemplateProviderDetails"][0]["CfnTemplateProviderDetail"]["TemplateURL"] == f"{URL}?v2"
    with pytest.raises(ValidationError, match="made by TemplateProviders"):
        await world.updated(ServiceCatalogProvisioningUpdateDetails={})


@in_a_world
async def test_an_update_that_fails_leaves_the_project_as_it_was(world: World) -> None:
    await world.by_template()
    world.stacks.fate += [
        ROLLED_BACK["update"],
        ServiceError("No updates are to be performed.", code="ValidationError"),
    ]
    provider = {"TemplateName": "mine", "TemplateURL": f"{URL}?v2"}

    failed = await world.updated(TemplateProvidersToUpdate=[{"CfnTemplateProvider": provider}])
    same = await world.updated(Tags=[{"Key": "a", "Value": "b"}])

    assert failed["ProjectStatus"] == "UpdateFailed"
    assert failed["TemplateProviderDetails"][0]["CfnTemplateProviderDetail"]["TemplateURL"] == URL
    assert same["ProjectStatus"] == "UpdateCompleted"
    assert labels(world.stacks.asked("UpdateStack")[-1])["a"] == "b"
    tags = await world.sagemaker("ListTags", ResourceArn=same["ProjectArn"])
    assert tags["Tags"] == [{"Key": "a", "Value": "b"}]


@in_a_world
async def test_a_description_is_there_at_once(world: World) -> None:
    await world.by_template()

    changed = await world.updated(ProjectDescription="others")

    assert (changed["ProjectStatus"], changed["ProjectDescription"]) == ("CreateCompleted", "others")
    assert world.stacks.asked("UpdateStack") == []


@in_a_world
async def test_a_deleted_project_is_told_of_until_its_name_is_taken(world: World) -> None:
    product = await offered(world)
    first = await world.by_product(product)

    deleted = await world.deleted()
    second = await world.by_template()

    assert deleted["ProjectStatus"] == "DeleteCompleted"
    assert (await world.ask("ScanProvisionedProducts"))["ProvisionedProducts"] == []
    assert second["ProjectStatus"] == "CreateCompleted"
    assert second["ProjectId"] != first["ProjectId"]


@in_a_world
async def test_a_stack_that_cannot_be_deleted_is_told_and_tried_again(world: World) -> None:
    await world.by_template()
    world.stacks.fate.append(ROLLED_BACK["delete"])

    failed, gone = await world.deleted(), await world.deleted()

    assert failed["ProjectStatus"] == "DeleteFailed"
    assert gone["ProjectStatus"] == "DeleteCompleted"
    assert [stack.status for stack in world.stacks.stacks.values()] == ["DELETE_COMPLETE"]


@in_a_world
async def test_projects_are_listed_searched_and_refused(world: World) -> None:
    for name in ("churn", "fraud", "churn-2"):
        await world.by_template(name, Tags=[{"Key": "team", "Value": name[:3]}])

    named = await world.sagemaker("ListProjects", NameContains="churn", SortBy="Name", SortOrder="Descending")
    first = await world.sagemaker("ListProjects", MaxResults=2)
    second = await world.sagemaker("ListProjects", MaxResults=2, NextToken=first["NextToken"])
    sought = {"Filters": [{"Name": "Tags.team", "Operator": "Equals", "Value": "fra"}]}
    found = await world.sagemaker("Search", Resource="Project", SearchExpression=sought)

    assert [each["ProjectName"] for each in named["ProjectSummaryList"]] == ["churn-2", "churn"]
    pages = [each["ProjectName"] for page in (first, second) for each in page["ProjectSummaryList"]]
    assert pages == ["churn", "fraud", "churn-2"]
    assert [each["Project"]["ProjectName"] for each in found["Results"]] == ["fraud"]
    for operation, request, message in (
        ("DescribeProject", {"ProjectName": "none"}, "does not exist"),
        ("CreateProject", {"ProjectName": "none"}, "Give one of"),
        ("CreateProject", {"ProjectName": "none", "TemplateProviders": [{}]}, "CfnTemplateProvider"),
        (
            "CreateProject",
            {"ProjectName": "churn", "TemplateProviders": [{"CfnTemplateProvider": PROVIDER}]},
            "already exists",
        ),
    ):
        with pytest.raises(ValidationError, match=message):
            await world.sagemaker(operation, **request)


@in_a_world
async def test_a_project_that_is_under_way_is_left_alone(world: World) -> None:
    world.stacks.fate.append(["CREATE_IN_PROGRESS"] * 1000)
    await world.sagemaker(
        "CreateProject", ProjectName="churn", TemplateProviders=[{"CfnTemplateProvider": PROVIDER}], token="t"
    )

    again = await world.sagemaker(
        "CreateProject", ProjectName="churn", TemplateProviders=[{"CfnTemplateProvider": PROVIDER}], token="t"
    )

    assert again["ProjectId"] == (await world.project())["ProjectId"]
    for operation in ("UpdateProject", "DeleteProject"):
        with pytest.raises(ServiceError) as refused:
            await world.sagemaker(operation, ProjectName="churn")
        assert refused.value.code == "ConflictException"
