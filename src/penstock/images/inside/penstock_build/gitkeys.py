"""Keys for git: codebuild-git-credentials get, as git asks its helpers.

A repository of CodeCommit, or one behind a connection, is shown the keys of the build's role, with a signature as
password, as by AWS's helper.
"""

import hmac
import json
import os
import sys
import urllib.request
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any, Mapping, Sequence

Json = Any
PLACES = ("v1/repos/", "_penstock/git-http/")
WITHIN = 30.0  # seconds


def answer(words: Sequence[str]) -> int:
    """What is asked is `get`; nothing is kept."""
    asked = dict(line.split("=", 1) for line in sys.stdin.read().splitlines() if "=" in line)
    if list(words) != ["get"] or not asked.get("path", "").startswith(PLACES):
        return 0
    keys = given()
    if keys:
        stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
        print(f"username={keys['AccessKeyId']}%{keys['Token']}")
        print(f"password={stamp}Z{signature(keys['SecretAccessKey'], stamp, asked)}")
    return 0


def given() -> Json:
    """The role's keys, from where every AWS client has them; None where there are none."""
    address = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if address is None:
        return None
    request = urllib.request.Request(address)  # noqa: S310 - an address of the server
    request.add_header("Authorization", os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", ""))
    with urllib.request.urlopen(request, timeout=WITHIN) as told:  # noqa: S310
        return json.load(told)


def signature(secret: str, stamp: str, asked: Mapping[str, str]) -> str:
    """Signature version 4, of git's kind of request."""
    region, day = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "us-east-1"), stamp[:8]
    host, path = asked["host"].rpartition("@")[2].partition(":")[0], asked["path"]
    canonical = f"GIT\n/{path}\n\nhost:{host}\n\nhost\n"
    scope = f"{day}/{region}/codecommit/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key.hex()
