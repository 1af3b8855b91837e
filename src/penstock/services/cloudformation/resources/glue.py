"""AWS::Glue::…"""

from dataclasses import replace
from typing import Final

from penstock.services.cloudformation.resources.kind import Made, Resource, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, told
from penstock.services.cloudformation.resources.shaping import shaped


def database_name(resource: Resource) -> str:
    return str(resource.physical_id or resource.properties["DatabaseInput"].get("Name") or resource.name)


def table_name(resource: Resource) -> str:
    return str(resource.physical_id or resource.properties["TableInput"].get("Name") or resource.name)


DATABASE: Final = Plain(
    name="AWS::Glue::Database",
    service="glue",
    create="CreateDatabase",
    read="GetDatabase",
    delete="DeleteDatabase",
    properties="CatalogId DatabaseInput",
    required="CatalogId DatabaseInput",
    key={"CatalogId": told("CatalogId"), "Name": database_name},
    id=lambda resource, _: database_name(resource),
    inside="Database",
)
TABLE: Final = Plain(
    name="AWS::Glue::Table",
    service="glue",
    create="CreateTable",
    read="GetTable",
    update="UpdateTable",
    delete="DeleteTable",
    properties="CatalogId DatabaseName TableInput",
    required="CatalogId DatabaseName TableInput",
    create_only="CatalogId DatabaseName",
    key={"CatalogId": told("CatalogId"), "DatabaseName": told("DatabaseName"), "Name": table_name},
    id=lambda resource, _: table_name(resource),
    inside="Table",
)


def update_table(_: Resource, after: Resource) -> Steps[Made]:
    name = table_name(after)
    given = {**after.properties, "TableInput": {**after.properties["TableInput"], "Name": name}}
    yield from ask("glue", "UpdateTable", shaped("glue", "UpdateTable", given))
    return Made(name)


TYPES: Final = (DATABASE.type(), replace(TABLE.type(), update=update_table))
