"""Finding: the lineage entities that a name, an address or a file stands for.

Names are tried as those of an endpoint, a model and a model package, deleted ones included. A file is known by its
SHA-256: what jobs took and left is recorded by it; else what the artifacts' addresses hold now is compared with it.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from botocore.exceptions import ClientError

from penstock.cli.clients import Client

Json = Any
PIECE: Final = 1 << 20
WORDS: Final = ("endpoint", "model", "model-package")


class Finding:
    """Finds where to begin."""

    def __init__(self, sagemaker: Client, s3: Client, sts: Client) -> None:
        self._sagemaker = sagemaker
        self._s3 = s3
        self._sts = sts

    def starts(self, thing: str) -> list[tuple[str, str]]:
        """ARNs of lineage entities, each with the digest of a local file; raises ClickException where there is none."""
        digest = ""
        if thing.startswith("s3://"):
            found = list(self._at(thing)) or list(self._with_content_of(thing))
        elif Path(thing).is_file():
            path = Path(thing)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found = list(self._holding(path.stat().st_size, digest))
        else:
            found = list(self._named(thing))
        if not found:
            raise click.ClickException(
                f"'{thing}' is no endpoint, model or model package that this Penstock knows, and no file of its lineage"
            )
        return [(arn, digest) for arn in dict.fromkeys(found)]

    def _named(self, name: str) -> Iterator[str]:
        if name.startswith("arn:"):
            arns = [name]
        else:
            account = self._sts.get_caller_identity()["Account"]
            prefix = f"arn:aws:sagemaker:{self._sagemaker.meta.region_name}:{account}"
            arns = [f"{prefix}:{word}/{name.lower() if word == 'endpoint' else name}" for word in WORDS]
        for arn in arns:  # of things of one name the endpoint is meant, and then the model
            found = list(self._of_source(arn))
            yield from found
            if found:
                return

    def _of_source(self, uri: str) -> Iterator[str]:
        for page in self._pages("list_contexts", SourceUri=uri):
            yield from (each["ContextArn"] for each in page["ContextSummaries"] if each["ContextType"] == "Endpoint")
        for page in self._pages("list_artifacts", SourceUri=uri):
            yield from (each["ArtifactArn"] for each in page["ArtifactSummaries"])

    def _at(self, uri: str) -> Iterator[str]:
        """The artifact of an address, or of the nearest folder that it is in."""
        place = uri.rstrip("/")
        while place.count("/") > 2:
            found = list(self._of_source(place))
            if found:
                yield from found
                return
            place = place.rpartition("/")[0]

    def _with_content_of(self, uri: str) -> Iterator[str]:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            size, digest = self._content(bucket, key)
        except ClientError as error:
            raise click.ClickException(f"{uri} cannot be read: {error.response['Error']['Message']}") from None
        yield from self._holding(size, digest)

    def _holding(self, size: int, digest: str) -> Iterator[str]:
        """The artifacts at whose address an object has that content, or had it when a job saw it."""
        filters = {"LineageTypes": ["Artifact"], "Properties": {"HoldsSha256": digest}}
        recorded = self._sagemaker.query_lineage(Filters=filters, IncludeEdges=False)["Vertices"]
        if recorded:
            yield from (each["Arn"] for each in recorded)
            return
        for page in self._pages("list_artifacts"):
            for artifact in page["ArtifactSummaries"]:
                uri = artifact["Source"]["SourceUri"]
                if uri.startswith("s3://") and self._holds(uri, size, digest):
                    yield artifact["ArtifactArn"]

    def _holds(self, uri: str, size: int, digest: str) -> bool:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            return any(
                entry["Size"] == size and self._content(bucket, entry["Key"])[1] == digest
                for page in pages
                for entry in page.get("Contents", ())
            )
        except self._s3.exceptions.NoSuchBucket:
            return False

    def _content(self, bucket: str, key: str) -> tuple[int, str]:
        answer, digest = self._s3.get_object(Bucket=bucket, Key=key), hashlib.sha256()
        for piece in answer["Body"].iter_chunks(PIECE):
            digest.update(piece)
        return answer["ContentLength"], digest.hexdigest()

    def _pages(self, operation: str, **request: str) -> Iterator[Json]:
        yield from self._sagemaker.get_paginator(operation).paginate(**request)
