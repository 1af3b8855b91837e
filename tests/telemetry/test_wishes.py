"""Where telemetry goes, by options and by the variables that the field's clients read."""

from pathlib import Path

import pytest

from penstock.telemetry.sending import File, Http
from penstock.telemetry.wishes import NOTHING, Wishes, WrongWish, read


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, NOTHING),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, Wishes(traces="")),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/t"}, Wishes(traces="")),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, NOTHING),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, NOTHING),
        ({"OPENLINEAGE_URL": "http://m:5000/"}, Wishes(lineage=Http("http://m:5000/api/v1/lineage"))),
        (
            {"OPENLINEAGE_URL": "http://m", "OPENLINEAGE_ENDPOINT": "in", "OPENLINEAGE_API_KEY": "k"},
            Wishes(lineage=Http("http://m/in", "k")),
        ),
        ({"OPENLINEAGE_URL": "http://m", "OPENLINEAGE_DISABLED": "true"}, NOTHING),
        (
            {"OPENLINEAGE__TRANSPORT__TYPE": "file", "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": "/a/b"},
            Wishes(lineage=File(Path("/a/b"))),
        ),
        ({"OPENLINEAGE_NAMESPACE": "team"}, Wishes(namespace="team")),
    ],
)
def test_variables_say_where(environ: dict[str, str], wanted: Wishes) -> None:
    assert read(environ) == wanted


def test_options_come_first() -> None:
    environ = {"OTEL_SDK_DISABLED": "true", "OPENLINEAGE_URL": "http://m"}

    found = read(environ, otlp="http://c:4318", openlineage="file:/x")

    assert found == Wishes(traces="http://c:4318", lineage=File(Path("/x")))


@pytest.mark.parametrize(
    ("environ", "otlp", "openlineage", "why"),
    [
        ({}, "c:4317", "", "--otlp takes the address"),
        ({}, "", "nowhere", "not to 'nowhere'"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "",
            "",
            "http/protobuf only",
        ),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "file"}, "", "", "LOG_FILE_PATH must say"),
    ],
)
def test_what_cannot_be_done_is_refused(environ: dict[str, str], otlp: str, openlineage: str, why: str) -> None:
    with pytest.raises(WrongWish, match=why):
        read(environ, otlp=otlp, openlineage=openlineage)
