"""A query execution as Athena tells it."""

from typing import Any, Final

import msgspec

from penstock.services.athena import statements
from penstock.services.athena.model import WORKGROUP, Column, State
from penstock.store.documents import Document

Json = Any
ENGINE: Final = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
TEXTS: Final = {"varchar", "char", "string", "json"}


def state_of(document: Document) -> State:
    return msgspec.convert(document.body["State"], State)


def execution(document: Document) -> dict[str, Json]:
    """A `QueryExecution`."""
    state, asked = state_of(document), document.body["Request"]
    return {
        "QueryExecutionId": document.name,
        "Query": asked["QueryString"],
        "StatementType": statements.kind_of(asked["QueryString"]),
        "ResultConfiguration": {**asked["ResultConfiguration"], "OutputLocation": document.body["Result"]},
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": asked.get("QueryExecutionContext", {}),
        "Status": status(document, state),
        "Statistics": statistics(document, state),
        "WorkGroup": asked.get("WorkGroup", WORKGROUP),
        "EngineVersion": ENGINE,
    }


def status(document: Document, state: State) -> dict[str, Json]:
    told: dict[str, Json] = {"State": state.status, "SubmissionDateTime": document.created_at}
    if state.ended_at:
        told["CompletionDateTime"] = state.ended_at
    if (failure := state.result.failure) is not None:
        told["StateChangeReason"] = failure.reason
        told["AthenaError"] = {
            "ErrorCategory": failure.category, "ErrorMessage": failure.reason, "Retryable": failure.category == 1
        }  # fmt: skip
    return told


def statistics(document: Document, state: State) -> dict[str, Json]:
    if not state.ended_at:
        return {}
    began, result = state.began_at or state.ended_at, state.result
    return {
        "EngineExecutionTimeInMillis": result.executed,
        "DataScannedInBytes": result.scanned,
        "TotalExecutionTimeInMillis": round(1000 * (state.ended_at - document.created_at)),
        "QueryQueueTimeInMillis": round(1000 * (began - document.created_at)),
        "QueryPlanningTimeInMillis": result.planned,
        "ServiceProcessingTimeInMillis": result.published,
        "ResultReuseInformation": {"ReusedPreviousResult": False},
    }


def column(given: Column) -> dict[str, Json]:
    """A `ColumnInfo`."""
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": given.name,
        "Label": given.name,
        "Type": given.type,
        "Precision": given.precision,
        "Scale": given.scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": given.type in TEXTS,
    }
