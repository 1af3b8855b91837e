"""What an ItemReader makes of the data that a test gives in its place."""

import pytest

from penstock.wire.call import Answer, Json
from services.stepfunctions.teststate.worlds import World, mapping, returning


def reading(config: Json) -> Json:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}, "ReaderConfig": config
    }  # fmt: skip
    return mapping(ItemReader=reader, ItemSelector={"is.$": "$$.Map.Item.Value"})


async def tried(config: Json, data: str) -> Answer:
    return await World().tried(reading(config), mock=returning([]), stateConfiguration={"mapItemReaderData": data})


async def items(config: Json, data: str) -> list[Json]:
    shown = await World().inspected(
        reading(config), mock=returning([]), stateConfiguration={"mapItemReaderData": data}
    )  # fmt: skip
    return [item["is"] for item in shown["afterItemSelector"]]


@pytest.mark.parametrize(
    ("config", "data", "found"),
    [
        ({"InputType": "JSON"}, "[1, {}]", [1, {}]),
        ({"InputType": "JSON", "ItemsPointer": "/a~1b/1"}, '{"a/b": [0, [1, 2]]}', [1, 2]),
        ({"InputType": "JSON", "MaxItems": 2}, "[1, 2, 3]", [1, 2]),
        ({"InputType": "JSONL"}, '{"a": 1}\n\n2\n', [{"a": 1}, 2]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "a,b\n1,2\n3\n",
            [{"a": "1", "b": "2"}, {"a": "3", "b": ""}],
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE"},
            '1|"2|3"\n', [{"a": "1", "b": "2|3"}],
        ),
    ],
)  # fmt: skip
async def test_data_is_read_as_its_type_says(config: Json, data: str, found: list[Json]) -> None:
    assert await items(config, data) == found


async def test_what_a_pointer_finds_is_shown() -> None:
    answer = await tried({"InputType": "JSON", "ItemsPointer": "/a"}, '{"a": [1]}')

    assert answer["inspectionData"]["afterItemsPointer"] == "[1]"


@pytest.mark.parametrize(
    ("config", "data"),
    [
        ({"InputType": "JSON"}, "no JSON"),
        ({"InputType": "JSON"}, "{}"),
        ({"InputType": "JSON", "ItemsPointer": "/a/b"}, '{"a": 1}'),
        ({"InputType": "JSON"}, "[" * 5000),
    ],
)
async def test_data_without_items_fails_the_state(config: Json, data: str) -> None:
    answer = await tried(config, data)

    assert (answer["status"], answer["error"]) == ("FAILED", "States.ItemReaderFailed")


async def test_data_that_names_other_data_is_refused() -> None:
    error = await World().refused(
        reading({"InputType": "MANIFEST"}), mock=returning([]), stateConfiguration={"mapItemReaderData": "{}"}
    )  # fmt: skip

    assert error.message.startswith("MapItemReaderData is not supported for the InputType MANIFEST")


async def test_without_data_a_mocked_map_has_no_items_to_show() -> None:
    shown = await World().inspected(reading({"InputType": "JSON"}), mock=returning([1]))

    assert "afterItemSelector" not in shown
    assert shown["maxConcurrency"] == 0


async def test_data_is_only_for_maps_that_read() -> None:
    error = await World().refused(mapping(), mock=returning([]), stateConfiguration={"mapItemReaderData": "[]"})

    assert error.message == "MapItemReaderData is only supported for Map states with an ItemReader."


async def test_a_listing_is_taken_as_s3_answers_it() -> None:
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}
    state = mapping(ItemReader=reader, ItemSelector={"key.$": "$$.Map.Item.Value.Key"})

    shown = await World().inspected(
        state, mock=returning([]), stateConfiguration={"mapItemReaderData": '{"Contents": [{"Key": "a"}]}'}
    )  # fmt: skip

    assert shown["afterItemSelector"] == [{"key": "a"}]


async def test_a_negative_number_of_items_is_what_no_reader_reads() -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
        "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.most"},
    }  # fmt: skip

    answer = await World().tried(mapping(ItemReader=reader), input={"most": -1}, mock=returning([]))

    assert (answer["error"], answer["cause"]) == ("States.ItemReaderFailed", "field MaxItems must be positive")
