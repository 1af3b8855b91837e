"""Images and their versions as they are told. Pure."""

from typing import Final

from penstock.services.sagemaker.images.model import image_arn
from penstock.store.documents import Document
from penstock.wire.call import Json

SAID: Final = (  # of a version, by whoever makes or changes it
    "VendorGuidance", "JobType", "MLFramework", "ProgrammingLang", "Processor", "Horovod", "ReleaseNotes",
)  # fmt: skip
SORTED_BY: Final = {
    "CREATION_TIME": "CreationTime", "LAST_MODIFIED_TIME": "LastModifiedTime", "IMAGE_NAME": "Name", "VERSION": "Name",
}  # fmt: skip


def in_lists_words(request: dict[str, Json]) -> dict[str, Json]:
    """A list's request in the words that `lists` knows."""
    order = {"SortOrder": request["SortOrder"].capitalize()} if "SortOrder" in request else {}
    return {**request, **order, "SortBy": SORTED_BY[request.get("SortBy", "CREATION_TIME")]}


def image(found: Document) -> dict[str, Json]:
    """An image in lists."""
    members = ("Description", "DisplayName")
    return {
        "ImageName": found.name,
        "ImageArn": found.arn,
        "ImageStatus": found.status,
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        **{member: found.body[member] for member in members if member in found.body},
    }


def alone(found: Document) -> dict[str, Json]:
    return {**image(found), "RoleArn": found.body["RoleArn"]}


def version(found: Document) -> dict[str, Json]:
    """A version in lists."""
    reason = {"FailureReason": found.body["FailureReason"]} if "FailureReason" in found.body else {}
    return {
        "ImageArn": image_arn(found.scope, found.parent),
        "ImageVersionArn": found.arn,
        "ImageVersionStatus": found.status,
        "Version": found.body["Version"],
        "CreationTime": found.created_at,
        "LastModifiedTime": found.modified_at,
        **reason,
    }


def described(found: Document) -> dict[str, Json]:
    members = ("BaseImage", "ContainerImage", *SAID)
    return {**version(found), **{member: found.body[member] for member in members if member in found.body}}
