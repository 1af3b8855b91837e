"""The credentials endpoint, as botocore's own container provider asks it."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.credentials import ContainerProvider

from gateway.running import running
from penstock.gateway import credentials

KEYS = {"AccessKeyId": "ASIA", "SecretAccessKey": "secret", "Token": "token", "Expiration": 4102444800.0}


async def give(ticket: str) -> Mapping[str, Any] | None:
    return KEYS if ticket == "good" else None


def test_botocore_finds_keys_that_it_will_fetch_again() -> None:
    with running(more=[credentials.route(give)]) as gateway:
        found = ContainerProvider(
            {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{gateway.url}{credentials.PATH}",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "good",
            }
        ).load()

    assert (found.access_key, found.secret_key, found.token) == ("ASIA", "secret", "token")
    assert not found.refresh_needed()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "bad"}])
def test_others_get_nothing(headers: dict[str, str]) -> None:
    with (
        running(more=[credentials.route(give)]) as gateway,
        pytest.raises(urllib.error.HTTPError, match="403"),
    ):
        urllib.request.urlopen(urllib.request.Request(f"{gateway.url}{credentials.PATH}", headers=headers), timeout=20)
