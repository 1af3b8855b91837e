"""What CreateProject and UpdateProject ask for, checked."""

from collections.abc import Mapping

from penstock.services.sagemaker.projects.answers import is_stack
from penstock.store.documents import Document
from penstock.wire.call import Json, ValidationError


def details_of(request: Mapping[str, Json]) -> dict[str, Json]:
    """By what a project is to be made: the product's details, or the template provider's."""
    product, providers = request.get("ServiceCatalogProvisioningDetails"), request.get("TemplateProviders")
    if bool(product) == bool(providers):
        raise ValidationError("Give one of ServiceCatalogProvisioningDetails and TemplateProviders, and not both.")
    if product:
        return {**product}
    assert providers is not None
    return _provider(providers[0])


def changed_details(project: Document, request: Mapping[str, Json]) -> tuple[dict[str, Json], list[str]]:
    """By what a project is to be made from now on, and the parameters that it goes on with.

    If an update names a product's details and no version, the newest is meant, as on AWS.
    """
    details = dict(project.body["Details"])
    product, providers = (
        request.get("ServiceCatalogProvisioningUpdateDetails"),
        request.get("TemplateProvidersToUpdate"),
    )
    if (product is not None and is_stack(details)) or (providers is not None and not is_stack(details)):
        way = "TemplateProviders" if is_stack(details) else "ServiceCatalogProvisioningDetails"
        raise ValidationError(f"Project {project.name} was made by {way} and can only be updated so.")
    asked = _provider(providers[0]) if providers else dict(product or {})
    if providers and asked["TemplateName"] != details["TemplateName"]:
        raise ValidationError(f"Project {project.name} has no template {asked['TemplateName']}.")
    if product is not None:
        details.pop("ProvisioningArtifactId", None)
    values = "Parameters" if is_stack(details) else "ProvisioningParameters"
    before = {each["Key"]: each for each in details.get(values, ())}
    named = {each["Key"]: each for each in asked.get(values, ())}
    return {**details, **asked, values: [*(before | named).values()]}, [key for key in before if key not in named]


def _provider(provider: Mapping[str, Json]) -> dict[str, Json]:
    if "CfnTemplateProvider" not in provider:
        raise ValidationError("A template provider needs CfnTemplateProvider.")
    return {**provider["CfnTemplateProvider"]}
