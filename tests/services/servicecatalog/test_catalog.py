"""What administrators keep, and what others find of it."""

import pytest

from penstock.services.servicecatalog.model import InvalidParameters
from penstock.services.servicecatalog.templates import place_of
from penstock.wire.call import ServiceError
from services.servicecatalog.worlds import TEMPLATE, URL, World, in_a_world

ROLE = '{"RoleArn": "arn:aws:iam::123456789012:role/Launch"}'


@in_a_world
async def test_a_portfolio_is_kept_changed_and_deleted(world: World) -> None:
    made = await world.ask(
        "CreatePortfolio",
        DisplayName="Models",
        ProviderName="IT",
        IdempotencyToken="t",
        Tags=[{"Key": "a", "Value": "1"}],
    )
    id_ = made["PortfolioDetail"]["Id"]

    again = await world.ask("CreatePortfolio", DisplayName="Models", ProviderName="IT", IdempotencyToken="t")
    changed = await world.ask(
        "UpdatePortfolio", Id=id_, DisplayName="All", AddTags=[{"Key": "b", "Value": "2"}], RemoveTags=["a"]
    )
    described = await world.ask("DescribePortfolio", Id=id_)
    await world.ask("DeletePortfolio", Id=id_)

    assert again == made
    assert made["PortfolioDetail"]["ARN"] == f"arn:aws:catalog:us-east-1:123456789012:portfolio/{id_}"
    assert id_.startswith("port-")
    assert len(id_) == len("port-") + 13
    assert changed["Tags"] == [{"Key": "b", "Value": "2"}]
    assert (described["PortfolioDetail"]["DisplayName"], described["PortfolioDetail"]["ProviderName"]) == ("All", "IT")
    with pytest.raises(ServiceError, match=f"Portfolio {id_} not found") as refused:
        await world.ask("DescribePortfolio", Id=id_)
    assert refused.value.code == "ResourceNotFoundException"


@in_a_world
async def test_lists_come_page_by_page(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.portfolio(name)

    first = await world.ask("ListPortfolios", PageSize=2)
    second = await world.ask("ListPortfolios", PageSize=2, PageToken=first["NextPageToken"])

    names = [each["DisplayName"] for page in (first, second) for each in page["PortfolioDetails"]]
    assert names == ["a", "b", "c"]
    assert "NextPageToken" not in second
    with pytest.raises(InvalidParameters, match="PageToken"):
        await world.ask("ListPortfolios", PageToken="rubbish")


@in_a_world
async def test_a_product_tells_of_its_template_as_it_was_taken(world: World) -> None:
    product, _, artifact = await world.offered()
    await world.template("Resources: {}")

    told = await world.ask("DescribeProvisioningParameters", ProductId=product, ProvisioningArtifactName="v1")
    version = await world.ask("DescribeProvisioningArtifact", ProvisioningArtifactId=artifact)
    copy = await world.s3("GetObject", **place_of(version["Info"]["TemplateUrl"]))

    name, size = told["ProvisioningArtifactParameters"]
    assert name["ParameterConstraints"] == {
        "AllowedValues": [], "AllowedPattern": "[a-z]+", "MinLength": "3", "ConstraintDescription": "in small letters"
    }  # fmt: skip
    assert (size["DefaultValue"], size["ParameterType"], size["IsNoEcho"]) == ("3", "Number", True)
    assert size["ParameterConstraints"] == {"AllowedValues": ["3", "5"]}
    assert told["ProvisioningArtifactOutputKeys"] == [{"Key": "Url", "Description": "where"}]
    assert b"".join([piece async for piece in copy["Body"]]) == TEMPLATE.encode()


@in_a_world
async def test_what_is_no_template_makes_no_product(world: World) -> None:
    await world.template("Resources: {Bucket: {Typ: x}}")

    with pytest.raises(InvalidParameters, match="Invalid templateBody"):
        await world.product()
    await world.s3("DeleteObject", Bucket="templates", Key="bucket.yaml")
    with pytest.raises(InvalidParameters, match="cannot be read"):
        await world.product()

    assert (await world.ask("SearchProductsAsAdmin"))["ProductViewDetails"] == []


@in_a_world
async def test_a_product_has_versions_of_which_one_stays(world: World) -> None:
    product, _, first = await world.offered()
    version = {"Name": "v2", "Description": "better", "Info": {"LoadTemplateFromURL": URL}}

    second = await world.ask(
        "CreateProvisioningArtifact", ProductId=product, Parameters=version, IdempotencyToken=world.token()
    )
    await world.ask(
        "UpdateProvisioningArtifact",
        ProductId=product,
        ProvisioningArtifactId=first,
        Active=False,
        Guidance="DEPRECATED",
    )
    listed = await world.ask("ListProvisioningArtifacts", ProductId=product)
    offered = await world.ask("DescribeProduct", Id=product)
    as_admin = await world.ask("DescribeProductAsAdmin", Name="Bucket")
    await world.ask("DeleteProvisioningArtifact", ProductId=product, ProvisioningArtifactId=first)

    versions = {each["Name"]: (each["Active"], each["Guidance"]) for each in listed["ProvisioningArtifactDetails"]}
    assert versions == {"v1": (False, "DEPRECATED"), "v2": (True, "DEFAULT")}
    assert [each["Name"] for each in offered["ProvisioningArtifacts"]] == ["v2"]
    assert [each["Name"] for each in as_admin["ProvisioningArtifactSummaries"]] == ["v1", "v2"]
    with pytest.raises(ServiceError, match="last version") as refused:
        await world.ask(
            "DeleteProvisioningArtifact",
            ProductId=product,
            ProvisioningArtifactId=second["ProvisioningArtifactDetail"]["Id"],
        )
    assert refused.value.code == "ResourceInUseException"


@in_a_world
async def test_only_what_is_in_a_portfolio_is_found_by_everybody(world: World) -> None:
    product, portfolio, _ = await world.offered()
    await world.product("Secret", Description="not for all")

    found = await world.ask("SearchProducts", Filters={"FullTextSearch": ["buck"]})
    everything = await world.ask("SearchProductsAsAdmin", SortBy="Title", SortOrder="DESCENDING")
    inside = await world.ask("SearchProductsAsAdmin", PortfolioId=portfolio)
    paths = await world.ask("ListLaunchPaths", ProductId=product)

    assert [each["Name"] for each in found["ProductViewSummaries"]] == ["Bucket"]
    assert found["ProductViewAggregations"]["Owner"] == [{"Value": "Data", "ApproximateCount": 1}]
    names = [each["ProductViewSummary"]["Name"] for each in everything["ProductViewDetails"]]
    assert names == ["Secret", "Bucket"]
    assert [each["ProductViewSummary"]["ProductId"] for each in inside["ProductViewDetails"]] == [product]
    assert [each["Name"] for each in paths["LaunchPathSummaries"]] == ["Everything"]
    secret = everything["ProductViewDetails"][0]["ProductViewSummary"]["ProductId"]
    with pytest.raises(ServiceError, match=f"No launch paths found for resource: {secret}"):
        await world.ask("ListLaunchPaths", ProductId=secret)


@in_a_world
async def test_a_portfolio_that_holds_anything_stays(world: World) -> None:
    product, portfolio, _ = await world.offered()
    who = "arn:aws:iam::123456789012:role/Scientist"
    await world.ask("AssociatePrincipalWithPortfolio", PortfolioId=portfolio, PrincipalARN=who, PrincipalType="IAM")
    constraint = (await world.constrain(product, portfolio, "LAUNCH", ROLE))["ConstraintDetail"]["ConstraintId"]

    principals = await world.ask("ListPrincipalsForPortfolio", PortfolioId=portfolio)
    held_by = await world.ask("ListPortfoliosForProduct", ProductId=product)
    for operation, request in (
        ("DeleteConstraint", {"Id": constraint}),
        ("DisassociatePrincipalFromPortfolio", {"PortfolioId": portfolio, "PrincipalARN": who}),
        ("DisassociateProductFromPortfolio", {"PortfolioId": portfolio, "ProductId": product}),
    ):
        with pytest.raises(ServiceError) as held:
            await world.ask("DeletePortfolio", Id=portfolio)
        assert held.value.code == "ResourceInUseException"
        await world.ask(operation, **request)
    await world.ask("DeletePortfolio", Id=portfolio)
    await world.ask("DeleteProduct", Id=product)

    assert principals["Principals"] == [{"PrincipalARN": who, "PrincipalType": "IAM"}]
    assert [each["Id"] for each in held_by["PortfolioDetails"]] == [portfolio]
    assert (await world.ask("SearchProductsAsAdmin"))["ProductViewDetails"] == []


@in_a_world
async def test_constraints_are_kept_one_of_a_kind(world: World) -> None:
    product, portfolio, _ = await world.offered()
    made = await world.constrain(product, portfolio, "LAUNCH", ROLE)
    id_ = made["ConstraintDetail"]["ConstraintId"]

    changed = await world.ask(
        "UpdateConstraint", Id=id_, Parameters='{"LocalRoleName": "Launch"}', Description="by name"
    )
    listed = await world.ask("ListConstraintsForPortfolio", PortfolioId=portfolio, ProductId=product)

    assert (await world.ask("DescribeConstraint", Id=id_)) == changed
    assert changed["ConstraintParameters"] == '{"LocalRoleName": "Launch"}'
    assert listed["ConstraintDetails"] == [changed["ConstraintDetail"]]
    for kind, parameters, code in (
        ("LAUNCH", ROLE, "DuplicateResourceException"),
        ("TEMPLATE", "{}", "InvalidParametersException"),
        ("NOTIFICATION", '{"Topic": 1}', "InvalidParametersException"),
        ("NOTIFICATION", "no JSON", "InvalidParametersException"),
    ):
        with pytest.raises(ServiceError) as refused:
            await world.constrain(product, portfolio, kind, parameters)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/bucket/a/b.yaml",
        "https://s3.eu-west-1.amazonaws.com/bucket/a/b.yaml",
        "https://bucket.s3.amazonaws.com/a/b.yaml?X-Amz-Signature=f00",
        "https://bucket.s3-eu-west-1.amazonaws.com/a/b.yaml",
        "https://bucket.s3.eu-west-1.amazonaws.com/a%2Fb.yaml",
        "http://127.0.0.1:4566/bucket/a/b.yaml?X-Amz-Signature=f00",
    ],
)
def test_addresses_of_objects_are_understood(url: str) -> None:
    assert place_of(url) == {"Bucket": "bucket", "Key": "a/b.yaml"}


@pytest.mark.parametrize("url", ["s3://bucket/a", "https://bucket.s3.amazonaws.com/", "nonsense"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidParameters, match="not the address of an object in S3"):
        place_of(url)
