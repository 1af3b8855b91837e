"""Buckets: made, found, listed, versioned and removed. Their names are unique among all accounts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from penstock.services.s3 import listing, rows
from penstock.services.s3.failures import acls_not_supported, malformed_xml, not_built
from penstock.services.s3.model import Bucket, check_bucket_name
from penstock.services.s3.objects import full_control, owner
from penstock.services.s3.requests import checked_tags, refuse_what_is_not_built
from penstock.services.s3.settings import MOST_BUCKET_TAGS, OPEN_TO_NOBODY
from penstock.services.s3.versions import Request
from penstock.store.database import Database, Transaction
from penstock.wire.call import DEFAULT_REGION, Answer, Call, ServiceError, operation

MOST_BUCKETS: Final = 10_000


@dataclass(frozen=True)
class Buckets:
    """The operations on buckets as such."""

    database: Database
    clock: Callable[[], float]
    service: str = "s3"

    @operation("CreateBucket")
    async def create_bucket(self, call: Call, request: Request) -> Answer:
        refuse_what_is_not_built(request)
        if request.get("ObjectLockEnabledForBucket"):
            raise not_built("object lock", "leave out ObjectLockEnabledForBucket")
        name, configuration = request["Bucket"], request.get("CreateBucketConfiguration") or {}
        check_bucket_name(name)
        if configuration.get("Location") or configuration.get("Bucket"):
            raise not_built("directory buckets", "leave out Location and Bucket of CreateBucketConfiguration")
        region = region_for(call.scope.region, configuration.get("LocationConstraint"))
        tags = [(tag["Key"], tag["Value"]) for tag in configuration.get("Tags") or []]
        checked_tags(tags, most=MOST_BUCKET_TAGS)
        bucket = Bucket(name=name, account=call.scope.account, region=region, created_at=float(int(self.clock())))
        settings = {
            "PublicAccessBlock": OPEN_TO_NOBODY,
            "OwnershipControls": {
                "Rules": [{"ObjectOwnership": request.get("ObjectOwnership") or "BucketOwnerEnforced"}]
            },
            **({"Tagging": {"TagSet": configuration["Tags"]}} if tags else {}),
        }

        def create(tx: Transaction) -> None:
            if not rows.insert_bucket(tx, bucket):
                refuse_second(rows.bucket_of(tx, name), bucket)
                return
            for kind, body in settings.items():
                rows.put_setting(tx, name, kind, body)

        await self.database.write(create)
        return {"Location": f"/{name}", "BucketArn": bucket.arn}

    @operation("HeadBucket")
    async def head_bucket(self, call: Call, request: Request) -> Answer:
        bucket = await self._bucket(request)
        return {"BucketRegion": bucket.region, "BucketArn": bucket.arn, "AccessPointAlias": False}

    @operation("ListBuckets")
    async def list_buckets(self, call: Call, request: Request) -> Answer:
        prefix, region = request.get("Prefix") or "", request.get("BucketRegion")
        most = request.get("MaxBuckets") or MOST_BUCKETS
        token = request.get("ContinuationToken")
        start = listing.read_token(token) if token else ""

        def find(tx: Transaction) -> list[Bucket]:
            every = rows.buckets(tx, call.scope.account, prefix=prefix, after=start, limit=rows.EVERY)
            return [bucket for bucket in every if region in {None, bucket.region}]

        found = await self.database.read(find)
        page = found[:most]
        told = [
            {"Name": each.name, "CreationDate": each.created_at, "BucketRegion": each.region, "BucketArn": each.arn}
            for each in page
        ]
        answer: Answer = {"Buckets": told, "Owner": owner(call.scope.account)}
        if prefix:
            answer = {**answer, "Prefix": prefix}
        return {**answer, "ContinuationToken": listing.write_token(page[-1].name)} if len(found) > most else answer

    @operation("DeleteBucket")
    async def delete_bucket(self, call: Call, request: Request) -> Answer:
        def delete(tx: Transaction) -> None:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            if not rows.remove_bucket(tx, bucket.name):
                raise ServiceError(
                    "The bucket you tried to delete is not empty"
                    + (". You must delete all versions in the bucket." if bucket.versioning else ""),
                    code="BucketNotEmpty", status=409, BucketName=bucket.name,
                )  # fmt: skip

        await self.database.write(delete)
        return {}

    @operation("GetBucketLocation")
    async def get_bucket_location(self, call: Call, request: Request) -> Answer:
        bucket = await self._bucket(request)
        return {"LocationConstraint": None if bucket.region == DEFAULT_REGION else bucket.region}

    @operation("GetBucketVersioning")
    async def get_bucket_versioning(self, call: Call, request: Request) -> Answer:
        bucket = await self._bucket(request)
        return {"Status": bucket.versioning} if bucket.versioning else {}

    @operation("PutBucketVersioning")
    async def put_bucket_versioning(self, call: Call, request: Request) -> Answer:
        configuration = request["VersioningConfiguration"]
        status = configuration.get("Status")
        if status not in {"Enabled", "Suspended"}:
            raise malformed_xml()
        if configuration.get("MFADelete") == "Enabled" or request.get("MFA"):
            raise not_built("MFA delete", "leave out MFADelete and MFA")

        def put(tx: Transaction) -> None:
            bucket = rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner"))
            rows.set_versioning(tx, bucket.name, status)

        await self.database.write(put)
        return {}

    @operation("GetBucketAcl")
    async def get_bucket_acl(self, call: Call, request: Request) -> Answer:
        return full_control(await self._bucket(request))

    @operation("PutBucketAcl")
    async def put_bucket_acl(self, call: Call, request: Request) -> Answer:
        """Buckets belong to their owners alone: `private` is what they are, anything else is refused."""
        await self._bucket(request)
        if request.get("ACL") != "private":
            raise acls_not_supported()
        return {}

    async def _bucket(self, request: Request) -> Bucket:
        wanted = request.get("ExpectedBucketOwner")
        return await self.database.read(lambda tx: rows.bucket_of(tx, request["Bucket"], wanted))


def region_for(endpoint: str, constraint: str | None) -> str:
    """The region of a new bucket: what is asked for, where the endpoint's region may make it."""
    if constraint is None and endpoint == DEFAULT_REGION:
        return DEFAULT_REGION
    if constraint == DEFAULT_REGION:
        raise invalid_location(constraint)
    asked = "eu-west-1" if constraint == "EU" else constraint
    if endpoint not in {DEFAULT_REGION, asked}:
        raise ServiceError(
            f"The {asked or 'unspecified'} location constraint is incompatible for the region specific endpoint "
            "this request was sent to.",
            code="IllegalLocationConstraintException", status=400,
        )  # fmt: skip
    return asked or endpoint


def invalid_location(constraint: str) -> ServiceError:
    return ServiceError(
        "The specified location-constraint is not valid",
        code="InvalidLocationConstraint", status=400, LocationConstraint=constraint,
    )  # fmt: skip


def refuse_second(found: Bucket, wanted: Bucket) -> None:
    """Raise because the name is taken; making one's own bucket again in us-east-1 is no error, on AWS as here."""
    if found.account != wanted.account:
        raise ServiceError(
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            "Please select a different name and try again.",
            code="BucketAlreadyExists", status=409, BucketName=found.name,
        )  # fmt: skip
    if not found.region == wanted.region == DEFAULT_REGION:
        raise ServiceError(
            "Your previous request to create the named bucket succeeded and you already own it.",
            code="BucketAlreadyOwnedByYou", status=409, BucketName=found.name,
        )  # fmt: skip
