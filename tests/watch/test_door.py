"""Who may look, and how seldom the services are asked."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway.running import KEY, Keys, Running, running
from penstock.gateway.guard import Guard
from penstock.gateway.settings import Settings
from penstock.watch.door import ASK_FOR_A_LINK, WatchDoor
from penstock.watch.links import PLACE, link, signed
from penstock.watch.passes import Passes
from penstock.wire.call import Call, Directory
from penstock.wire.validate import validate

NOTHING = {
    "sagemaker": {
        "ListPipelines": "PipelineSummaries", "ListModelPackages": "ModelPackageSummaryList",
        "ListEndpoints": "Endpoints",
        "ListMonitoringSchedules": "MonitoringScheduleSummaries", "ListProjects": "ProjectSummaryList",
    },
    "codepipeline": {"ListPipelines": "pipelines"},
    "codebuild": {"ListBuilds": "ids"},
    "stepfunctions": {"ListStateMachines": "stateMachines"},
    "cloudformation": {"DescribeStacks": "Stacks"},
}  # fmt: skip


@dataclass
class Looked:
    """A door to services that have nothing, and what they were asked."""

    keys: Keys = field(default_factory=Keys)
    calls: list[Call] = field(default_factory=list)
    version: int = 1
    time: float = 0.0
    gateway: Running = field(init=False)

    def get(self, path: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer; no redirection is followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=20)
        try:
            connection.request(
                "GET", PLACE + path, headers={name.replace("_", "-"): text for name, text in headers.items()}
            )
            answer = connection.getresponse()
            return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def come_by(self, address: str, path: str = "") -> tuple[int, dict[str, str], str]:
        return self.get(f"{path}?{urlsplit(address).query}")


@contextmanager
def door(*, auth: bool = False) -> Iterator[Looked]:
    directory, looked = Directory(validate), Looked()

    async def nothing(call: Call, _: Any) -> dict[str, list[Any]]:
        looked.calls.append(call)
        return {NOTHING[call.service][call.operation]: []}

    for service, operations in NOTHING.items():
        directory.provide(service, operations, nothing)
    watching = WatchDoor(
        directory,
        Guard(looked.keys, time.time, auth),
        Passes(b"seal", time.time),
        "eu-west-1",
        lambda: looked.version,
        lambda: looked.time,
    )
    with running(keys=looked.keys, settings=Settings(auth=auth), more=watching.routes()) as looked.gateway:
        yield looked


def link_of(looked: Looked, *, secret: str = KEY.secret, region: str = "") -> str:
    return signed(link(looked.gateway.url, region), region="us-east-1", access_key=KEY.access_key, secret=secret)


def test_the_page_and_its_files_are_from_here_and_run_nothing_else() -> None:
    with door() as looked:
        status, headers, page = looked.get()
        files = [looked.get(f"/{name}") for name in ("watch.mjs", "sheets.mjs", "watch.css", "icon.svg")]

    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "http" not in page.replace("http-equiv", "")
    assert [(status, headers["content-type"].partition(";")[0]) for status, headers, _ in files] == [
        (200, "text/javascript"), (200, "text/javascript"), (200, "text/css"), (200, "image/svg+xml")
    ]  # fmt: skip


def test_without_auth_this_machine_looks_at_the_server_s_region_or_another() -> None:
    with door() as looked:
        status, _, text = looked.get("/state")
        looked.get("/state?region=eu-north-1")

    assert status == 200
    assert json.loads(text) == {"at": 0.0, "region": "eu-west-1", "entries": {}, "happenings": []}
    assert [call.scope.region for call in looked.calls] == ["eu-west-1"] * 9 + ["eu-north-1"] * 9


@pytest.mark.parametrize("path", ["", "/state", "/about/endpoint?key=mine", "/log?group=mine"])
def test_another_site_s_page_may_not_look(path: str) -> None:
    with door() as looked:
        asked = (
            looked.get(path, Origin="https://elsewhere.example"),
            looked.get(path, User_Agent="Mozilla/5.0", Host="rebound.example"),
        )

    assert [status for status, _, _ in asked] == [403, 403]
    assert looked.calls == []


def test_as_long_as_nothing_has_changed_nobody_is_asked_again() -> None:
    with door() as looked:
        _, first, text = looked.get("/state")
        again = looked.get("/state", If_None_Match=first["etag"])
        anew = looked.get("/state")
        asked = len(looked.calls)
        looked.version, looked.time = 2, 0.1
        at_once = looked.get("/state", If_None_Match=first["etag"])
        looked.time = 0.6
        later, _, changed = looked.get("/state", If_None_Match=first["etag"])

    assert (again[0], again[2]) == (304, "")
    assert (anew[0], anew[2]) == (200, text)
    assert at_once[0] == 304  # it was told half a second ago
    assert (later, json.loads(changed)["at"]) == (200, 0.6)
    assert len(looked.calls) == 2 * asked


def test_what_is_not_there_is_said() -> None:
    with door() as looked:
        status, _, text = looked.get("/about/thing?key=mine")
        missing, _, sentence = looked.get("/about/endpoint?key=mine")

    assert (status, json.loads(text)) == (404, {"message": "There is no kind 'thing'."})
    assert missing == 501
    assert "sagemaker.DescribeEndpoint" in json.loads(sentence)["message"]


# -- where signatures are checked


@pytest.mark.parametrize("path", ["", "/state", "/about/endpoint?key=mine", "/log?group=mine"])
def test_with_auth_who_has_no_pass_is_told_how_to_get_one(path: str) -> None:
    with door(auth=True) as looked:
        status, _, text = looked.get(path, Cookie="penstock-watch=made.up")

    assert status == 401
    assert ASK_FOR_A_LINK in text
    assert looked.calls == []


def test_a_signed_link_gives_a_pass_for_its_key() -> None:
    with door(auth=True) as looked:
        status, headers, _ = looked.come_by(link_of(looked, region="eu-north-1"))
        cookie = headers["set-cookie"].partition(";")[0]
        page = looked.get("?region=eu-north-1", Cookie=cookie)
        state = looked.get("/state?region=eu-north-1", Cookie=cookie)

    assert status == 303
    assert headers["location"] == f"{looked.gateway.url}{PLACE}?region=eu-north-1"
    assert all(word in headers["set-cookie"] for word in ("HttpOnly", f"Path={PLACE}", "SameSite=lax", "Max-Age=43200"))
    assert (page[0], state[0]) == (200, 200)
    assert {(call.scope.account, call.scope.region) for call in looked.calls} == {(KEY.account, "eu-north-1")}


def test_a_link_that_is_not_good_gives_none() -> None:
    with door(auth=True) as looked:
        forged = looked.come_by(link_of(looked, secret="guessed"))
        changed = looked.come_by(link_of(looked).replace("us-east-1", "us-east-2"))
        for_state = looked.come_by(link_of(looked), "/state")
        elsewhere = looked.gateway.client("s3", signature_version="s3v4").generate_presigned_url(
            "get_object", Params={"Bucket": "_penstock", "Key": "watch"}
        )
        other = looked.come_by(elsewhere)

    assert [each[0] for each in (forged, changed, for_state, other)] == [403, 403, 401, 403]
    assert "`penstock watch` prints a new one" in forged[2]


def test_a_pass_is_worth_nothing_without_its_key() -> None:
    with door(auth=True) as looked:
        cookie = looked.come_by(link_of(looked))[1]["set-cookie"].partition(";")[0]
        looked.keys.held[KEY.access_key] = replace(KEY, active=False)
        inactive = looked.get("/state", Cookie=cookie)
        del looked.keys.held[KEY.access_key]
        deleted = looked.get("/state", Cookie=cookie)

    assert (inactive[0], deleted[0]) == (401, 401)
    assert looked.calls == []
