"""OpenAPI: an API from a definition, Swagger 2.0 or OpenAPI 3, with API Gateway's extensions. Pure.

    {"swagger": "2.0", "info": {"title": "…"}, "paths": {"/predict": {"post": {"x-amazon-apigateway-integration": …}}}}

What an extension asks for that is not there is refused by its name; schemas and models describe, and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import yaml

from penstock.services.apigateway import integrations, model
from penstock.services.apigateway.methods import method_of
from penstock.services.apigateway.model import ANY, VERBS, BadRequest, Chance, Conflict, Resources, absent
from penstock.wire.call import Json

EXTENSION: Final = "x-amazon-apigateway-"
INTEGRATION: Final = f"{EXTENSION}integration"
ANY_METHOD: Final = f"{EXTENSION}any-method"
HARMLESS: Final = frozenset({"documentation", "importexport-version", "tag-value", "request-validators"})
TOP: Final = {"binary-media-types": "binaryMediaTypes", "api-key-source": "apiKeySource"}
PLACES: Final = {"query": "querystring", "header": "header", "path": "path"}
UPPER: Final = ("type", "passthroughBehavior", "connectionType")
OPEN: Final = "NONE"


@dataclass(frozen=True, slots=True)
class Definition:
    """What is told of the API, and its methods by path."""

    members: Mapping[str, Json]
    paths: Mapping[str, Mapping[str, Json]]


def read(body: bytes) -> Definition:
    """The definition in a body of JSON or YAML; raises for what it cannot be."""
    document = parsed(body)
    if not isinstance(document, dict) or not ("swagger" in document or "openapi" in document):
        raise BadRequest("Invalid OpenAPI input.")
    paths = document.get("paths") or {}
    if not isinstance(paths, dict):
        raise BadRequest("Invalid OpenAPI input: paths must be an object")
    schemes = security_schemes(document)
    return Definition(
        members(document),
        {path: dict(methods(path, told, schemes, document.get("security"))) for path, told in paths.items()},
    )


def parsed(body: bytes) -> Json:
    try:
        text = body.decode()
        return msgspec.json.decode(text) if text.lstrip().startswith("{") else as_json(text)
    except (msgspec.DecodeError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as problem:
        raise BadRequest(f"Unable to parse API definition because of a malformed document: {problem}") from None


def as_json(text: str) -> Json:
    """A document of YAML with texts for keys, as JSON has: statuses are numbers in YAML."""
    return keyed(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506


def keyed(value: Json) -> Json:
    if isinstance(value, dict):
        return {str(key): keyed(inner) for key, inner in value.items()}
    return [keyed(inner) for inner in value] if isinstance(value, list) else value


def members(document: Mapping[str, Json]) -> dict[str, Json]:
    """What the definition says of the API as a whole."""
    info = document.get("info") or {}
    found = {
        "name": info.get("title"),
        "description": info.get("description"),
        "version": None if info.get("version") is None else str(info["version"]),
    }
    for name, value in document.items():
        extension = name.removeprefix(EXTENSION)
        if extension == name or extension in HARMLESS:
            continue
        if extension in TOP:
            found[TOP[extension]] = value
        elif extension == "policy":
            found["policy"] = msgspec.json.encode(value).decode()
        elif extension == "endpoint-configuration":
            found["disableExecuteApiEndpoint"] = bool(value.get("disableExecuteApiEndpoint"))
        else:
            raise absent(f"extension {name}")
    return {name: value for name, value in found.items() if value is not None}


def security_schemes(document: Mapping[str, Json]) -> Mapping[str, Json]:
    """How requests may be authorized, by the definition's names."""
    found = document.get("securityDefinitions") or (document.get("components") or {}).get("securitySchemes") or {}
    return dict(found)


def methods(
    path: str, told: Mapping[str, Json], schemes: Mapping[str, Json], security: Json
) -> Iterator[tuple[str, dict[str, Json]]]:
    """The methods of a path, as they are kept."""
    if not path.startswith("/"):
        raise BadRequest(f"Invalid OpenAPI input: the path {path} must begin with /")
    shared = told.get("parameters") or []
    for name, operation in told.items():
        verb = ANY if name == ANY_METHOD else name.upper()
        if verb in (*VERBS, ANY):
            with_parameters = {**operation, "parameters": [*shared, *(operation.get("parameters") or [])]}
            yield verb, method(f"{verb} {path}", with_parameters, schemes, security)


def method(what: str, told: Mapping[str, Json], schemes: Mapping[str, Json], security: Json) -> dict[str, Json]:
    for name in told:
        extension = name.removeprefix(EXTENSION)
        if extension not in (name, "integration", "auth", "documentation"):
            raise absent(f"extension {name} (of {what})")
    found = method_of(
        {
            "authorizationType": authorization(what, told, schemes, security),
            "operationName": told.get("operationId"),
            "requestParameters": dict(request_parameters(told["parameters"])),
        }
    )
    responses = {status: response(status, each) for status, each in (told.get("responses") or {}).items()}
    if responses:
        found["methodResponses"] = responses
    if INTEGRATION in told:
        found["methodIntegration"] = integration(told[INTEGRATION])
    return found


def authorization(what: str, told: Mapping[str, Json], schemes: Mapping[str, Json], security: Json) -> str:
    """How requests of a method are authorized; raises for what is neither a signature nor nothing."""
    own = told.get(f"{EXTENSION}auth") or {}
    if own.get("type"):
        return str(own["type"])
    for wanted in told.get("security", security) or ():
        for name in wanted:
            scheme = schemes.get(name) or {}
            if scheme.get(f"{EXTENSION}authtype") == "awsSigv4":
                return "AWS_IAM"
            if name != OPEN:
                raise absent(f"authorizers and API keys (security {name} of {what})")
    return OPEN


def request_parameters(parameters: Json) -> Iterator[tuple[str, bool]]:
    for each in parameters:
        if each.get("in") in PLACES:
            yield f"method.request.{PLACES[each['in']]}.{each['name']}", bool(each.get("required"))


def response(status: str, told: Mapping[str, Json]) -> dict[str, Json]:
    headers = {f"method.response.header.{name}": False for name in told.get("headers") or ()}
    return {"statusCode": str(status), **({"responseParameters": headers} if headers else {})}


def integration(told: Mapping[str, Json]) -> dict[str, Json]:
    """An integration as the extension writes it, checked and as it is kept."""
    wanted = {name: value for name, value in told.items() if name != "responses"}
    wanted |= {name: str(wanted[name]).upper() for name in UPPER if wanted.get(name)}
    found = integrations.checked(wanted)
    responses: dict[str, Json] = {}
    for pattern, each in (told.get("responses") or {}).items():
        chosen = {} if pattern == "default" else {"selectionPattern": pattern}
        kept = integrations.checked_response({**each, **chosen, "statusCode": str(each["statusCode"])})
        if kept["statusCode"] in responses:
            raise Conflict(f"Two responses of an integration have the status {kept['statusCode']}")
        responses[kept["statusCode"]] = kept
    return {**found, **({"integrationResponses": responses} if responses else {})}


def enter(resources: Resources, definition: Definition, chance: Chance) -> None:
    """Add the definition's methods to the resources, and the resources that they need."""
    for path, found in definition.paths.items():
        key = model.root_of(resources)
        for part in path.strip("/").split("/") if path.strip("/") else ():
            there = (each for each, told in resources.items() if (told["parentId"], told["pathPart"]) == (key, part))
            key = next(there, "") or model.add_resource(resources, key, part, chance)
        resources[key]["methods"] |= found
