"""Objects in S3 that pipelines read: large definitions, and the documents that ``Std:JsonGet`` looks into.

They are asked for at S3's front door, so whatever answers for S3 serves them.
"""

from typing import Any, Final

import msgspec

from penstock.engine.outbox import Task
from penstock.languages.pipeline import paths
from penstock.wire.addresses import S3Address
from penstock.wire.call import Call, Directory, Scope, ServiceError, ValidationError, read_whole

Json = Any
LARGEST: Final = 2 << 20  # bytes; AWS reads property files of up to 2 MB


async def read_object(directory: Directory, scope: Scope, bucket: str, key: str, version: str = "") -> bytes:
    """The content of a small object. Raises S3's own error, `ValidationError` for one that is too large."""
    request = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
    answer = await directory.answer(Call("s3", "GetObject", request, scope))
    content = await read_whole(answer["Body"], LARGEST)
    if len(content) > LARGEST:
        raise ValidationError(f"s3://{bucket}/{key} is larger than the {LARGEST >> 20} MB that a pipeline reads.")
    return content


def address_of(uri: str) -> S3Address:
    """Where an object is, or where the keys of several begin. Raises `ValidationError`."""
    address = S3Address.of(uri)
    if address is None or not address.key or address.version:
        raise ValidationError(f"'{uri}' is not the S3 URI of an object.")
    return address


class Documents:
    """The activity that looks into JSON documents."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def look_into(self, task: Task) -> Json:
        """What the document at ``S3Uri`` holds at ``Path``, with its address. Raises `ServiceError`."""
        uri, path = task.input["S3Uri"], task.input["Path"]
        address = address_of(str(uri))
        try:
            content = await read_object(self._directory, task.scope, address.bucket, address.key)
            value = paths.follow(msgspec.json.decode(content), paths.parse(path))
        except ServiceError as error:
            raise ServiceError(f"{uri} could not be read: {error.message}", code=error.code) from None
        except msgspec.DecodeError as error:
            raise ValidationError(f"{uri} is not JSON: {error}") from None
        except paths.PathError as error:
            raise ValidationError(f"{uri} has no value at {path}: {error}.") from None
        return {"Address": f"{uri}#{path}", "Value": value}
