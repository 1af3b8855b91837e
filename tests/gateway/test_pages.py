"""The gateway's own pages: health for programs, the front page for people, and nothing of S3's hidden."""

import json
import re
import urllib.request
from importlib.metadata import version

from gateway.running import running
from gateway.services import Buckets, Identity
from penstock.gateway.settings import Settings


def fetched(url: str, **headers: str) -> tuple[str, str]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return answer.headers["content-type"], answer.read().decode()


def test_health_tells_version_services_and_counts() -> None:
    with running(Buckets(), Identity(), counts={"runs open": 3}) as gateway:
        kind, text = fetched(f"{gateway.url}/_penstock/health")

    told = json.loads(text)
    assert kind == "application/json"
    assert told["status"] == "ok"
    assert told["version"] == version("penstock")
    assert told["uptime_seconds"] >= 0
    assert told["services"] == {"s3": 4, "sts": 1}
    assert told["counts"] == {"runs open": 3}


def test_health_needs_no_signature() -> None:
    with running(settings=Settings(auth=True)) as gateway:
        assert "ok" in fetched(f"{gateway.url}/_penstock/health")[1]


def test_a_browser_sees_what_is_here() -> None:
    with running(Identity(), counts={"runs <open>": 3}) as gateway:
        kind, page = fetched(gateway.url, Accept="text/html,application/xhtml+xml")

    assert kind.startswith("text/html")
    assert "AWS Security Token Service" in page
    assert re.search(r"1 of \d+", page)
    assert "runs &lt;open&gt;" in page
    assert f"AWS_ENDPOINT_URL={gateway.url}" in page


def test_the_front_page_leads_to_the_others() -> None:
    with running(links={"Watch <it>": "/_penstock/watch"}) as gateway:
        _, page = fetched(gateway.url, Accept="text/html")

    assert '<a href="/_penstock/watch">Watch &lt;it&gt;</a>' in page


def test_an_api_client_at_the_same_address_sees_s3() -> None:
    buckets = Buckets()
    with running(buckets) as gateway:
        gateway.client("s3").list_buckets()
        fetched(f"{gateway.url}/?x-id=ListBuckets", Accept="text/html")

    assert [call.operation for call in buckets.calls] == ["ListBuckets", "ListBuckets"]
