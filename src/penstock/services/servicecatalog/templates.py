"""Templates: a product's version is taken from S3 once, and kept as it was then.

The copy lies in a bucket of the account's own, by content, where CloudFormation finds it whatever its size; what the
template says of its parameters and outputs is kept with the version.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.read import read
from penstock.languages.cloudformation.tree import Output, Parameter
from penstock.services.servicecatalog.model import InvalidParameters, Json
from penstock.wire.addresses import S3Address
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError, read_whole

LARGEST: Final = 1 << 20  # bytes of a template


@dataclass(frozen=True, slots=True)
class Taken:
    """A template that was taken: where its copy is, and what it asks for and tells."""

    url: str
    parameters: tuple[Json, ...]
    outputs: tuple[Json, ...]


@dataclass(frozen=True)
class Templates:
    directory: Directory

    async def take(self, scope: Scope, info: Mapping[str, str]) -> Taken:
        """The template that `LoadTemplateFromURL` of a version's `Info` means. Raises `InvalidParameters`."""
        url = source_of(info)
        content = await self._content(scope, url)
        try:
            template = read(content.decode())
        except (TemplateError, UnicodeDecodeError) as error:
            raise InvalidParameters(f"Invalid templateBody. {error}") from None
        return Taken(
            await self._keep(scope, content),
            tuple(map(parameter, template.parameters.values())),
            tuple(map(output, template.outputs.values())),
        )

    async def _content(self, scope: Scope, url: str) -> bytes:
        try:
            answer = await self._ask(scope, "GetObject", place_of(url))
        except ServiceError as error:
            raise InvalidParameters(f"The template at {url} cannot be read: {error.message}") from None
        content = await read_whole(answer["Body"], LARGEST)
        if len(content) > LARGEST:
            raise InvalidParameters(f"The template at {url} is larger than {LARGEST} bytes.")
        return content

    async def _keep(self, scope: Scope, content: bytes) -> str:
        bucket, key = f"servicecatalog-templates-{scope.account}-{scope.region}", hashlib.sha256(content).hexdigest()
        try:
            await self._ask(scope, "CreateBucket", creation_of(bucket, scope.region))
        except ServiceError as error:
            if error.code != "BucketAlreadyOwnedByYou":
                raise
        await self._ask(scope, "PutObject", {"Bucket": bucket, "Key": key, "Body": content})
        return f"https://s3.{scope.region}.amazonaws.com/{bucket}/{key}"

    async def _ask(self, scope: Scope, operation: str, request: Mapping[str, Json]) -> Answer:
        return await self.directory.answer(Call("s3", operation, request, scope))


def creation_of(bucket: str, region: str) -> dict[str, Json]:
    located = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    return {"Bucket": bucket, **located}


def source_of(info: Mapping[str, str]) -> str:
    if info.keys() != {"LoadTemplateFromURL"}:
        raise InvalidParameters(
            "Info must have LoadTemplateFromURL and nothing else: Penstock takes templates from its S3; "
            "put there what ImportFromPhysicalId would import (GetTemplate tells it)."
        )
    return info["LoadTemplateFromURL"]


def place_of(url: str) -> dict[str, str]:
    """Bucket, key and version that the address of a template means."""
    address = S3Address.of(url, anywhere=True)
    if address is None or not address.key or url.startswith("s3:"):
        raise InvalidParameters(f"LoadTemplateFromURL is not the address of an object in S3: {url}")
    return address.object


def parameter(declared: Parameter) -> dict[str, Json]:
    """A parameter as Service Catalog tells of it."""
    constraints = {
        "AllowedValues": list(declared.allowed_values) or None,
        "AllowedPattern": declared.allowed_pattern,
        "ConstraintDescription": declared.constraint_description,
        "MaxLength": declared.max_length,
        "MinLength": declared.min_length,
        "MaxValue": declared.max_value,
        "MinValue": declared.min_value,
    }
    given = {
        name: value if isinstance(value, list) else str(value)
        for name, value in constraints.items()
        if value is not None
    }
    told = {"DefaultValue": declared.default, "Description": declared.description}
    return {
        "ParameterKey": declared.name,
        "ParameterType": declared.type,
        "IsNoEcho": declared.no_echo,
        "ParameterConstraints": {"AllowedValues": [], **given},
        **{name: value for name, value in told.items() if value is not None},
    }


def output(declared: Output) -> dict[str, Json]:
    return {"Key": declared.name} | ({"Description": declared.description} if declared.description else {})
