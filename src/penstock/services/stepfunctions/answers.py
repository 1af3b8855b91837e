"""Answers about executions: what standard and express ones have in common."""

from collections.abc import Mapping
from typing import Any

Json = Any


def wants_data(request: Mapping[str, Json]) -> bool:
    """Whether input and output are asked for, or only what is told of them."""
    return request.get("includedData") != "METADATA_ONLY"


def data(sent: str, output: str | None, *, included: bool) -> dict[str, Json]:
    """The members that tell of an execution's input and, once there is one, its output."""
    texts = {"input": sent} if output is None else {"input": sent, "output": output}
    details = {f"{name}Details": {"included": included} for name in texts}
    return {**details, **texts} if included else details


def present(members: Mapping[str, Json]) -> dict[str, Json]:
    """Those members that there are."""
    return {name: value for name, value in members.items() if value is not None}
