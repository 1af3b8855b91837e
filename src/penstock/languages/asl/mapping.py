"""The Map state: where its items come from, how they are bundled, and what happens to each."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from penstock.languages.asl import fields
from penstock.languages.asl.entry import MOST, Entry
from penstock.languages.asl.resources import READS, WRITES, map_resource_mistake
from penstock.languages.asl.tree import Batcher, ExecutionType, Machine, Map, Mode, Reader, Writer
from penstock.languages.asl.view import Expression

MOST_ITEMS: Final = 100_000_000
MOST_BATCH_BYTES: Final = 262_144
# What AWS forbids, and a slash, at which an ARN is parted.
_LABEL: Final = re.compile(r'[^\s/?*<>{}\[\]:;,\\|^~$#%&`"\x00-\x1f\x7f-\x9f]{1,40}')
_MODES: Final = ("INLINE", "DISTRIBUTED")
_TYPES: Final = ("STANDARD", "EXPRESS")
# Not the fields about tolerated failures: AWS takes them in both modes.
_DISTRIBUTED_ONLY: Final = ("ItemReader", "ItemBatcher", "ResultWriter")
_NUMBER_PATHS: Final = (
    "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath", "MaxItemsPath",
    "MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath",
)  # fmt: skip
_INPUTS: Final = ("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")
_NOT_WITH: Final = {"JSON": ("ManifestType", "CSVHeaderLocation"), "JSONL": ("CSVHeaderLocation", "CSVHeaders")}
ReadMachine = Callable[[Entry, frozenset[str]], Machine]


def read_map(state: Entry, shared: dict[str, Any], read_machine: ReadMachine) -> Map:
    """A Map state of its entry; `shared` is what it has in common with other states."""
    is_legacy = state.has("Iterator")
    state.exactly_one("ItemProcessor", "Iterator")
    state.only_one("ItemSelector", "Parameters")
    _refuse_context(state)
    processor = state.inner("Iterator" if is_legacy else "ItemProcessor")
    mode, kind = _mode(processor)
    if mode == "INLINE":
        _refuse_distributed(state)
    elif state.kind == "EXPRESS" and processor is not None:
        message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
        processor.wrong(message, "ProcessorConfig")
    return Map(
        **shared,
        processor=_machine(processor, kind if mode == "DISTRIBUTED" else state.kind, read_machine),
        mode=mode,
        execution_type=kind,
        items=_items(state, mode),
        selector=state.template("ItemSelector" if state.has("ItemSelector") else "Parameters"),
        reader=_reader(state),
        batcher=_batcher(state),
        writer=_writer(state),
        label=_label(state),
        max_concurrency=state.quantity("MaxConcurrency"),
        tolerated_count=state.quantity("ToleratedFailureCount"),
        tolerated_percentage=_percentage(state),
        is_legacy=is_legacy,
    )


def _mode(processor: Entry | None) -> tuple[Mode, ExecutionType]:
    config = processor.inner("ProcessorConfig") if processor is not None else None
    if config is None:
        return "INLINE", "STANDARD"
    config.supports(fields.PROCESSOR_CONFIG)
    mode: Mode = "DISTRIBUTED" if config.one_of("Mode", *_MODES) == "DISTRIBUTED" else "INLINE"
    kind: ExecutionType = "EXPRESS" if config.one_of("ExecutionType", *_TYPES) == "EXPRESS" else "STANDARD"
    if mode == "DISTRIBUTED":
        config.require("ExecutionType")
    elif config.has("ExecutionType"):
        config.unsupported("ExecutionType")
    return mode, kind


def _machine(processor: Entry | None, kind: ExecutionType, read_machine: ReadMachine) -> Machine:
    if processor is None:
        return Machine(start_at="", states={})
    return read_machine(processor.running_as(kind), fields.PROCESSOR)


def _refuse_distributed(state: Entry) -> None:
    for name in _DISTRIBUTED_ONLY:
        if state.has(name):
            state.wrong(f"Field '{name}' is only supported in 'DISTRIBUTED' mode")


def _refuse_context(entry: Entry) -> None:
    """A number of a Map may be found in the input or a variable, and not in the context, as its items may."""
    for name in _NUMBER_PATHS:
        if str(entry.members.get(name, "")).startswith("$$"):
            entry.wrong("Value is not a Reference Path", name)


def _items(state: Entry, mode: Mode) -> Expression | None:
    if state.language == "JSONPath":
        return state.required_path("ItemsPath")
    value = state.members.get("Items")
    if state.has("Items") and not isinstance(value, str | list | dict):
        state.wrong("The value must be an array, an object or a JSONata expression", "Items")
        return None
    if not isinstance(value, str):
        return state.template("Items")
    return state.jsonata("Items", "array" if mode == "INLINE" else None)


def _percentage(state: Entry) -> Expression | None:
    return state.number_or_path(
        "ToleratedFailurePercentage", lambda entry, member: entry.number(member, least=0.0, most=100.0)
    )


def _label(state: Entry) -> str | None:
    label = state.text("Label")
    if label is not None and not _LABEL.fullmatch(label):
        state.wrong(
            f"Invalid label name: '{label}' may have 1 to 40 characters, but no whitespace, control characters or "
            'any of /?*<>{}[]:;,\\|^~$#%&`"', "Label", code="INVALID_LABEL_NAME",
        )  # fmt: skip
    return label


def _payload(entry: Entry) -> Expression | None:
    return entry.object_template("Arguments" if entry.language == "JSONata" else "Parameters")


def _resource(entry: Entry, known: Sequence[str]) -> str | None:
    arn = entry.text("Resource")
    mistake = None if arn is None else map_resource_mistake(arn, known)
    if mistake is not None:
        entry.wrong(mistake, "Resource")
    return arn


def _reader(state: Entry) -> Reader | None:
    entry = state.inner("ItemReader")
    if entry is None:
        return None
    entry.require("Resource")
    entry.supports(fields.READER)
    fields.check_language(entry)
    config = entry.inner("ReaderConfig")
    return Reader(
        resource=_resource(entry, READS) or "",
        payload=_payload(entry),
        config={} if config is None else _reader_config(config),
        max_items=None if config is None else config.quantity("MaxItems", least=0, most=MOST_ITEMS),
    )


def _reader_config(config: Entry) -> dict[str, Any]:
    config.supports(fields.READER_CONFIG)
    fields.check_language(config)
    _refuse_context(config)
    kind = config.one_of("InputType", *_INPUTS)
    where = config.one_of("CSVHeaderLocation", "FIRST_ROW", "GIVEN")
    config.one_of("CSVDelimiter", "COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")
    if config.one_of("ManifestType", "ATHENA_DATA", "S3_INVENTORY") == "S3_INVENTORY" and kind == "MANIFEST":
        config.unsupported("InputType")
    if config.one_of("Transformation", "NONE", "LOAD_AND_FLATTEN") == "LOAD_AND_FLATTEN" and kind is None:
        config.wrong("The field 'InputType' is required")
    _check_pointer(config)
    if kind == "CSV" and not config.has("CSVHeaderLocation"):
        config.wrong("The field 'CSVHeaderLocation' is required")
    for name in _NOT_WITH.get(kind or "", ()):
        if config.has(name):
            config.unsupported(name)
    if where == "GIVEN":
        config.require("CSVHeaders")
    if config.has("CSVHeaders"):
        config.texts("CSVHeaders")
    return {name: value for name, value in config.members.items() if name not in {"MaxItems", "MaxItemsPath"}}


def _check_pointer(config: Entry) -> None:
    pointer = config.text("ItemsPointer")
    if pointer and not pointer.startswith("/"):
        sentence = f"Invalid input: JSON Pointer expression must start with '/': \"{pointer}\""
        config.wrong(sentence, "ItemsPointer")


def _batcher(state: Entry) -> Batcher | None:
    entry = state.inner("ItemBatcher")
    if entry is None:
        return None
    entry.supports(fields.BATCHER)
    fields.check_language(entry)
    _refuse_context(entry)
    sizes = ("MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")
    if not any(entry.has(name) for name in sizes):
        entry.wrong(f"At least one of these fields is required: [{', '.join(sizes)}]")
    return Batcher(
        batch_input=entry.template("BatchInput"),
        max_items=entry.quantity("MaxItemsPerBatch", least=1, most=MOST),
        max_bytes=entry.quantity("MaxInputBytesPerBatch", least=1, most=MOST_BATCH_BYTES),
    )


def _writer(state: Entry) -> Writer | None:
    entry = state.inner("ResultWriter")
    if entry is None:
        return None
    entry.supports(fields.WRITER)
    fields.check_language(entry)
    config = entry.inner("WriterConfig")
    if config is None:
        entry.require("Resource")
    else:
        config.supports(fields.WRITER_CONFIG)
        config.one_of("Transformation", "NONE", "COMPACT", "FLATTEN")
        config.one_of("OutputType", "JSON", "JSONL")
    return Writer(
        resource=_resource(entry, WRITES),
        payload=_payload(entry),
        config={} if config is None else config.members,
    )
