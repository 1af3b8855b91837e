"""Settings: the variables of a build's commands, with what the parameter store and the secrets hold for them.

A request's come before a project's, and those before the build spec's. What was secret is never journalled: it is
asked for when the job is made, and masked in its log.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from penstock.languages.buildspec import Environment
from penstock.services.codebuild.model import Json, Plan, Trouble
from penstock.wire.call import Call, Directory, Scope, ServiceError

PARAMETERS_ERROR: Final = "Decrypted Variables Error"
SECRETS_ERROR: Final = "Secrets Manager Error"


class Unresolved(Exception):
    """A variable whose value cannot be had."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.trouble = Trouble(code, message)


@dataclass(slots=True)
class Variables:
    """Values by name, and the names of those that nobody may read in the log."""

    values: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)


async def resolve(directory: Directory, scope: Scope, plan: Plan, spec: Environment) -> Variables:
    """Raises `Unresolved`."""
    found = Variables()
    for name, value, kind in asked(plan, spec):
        match kind:
            case "PARAMETER_STORE":
                found.values[name] = await parameter(directory, scope, value)
            case "SECRETS_MANAGER":
                found.values[name] = await secret(directory, scope, value)
            case _:
                found.values[name] = value
                continue
        found.secrets.append(name)
    return found


def asked(plan: Plan, spec: Environment) -> Iterator[tuple[str, str, str]]:
    """Name, value and kind of every variable; each name once."""
    wanted: dict[str, tuple[str, str]] = {name: (value, "PLAINTEXT") for name, value in spec.variables.items()}
    wanted |= {name: (value, "PARAMETER_STORE") for name, value in spec.parameter_store.items()}
    wanted |= {name: (value, "SECRETS_MANAGER") for name, value in spec.secrets_manager.items()}
    for each in plan.build["environment"].get("environmentVariables", ()):
        wanted[each["name"]] = (each["value"], each.get("type", "PLAINTEXT"))
    return ((name, value, kind) for name, (value, kind) in wanted.items())


async def parameter(directory: Directory, scope: Scope, name: str) -> str:
    request = {"Name": name, "WithDecryption": True}
    try:
        answer = await directory.answer(Call("ssm", "GetParameter", request, scope))
    except ServiceError as error:
        if error.code == "ParameterNotFound":
            raise Unresolved(PARAMETERS_ERROR, f"parameter does not exist: {name}") from None
        raise Unresolved(PARAMETERS_ERROR, f"{error.code}: {error.message} (parameter {name})") from None
    return str(answer["Parameter"]["Value"])


async def secret(directory: Directory, scope: Scope, reference: str) -> str:
    """`secret-id[:json-key[:version-stage[:version-id]]]`, the id being a name or an ARN (which has six colons)."""
    parts = reference.split(":")
    length = 7 if reference.startswith("arn:") else 1
    name, (key, stage, version) = ":".join(parts[:length]), [*parts[length:], "", "", ""][:3]
    request = {"SecretId": name}
    if stage:
        request["VersionStage"] = stage
    if version:
        request["VersionId"] = version
    try:
        answer = await directory.answer(Call("secretsmanager", "GetSecretValue", request, scope))
    except ServiceError as error:
        raise Unresolved(SECRETS_ERROR, f"{error.code}: {error.message} (secret {name})") from None
    text = answer.get("SecretString")
    if text is None:
        raise Unresolved(SECRETS_ERROR, f"the secret {name} is binary: only texts can be variables")
    return of_key(text, name, key) if key else str(text)


def of_key(text: str, name: str, key: str) -> str:
    """One value of a secret that is JSON."""
    try:
        value: Json = msgspec.json.decode(text)[key]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise Unresolved(SECRETS_ERROR, f"the secret {name} has no JSON key '{key}'") from None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
