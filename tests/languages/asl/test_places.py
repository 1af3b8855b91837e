"""Places of diagnostics, found in the text."""

import pytest

from penstock.languages.asl.places import Spot, find

TEXT = """{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "A/Next"},
    "A/Next": {"Type": "Choice",
      "Choices": [[], {"Next": 1}, "\\u0041"]},
    "\\"q\\"": null
  }
}"""


@pytest.mark.parametrize(
    ("place", "spot"),
    [
        (None, Spot(1, 1, "")),
        ("/StartAt", Spot(2, 3, "/StartAt")),
        ("/States/A", Spot(4, 5, "/States/A")),
        ("/States/A/Type", Spot(4, 11, "/States/A/Type")),
        ("/States/A/Next", Spot(5, 5, "/States/A~1Next")),  # the longer name wins
        ("/States/A/Next/Choices[1]/Next", Spot(6, 24, "/States/A~1Next/Choices/1/Next")),
        ("/States/A/Next/Choices[2]", Spot(6, 36, "/States/A~1Next/Choices/2")),
        ('/States/"q"', Spot(7, 5, '/States/"q"')),
        ("/States/A/Missing", Spot(4, 5, "/States/A")),
        ("/States/A/Next/Choices[7]/Next", Spot(6, 7, "/States/A~1Next/Choices")),
        ("[Source: (String); line: 3, column: 9]", Spot(3, 9, "")),
    ],
)
def test_a_place_has_a_line_a_column_and_a_pointer(place: str | None, spot: Spot) -> None:
    assert find(TEXT, place) == spot
