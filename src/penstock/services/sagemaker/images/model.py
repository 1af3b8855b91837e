"""The nouns of images: what is kept of them, their names and their errors."""

from typing import Final

import msgspec

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope, ServiceError

IMAGE: Final = "sagemaker/image"
VERSION: Final = "sagemaker/image-version"
CREATING, CREATED, FAILED = "CREATING", "CREATED", "CREATE_FAILED"
DIGITS: Final = 9  # of a version in its document's name, so that names are in the versions' order
LONGEST_REASON: Final = 1024


class NotFound(ServiceError):
    code = "ResourceNotFound"


class InUse(ServiceError):
    code = "ResourceInUse"


class Plan(msgspec.Struct, frozen=True):
    """Which version is made, of what."""

    image: str
    version: int
    base: str


class Made(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has become of a version: what it is called by content, or why it could not be made."""

    container: str = ""
    why: str = ""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    at: float = 0.0
    made: Made | None = None


def image_arn(scope: Scope, name: str) -> str:
    return scope.arn("sagemaker", f"image/{name}")


def version_arn(scope: Scope, image: str, number: int) -> str:
    """AWS has names in lower case here."""
    return scope.arn("sagemaker", f"image-version/{image.lower()}/{number}")


def version_name(image: str, number: int) -> str:
    return f"{image}/{number:0{DIGITS}}"


def found(tx: Transaction, scope: Scope, name: str) -> Document:
    image = documents.find(tx, scope, IMAGE, name)
    if image is None:
        raise NotFound(f"Image {image_arn(scope, name)} does not exist.")
    return image


def versions(tx: Transaction, image: Document) -> list[Document]:
    """Every version of an image, the newest first."""
    kept: list[Document] = []
    token: str | None = None
    while True:
        query = Query(
            kind=VERSION, scope=image.scope, parent=image.name, order="name", descending=True, limit=100, token=token
        )
        page = documents.page(tx, query)
        kept += page.documents
        if not (token := page.token):
            return kept


def version(tx: Transaction, scope: Scope, name: str, number: int | None, alias: str | None) -> Document:
    """The version that a number or an alias means; the newest where neither is given."""
    image = found(tx, scope, name)
    for each in versions(tx, image):
        if alias is not None and alias not in each.body["Aliases"]:
            continue
        if number in (None, each.body["Version"]):
            return each
    said = f"alias {alias}" if alias is not None else f"version {number}" if number is not None else "version"
    raise NotFound(f"Image {image.arn} has no {said}.")
