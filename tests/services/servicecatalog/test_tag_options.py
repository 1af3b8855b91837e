"""TagOptions: kept, associated, and held to when something is launched."""

import pytest

from penstock.services.servicecatalog.model import InvalidParameters
from penstock.wire.call import Json, ServiceError
from services.servicecatalog.worlds import World, in_a_world


async def option(world: World, key: str, value: str, *resources: str) -> str:
    """A new option, associated with these; its id."""
    made = await world.ask("CreateTagOption", Key=key, Value=value)
    id_: str = made["TagOptionDetail"]["Id"]
    for each in resources:
        await world.ask("AssociateTagOptionWithResource", ResourceId=each, TagOptionId=id_)
    return id_


async def refused(world: World, operation: str, **request: Json) -> str:
    with pytest.raises(ServiceError) as error:
        await world.ask(operation, **request)
    return error.value.code


@in_a_world
async def test_an_option_is_kept_changed_listed_and_deleted(world: World) -> None:
    red, blue = await option(world, "team", "red"), await option(world, "team", "blue")

    again = await refused(world, "CreateTagOption", Key="team", Value="red")
    taken = await refused(world, "UpdateTagOption", Id=blue, Value="red")
    changed = await world.ask("UpdateTagOption", Id=blue, Value="green", Active=False)
    active = await world.ask("ListTagOptions", Filters={"Key": "team", "Active": True})
    first = await world.ask("ListTagOptions", PageSize=1)
    second = await world.ask("ListTagOptions", PageSize=1, PageToken=first["PageToken"])
    await world.ask("DeleteTagOption", Id=blue)

    assert (again, taken) == ("DuplicateResourceException", "DuplicateResourceException")
    assert changed["TagOptionDetail"] == {
        "Key": "team", "Value": "green", "Active": False, "Id": blue, "Owner": "123456789012"
    }  # fmt: skip
    assert [each["Id"] for each in active["TagOptionDetails"]] == [red]
    assert [page["TagOptionDetails"][0]["Id"] for page in (first, second)] == [red, blue]
    assert await refused(world, "DescribeTagOption", Id=blue) == "ResourceNotFoundException"


@in_a_world
async def test_portfolios_and_products_tell_their_options_and_options_theirs(world: World) -> None:
    product, portfolio, _ = await world.offered()
    id_ = await option(world, "team", "red", product, portfolio)

    described = [
        await world.ask("DescribePortfolio", Id=portfolio),
        await world.ask("DescribeProductAsAdmin", Id=product),
    ]
    everything = await world.ask("ListResourcesForTagOption", TagOptionId=id_)
    products = await world.ask("ListResourcesForTagOption", TagOptionId=id_, ResourceType="Product")
    twice = await refused(world, "AssociateTagOptionWithResource", ResourceId=product, TagOptionId=id_)
    held = await refused(world, "DeleteTagOption", Id=id_)
    await world.ask("DisassociateTagOptionFromResource", ResourceId=product, TagOptionId=id_)
    left = await world.ask("ListResourcesForTagOption", TagOptionId=id_)

    assert [[each["Id"] for each in told["TagOptions"]] for told in described] == [[id_], [id_]]
    assert [each["Id"] for each in everything["ResourceDetails"]] == [product, portfolio]
    assert [(each["Id"], each["Name"]) for each in products["ResourceDetails"]] == [(product, "Bucket")]
    assert (twice, held) == ("DuplicateResourceException", "ResourceInUseException")
    assert [each["Name"] for each in left["ResourceDetails"]] == ["Everything"]


@in_a_world
async def test_a_launch_is_tagged_as_options_say(world: World) -> None:
    product, portfolio, artifact = await world.offered()
    await option(world, "company", "acme", portfolio)
    for value in ("red", "blue"):
        await option(world, "team", value, product)
    old = await option(world, "team", "green", product)
    await world.ask("UpdateTagOption", Id=old, Active=False)
    asked = {"ProductId": product, "ProvisioningArtifactId": artifact}

    told = await world.ask("DescribeProvisioningParameters", **asked)
    with pytest.raises(InvalidParameters, match="Tag team is required by TagOptions: give one of red, blue"):
        await world.launched(product, artifact)
    with pytest.raises(InvalidParameters, match="Tag team=green is not allowed by TagOptions: red, blue"):
        await world.launched(product, artifact, Tags=[{"Key": "team", "Value": "green"}])
    await world.launched(product, artifact, Tags=[{"Key": "team", "Value": "blue"}])

    (stack,) = world.stacks.asked("CreateStack")
    tags = {each["Key"]: each["Value"] for each in stack["Tags"]}
    assert told["TagOptions"] == [{"Key": "company", "Values": ["acme"]}, {"Key": "team", "Values": ["red", "blue"]}]
    assert (tags["company"], tags["team"]) == ("acme", "blue")


@in_a_world
async def test_a_product_that_goes_leaves_its_options_free(world: World) -> None:
    await world.template()
    made = await world.product()
    product = made["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
    id_ = await option(world, "team", "red", product)

    await world.ask("DeleteProduct", Id=product)
    await world.ask("DeleteTagOption", Id=id_)

    assert (await world.ask("ListTagOptions"))["TagOptionDetails"] == []


@in_a_world
async def test_a_product_comes_from_a_portfolio_that_has_it(world: World) -> None:
    product, portfolio, _ = await world.offered()
    other = await world.portfolio("Others")

    with pytest.raises(InvalidParameters, match=f"Product {product} is not in the source portfolio {other}"):
        await world.ask("AssociateProductWithPortfolio", ProductId=product, PortfolioId=other, SourcePortfolioId=other)
    await world.ask("AssociateProductWithPortfolio", ProductId=product, PortfolioId=other, SourcePortfolioId=portfolio)

    found = await world.ask("ListPortfoliosForProduct", ProductId=product)
    assert [each["Id"] for each in found["PortfolioDetails"]] == [portfolio, other]
