"""Which fields an object of the language may have, and which query language they belong to.

The rows are the language: a field that is not in its row is refused, and so is one of the other query language.
"""

from collections.abc import Mapping
from typing import Final

from penstock.languages.asl.entry import Entry
from penstock.languages.asl.tree import QueryLanguage

_ANY: Final = ("Type", "Comment", "QueryLanguage")
_GOES_ON: Final = ("Next", "End")
_PATHS: Final = ("InputPath", "OutputPath", "Output")
_RESULT: Final = ("ResultSelector", "ResultPath")
_RESCUE: Final = ("Retry", "Catch")

STATES: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(fields)
    for name, fields in {
        "Task": (
            *_ANY, *_GOES_ON, *_PATHS, *_RESULT, *_RESCUE, "Assign", "Resource", "Parameters", "Arguments",
            "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath",
        ),
        "Wait": (*_ANY, *_GOES_ON, *_PATHS, "Assign", "Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
        "Pass": (*_ANY, *_GOES_ON, *_PATHS, "Assign", "Result", "ResultPath", "Parameters"),
        "Succeed": (*_ANY, *_PATHS),
        "Fail": (*_ANY, "Error", "ErrorPath", "Cause", "CausePath"),
        "Choice": (*_ANY, *_PATHS, "Assign", "Choices", "Default"),
        "Parallel": (*_ANY, *_GOES_ON, *_PATHS, *_RESULT, *_RESCUE, "Assign", "Branches", "Parameters", "Arguments"),
        "Map": (
            *_ANY, *_GOES_ON, *_PATHS, *_RESULT, *_RESCUE, "Assign", "ItemProcessor", "Iterator", "ItemsPath", "Items",
            "ItemSelector", "Parameters", "ItemReader", "ItemBatcher", "ResultWriter", "Label", "MaxConcurrency",
            "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath", "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
        ),
    }.items()
}  # fmt: skip

MACHINE: Final = frozenset({"Comment", "StartAt", "States", "TimeoutSeconds", "QueryLanguage", "Version"})
BRANCH: Final = frozenset({"Comment", "StartAt", "States"})
PROCESSOR: Final = BRANCH | {"ProcessorConfig"}
PROCESSOR_CONFIG: Final = frozenset({"Mode", "ExecutionType"})
RETRIER: Final = frozenset(
    {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"}
)
CATCHER: Final = frozenset({"ErrorEquals", "Next", "ResultPath", "Output", "Assign", "Comment"})
READER: Final = frozenset({"Resource", "Parameters", "Arguments", "ReaderConfig"})
READER_CONFIG: Final = frozenset(
    {
        "InputType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "MaxItems", "MaxItemsPath", "ManifestType",
        "Transformation", "ItemsPointer",
    }
)  # fmt: skip
BATCHER: Final = frozenset(
    {"MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", "BatchInput"}
)
WRITER: Final = frozenset({"Resource", "Parameters", "Arguments", "WriterConfig"})
WRITER_CONFIG: Final = frozenset({"Transformation", "OutputType"})

_JSONPATH: Final = frozenset(
    {
        "InputPath", "OutputPath", "Parameters", "ResultSelector", "ResultPath", "Result", "ItemsPath", "SecondsPath",
        "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath", "MaxConcurrencyPath",
        "ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "MaxItemsPath", "MaxItemsPerBatchPath",
        "MaxInputBytesPerBatchPath", "Variable",
    }
)  # fmt: skip
_JSONATA: Final = frozenset({"Arguments", "Output", "Items", "Condition"})


def check_language(entry: Entry) -> None:
    """Tell of every field that the other query language has."""
    others, other = _other(entry.language)
    for name in entry.members:
        if name in others:
            entry.wrong(
                f"The QueryLanguage is set to '{entry.language}', but field '{name}' is only supported for the "
                f"'{other}' QueryLanguage"
            )


def _other(language: QueryLanguage) -> tuple[frozenset[str], QueryLanguage]:
    return (_JSONATA, "JSONata") if language == "JSONPath" else (_JSONPATH, "JSONPath")
