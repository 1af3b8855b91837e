"""ValidateStateMachineDefinition: everything that is wrong with a definition, without making anything of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from penstock.languages.asl.diagnosis import Diagnostic
from penstock.languages.asl.read import diagnose
from penstock.languages.asl.resources import recognised
from penstock.languages.asl.tree import ExecutionType
from penstock.wire.call import Answer, Call, Json, operation

PAGE: Final = 100


@dataclass(frozen=True)
class Validation:
    """The operation on definitions."""

    recognises: Callable[[str], bool] = recognised
    service: str = "stepfunctions"

    @operation("ValidateStateMachineDefinition")
    async def validate(self, call: Call, request: Mapping[str, Json]) -> Answer:
        kind: ExecutionType = "EXPRESS" if request.get("type") == "EXPRESS" else "STANDARD"
        found = diagnose(request["definition"], kind=kind, recognises=self.recognises)
        wanted = [each for each in found if each.severity == "ERROR" or request.get("severity") == "WARNING"]
        most = request.get("maxResults") or PAGE
        return {
            "result": "FAIL" if any(each.severity == "ERROR" for each in found) else "OK",
            "diagnostics": [_told(each) for each in wanted[:most]],
            "truncated": len(wanted) > most,
        }


def _told(diagnostic: Diagnostic) -> Answer:
    told = {"severity": diagnostic.severity, "code": diagnostic.code, "message": diagnostic.message}
    return told if diagnostic.location is None else {**told, "location": diagnostic.location}
