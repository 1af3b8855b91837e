"""Deploying to S3: an artifact is put into a bucket as it is, or what is in it."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from mimetypes import guess_type
from typing import Any

from penstock.services.codepipeline.providers.asking import Asking, Failed
from penstock.services.codepipeline.work import Work

Json = Any


async def deploy_to_s3(work: Work, asking: Asking) -> Mapping[str, Any]:
    bucket, key = work.given("BucketName"), _key(work)
    (artifact,) = work.inputs
    more = {
        member: work.given(given)
        for given, member in (("CannedACL", "ACL"), ("CacheControl", "CacheControl"))
        if work.given(given)
    }
    if work.given("Extract").lower() != "true":
        if not key:
            raise Failed("ConfigurationError", "ObjectKey is required where Extract is false.")
        source = f"{artifact.bucket}/{artifact.key}"
        directive = {"MetadataDirective": "REPLACE"} if "CacheControl" in more else {}
        await asking.ask("s3", "CopyObject", {"Bucket": bucket, "Key": key, "CopySource": source, **directive, **more})
        return {"Summary": "Deployment Succeeded"}
    prefix = f"{key.rstrip('/')}/" if key else ""
    for path, content in (await asking.files(artifact)).items():
        kind = guess_type(path)[0]
        typed = {"ContentType": kind} if kind else {}
        await asking.ask("s3", "PutObject", {"Bucket": bucket, "Key": prefix + path, "Body": content, **typed, **more})
    return {"Summary": "Deployment Succeeded"}


def _key(work: Work) -> str:
    """The object's key; the same whenever the same attempt is begun again."""
    began = datetime.fromtimestamp(work.attempt.started_at, UTC)
    return (
        work.given("ObjectKey")
        .replace("{uuid}", str(uuid.uuid5(uuid.NAMESPACE_URL, work.attempt.id)))
        .replace("{datetime}", began.strftime("%Y-%m-%dT%H:%M:%SZ"))
    )
