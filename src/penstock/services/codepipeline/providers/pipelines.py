"""Pipelines: another pipeline is started, and not waited for."""

import json
from collections.abc import Mapping
from typing import Any

from penstock.services.codepipeline.providers.asking import Asking, Failed
from penstock.services.codepipeline.work import Work

Json = Any


async def start_pipeline(work: Work, asking: Asking) -> Mapping[str, Any]:
    """Start an execution, once for the attempt."""
    request = {
        "name": work.given("PipelineName"),
        "clientRequestToken": work.attempt.id,
        "variables": _list(work, "Variables"),
        "sourceRevisions": _list(work, "SourceRevisions"),
    }
    asked = {name: value for name, value in request.items() if value}
    execution = (await asking.ask("codepipeline", "StartPipelineExecution", asked))["pipelineExecutionId"]
    summary = f"Pipeline {request['name']} has been started."
    return {"ExternalId": execution, "Summary": summary}


def _list(work: Work, name: str) -> list[Json]:
    try:
        found = json.loads(work.given(name) or "[]")
    except ValueError as error:
        raise Failed("ConfigurationError", f"{name} is not a JSON array: {error}") from None
    if not isinstance(found, list):
        raise Failed("ConfigurationError", f"{name} is not a JSON array.")
    return found
