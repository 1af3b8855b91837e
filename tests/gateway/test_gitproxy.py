"""The door for git to hosts that connections lead to: what it does not lead to, it says."""

from starlette.requests import Request

from penstock.gateway.gitproxy import PLACE, GitProxy
from penstock.wire.credentials import Credential


async def over_ssh(*_: str) -> tuple[str, str]:
    return "ssh://git@git.example/team/app.git", ""


async def nobody(*_: str) -> Credential | None:
    return None


async def test_what_is_reached_over_ssh_is_to_be_cloned_from_the_host_itself() -> None:
    proxy = GitProxy(over_ssh, lambda *_: None, nobody, auth=False)  # type: ignore[arg-type]
    asked = {"account": "123456789012", "region": "us-east-1", "connection": "c0ffee", "path": "team/app/info/refs"}
    scope = {
        "type": "http", "method": "GET", "path": f"{PLACE}/{'/'.join(asked.values())}", "query_string": b"",
        "raw_path": b"", "headers": [(b"host", b"127.0.0.1:4599")], "path_params": asked,
    }  # fmt: skip

    answer = await proxy.answer(Request(scope))
    await proxy.close()

    assert (answer.status_code, b"over ssh only" in bytes(answer.body)) == (501, True)
