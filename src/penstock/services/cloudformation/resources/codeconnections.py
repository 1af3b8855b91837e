"""AWS::CodeConnections::Connection, and the same under its old name: known by an ARN that is made of no name."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Begun, Made, Naming, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, Tags, itself

Json = Any
TAKEN: Final = ("ResourceUnavailableException",)  # what a call that is told twice is answered


def connection(service: str, name: str) -> ResourceType:
    of = Plain(
        name=name,
        service=service,
        create="CreateConnection",
        read="GetConnection",
        delete="DeleteConnection",
        properties="ConnectionName HostArn ProviderType Tags",
        required="ConnectionName",
        create_only="ConnectionName HostArn ProviderType",
        naming=Naming("ConnectionName", longest=32),
        key={"ConnectionArn": itself},
        id="ConnectionArn",
        inside="Connection",
        attributes={each: each for each in ("ConnectionArn", "ConnectionStatus", "OwnerAccountId")},
        tags=Tags(of=itself),
    )

    def create(resource: Resource) -> Steps[Made]:
        answer = yield from ask(service, of.create, of.asked(of.create, resource), pardon=TAKEN)
        there = yield from known(replace(resource, physical_id=answer.get("ConnectionArn", "")))
        yield Begun(there.physical_id)
        return (yield from of.settling(there, answer))

    def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
        there = yield from known(resource)
        return (yield from of.reading(there)) if there.physical_id else None

    def delete(resource: Resource) -> Steps[None]:
        there = yield from known(resource)
        if there.physical_id:
            yield from of.deleting(there)

    def known(resource: Resource) -> Steps[Resource]:
        """The resource with its ARN; without an id where there is none of its name."""
        wanted, token = itself(resource), ""
        while not wanted.startswith("arn:"):
            page = yield from ask(service, "ListConnections", {"NextToken": token} if token else {})
            found = (each["ConnectionArn"] for each in page["Connections"] if each["ConnectionName"] == wanted)
            token = page.get("NextToken", "")
            if (arn := next(found, "")) or not token:
                return replace(resource, physical_id=arn)
        return replace(resource, physical_id=wanted)

    return replace(of.type(), create=create, read=read, delete=delete)


TYPES: Final = (
    connection("codeconnections", "AWS::CodeConnections::Connection"),
    connection("codestar-connections", "AWS::CodeStarConnections::Connection"),
)
