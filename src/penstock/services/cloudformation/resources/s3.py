"""AWS::S3::…"""

from collections.abc import Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Made, Naming, Resource, ResourceType, Steps, ask

Json = Any
GONE: Final = ("NoSuchBucket", "404", "NotFound")


def create_bucket(resource: Resource) -> Steps[Made]:
    region = resource.scope.region
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    yield from ask("s3", "CreateBucket", {"Bucket": resource.name, **where}, pardon=("BucketAlreadyOwnedByYou",))
    yield from configure_bucket(resource.name, {}, resource.properties)
    return made_bucket(resource)


def update_bucket(before: Resource, after: Resource) -> Steps[Made]:
    yield from configure_bucket(after.physical_id, before.properties, after.properties)
    return made_bucket(after)


def delete_bucket(resource: Resource) -> Steps[None]:
    yield from ask("s3", "DeleteBucket", {"Bucket": resource.physical_id}, pardon=GONE)


def read_bucket(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    where = {"Bucket": resource.physical_id}
    try_it = yield from ask("s3", "GetBucketLocation", where, pardon=GONE)
    if "LocationConstraint" not in try_it:
        return None
    tags = yield from ask("s3", "GetBucketTagging", where, pardon=("NoSuchTagSet",))
    versioning = yield from ask("s3", "GetBucketVersioning", where)
    return {
        "BucketName": resource.physical_id,
        **({"Tags": tags["TagSet"]} if tags else {}),
        **({"VersioningConfiguration": {"Status": versioning["Status"]}} if versioning.get("Status") else {}),
    }


def configure_bucket(name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    """Set what is to be set, and take away what was."""
    if before.get("Tags") != after.get("Tags"):
        if after.get("Tags"):
            yield from ask("s3", "PutBucketTagging", {"Bucket": name, "Tagging": {"TagSet": after["Tags"]}})
        else:
            yield from ask("s3", "DeleteBucketTagging", {"Bucket": name})
    if before.get("VersioningConfiguration") != after.get("VersioningConfiguration"):
        wanted = after.get("VersioningConfiguration") or {"Status": "Suspended"}
        yield from ask("s3", "PutBucketVersioning", {"Bucket": name, "VersioningConfiguration": wanted})


def made_bucket(resource: Resource) -> Made:
    name, region = resource.name, resource.scope.region
    return Made(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
        },
    )


BUCKET: Final = ResourceType(
    name="AWS::S3::Bucket",
    properties=frozenset({"BucketName", "Tags", "VersioningConfiguration"}),
    create_only=frozenset({"BucketName"}),
    attributes=frozenset({"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"}),
    naming=Naming("BucketName", longest=63, lower=True),
    tagging="list",
    create=create_bucket,
    update=update_bucket,
    delete=delete_bucket,
    read=read_bucket,
)
TYPES: Final = (BUCKET,)
