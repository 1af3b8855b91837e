"""To come."""

from penstock.languages.jsonata.calls import Native

FUNCTIONS: dict[str, Native] = {}
