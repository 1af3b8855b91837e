"""Settings of buckets: documents that are checked, kept and told again.

Kept is only what would change nothing that Penstock does if it were obeyed, or what others read here: a setting
whose effect somebody would wait for in vain is refused, by name. Lifecycle rules and notifications are next door.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.services.s3 import rows
from penstock.services.s3.failures import malformed_xml, no_such_setting
from penstock.services.s3.requests import checked_tags
from penstock.services.s3.versions import Request
from penstock.store.database import Database, Transaction
from penstock.wire.call import Answer, Call, Json, ServiceError, operation

MOST_BUCKET_TAGS: Final = 50
OPEN_TO_NOBODY: Final[Mapping[str, bool]] = {
    "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The operations on buckets' settings."""

    database: Database
    service: str = "s3"

    @operation("PutBucketTagging")
    async def put_bucket_tagging(self, call: Call, request: Request) -> Answer:
        tags = [(tag["Key"], tag["Value"]) for tag in request["Tagging"]["TagSet"]]
        checked_tags(tags, most=MOST_BUCKET_TAGS)
        return await self._put(request, "Tagging", {"TagSet": request["Tagging"]["TagSet"]})

    @operation("GetBucketTagging")
    async def get_bucket_tagging(self, call: Call, request: Request) -> Answer:
        tagging: Answer = await self._get(request, "Tagging")
        return tagging

    @operation("DeleteBucketTagging")
    async def delete_bucket_tagging(self, call: Call, request: Request) -> Answer:
        return await self._delete(request, "Tagging")

    @operation("PutBucketPolicy")
    async def put_bucket_policy(self, call: Call, request: Request) -> Answer:
        check_policy(request["Policy"])
        return await self._put(request, "Policy", request["Policy"])

    @operation("GetBucketPolicy")
    async def get_bucket_policy(self, call: Call, request: Request) -> Answer:
        return {"Policy": await self._get(request, "Policy")}

    @operation("DeleteBucketPolicy")
    async def delete_bucket_policy(self, call: Call, request: Request) -> Answer:
        return await self._delete(request, "Policy")

    @operation("PutBucketEncryption")
    async def put_bucket_encryption(self, call: Call, request: Request) -> Answer:
        configuration = request["ServerSideEncryptionConfiguration"]
        if len(configuration.get("Rules") or []) != 1:
            raise malformed_xml()
        return await self._put(request, "Encryption", configuration)

    @operation("GetBucketEncryption")
    async def get_bucket_encryption(self, call: Call, request: Request) -> Answer:
        return {"ServerSideEncryptionConfiguration": await self._get(request, "Encryption")}

    @operation("DeleteBucketEncryption")
    async def delete_bucket_encryption(self, call: Call, request: Request) -> Answer:
        return await self._delete(request, "Encryption")

    @operation("PutPublicAccessBlock")
    async def put_public_access_block(self, call: Call, request: Request) -> Answer:
        given = request["PublicAccessBlockConfiguration"]
        configuration = {name: bool(given.get(name)) for name in OPEN_TO_NOBODY}
        return await self._put(request, "PublicAccessBlock", configuration)

    @operation("GetPublicAccessBlock")
    async def get_public_access_block(self, call: Call, request: Request) -> Answer:
        return {"PublicAccessBlockConfiguration": await self._get(request, "PublicAccessBlock")}

    @operation("DeletePublicAccessBlock")
    async def delete_public_access_block(self, call: Call, request: Request) -> Answer:
        return await self._delete(request, "PublicAccessBlock")

    @operation("PutBucketOwnershipControls")
    async def put_bucket_ownership_controls(self, call: Call, request: Request) -> Answer:
        return await self._put(request, "OwnershipControls", request["OwnershipControls"])

    @operation("GetBucketOwnershipControls")
    async def get_bucket_ownership_controls(self, call: Call, request: Request) -> Answer:
        return {"OwnershipControls": await self._get(request, "OwnershipControls")}

    @operation("DeleteBucketOwnershipControls")
    async def delete_bucket_ownership_controls(self, call: Call, request: Request) -> Answer:
        return await self._delete(request, "OwnershipControls")

    @operation("PutBucketCors")
    async def put_bucket_cors(self, call: Call, request: Request) -> Answer:
        if not request["CORSConfiguration"].get("CORSRules"):
            raise malformed_xml()
        return await self._put(request, "Cors", request["CORSConfiguration"])

    @operation("GetBucketCors")
    async def get_bucket_cors(self, call: Call, request: Request) -> Answer:
        configuration: Answer = await self._get(request, "Cors")
        return configuration

    @operation("DeleteBucketCors")
    async def delete_bucket_cors(self, call: Call, request: Request) -> Answer:
        return await self._delete(request, "Cors")

    @operation("PutBucketLogging")
    async def put_bucket_logging(self, call: Call, request: Request) -> Answer:
        """Where records of requests are to go is kept; none are written."""
        wanted = request["BucketLoggingStatus"].get("LoggingEnabled")
        if not wanted:
            return await self._delete(request, "Logging")
        target = wanted["TargetBucket"]
        if await self.database.read(lambda tx: rows.find_bucket(tx, target)) is None:
            raise ServiceError(
                "The target bucket for logging does not exist", code="InvalidTargetBucketForLogging", status=400
            )
        return await self._put(request, "Logging", {"LoggingEnabled": wanted})

    @operation("GetBucketLogging")
    async def get_bucket_logging(self, call: Call, request: Request) -> Answer:
        return await self._look(request, "Logging") or {}

    async def _put(self, request: Request, kind: str, body: Json) -> Answer:
        def put(tx: Transaction) -> None:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            rows.put_setting(tx, bucket.name, kind, body)

        await self.database.write(put)
        return {}

    async def _get(self, request: Request, kind: str) -> Json:
        """The setting; raises the error that S3 has for its absence."""
        found = await self._look(request, kind)
        if found is None:
            raise no_such_setting(kind, request["Bucket"])
        return found

    async def _look(self, request: Request, kind: str) -> Json:
        """The setting, or None."""

        def get(tx: Transaction) -> Json:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            return rows.setting(tx, bucket.name, kind)

        return await self.database.read(get)

    async def _delete(self, request: Request, kind: str) -> Answer:
        def delete(tx: Transaction) -> None:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            rows.remove_setting(tx, bucket.name, kind)

        await self.database.write(delete)
        return {}


def check_policy(text: str) -> None:
    """Raise unless a policy is JSON with statements."""
    try:
        policy = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise malformed_policy("Policies must be valid JSON and the first byte must be '{'") from None
    if not isinstance(policy, dict):
        raise malformed_policy("Policies must be valid JSON and the first byte must be '{'")
    if not policy.get("Statement"):
        raise malformed_policy("Missing required field Statement")


def malformed_policy(message: str) -> ServiceError:
    return ServiceError(message, code="MalformedPolicy", status=400)
