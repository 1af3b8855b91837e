"""Mapping: what goes to an integration that is not a proxy, and what its answer becomes. Pure.

request ──► requestTemplates, by its media type ──► the integration ──► the response whose pattern fits ──► answer
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from penstock.services.apigateway import templates
from penstock.services.apigateway.events import JSON, Taken, about, context
from penstock.services.apigateway.templates import Inputs
from penstock.wire import fronts
from penstock.wire.call import Json
from penstock.wire.fronts import Answered

LONGEST: Final = 4096  # characters of a text that a pattern is tried on
HEADER: Final = "integration.request.header."
PATH: Final = "integration.request.path."


class Unsupported(Exception):
    """No template is for the request's media type, and the body must not pass as it is."""


class Unmapped(Exception):
    """No response fits what the integration said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an integration has said; `text` is what patterns are tried on, empty where it succeeded."""

    body: bytes = b""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # their names in lower case

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type") or JSON


def inputs(taken: Taken, body: bytes) -> Inputs:
    return Inputs(body=body, parameter=taken.parameter, context=context(taken), variables=taken.variables)


def body_for(integration: Mapping[str, Json], taken: Taken) -> bytes:
    """The body for the integration; raises `Unsupported`."""
    given = integration.get("requestTemplates") or {}
    kind = fronts.media_type(taken.asked.header("content-type")) or JSON
    if kind in given:
        return templates.rendered(given[kind], inputs(taken, taken.asked.body)).encode()
    passing = integration["passthroughBehavior"]
    if passing == "NEVER" or (passing == "WHEN_NO_TEMPLATES" and given):
        raise Unsupported
    return taken.asked.body


def parameters_for(integration: Mapping[str, Json], taken: Taken, prefix: str) -> dict[str, str]:
    """What `requestParameters` say of the integration's headers, or of its path."""
    given = integration.get("requestParameters") or {}
    found = {
        name.removeprefix(prefix): source(value, taken) for name, value in given.items() if name.startswith(prefix)
    }
    return {name: value for name, value in found.items() if value}


def source(expression: str, taken: Taken) -> str:
    """What an expression of a request's parameter stands for."""
    if expression.startswith("'"):
        return expression[1:-1]
    if expression == "method.request.body":
        return taken.asked.body.decode(errors="replace")
    if expression.startswith(("context.", "stageVariables.")):
        return templates.rendered(f"${expression}", inputs(taken, b""))
    _, _, side, name = expression.split(".", 3)
    if side == "path":
        return taken.parameters.get(name, "")
    if side == "header":
        return taken.asked.header(name.lower())
    return next((value for key, value in reversed(taken.asked.pairs()) if key == name), "")


def answer(integration: Mapping[str, Json], taken: Taken, said: Said) -> Answered:
    """The response that fits; raises `Unmapped` if there is none."""
    chosen = choose(integration.get("integrationResponses") or {}, said.text)
    headers = [
        (name.removeprefix("method.response.header."), told(value, taken, said))
        for name, value in (chosen.get("responseParameters") or {}).items()
    ]
    body, kind = said.body, said.content_type
    if given := chosen.get("responseTemplates"):
        kind = JSON if JSON in given else next(iter(given))
        body = templates.rendered(given[kind] or "", inputs(taken, said.body)).encode()
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", kind))
    return Answered(int(chosen["statusCode"]), about(taken, headers), body)


def choose(responses: Mapping[str, Mapping[str, Json]], text: str) -> Mapping[str, Json]:
    """The response whose pattern fits the text, else the one without a pattern."""
    for each in responses.values():
        pattern = each.get("selectionPattern")
        if pattern and text and re.fullmatch(pattern, text[:LONGEST], re.DOTALL):
            return each
    for each in responses.values():
        if not each.get("selectionPattern"):
            return each
    raise Unmapped


def told(expression: str, taken: Taken, said: Said) -> str:
    """What an expression of a response's header stands for."""
    if expression.startswith("integration.response.header."):
        return said.headers.get(expression.removeprefix("integration.response.header.").lower(), "")
    return source(expression, taken)
