"""Versions of data: copies under a name and a digest, with a manifest that jobs read.

    s3://bucket/pinned/NAME/DIGEST/data/…           the objects, copied inside S3 (content is stored once anyway)
    s3://bucket/pinned/NAME/DIGEST/SHA256SUMS       their digests, as `sha256sum` writes them
    s3://bucket/pinned/NAME/DIGEST/manifest.json    what a job's input names, S3DataType ManifestFile; written last

DIGEST is the beginning of the SHA-256 of SHA256SUMS: the same content pinned again is the same version. The manifest is
an artifact of lineage, named `pin-NAME-DIGEST`.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import click
from botocore.exceptions import ClientError

from penstock.cli.clients import Client

Json = Any
SHORT: Final = 16  # characters of a digest in names
PIECE: Final = 1 << 20
PREFIX: Final = "pin-"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of some data, as lineage lists it."""

    arn: str
    name: str
    digest: str
    manifest: str
    pinned_at: datetime

    @property
    def folder(self) -> str:
        """Where its objects are."""
        return f"{self.manifest.rpartition('/')[0]}/data"


class Versions:
    """Pins, lists and shows versions."""

    def __init__(self, s3: Client, sagemaker: Client) -> None:
        self._s3 = s3
        self._sagemaker = sagemaker

    def pin(self, uri: str, name: str) -> str:
        """Keep what is there now; the manifest's address. Pinned again, the same content is the same version."""
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        objects = [(key, self._sha256(bucket, key)) for key in self._keys(bucket, prefix)]
        if not objects:
            raise click.ClickException(f"there is nothing under {uri}")
        named = sorted((local(prefix, key), key, digest) for key, digest in objects)
        sums = "".join(f"{digest}  {path}\n" for path, _, digest in named).encode()
        whole = hashlib.sha256(sums).hexdigest()
        home = f"pinned/{name}/{whole[:SHORT]}"
        for path, key, _ in named:
            self._s3.copy({"Bucket": bucket, "Key": key}, bucket, f"{home}/data/{path}")
        manifest = [{"prefix": f"s3://{bucket}/{home}/data/"}, *(path for path, _, _ in named)]
        self._s3.put_object(Bucket=bucket, Key=f"{home}/SHA256SUMS", Body=sums)
        self._s3.put_object(Bucket=bucket, Key=f"{home}/manifest.json", Body=json.dumps(manifest).encode())
        address = f"s3://{bucket}/{home}/manifest.json"
        self._register(address, name, whole, uri)
        return address

    def every(self) -> Iterator[Version]:
        """All versions, the newest first."""
        for page in self._pages("list_artifacts", ArtifactType="DataSet"):
            for found in page["ArtifactSummaries"]:
                if found.get("ArtifactName", "").startswith(PREFIX):
                    uri = found["Source"]["SourceUri"]
                    _, name, digest, _ = uri.rsplit("/", 3)
                    yield Version(found["ArtifactArn"], name, digest, uri, found["CreationTime"])

    def described(self, version: Version) -> dict[str, Json]:
        """What is known of a version: where it came from, whether it is as it was, and who read it."""
        found = self._sagemaker.describe_artifact(ArtifactArn=version.arn)["Properties"]
        return {
            "name": version.name, "digest": found["PinnedSha256"], "manifest": version.manifest,
            "from": found["PinnedFrom"], "pinned_at": version.pinned_at.isoformat(),
            "is_as_pinned": self._digest_now(version) == found["PinnedSha256"], "read_by": list(self._readers(version)),
        }  # fmt: skip

    def _register(self, address: str, name: str, digest: str, uri: str) -> None:
        """Tell lineage what the version is, and what it was taken from, unless it knows."""
        if any(version.manifest == address for version in self.every()):
            return
        pinned = self._sagemaker.create_artifact(
            ArtifactName=f"{PREFIX}{name}-{digest[:SHORT]}",
            ArtifactType="DataSet",
            Source={"SourceUri": address},
            Properties={"PinnedName": name, "PinnedSha256": digest, "PinnedFrom": uri},
        )
        source = (
            self._artifact(uri)
            or self._sagemaker.create_artifact(ArtifactType="DataSet", Source={"SourceUri": uri})["ArtifactArn"]
        )
        self._sagemaker.add_association(
            SourceArn=source, DestinationArn=pinned["ArtifactArn"], AssociationType="DerivedFrom"
        )

    def _artifact(self, uri: str) -> str | None:
        """The ARN of the artifact of an address, if there is one."""
        found = self._sagemaker.list_artifacts(SourceUri=uri)["ArtifactSummaries"]
        return found[0]["ArtifactArn"] if found else None

    def _digest_now(self, version: Version) -> str:
        bucket, _, prefix = version.folder.removeprefix("s3://").partition("/")
        named = sorted((local(f"{prefix}/", key), key) for key in self._keys(bucket, f"{prefix}/"))
        lines = [f"{self._sha256(bucket, key)}  {path}\n" for path, key in named]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def _readers(self, version: Version) -> Iterator[dict[str, str]]:
        """The jobs that read the manifest, or the folder itself, with the executions that they were steps of."""
        for arn in filter(None, (version.arn, self._artifact(version.folder))):
            for page in self._pages("list_associations", SourceArn=arn, DestinationType="TrialComponent"):
                for found in page["AssociationSummaries"]:
                    yield {"job": found["DestinationName"], **self._step(found["DestinationArn"])}

    def _step(self, component: str) -> dict[str, str]:
        for page in self._pages("list_associations", DestinationArn=component, SourceType="PipelineStep"):
            for found in page["AssociationSummaries"]:
                step = self._sagemaker.describe_context(ContextName=found["SourceArn"])
                return {"step": step["Properties"]["StepName"], "execution": step["Source"]["SourceUri"]}
        return {}

    def _keys(self, bucket: str, prefix: str) -> Iterator[str]:
        try:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                yield from (found["Key"] for found in page.get("Contents", ()) if not found["Key"].endswith("/"))
        except ClientError as error:
            raise click.ClickException(f"s3://{bucket}/{prefix}: {error.response['Error']['Message']}") from None

    def _sha256(self, bucket: str, key: str) -> str:
        digest = hashlib.sha256()
        for piece in self._s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(PIECE):
            digest.update(piece)
        return digest.hexdigest()

    def _pages(self, operation: str, **request: str) -> Iterator[Json]:
        yield from self._sagemaker.get_paginator(operation).paginate(**request)


def local(prefix: str, key: str) -> str:
    """What an object is called beneath a prefix."""
    rest = key.removeprefix(prefix).lstrip("/") if prefix.endswith("/") or not prefix else ""
    return rest or key.removeprefix(prefix.rpartition("/")[0]).lstrip("/")
