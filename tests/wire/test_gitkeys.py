"""What git shows where it asks for a repository of CodeCommit's."""

import base64

from penstock.wire.call import Directory, Scope
from penstock.wire.gitkeys import GitKeys, signature
from penstock.wire.validate import validate
from services.sessions import Sessions

PLACE = Scope("123456789012", "eu-west-1")
URL = "http://127.0.0.1:4599/v1/repos/app"
NOW = 1_700_000_000.0


async def test_a_header_is_a_sessions_key_with_a_signature_and_keys_are_used_while_they_are_good() -> None:
    now = [NOW]
    directory, sts = Directory(validate), Sessions(NOW)
    directory.register(sts)
    keys = GitKeys(directory, lambda: now[0])

    async def shown() -> list[str]:
        kind, _, text = (await keys.authorization(PLACE, URL)).partition(" ")
        assert kind == "Basic"
        return base64.b64decode(text).decode().split(":")

    user, password = await shown()
    assert user == "ASIAKEY%token1"
    assert password == "20231114T221320Z" + signature(
        "secret", "20231114T221320", "eu-west-1", "127.0.0.1", "/v1/repos/app"
    )
    now[0] += 2900
    assert (await shown())[0] == "ASIAKEY%token1"
    now[0] += 200
    assert (await shown())[0] == "ASIAKEY%token2"
    assert sts.given == 2
