"""The door for git to hosts that connections lead to: what it does not lead to, and to whom it is closed, it says."""

import base64

import pytest
from starlette.requests import Request

from penstock.gateway.gitproxy import PLACE, GitProxy
from penstock.wire.credentials import Credential
from penstock.wire.gitkeys import signature

NOW = 1_700_000_000.0
STAMP = "20231114T221320"
ACCOUNT, REGION = "123456789012", "eu-west-1"
PARTS = {"account": ACCOUNT, "region": REGION, "connection": "c0ffee", "path": "team/app.git/info/refs"}
REPOSITORY = f"{PLACE}/{ACCOUNT}/{REGION}/c0ffee/team/app.git"


class Ring:
    """One session's key."""

    async def find(self, access_key: str) -> Credential | None:
        if access_key != "ASIAKEY":
            return None
        return Credential(
            access_key=access_key, secret="secret", session_token="token", expires_at=NOW + 60, account=ACCOUNT,
            principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
        )  # fmt: skip


async def over_ssh(*_: str) -> tuple[str, str]:
    return "ssh://git@git.example/team/app.git", ""


async def nobody(*_: str) -> Credential | None:
    return None


async def answered(*, auth: bool, authorization: str = "") -> tuple[int, str]:
    proxy = GitProxy(over_ssh, lambda *_: None, nobody, Ring(), lambda: NOW, auth=auth)  # type: ignore[arg-type]
    headers = [(b"host", b"127.0.0.1:4599")]
    if authorization:
        headers.append((b"authorization", b"Basic " + base64.b64encode(authorization.encode())))
    scope = {
        "type": "http", "method": "GET", "path": f"{REPOSITORY}/info/refs", "query_string": b"", "scheme": "http",
        "raw_path": b"", "headers": headers, "path_params": PARTS, "server": ("127.0.0.1", 4599),
    }  # fmt: skip
    answer = await proxy.answer(Request(scope))
    await proxy.close()
    return answer.status_code, bytes(answer.body).decode()


def signed(path: str = REPOSITORY, *, secret: str = "secret", region: str = REGION) -> str:
    return f"ASIAKEY%token:{STAMP}Z{signature(secret, STAMP, region, '127.0.0.1', path)}"


async def test_what_is_reached_over_ssh_is_to_be_cloned_from_the_host_itself() -> None:
    status, said = await answered(auth=False)

    assert (status, "over ssh only" in said) == (501, True)


async def test_a_build_that_shows_the_signature_of_its_key_is_let_in() -> None:
    assert (await answered(auth=True, authorization=signed()))[0] == 501


@pytest.mark.parametrize(
    ("authorization", "why"),
    [
        ("", "Show git credentials of a user of this account."),
        ("somebody:password", "Show git credentials of a user of this account."),
        (signed(secret="other"), "The signature is not that of this key"),
        (signed(region="us-east-1"), "The signature is not that of this key"),
        (signed(REPOSITORY.replace("app", "other")), "The signature is not that of this key"),
        (signed().replace("%token", "%other"), "The user name or the password is wrong."),
    ],
)
async def test_nobody_else_is_let_in(authorization: str, why: str) -> None:
    status, said = await answered(auth=True, authorization=authorization)

    assert (status, said.startswith(why)) == (401, True)
