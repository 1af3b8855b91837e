"""One S3 object to a file, with the standard library alone: importing botocore would take half a second.

The request goes to the endpoint that the job's variables name, else to S3 itself, and is signed (Signature
Version 4) where the variables hold keys, or say which container credentials endpoint has some. Credentials from
elsewhere (profiles, roles of an instance) are left to boto3, where the environment has it.
"""

import hashlib
import hmac
import importlib
import importlib.util
import json
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from penstock_image.failure import ClientError

UNSIGNED = "UNSIGNED-PAYLOAD"
LONGEST_SILENCE = 60.0  # seconds


def endpoint(variables: Mapping[str, str]) -> str | None:
    """Where the job's S3 is; S3_ENDPOINT_URL is the training toolkit's own variable and comes first."""
    names = ("S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    return next((variables[name].rstrip("/") for name in names if variables.get(name)), None)


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed(
    url: str,
    variables: Mapping[str, str],
    region: str,
    now: time.struct_time,
    method: str = "GET",
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """`more` headers, and those that sign a request for `url`; only the first where the variables hold no keys."""
    secret = variables.get("AWS_SECRET_ACCESS_KEY")
    if not secret:
        return dict(more)
    where = urllib.parse.urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", now)
    headers = {"host": where.netloc, "x-amz-content-sha256": UNSIGNED, "x-amz-date": stamp, **more}
    if variables.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = variables["AWS_SESSION_TOKEN"]
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"{method}\n{where.path}\n{where.query}\n{lines}\n{names}\n{UNSIGNED}"
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _keyed(key, part)
    signature = _keyed(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}").hex()
    credential = f"{variables.get('AWS_ACCESS_KEY_ID', '')}/{scope}"
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return headers


def with_keys(variables: Mapping[str, str]) -> Mapping[str, str]:
    """The variables, with keys that the container credentials endpoint gives where they name one."""
    place = variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if variables.get("AWS_SECRET_ACCESS_KEY") or not place:
        return variables
    ticket = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    try:
        asked = urllib.request.Request(place, headers={"Authorization": ticket})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=LONGEST_SILENCE) as answer:  # noqa: S310
            keys = json.load(answer)
    except OSError as problem:
        raise ClientError(f"the credentials endpoint {place} gives no keys: {problem}") from problem
    return {
        **variables,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["Token"],
    }


def _boto3_downloads(bucket: str, key: str, target: Path) -> None:
    boto3 = importlib.import_module("boto3")
    boto3.client("s3").download_file(bucket, key, str(target))


def region_of(variables: Mapping[str, str]) -> str:
    return variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION") or "us-east-1"


def download(uri: str, target: Path, variables: Mapping[str, str]) -> None:
    """Bring the object `s3://bucket/key` to the file `target`."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    region = region_of(variables)
    variables = with_keys(variables)
    base = endpoint(variables)
    if base is None and not variables.get("AWS_SECRET_ACCESS_KEY") and importlib.util.find_spec("boto3"):
        _boto3_downloads(bucket, key, target)
        return
    url = f"{base or f'https://s3.{region}.amazonaws.com'}/{bucket}/{urllib.parse.quote(key, safe='/-_.~')}"
    request = urllib.request.Request(url, headers=signed(url, variables, region, time.gmtime()))  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=LONGEST_SILENCE) as answer, target.open("wb") as file:  # noqa: S310
            shutil.copyfileobj(answer, file, 1 << 20)
    except urllib.error.HTTPError as problem:
        said = problem.read(2048).decode("utf-8", "replace")
        raise ClientError(f"could not download {uri}: {problem.code} {problem.reason}. {said}") from problem
    except OSError as problem:
        raise ClientError(f"could not download {uri} from {base or 'S3'}: {problem}") from problem
