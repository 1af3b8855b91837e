"""Encoding and decoding arrays, as AWS's toolkits do: CSV, JSON, NPY."""

from penstock_image.layout import Json
from penstock_image.serving import codecs


def encode(array_like: Json, content_type: str) -> Json:
    """Text or bytes for a prediction. Raises where the content type is not known."""
    return codecs.encode(array_like, content_type)


def decode(obj: Json, content_type: str) -> Json:
    """An array of what a request holds. Raises where the content type is not known."""
    return codecs.decode(obj, content_type)
