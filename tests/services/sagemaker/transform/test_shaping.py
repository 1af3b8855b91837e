"""What an algorithm is sent of its input, and what is kept of both, in each of the three forms."""

import pytest

from penstock.services.sagemaker.transform.model import UnfitData
from penstock.services.sagemaker.transform.selecting import read, select
from penstock.services.sagemaker.transform.shaping import Form, Shaping, form_of
from penstock.wire.call import Json, ValidationError


def shaping(form: Form, input_filter: str = "$", output_filter: str = "$", *, joins: bool = False) -> Shaping:
    return Shaping(form, read(input_filter, "InputFilter"), read(output_filter, "OutputFilter"), joins)


LETTERS = ["a", "b", "c", "d"]
NESTED = {"id": 1, "features": [1, 2, 3], "more": {"x": {"y": 2}, "z": 3}, "rows": [{"v": 1}, {"v": 2}]}


@pytest.mark.parametrize(
    ("path", "value", "selected"),
    [
        ("$", LETTERS, LETTERS),
        ("$[1:]", LETTERS, ["b", "c", "d"]),
        ("$[:-1]", LETTERS, ["a", "b", "c"]),
        ("$[1:3]", LETTERS, ["b", "c"]),
        ("$[:]", LETTERS, LETTERS),
        ("$[0,-1]", LETTERS, ["a", "d"]),
        ("$[0, 2:]", LETTERS, ["a", "c", "d"]),
        ("$[2]", LETTERS, "c"),
        ("$[-1]", LETTERS, "d"),
        ("$[*]", LETTERS, LETTERS),
        ("$.features", NESTED, [1, 2, 3]),
        ("$['features'][1:]", NESTED, [2, 3]),
        ('$["id"]', NESTED, 1),
        ("$.more.x.y", NESTED, 2),
        ("$.more.*", NESTED, [{"y": 2}, 3]),
        ("$['id','features']", NESTED, {"id": 1, "features": [1, 2, 3]}),
        ("$.more.['x', 'z']", NESTED, {"x": {"y": 2}, "z": 3}),
        ("$.rows[*].v", NESTED, [1, 2]),
        ("$.rows[0:1].v", NESTED, [1]),
    ],
)
def test_paths_select(path: str, value: Json, selected: Json) -> None:
    assert select(value, read(path, "InputFilter")) == selected


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("$[4]", LETTERS, "no index 4 in 4 elements"),
        ("$[0,-5]", LETTERS, "no index -5"),
        ("$.none", NESTED, "no attribute 'none'"),
        ("$['id','none']", NESTED, "no attribute 'none'"),
        ("$.id", LETTERS, "no attribute 'id'"),
        ("$[0]", NESTED, "not a list"),
        ("$.id.*", NESTED, "not a list"),
    ],
)
def test_what_is_not_there_cannot_be_selected(path: str, value: Json, said: str) -> None:
    with pytest.raises(UnfitData, match=said):
        select(value, read(path, "InputFilter"))


@pytest.mark.parametrize(
    "text",
    ["", "features", "$features", "$.", "$[", "$[]", "$[1;2]", "$['a]", "$['a' 'b']", "$['a',]", "$[1,]", "$..a",
     "$[?(@.a)]", "$['a','b'].c", "$[::2]", "$ "],
)  # fmt: skip
def test_what_is_no_path_is_refused_by_name(text: str) -> None:
    with pytest.raises(
        ValidationError, match=r"InputFilter '.*' is not a JSONPath expression that batch transform knows"
    ):
        read(text, "InputFilter")


@pytest.mark.parametrize(
    ("content_type", "form"),
    [("text/csv", "CSV"), ("text/csv; header=absent", "CSV"), ("application/json", "JSON"),
     ("application/jsonlines", "JSONLines"), ("application/x-npy", None), ("", None)],
)  # fmt: skip
def test_forms_are_known_by_their_content_type(content_type: str, form: Form | None) -> None:
    assert form_of(content_type) == form


def test_columns_are_filtered_joined_and_filtered_again() -> None:
    it = shaping("CSV", "$[1:]", "$[0,-1]", joins=True)
    payload = b'7,1.50,"a, b"\r\n8,2,c\n'

    assert it.sent(payload) == b'1.50,"a, b"\n2,c\n'
    assert it.kept(payload, b"0.1\n0.20") == b"7,0.1\n8,0.20\n"


def test_a_row_of_one_column_is_a_row() -> None:
    assert shaping("CSV", "$[0]").sent(b"1,2\n3,4") == b"1\n3\n"


def test_lines_of_json_are_joined_as_an_attribute() -> None:
    it = shaping("JSONLines", "$.x", joins=True)
    payload = b'{"id": 1, "x": [1, 2.5]}\n{"id": 2, "x": []}\n'

    assert it.sent(payload) == b"[1,2.5]\n[]\n"
    assert it.kept(payload, b'{"score": 1}\n[3]') == (
        b'{"id":1,"x":[1,2.5],"SageMakerOutput":{"score":1}}\n{"id":2,"x":[],"SageMakerOutput":[3]}\n'
    )


def test_what_is_no_object_becomes_one_where_it_is_joined() -> None:
    it = shaping("JSON", output_filter="$['SageMakerInput','SageMakerOutput']", joins=True)

    assert it.kept(b"[1, 2]", b"[3]") == b'{"SageMakerInput":[1,2],"SageMakerOutput":[3]}'


def test_an_output_is_filtered_without_being_joined() -> None:
    assert shaping("JSON", output_filter="$.predictions").kept(b"ignored", b'{"predictions": [1]}') == b"[1]"


def test_what_is_neither_filtered_nor_joined_is_not_looked_into() -> None:
    assert shaping("JSON", output_filter="$.p").sent(b"no json") == b"no json"
    assert shaping("CSV", "$[0]").kept(b"x", b"\xff") == b"\xff"


@pytest.mark.parametrize(
    ("form", "payload", "answer", "said"),
    [
        ("CSV", b"1\n", b"1\n2", "the algorithm answered more records than the input has"),
        ("CSV", b"1\n2\n", b"1,2", "the algorithm answered fewer records than the input has"),
        ("JSON", b"{}", b"no", "Failed to parse output from the algorithm as JSON"),
        ("JSON", b"no", b"{}", "Failed to parse input as JSON"),
        ("JSONLines", b"{}\n{}", b"{}\nno", "Failed to parse output from the algorithm as JSONLines"),
        ("CSV", b"\xff", b"1", "Failed to parse input as CSV"),
    ],
)
def test_what_cannot_be_joined_is_said_so(form: Form, payload: bytes, answer: bytes, said: str) -> None:
    with pytest.raises(UnfitData, match=said):
        shaping(form, joins=True).kept(payload, answer)
