"""JSON text → values, and what is wrong with text that is not JSON, in the words of Step Functions' parser.

An object that has a name twice keeps the last value, as AWS does; it says so (`Repeating`), because a state's name
must not be there twice.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NoReturn

Json = Any

_VALUES: Final = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_HALF: Final = re.compile(r"\\ud[89a-f]|[\ud800-\udfff]", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d]\w*")
_VALID: Final = "expected a valid value " + _VALUES
LONGEST_TOLD: Final = 256  # characters of a word, after which the library puts dots


class NotJson(ValueError):
    """Why the text is not JSON, and where."""

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.line = text.count("\n", 0, position) + 1
        self.column = position - (text.rfind("\n", 0, position) + 1) + 1


class Repeating(dict[str, Json]):
    """An object some of whose names are written more than once."""

    repeated: tuple[str, ...] = ()


def read_json(text: str) -> Json:
    """The value of a text. Raises `NotJson`; blank text is refused too."""
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(_sentence(error), text, error.pos + len(_word_at(error))) from None
    except _Constant as constant:
        token = str(constant)
        message = f"Non-standard token '{token}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"
        raise NotJson(message, text, text.find(token)) from None
    except ValueError:
        raise NotJson("A number has more digits than can be read", text, 0) from None
    except RecursionError:
        raise NotJson("Document nesting depth exceeds the maximum allowed (1000)", text, 0) from None
    if _HALF.search(text) is not None and _is_broken(value):
        raise NotJson("Incomplete surrogate pair in a string", text, 0)
    return value


def _is_broken(value: Json) -> bool:
    """Whether a string in it holds half of a surrogate pair, which no UTF-8 can."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


class _Constant(Exception):
    pass


def _refuse(token: str) -> NoReturn:
    raise _Constant(token)


def _object(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = Repeating(found)
    repeating.repeated = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return repeating


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)


def _sentence(error: json.JSONDecodeError) -> str:
    """Python's complaint as the JSON library of AWS would have put it."""
    at = error.doc[error.pos :]
    if not at.strip():
        return "Unexpected end-of-input"
    character = f"('{at[0]}' (code {ord(at[0])}))"
    if word := _word_at(error):
        told = word if len(word) <= LONGEST_TOLD else f"{word[:LONGEST_TOLD]}..."
        return f"Unrecognized token '{told}': was expecting {_VALUES}"
    if error.msg.startswith("Expecting value"):
        return f"Unexpected character {character}: {_VALID}"
    if error.msg.startswith("Expecting property name") or error.msg.startswith("Illegal trailing comma"):
        return f"Unexpected character {character}: was expecting double-quote to start field name"
    if error.msg.startswith("Expecting ':'"):
        return f"Unexpected character {character}: was expecting a colon to separate field name and value"
    if error.msg.startswith("Expecting ','"):
        return f"Unexpected character {character}: was expecting comma to separate Object or Array entries"
    if error.msg.startswith("Extra data"):
        return f"Trailing token found after value: {at[:20]}"
    return error.msg


def _word_at(error: json.JSONDecodeError) -> str:
    """The word where a value should be: AWS's parser is behind it when it complains."""
    found = _WORD.match(error.doc, error.pos) if error.msg.startswith("Expecting value") else None
    return "" if found is None else found.group()
