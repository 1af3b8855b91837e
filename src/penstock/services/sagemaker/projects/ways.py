"""Ways: a project is made by a product of Service Catalog's, or by a stack of CloudFormation's. Pure.

Both take the project's name and id as parameters, where the template declares them, and as tags.
"""

from collections.abc import Mapping
from typing import Final

from penstock.engine.facts import Invoke
from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.projects.model import Act, Learned, Plan
from penstock.wire.call import Json

CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_STACKS: Final[Mapping[Act, str]] = {"Create": "CreateStack", "Update": "UpdateStack", "Delete": "DeleteStack"}
_PRODUCTS: Final[Mapping[Act, str]] = {
    "Create": "ProvisionProduct", "Update": "UpdateProvisionedProduct", "Delete": "TerminateProvisionedProduct"
}  # fmt: skip


def asking(plan: Plan, learned: Learned) -> Invoke:
    """The call that makes, changes or removes what a project stands for."""
    if plan.is_stack:
        return Invoke("ask", "cloudformation", _STACKS[plan.act], _stack(plan, learned))
    return Invoke("ask", "servicecatalog", _PRODUCTS[plan.act], _product(plan, learned))


def _stack(plan: Plan, learned: Learned) -> dict[str, Json]:
    name = {"StackName": plan.made or plan.own, "ClientRequestToken": plan.token}
    if plan.act == "Delete":
        return name
    values = _values(plan.details.get("Parameters", ()), plan, learned)
    role = {"RoleARN": plan.details["RoleARN"]} if "RoleARN" in plan.details else {}
    return {
        **name,
        "TemplateURL": plan.details["TemplateURL"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        "Tags": tagging.shown(_tags(plan)),
        "Capabilities": CAPABILITIES,
        **role,
    }


def _product(plan: Plan, learned: Learned) -> dict[str, Json]:
    values = _values(plan.details.get("ProvisioningParameters", ()), plan, learned)
    given = [{"Key": key, "Value": value} for key, value in values.items()]
    match plan.act:
        case "Create":
            path = {"PathId": plan.details["PathId"]} if "PathId" in plan.details else {}
            return {
                "ProductId": plan.details["ProductId"],
                "ProvisioningArtifactId": learned.artifact,
                "ProvisionedProductName": plan.own,
                "ProvisioningParameters": given,
                "Tags": tagging.shown(_tags(plan)),
                "ProvisionToken": plan.token,
                **path,
            }
        case "Update":
            return {
                "ProvisionedProductName": plan.own,
                "ProductId": plan.details["ProductId"],
                "ProvisioningArtifactId": learned.artifact,
                "ProvisioningParameters": given,
                "UpdateToken": plan.token,
                **({"Tags": tagging.shown(plan.tags)} if plan.tags else {}),
            }
        case "Delete":
            return {"ProvisionedProductName": plan.own, "TerminateToken": plan.token}


def _values(given: list[Json], plan: Plan, learned: Learned) -> dict[str, str]:
    """The parameters that are given, and the project's own and those of before, where the template declares them."""
    own = {"SageMakerProjectName": plan.name, "SageMakerProjectId": plan.id}
    gone = {*plan.inherited} - {*learned.declared}
    values = {each["Key"]: each.get("Value", "") for each in given if each["Key"] not in gone}
    return values | {key: value for key, value in own.items() if key in learned.declared}


def _tags(plan: Plan) -> dict[str, str]:
    return {"sagemaker:project-name": plan.name, "sagemaker:project-id": plan.id, **plan.tags}
