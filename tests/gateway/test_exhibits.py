"""The door for everybody: what customers have named is text in the pages, and files are to be kept."""

import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.running import Running, running
from penstock.gateway.exhibits import ExhibitDoor
from penstock.wire.call import Body, Json

HOSTILE = "<script>alert(1)</script>"
BUILD = {
    "id": "1", "buildNumber": 1, "buildStatus": "FAILED", "startTime": 0.0, "endTime": None, "sourceVersion": HOSTILE,
    "resolvedSourceVersion": None,
}  # fmt: skip
PHASE = {"phaseType": "BUILD", "contexts": [{"statusCode": "COMMAND_EXECUTION_ERROR", "message": HOSTILE}]}


class Shown:
    async def badge(self, uuid: str, *, branch: str, tag: str) -> str:
        return {"main": "passing"}.get(branch, "unknown")

    async def builds(self, alias: str, token: str) -> Mapping[str, Json] | None:
        if alias != "alias":
            return None
        return {"project": HOSTILE, "description": HOSTILE, "builds": [BUILD], "next": "a&b"}

    async def build(self, alias: str, id: str) -> Mapping[str, Json] | None:  # noqa: A002
        return {**BUILD, "project": HOSTILE, "phases": [PHASE], "log": True, "artifacts": {HOSTILE: "b/k"}}

    async def log(self, alias: str, id: str) -> AsyncIterator[str] | None:  # noqa: A002
        return self._lines()

    async def _lines(self) -> AsyncIterator[str]:
        yield HOSTILE

    async def artifact(self, alias: str, id: str, identifier: str) -> tuple[str, bytes | Body] | None:  # noqa: A002
        return 'a"\r\nb.html', HOSTILE.encode()


def opened(gateway: Running, path: str, **headers: str) -> tuple[str, Mapping[str, str]]:
    request = urllib.request.Request(f"{gateway.url}/_penstock/{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode(), {name.lower(): value for name, value in answer.headers.items()}


def test_what_customers_have_named_is_text() -> None:
    with running(more=ExhibitDoor(Shown(), auth=False).routes()) as gateway:
        pages = [opened(gateway, f"public-builds/{path}") for path in ("alias", "alias/1")]
        log = opened(gateway, "public-builds/alias/1/log")
        artifact = opened(gateway, "public-builds/alias/1/artifacts/primary")

    for text, headers in pages:
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text
        assert "sandbox" in headers["content-security-policy"]
    assert (log[0], log[1]["content-type"].partition(";")[0], log[1]["x-content-type-options"]) == (
        HOSTILE, "text/plain", "nosniff"
    )  # fmt: skip
    assert artifact[1]["content-disposition"] == "attachment; filename*=UTF-8''a%22%0D%0Ab.html"
    assert (artifact[0], artifact[1]["content-type"]) == (HOSTILE, "application/octet-stream")


@pytest.mark.parametrize(("branch", "said"), [("main", "passing"), ("dev", "unknown")])
def test_a_badge_is_a_picture_that_nobody_keeps(branch: str, said: str) -> None:
    with running(more=ExhibitDoor(Shown(), auth=False).routes()) as gateway:
        picture, headers = opened(gateway, f"badges?uuid=x&branch={branch}", Accept="image/*")

    assert f"build: {said}" in picture
    assert headers["content-type"].startswith("image/svg+xml")
    assert "no-store" in headers["cache-control"]


def test_what_is_not_there_and_pages_of_other_sites_are_told_so() -> None:
    with running(more=ExhibitDoor(Shown(), auth=False).routes()) as gateway:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            opened(gateway, "public-builds/other")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            opened(gateway, "public-builds/alias", Origin="https://evil.example")
