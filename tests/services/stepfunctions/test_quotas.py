"""Quotas: AWS's, or what `stepfunctions.toml` says."""

from pathlib import Path

import pytest

from penstock.services.stepfunctions.interpreter.plan import Limits
from penstock.services.stepfunctions.quotas import WrongQuotas, read_quotas


def test_without_a_file_they_are_those_of_aws(tmp_path: Path) -> None:
    assert read_quotas(tmp_path) == Limits(
        payload_bytes=262_144, history_events=25_000, turn_events=2_000, turn_steps=10_000
    )


def test_what_a_file_names_is_changed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "stepfunctions.toml").write_text("history_events = 0\n")

    assert read_quotas(tmp_path) == Limits(history_events=0, turn_steps=10_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("payload = 3", "there is no quota 'payload'"),
        ("payload_bytes = -1", "'payload_bytes' must be a whole number"),
        ("payload_bytes = true", "'payload_bytes' must be a whole number"),
        ("turn_events = 1", "'turn_events' must be at least 10"),
        ("payload_bytes", "is not TOML"),
    ],
)
def test_a_mistake_is_told_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "stepfunctions.toml").write_text(text)

    with pytest.raises(WrongQuotas, match=said):
        read_quotas(tmp_path)
