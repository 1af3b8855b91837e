"""Addresses: where a client found this server."""

import pytest

from penstock.wire.http import HttpRequest, address

TOLD = [
    ({"host": "localhost:4599"}, "http://localhost:4599"),
    ({"host": "[::1]:4599"}, "http://[::1]:4599"),
    ({"host": "penstock.example.com", "x-forwarded-proto": "https"}, "https://penstock.example.com"),
    ({"host": "penstock.example.com", "x-forwarded-proto": "gopher"}, "http://penstock.example.com"),
    ({"host": "a/b"}, ""),
    ({"host": "a b"}, ""),
    ({}, ""),
]


@pytest.mark.parametrize(("headers", "told"), TOLD)
def test_an_address_is_what_the_head_tells_and_no_more(headers: dict[str, str], told: str) -> None:
    assert address(HttpRequest("POST", "/", headers=headers)) == told
