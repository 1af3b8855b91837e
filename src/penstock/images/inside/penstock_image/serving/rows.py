"""Rows and columns: what TensorFlow Serving's REST API is asked and says, as values of inputs and outputs.

Bytes that are no text are {"b64": "…"}.
"""

import base64

from penstock_image.layout import Json


class Unpredictable(Exception):
    """A request that a model cannot answer; the message says why."""


def columns_of(rows: Json, names: list[str]) -> dict[str, Json]:
    """Rows as columns: each is the value of the one input, or an object of all."""
    if not isinstance(rows, list):
        raise Unpredictable("'instances' is a list, with an element for each instance")
    if rows and all(isinstance(row, dict) and "b64" not in row for row in rows):
        if any(set(row) != set(rows[0]) for row in rows):
            raise Unpredictable("every instance has the same inputs")
        return {name: [row[name] for row in rows] for name in rows[0]}
    return named(rows, names)


def named(values: Json, names: list[str]) -> dict[str, Json]:
    """Columns by name; one that has none is of the one input there is."""
    if isinstance(values, dict) and "b64" not in values:
        return values
    if len(names) != 1:
        raise Unpredictable(f"the signature has the inputs {', '.join(names)}: name them")
    return {names[0]: values}


def unpacked(value: Json) -> Json:
    if isinstance(value, dict) and set(value) == {"b64"}:
        return base64.b64decode(value["b64"])
    return [unpacked(each) for each in value] if isinstance(value, list) else value


def packed(value: Json) -> Json:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"b64": base64.b64encode(value).decode()}
    return [packed(each) for each in value] if isinstance(value, list) else value
