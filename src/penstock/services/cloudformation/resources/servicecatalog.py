"""AWS::ServiceCatalog::…"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Read, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.plain import (
    Plain,
    Stable,
    as_map,
    idempotent,
    itself,
    piece,
    projected,
    tag_list,
)
from penstock.services.cloudformation.resources.shaping import shaped, text, unfit, unsupported

Json = Any
SERVICE: Final = "servicecatalog"
GONE: Final = ("ResourceNotFoundException",)


def retagged(before: Resource, after: Resource) -> dict[str, Json]:
    """The members by which an update changes tags."""
    old, new = (as_map(tag_list(each.properties.get("Tags"))) for each in (before, after))
    more = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
    gone = sorted(old.keys() - new.keys())
    return {**({"AddTags": more} if more else {}), **({"RemoveTags": gone} if gone else {})}


PORTFOLIO: Final = Plain(
    name="AWS::ServiceCatalog::Portfolio",
    service=SERVICE,
    create="CreatePortfolio",
    read="DescribePortfolio",
    update="UpdatePortfolio",
    delete="DeletePortfolio",
    properties="AcceptLanguage Description DisplayName ProviderName Tags",
    required="DisplayName ProviderName",
    key={"Id": itself},
    id="PortfolioDetail.Id",
    attributes={"Id": "PortfolioDetail.Id", "PortfolioName": "PortfolioDetail.DisplayName"},
    reset={"Description": ""},
)


def update_portfolio(before: Resource, after: Resource) -> Steps[Made]:
    request = {**PORTFOLIO.asked("UpdatePortfolio", after), **retagged(before, after), "Id": after.physical_id}
    yield from ask(SERVICE, "UpdatePortfolio", {"Description": "", **request})
    return (yield from PORTFOLIO.settling(after, {}))


def read_portfolio(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from PORTFOLIO.looking(resource)
    return projected(found["PortfolioDetail"], resource.without("Tags", "AcceptLanguage")) if found else None


def versions(resource: Resource) -> list[dict[str, Json]]:
    """A product's versions as the API has them; what loads a template is a mapping of texts."""
    given = resource.properties.get("ProvisioningArtifactParameters") or []
    return [{"Type": "CLOUD_FORMATION_TEMPLATE", **each} for each in given]


def first_version(resource: Resource) -> Mapping[str, Json]:
    """What a product is made of: its properties, and the first of its versions."""
    given = resource.without("ProvisioningArtifactParameters", "ReplaceProvisioningArtifacts")
    first = versions(resource)[:1]
    made_of = {"ProvisioningArtifactParameters": first[0]} if first else {}
    return {"ProductType": "CLOUD_FORMATION_TEMPLATE", **given, **made_of}


PRODUCT: Final = Plain(
    name="AWS::ServiceCatalog::CloudFormationProduct",
    service=SERVICE,
    create="CreateProduct",
    read="DescribeProductAsAdmin",
    update="UpdateProduct",
    delete="DeleteProduct",
    properties="AcceptLanguage Description Distributor Name Owner ProductType ProvisioningArtifactParameters "
    "ReplaceProvisioningArtifacts SupportDescription SupportEmail SupportUrl Tags",
    required="Name Owner",
    key={"Id": itself},
    id="ProductViewDetail.ProductViewSummary.ProductId",
    attributes={
        "Id": "ProductViewDetail.ProductViewSummary.ProductId",
        "ProductName": "ProductViewDetail.ProductViewSummary.Name",
    },
    request=first_version,
    unchecked="ProvisioningArtifactParameters ReplaceProvisioningArtifacts",
)


def sound_versions(properties: Mapping[str, Json]) -> Iterator[str]:
    for each in properties.get("ProvisioningArtifactParameters") or []:
        if isinstance(each, Mapping):
            yield from map(unsupported, unfit(SERVICE, "CreateProduct", {"ProvisioningArtifactParameters": each}))


def create_product(resource: Resource) -> Steps[Made]:
    made = yield from PRODUCT.making(resource)
    for place, version in enumerate(versions(resource)[1:], 1):
        yield from add_version(replace(resource, physical_id=made.physical_id), place, version)
    return (yield from described_product(replace(resource, physical_id=made.physical_id)))


def update_product(before: Resource, after: Resource) -> Steps[Made]:
    request = {**PRODUCT.asked("UpdateProduct", after), **retagged(before, after), "Id": after.physical_id}
    yield from ask(SERVICE, "UpdateProduct", request)
    old, new = versions(before), versions(after)
    replaced = text(after.properties.get("ReplaceProvisioningArtifacts", False)) == "true"
    more = new if replaced and old != new else [each for each in new if each not in old]
    there = yield from ask(SERVICE, "ListProvisioningArtifacts", {"ProductId": after.physical_id})
    for place, version in enumerate(more):
        yield from add_version(after, place, version)
    if replaced and more:
        for each in there["ProvisioningArtifactDetails"]:
            which = {"ProductId": after.physical_id, "ProvisioningArtifactId": each["Id"]}
            yield from ask(SERVICE, "DeleteProvisioningArtifact", which, pardon=GONE)
    return (yield from described_product(after))


def add_version(resource: Resource, place: int, version: Mapping[str, Json]) -> Steps[None]:
    token = idempotent(SERVICE, "CreateProvisioningArtifact", replace(resource, token=f"{resource.token} {place}"))
    request = {"ProductId": resource.physical_id, "Parameters": version}
    yield from ask(
        SERVICE, "CreateProvisioningArtifact", {**shaped(SERVICE, "CreateProvisioningArtifact", request), **token}
    )


def described_product(resource: Resource) -> Steps[Made]:
    found = yield from PRODUCT.finding(resource)
    listed = found["ProvisioningArtifactSummaries"]
    return Made(
        resource.physical_id,
        {
            "Id": resource.physical_id,
            "ProductName": found["ProductViewDetail"]["ProductViewSummary"]["Name"],
            "ProvisioningArtifactIds": ",".join(each["Id"] for each in listed),
            "ProvisioningArtifactNames": ",".join(each["Name"] for each in listed),
        },
    )


def read_product(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from PRODUCT.looking(resource)
    if not found:
        return None
    summary = found["ProductViewDetail"]["ProductViewSummary"]
    names = {"ShortDescription": "Description"}
    seen = {names.get(name, name): value for name, value in summary.items()}
    wanted = resource.only("Description", "Distributor", "Name", "Owner", "SupportDescription", "SupportEmail")
    return projected(seen, wanted)


PRODUCT_ASSOCIATION: Final = Plain(
    name="AWS::ServiceCatalog::PortfolioProductAssociation",
    service=SERVICE,
    create="AssociateProductWithPortfolio",
    read="ListPortfoliosForProduct",
    update="AssociateProductWithPortfolio",
    delete="DisassociateProductFromPortfolio",
    properties="AcceptLanguage PortfolioId ProductId SourcePortfolioId",
    required="PortfolioId ProductId",
    create_only="PortfolioId ProductId SourcePortfolioId",
    key={"PortfolioId": piece(0), "ProductId": piece(1)},
    id=lambda resource, _: f"{resource.properties['PortfolioId']}|{resource.properties['ProductId']}",
)
PRINCIPAL_ASSOCIATION: Final = Plain(
    name="AWS::ServiceCatalog::PortfolioPrincipalAssociation",
    service=SERVICE,
    create="AssociatePrincipalWithPortfolio",
    read="ListPrincipalsForPortfolio",
    update="AssociatePrincipalWithPortfolio",
    delete="DisassociatePrincipalFromPortfolio",
    properties="AcceptLanguage PortfolioId PrincipalARN PrincipalType",
    required="PortfolioId PrincipalARN PrincipalType",
    create_only="PortfolioId PrincipalARN",
    key={"PortfolioId": piece(0), "PrincipalARN": piece(1)},
    id=lambda resource, _: f"{resource.properties['PortfolioId']}|{resource.properties['PrincipalARN']}",
)


def read_association(plain: Plain, listed: str, member: str, named: str) -> Read:
    """How an association is read: it is there if one of what is listed has an id that is a piece of its own."""

    def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
        if plain.is_unknown(resource):
            return None
        wanted = itself(resource).split("|")
        found = yield from ask(SERVICE, plain.read, plain.which(plain.read, resource), pardon=GONE)
        there = {each[member] for each in found.get(listed) or []}
        return resource.only("PortfolioId", named) if there.intersection(wanted) else None

    return read


@dataclass(frozen=True, slots=True)
class Constraint:
    """A kind of constraint: its properties are its parameters, or stand `inside` of a member of them."""

    kind: str
    properties: str
    inside: str = ""


CONSTRAINTS: Final[Mapping[str, Constraint]] = {
    "AWS::ServiceCatalog::LaunchRoleConstraint": Constraint("LAUNCH", "LocalRoleName RoleArn"),
    "AWS::ServiceCatalog::LaunchNotificationConstraint": Constraint("NOTIFICATION", "NotificationArns"),
    "AWS::ServiceCatalog::ResourceUpdateConstraint": Constraint(
        "RESOURCE_UPDATE", "TagUpdateOnProvisionedProduct", inside="Properties"
    ),
}


def constraint_type(name: str, of: Constraint) -> ResourceType:
    """What a portfolio says of one of its products, in the parameters that its kind of constraint has."""
    own = of.properties.split()

    def asked(resource: Resource) -> Mapping[str, Json]:
        said: Mapping[str, Json] = resource.only(*own)
        parameters = {"Version": "2.0", of.inside: said} if of.inside else said
        return {**resource.without(*own), "Type": of.kind, "Parameters": json.dumps(parameters)}

    plain = Plain(
        name=name,
        service=SERVICE,
        create="CreateConstraint",
        read="DescribeConstraint",
        update="UpdateConstraint",
        delete="DeleteConstraint",
        properties=f"AcceptLanguage Description PortfolioId ProductId {of.properties}",
        required="PortfolioId ProductId" if of.kind == "LAUNCH" else f"PortfolioId ProductId {of.properties}",
        create_only="PortfolioId ProductId",
        key={"Id": itself},
        id="ConstraintDetail.ConstraintId",
        attributes={"Id": "ConstraintDetail.ConstraintId"},
        request=asked,
        unchecked=of.properties,
        stable=Stable(status="Status", moving=frozenset({"CREATING"}), failed=frozenset({"FAILED"})),
    )

    def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
        found = yield from plain.looking(resource)
        if not found:
            return None
        parameters = json.loads(found.get("ConstraintParameters") or "{}")
        seen = {**found["ConstraintDetail"], **(parameters.get(of.inside, {}) if of.inside else parameters)}
        return projected(seen, resource.without("AcceptLanguage"))

    return replace(plain.type(), read=read)


TAG_OPTION: Final = Plain(
    name="AWS::ServiceCatalog::TagOption",
    service=SERVICE,
    create="CreateTagOption",
    read="DescribeTagOption",
    update="UpdateTagOption",
    delete="DeleteTagOption",
    properties="Active Key Value",
    required="Key Value",
    create_only="Key Value",
    key={"Id": itself},
    inside="TagOptionDetail",
    id="TagOptionDetail.Id",
    attributes={"Id": "Id"},
    request=lambda resource: resource.without("Active"),
    unchecked="Active",
)


def create_option(resource: Resource) -> Steps[Made]:
    made = yield from TAG_OPTION.making(resource)
    return (yield from activate(replace(resource, physical_id=made.physical_id), made))


def update_option(before: Resource, after: Resource) -> Steps[Made]:
    return (yield from activate(after, Made(after.physical_id, {"Id": after.physical_id})))


def activate(resource: Resource, made: Made) -> Steps[Made]:
    is_active = text(resource.properties.get("Active", True)) == "true"
    yield from ask(SERVICE, "UpdateTagOption", {"Id": resource.physical_id, "Active": is_active})
    return made


OPTION_ASSOCIATION: Final = Plain(
    name="AWS::ServiceCatalog::TagOptionAssociation",
    service=SERVICE,
    create="AssociateTagOptionWithResource",
    read="ListResourcesForTagOption",
    delete="DisassociateTagOptionFromResource",
    properties="ResourceId TagOptionId",
    required="ResourceId TagOptionId",
    create_only="ResourceId TagOptionId",
    key={"TagOptionId": piece(0), "ResourceId": piece(1)},
    id=lambda resource, _: f"{resource.properties['TagOptionId']}|{resource.properties['ResourceId']}",
    taken=("DuplicateResourceException",),
)


TYPES: Final = (
    replace(PORTFOLIO.type(), update=update_portfolio, read=read_portfolio),
    replace(
        PRODUCT.type(),
        create=create_product,
        update=update_product,
        read=read_product,
        check=sound_versions,
        attributes=frozenset({"Id", "ProductName", "ProvisioningArtifactIds", "ProvisioningArtifactNames"}),
    ),
    replace(
        PRODUCT_ASSOCIATION.type(),
        read=read_association(PRODUCT_ASSOCIATION, "PortfolioDetails", "Id", "ProductId"),
    ),
    replace(
        PRINCIPAL_ASSOCIATION.type(),
        read=read_association(PRINCIPAL_ASSOCIATION, "Principals", "PrincipalARN", "PrincipalARN"),
    ),
    replace(TAG_OPTION.type(), create=create_option, update=update_option),
    replace(
        OPTION_ASSOCIATION.type(), read=read_association(OPTION_ASSOCIATION, "ResourceDetails", "Id", "ResourceId")
    ),
    *(constraint_type(name, of) for name, of in CONSTRAINTS.items()),
)
