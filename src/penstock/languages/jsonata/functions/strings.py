"""Functions on texts: parts of them, their case and width, and the encodings of URLs and base64."""

import base64
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from penstock.languages.jsonata.arithmetic import as_text, finite
from penstock.languages.jsonata.calls import Native
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.run import Run
from penstock.languages.jsonata.values import UNDEFINED, Number, Value

SPACES: Final = re.compile(r"[ \t\n\r]+")
NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
ESCAPED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
ESCAPES: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
COMPONENT: Final = "!'()*-._~"  # what encodeURIComponent leaves as it is, letters and digits aside
RESERVED: Final = ";/?:@&=+$,#"  # and encodeURI besides


def string(run: Run, value: Value, prettify: Value) -> Value:
    """Any value as text."""
    if value is UNDEFINED:
        return UNDEFINED
    text = as_text(run, value, indent=2 if prettify is True else 0)
    run.pay_text(len(text))
    return text


def substring(run: Run, text: Value, start: Value, length: Value) -> Value:
    """The part of a text from a place on, counted from its end when negative."""
    if text is UNDEFINED:
        return UNDEFINED
    if start is UNDEFINED:
        return text if length is UNDEFINED else ""
    run.pay_text(len(text))
    begin = 0 if len(text) + start < 0 else start
    if length is UNDEFINED:
        return text[_cut(begin, len(text)) :]
    if length <= 0:
        return ""
    end = begin + length if begin >= 0 else len(text) + begin + length
    return text[_cut(begin, len(text)) : _cut(end, len(text))]


def _cut(place: Number, length: int) -> int:
    """A place as an index: without its fraction, and not beyond the text."""
    return int(max(-length, min(length, place)))


def substring_before(_run: Run, text: Value, mark: Value) -> Value:
    """What stands before a mark, or all of the text."""
    if text is UNDEFINED or mark is UNDEFINED:
        return text
    return text.partition(mark)[0] if mark else ""


def substring_after(_run: Run, text: Value, mark: Value) -> Value:
    """What stands behind a mark, or all of the text."""
    if text is UNDEFINED or not mark or mark not in text:
        return text
    return text.partition(mark)[2]


def lowercase(_run: Run, text: Value) -> Value:
    """The text in small letters."""
    return text if text is UNDEFINED else text.lower()


def uppercase(_run: Run, text: Value) -> Value:
    """The text in capitals."""
    return text if text is UNDEFINED else text.upper()


def length(_run: Run, text: Value) -> Value:
    """How many characters a text has."""
    return text if text is UNDEFINED else len(text)


def trim(_run: Run, text: Value) -> Value:
    """The text with single spaces between its words, and none around."""
    return text if text is UNDEFINED else SPACES.sub(" ", text).removeprefix(" ").removesuffix(" ")


def pad(run: Run, text: Value, width: Value, filler: Value) -> Value:
    """The text, filled to a width: on the right, or on the left where the width is negative."""
    if text is UNDEFINED or width is UNDEFINED:
        return text
    missing = int(abs(finite(width))) - len(text)
    if missing <= 0:
        return text
    run.pay_text(missing)
    filler = filler if filler is not UNDEFINED and filler else " "
    padding = (filler * (missing // len(filler) + 1))[:missing]
    return text + padding if width > 0 else padding + text


def join(run: Run, texts: Value, separator: Value) -> Value:
    """Texts in a row, a separator between them."""
    if texts is UNDEFINED:
        return UNDEFINED
    between = "" if separator is UNDEFINED else separator
    run.pay_copy(len(texts))
    run.pay_text(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


# --- encodings


def base64encode(run: Run, text: Value) -> Value:
    """The text's bytes in base64; of what is beyond Latin-1 the lowest byte of each UTF-16 unit, as in JavaScript."""
    if text is UNDEFINED:
        return UNDEFINED
    run.pay_text(2 * len(text))
    units = text.encode("utf-16-le", "surrogatepass")
    return base64.b64encode(units[::2]).decode("ascii")


def base64decode(run: Run, text: Value) -> Value:
    """The bytes of base64 as Latin-1; what is not base64 is passed over."""
    if text is UNDEFINED:
        return UNDEFINED
    run.pay_text(len(text))
    digits = NOT_BASE64.sub("", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("latin-1")


def encode_url_component(run: Run, text: Value) -> Value:
    """The text as a part of a URL."""
    return _encoded(run, text, COMPONENT, "encodeUrlComponent")


def encode_url(run: Run, text: Value) -> Value:
    """The text as a URL."""
    return _encoded(run, text, COMPONENT + RESERVED, "encodeUrl")


def _encoded(run: Run, text: Value, safe: str, function: str) -> Value:
    if text is UNDEFINED:
        return UNDEFINED
    run.pay_text(3 * len(text))
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise JsonataError("D3140", value=text, functionName=function) from None


def decode_url_component(run: Run, text: Value) -> Value:
    """What a part of a URL stands for."""
    return _decoded(run, text, "", "decodeUrlComponent")


def decode_url(run: Run, text: Value) -> Value:
    """What a URL stands for, its reserved characters left as they are."""
    return _decoded(run, text, RESERVED, "decodeUrl")


def _decoded(run: Run, text: Value, kept: str, function: str) -> Value:
    if text is UNDEFINED:
        return UNDEFINED
    run.pay_text(3 * len(text))
    if len(ESCAPED.findall(text)) != text.count("%"):
        raise JsonataError("D3140", value=text, functionName=function)
    try:
        return ESCAPES.sub(lambda found: _unescaped(found[0], kept), text)
    except UnicodeDecodeError:
        raise JsonataError("D3140", value=text, functionName=function) from None


def _unescaped(escapes: str, kept: str) -> str:
    """A run of %xx decoded, but for the characters that are kept as they are written."""
    decoded = bytes.fromhex(escapes.replace("%", "")).decode("utf-8")
    if not any(char in kept for char in decoded):
        return decoded
    text, at = "", 0
    for char in decoded:
        size = 3 * len(char.encode("utf-8"))
        text += escapes[at : at + size] if char in kept else char
        at += size
    return text


FUNCTIONS: Final[Mapping[str, Native]] = {
    "string": Native(string, "<x-b?:s>", arity=1),
    "substring": Native(substring, "<s-nn?:s>", arity=3),
    "substringBefore": Native(substring_before, "<s-s:s>", arity=2),
    "substringAfter": Native(substring_after, "<s-s:s>", arity=2),
    "lowercase": Native(lowercase, "<s-:s>"),
    "uppercase": Native(uppercase, "<s-:s>"),
    "length": Native(length, "<s-:n>"),
    "trim": Native(trim, "<s-:s>"),
    "pad": Native(pad, "<s-ns?:s>", arity=3),
    "join": Native(join, "<a<s>s?:s>", arity=2),
    "base64encode": Native(base64encode, "<s-:s>"),
    "base64decode": Native(base64decode, "<s-:s>"),
    "encodeUrlComponent": Native(encode_url_component, "<s-:s>"),
    "encodeUrl": Native(encode_url, "<s-:s>"),
    "decodeUrlComponent": Native(decode_url_component, "<s-:s>"),
    "decodeUrl": Native(decode_url, "<s-:s>"),
}
