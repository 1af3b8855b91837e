"""Addresses to which anybody may put an object of S3's: presigned ones, signed in this server's own name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from penstock.wire.call import Call, Directory, Scope

LAST: Final = 43_200  # seconds


@dataclass(frozen=True)
class Addresses:
    directory: Directory
    endpoint: Callable[[], str]

    async def of(self, scope: Scope, bucket: str, key: str) -> str:
        """The address; it is good for some hours."""
        asked = Call("sts", "GetSessionToken", {"DurationSeconds": LAST}, scope)
        given = (await self.directory.answer(asked))["Credentials"]
        keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        request = AWSRequest(method="PUT", url=f"{self.endpoint()}/{bucket}/{quote(key)}")
        S3SigV4QueryAuth(keys, "s3", scope.region, expires=LAST).add_auth(request)
        return str(request.url)
