"""What TensorFlow Serving's REST API is asked and says, whatever the model."""

import json
import urllib.request
from typing import Any

import pytest

from penstock_image.serving import rows, tfs


class Doubles:
    """A model that has no TensorFlow."""

    def predict(self, asked: Any) -> Any:
        if "instances" not in asked:
            raise rows.Unpredictable("there are no instances")
        return {"predictions": [2 * each for each in asked["instances"]]}


MODELS = {"half": {"1": Doubles(), "12": Doubles()}}


@pytest.mark.parametrize(
    ("values", "names", "columns"),
    [
        ([[1.0], [2.0]], ["x"], {"x": [[1.0], [2.0]]}),
        ([{"x": 1, "y": 2}, {"x": 3, "y": 4}], ["x", "y"], {"x": [1, 3], "y": [2, 4]}),
        ([{"b64": "AA=="}], ["x"], {"x": [{"b64": "AA=="}]}),
    ],
)
def test_rows_are_columns_of_the_signatures_inputs(values: Any, names: list[str], columns: Any) -> None:
    assert rows.columns_of(values, names) == columns


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (7, "'instances' is a list"),
        ([{"x": 1}, {"y": 1}], "every instance has the same inputs"),
        ([1, 2], "has the inputs x, y: name them"),
    ],
)
def test_rows_that_fit_no_signature_are_refused(values: Any, problem: str) -> None:
    with pytest.raises(rows.Unpredictable, match=problem):
        rows.columns_of(values, ["x", "y"])


def test_bytes_that_are_no_text_travel_as_base64() -> None:
    assert rows.unpacked([{"b64": "/w=="}, "text"]) == [b"\xff", "text"]
    assert rows.packed([b"\xff", b"text", 1]) == [{"b64": "/w=="}, "text", 1]


def test_the_latest_version_of_a_model_answers_unless_one_is_named() -> None:
    asked = json.dumps({"instances": [1, 2]}).encode()

    assert tfs.told(MODELS, "/v1/models/half:predict", asked) == (200, {"predictions": [2, 4]})
    assert tfs.told(MODELS, "/v1/models/half/versions/1:predict", asked)[0] == 200
    assert tfs.told(MODELS, "/v1/models/half", None)[1]["model_version_status"][0]["version"] == "12"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/models/half", b"{}", 404),
        ("/v1/models/other:predict", b"{}", 404),
        ("/v1/models/half/versions/3", None, 404),
        ("/v1/models/half:predict", b"{}", 400),
        ("/v1/models/half:predict", b"no json", 400),
    ],
)
def test_what_cannot_be_answered_has_its_status_and_an_error(path: str, body: bytes | None, status: int) -> None:
    code, answer = tfs.told(MODELS, path, body)

    assert code == status
    assert set(answer) == {"error"}


def test_handlers_ask_over_http() -> None:
    uri = tfs.Serving(MODELS).uri("half", "12")

    with urllib.request.urlopen(uri, json.dumps({"instances": [3]}).encode(), timeout=60) as answer:
        assert json.load(answer) == {"predictions": [6]}
