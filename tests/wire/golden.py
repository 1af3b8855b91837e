"""botocore's golden protocol cases: a model, parameters, and the exact request or response, for every protocol."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from botocore.model import OperationModel, ServiceModel

from penstock.wire.http import HttpRequest, HttpResponse

FOLDER = Path(__file__).parents[2] / ".venv" / "golden"


@dataclass(frozen=True)
class Case:
    """One golden case: `told` is its document."""

    protocol: str
    operation: OperationModel
    told: dict[str, Any]

    def request(self) -> HttpRequest:
        """The request of an input case."""
        told = self.told["serialized"]
        url = urlsplit(told["uri"])
        headers = {name.lower(): value for name, value in told.get("headers", {}).items()}
        if self.protocol == "json":
            headers.setdefault("x-amz-target", f"Golden.{self.operation.name}")  # some cases leave it out
        method = told.get("method", self.operation.http["method"])
        return HttpRequest(method, url.path, url.query, headers, self._body(told))

    def response(self) -> HttpResponse:
        """The response of an output case."""
        told = self.told["response"]
        return HttpResponse(told.get("status_code", 200), told.get("headers", {}), self._body(told))

    def request_like(self) -> HttpRequest:
        """A request that shows the protocol of an output case."""
        signs = {
            "json": {"x-amz-target": "Golden.Operation"},
            "query": {"content-type": "application/x-www-form-urlencoded"},
            "ec2": {"content-type": "application/x-www-form-urlencoded"},
            "smithy-rpc-v2-cbor": {"smithy-protocol": "rpc-v2-cbor"},
        }
        return HttpRequest("POST", "/", headers=signs.get(self.protocol, {}))

    def _body(self, told: dict[str, Any]) -> bytes:
        body: str = told.get("body", "")
        return base64.b64decode(body) if "cbor" in self.protocol else body.encode()


def cases(kind: Literal["input", "output"], *, errors: bool = False, but: Mapping[str, str] | None = None) -> list[Any]:
    """All cases of a direction as parameters of a test, named `protocol-case`; error cases are a kind of output.

    `but` names cases that do not apply, each with the reason; a name that is no case is a mistake.
    """
    paths = sorted(FOLDER.glob(f"{kind}/*.json")) + sorted(FOLDER.glob(f"legacy/{kind}/*.json"))
    found = {case.id: case for path in paths for case in _of_file(path, errors)}
    if not found:
        return [pytest.param(None, id="missing")]
    if unknown := set(but or ()) - set(found):
        raise LookupError(f"there are no golden cases {sorted(unknown)}")
    return [case for name, case in found.items() if name not in (but or ())]


def _of_file(path: Path, errors: bool) -> Iterator[Any]:
    legacy = "legacy-" if path.parts[-3] == "legacy" else ""
    for number, suite in enumerate(json.loads(path.read_text())):
        for each, told in enumerate(suite["cases"]):
            if ("error" in told or "errorCode" in told) is not errors:
                continue
            given = {"name": "Operation", "http": {"method": "POST", "requestUri": "/"}, **told["given"]}
            described = {**suite, "operations": {given["name"]: given}}
            model = ServiceModel(described, "golden")
            protocol = suite["metadata"]["protocol"]
            told.setdefault("params", {})
            name = told.get("id") or f"{number}.{each}"
            case = Case(protocol, model.operation_model(given["name"]), told)
            yield pytest.param(case, id=f"{legacy}{path.stem}-{name}")


def required(case: Case | None) -> Case:
    """The case, or a failure that says what would do: a skipped oracle is no oracle."""
    if case is None:
        pytest.fail("botocore's golden cases are missing: run `make setup-dev` (scripts/golden-cases fetches them)")
    return case
