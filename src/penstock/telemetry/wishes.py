"""Wishes: where telemetry is to go, by the command line and by the variables that the field's clients read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penstock.telemetry.sending import File, Http, Transport
from penstock.wire.outgoing import is_url

NAMESPACE: Final = "penstock"
TRUE: Final = frozenset({"true", "1"})
WHERE: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


class WrongWish(Exception):
    """What was asked for cannot be done; the message says what would do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """`traces` is a collector's address, empty where OpenTelemetry's variables say it, None where none are wanted."""

    traces: str | None = None
    lineage: Transport | None = None
    namespace: str = NAMESPACE


NOTHING: Final = Wishes()


def read(environ: Mapping[str, str], *, otlp: str = "", openlineage: str = "") -> Wishes:
    """What is wanted; an option comes before variables. Raises `WrongWish`."""
    return Wishes(
        _traces(environ, otlp), _lineage(environ, openlineage), environ.get("OPENLINEAGE_NAMESPACE") or NAMESPACE
    )


def _traces(environ: Mapping[str, str], otlp: str) -> str | None:
    if otlp:
        if not is_url(otlp):
            raise WrongWish(f"--otlp takes the address of a collector, as http://127.0.0.1:4318; it is '{otlp}'.")
        return otlp
    is_off = environ.get("OTEL_SDK_DISABLED", "").lower() in TRUE or environ.get("OTEL_TRACES_EXPORTER") == "none"
    if is_off or not any(environ.get(each) for each in WHERE):
        return None
    spoken = next((environ[each] for each in PROTOCOLS if environ.get(each)), "http/protobuf")
    if spoken != "http/protobuf":
        raise WrongWish(f"{PROTOCOLS[1]} is '{spoken}': traces are sent as http/protobuf only (port 4318 as a rule).")
    return ""


def _lineage(environ: Mapping[str, str], openlineage: str) -> Transport | None:
    if openlineage.startswith("file:"):
        return File(Path(openlineage.removeprefix("file:")))
    if not openlineage:
        if environ.get("OPENLINEAGE_DISABLED", "").lower() in TRUE:
            return None
        if environ.get("OPENLINEAGE__TRANSPORT__TYPE") == "file":
            return _file(environ)
    url = openlineage or environ.get("OPENLINEAGE_URL", "")
    if not url:
        return None
    if not is_url(url):
        raise WrongWish(f"OpenLineage events go to an http address or to file:PATH, not to '{url}'.")
    endpoint = environ.get("OPENLINEAGE_ENDPOINT", "api/v1/lineage")
    return Http(f"{url.rstrip('/')}/{endpoint.lstrip('/')}", environ.get("OPENLINEAGE_API_KEY", ""))


def _file(environ: Mapping[str, str]) -> Transport:
    path = environ.get("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH")
    if not path:
        raise WrongWish("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH must say which file lineage events go to.")
    return File(Path(path))
