"""What no bucket here has, told as S3 tells it: tools that manage buckets (Terraform) read all of it.

Only the reading half is here. Whoever tries to set one of these is answered that it is not implemented.
"""

from dataclasses import dataclass

from penstock.services.s3 import rows
from penstock.services.s3.failures import no_such_setting
from penstock.services.s3.versions import Request
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, ServiceError, operation


@dataclass(frozen=True)
class Absences:
    """The operations that read settings which cannot be made here."""

    database: Database
    service: str = "s3"

    @operation("GetBucketAccelerateConfiguration")
    async def get_bucket_accelerate_configuration(self, call: Call, request: Request) -> Answer:
        return await self._nothing(request)

    @operation("GetBucketRequestPayment")
    async def get_bucket_request_payment(self, call: Call, request: Request) -> Answer:
        return {**await self._nothing(request), "Payer": "BucketOwner"}

    @operation("GetBucketPolicyStatus")
    async def get_bucket_policy_status(self, call: Call, request: Request) -> Answer:
        """Nothing is public: whoever asks needs a key, or is on this machine."""
        return {**await self._nothing(request), "PolicyStatus": {"IsPublic": False}}

    @operation("GetBucketWebsite")
    async def get_bucket_website(self, call: Call, request: Request) -> Answer:
        raise await self._absent(request, "Website")

    @operation("GetBucketReplication")
    async def get_bucket_replication(self, call: Call, request: Request) -> Answer:
        raise await self._absent(request, "Replication")

    @operation("GetObjectLockConfiguration")
    async def get_object_lock_configuration(self, call: Call, request: Request) -> Answer:
        raise await self._absent(request, "ObjectLock")

    async def _nothing(self, request: Request) -> Answer:
        """An empty configuration, of a bucket that is there."""
        await self.database.read(lambda tx: rows.bucket_of(tx, request["Bucket"], request.get("ExpectedBucketOwner")))
        return {}

    async def _absent(self, request: Request, kind: str) -> ServiceError:
        await self._nothing(request)
        return no_such_setting(kind, request["Bucket"])
