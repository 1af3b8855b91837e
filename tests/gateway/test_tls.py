"""TLS: a second port with the same answers, and what is said where there can be none."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import SSLError
from click import UsageError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from penstock.app import CannotStart, Penstock, Settings
from penstock.cli.up import tls_of
from penstock.gateway.tls import Tls, WrongTls, place_of

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])


def certificate(folder: Path, password: bytes = b"") -> tuple[Path, Path]:
    """A certificate for localhost that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, sealed))
    return folder / "cert.pem", folder / "key.pem"


def client_at(endpoint: str, authority: Path | bool, service: str) -> Any:
    return boto3.client(
        service, endpoint_url=endpoint, verify=authority if isinstance(authority, bool) else str(authority),
        region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s",
    )  # fmt: skip


def repository(endpoint: str, authority: Path | bool, name: str) -> str:
    """The address of a new repository as that port tells it."""
    client = client_at(endpoint, authority, "codecommit")
    try:
        url: str = client.create_repository(repositoryName=name)["repositoryMetadata"]["cloneUrlHttp"]
        return url
    finally:
        client.close()


async def test_the_same_is_answered_over_tls(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    async with Penstock(Settings(data=tmp_path / "data", port=0, tls=Tls("localhost", 0, cert, key))) as server:
        spoken = await asyncio.to_thread(repository, server.tls_endpoint, cert, "over")
        plain = await asyncio.to_thread(repository, server.endpoint, True, "beside")
        with pytest.raises(SSLError):
            await asyncio.to_thread(repository, server.tls_endpoint, True, "distrusted")

    assert server.tls_endpoint.startswith("https://localhost:")
    assert spoken == f"{server.tls_endpoint}/v1/repos/over"
    assert plain == f"{server.endpoint}/v1/repos/beside"


def payload_url(endpoint: str, authority: Path | bool) -> str:
    """Where a new webhook wants to be told."""
    client = client_at(endpoint, authority, "codebuild")
    try:
        client.create_project(
            name="app", source={"type": "GITHUB", "location": "https://github.com/o/r"}, serviceRole="r" * 20,
            artifacts={"type": "NO_ARTIFACTS"},
            environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        )  # fmt: skip
        url: str = client.create_webhook(projectName="app")["webhook"]["payloadUrl"]
        return url
    finally:
        client.close()


async def test_git_hosts_are_told_the_address_that_leads_here_from_outside(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    settings = Settings(data=tmp_path / "data", port=0, tls=Tls("localhost", 0, cert, key))
    async with Penstock(settings) as server:
        told = await asyncio.to_thread(payload_url, server.tls_endpoint, cert)
    assert told.startswith(f"{server.tls_endpoint}/_penstock/webhooks/codebuild/")

    public = Settings(data=tmp_path / "public", port=0, public_url="https://git.example")
    async with Penstock(public) as server:
        told = await asyncio.to_thread(payload_url, server.endpoint, True)
    assert told.startswith("https://git.example/_penstock/webhooks/codebuild/")


async def test_a_server_that_cannot_speak_tls_does_not_start(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path)
    with pytest.raises(CannotStart, match="no certificate with its key can be read"):
        await Penstock(Settings(data=tmp_path / "data", port=0, tls=Tls("localhost", 0, cert))).__aenter__()
    with pytest.raises(CannotStart, match="without --auth"):
        await Penstock(Settings(data=tmp_path / "data", port=0, tls=Tls("0.0.0.0", 0, cert))).__aenter__()


def test_a_key_that_wants_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongTls, match="protected by a password"):
        Tls("localhost", 0, *certificate(tmp_path, b"secret")).context()


def test_one_file_may_hold_both_and_old_tls_is_not_spoken(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    cert.write_bytes(key.read_bytes() + cert.read_bytes())

    assert Tls("localhost", 0, cert).context().minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("git.example:8443", ("git.example", 8443)), ("8443", ("127.0.0.1", 8443)), ("[::1]:0", ("::1", 0)),
        ("git.example", None), ("git.example:x", None), ("h:99999", None),
    ],
)  # fmt: skip
def test_an_address_is_a_host_and_a_port(text: str, place: tuple[str, int] | None) -> None:
    if place is None:
        with pytest.raises(WrongTls, match="HOST:PORT"):
            place_of(text)
    else:
        assert place_of(text) == place


def test_an_address_needs_a_certificate_and_a_certificate_an_address(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    assert tls_of("", None, None) is None
    assert tls_of("h:1", cert, key) == Tls("h", 1, cert, key)
    for wrong in (("h:1", None, None), ("", cert, key), ("h", cert, key)):
        with pytest.raises(UsageError, match="HOST:PORT"):
            tls_of(*wrong)
