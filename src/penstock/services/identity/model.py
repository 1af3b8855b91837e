"""The nouns of identity: entities, ids, ARNs, principals, policy documents; and AWS's sentences about them."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

import msgspec

from penstock.wire.call import Json, ServiceError

EntityType = Literal["role", "user", "group"]
SERVICES: Final = (
    "sagemaker",
    "states",
    "codepipeline",
    "codebuild",
    "events",
    "scheduler",
    "lambda",
    "cloudformation",
    "servicecatalog",
)

_PRINCIPAL: Final = re.compile(
    r"arn:aws[a-z-]*:(?:iam|sts)::(?P<account>[0-9]{12}):"
    r"(?:(?P<root>root)|user(?P<path>/(?:.*/)?)(?P<user>[^/]+)|assumed-role/(?P<role>[^/]+)/(?P<session>[^/]+))"
)
_POLICY: Final = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<owner>aws|[0-9]{12}):policy(?P<path>/(?:[\x21-\x7e]*/)?)(?P<name>[\w+=,.@-]+)"
)
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>[0-9]{12}):role/(?:[\x21-\x7e]*/)?(?P<name>[\w+=,.@-]+)")


class NoSuchEntity(ServiceError):
    code = "NoSuchEntity"


class EntityAlreadyExists(ServiceError):
    code = "EntityAlreadyExists"


class DeleteConflict(ServiceError):
    code = "DeleteConflict"


class MalformedPolicyDocument(ServiceError):
    code = "MalformedPolicyDocument"


class UnmodifiableEntity(ServiceError):
    code = "UnmodifiableEntity"


class InvalidInput(ServiceError):
    code = "InvalidInput"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks, read off an ARN: a user, a session of a role, or the account's root."""

    account: str
    user: str = ""
    role: str = ""
    session: str = ""


def principal_of(arn: str) -> Principal:
    """Raises `ServiceError` for an ARN that nobody here can have."""
    found = _PRINCIPAL.fullmatch(arn)
    if found is None:
        raise ServiceError(f"'{arn}' is not a principal of Penstock's.", code="InvalidClientTokenId", status=403)
    return Principal(
        account=found["account"], user=found["user"] or "", role=found["role"] or "", session=found["session"] or ""
    )


@dataclass(frozen=True, slots=True)
class PolicyName:
    """A managed policy, read off its ARN. AWS's own belong to nobody here: only their names are known."""

    arn: str
    path: str
    name: str
    is_aws: bool


def policy_of(arn: str) -> PolicyName:
    found = _POLICY.fullmatch(arn)
    if found is None:
        raise InvalidInput(f"ARN {arn} is not valid.")
    return PolicyName(arn, found["path"], found["name"], found["owner"] == "aws")


def role_of(arn: str) -> tuple[str, str] | None:
    """The account and the name of a role; None for an ARN of something else."""
    found = _ROLE.fullmatch(arn)
    return None if found is None else (found["account"], found["name"])


def unique_id(prefix: str, chance: Callable[[], str], length: int = 17) -> str:
    """An id as AWS makes them: a prefix that tells the kind, then letters and digits that tell nothing."""
    letters = base64.b32encode(hashlib.sha256(chance().encode()).digest()).decode()
    return prefix + letters[:length]


def secret(chance: Callable[[], str], length: int = 40) -> str:
    """A secret of two draws of chance."""
    drawn = hashlib.sha512(f"{chance()} {chance()}".encode()).digest()
    return base64.b64encode(drawn).decode()[:length]


def checked_policy(document: str, *, trust: bool = False) -> str:
    """The document, if it has the form of a policy (of a trust policy, which names principals)."""
    try:
        policy = msgspec.json.decode(document)
    except msgspec.DecodeError:
        raise MalformedPolicyDocument("This policy contains invalid Json") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise MalformedPolicyDocument("Syntax errors in policy: it must be an object with a 'Statement'.")
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        check_statement(statement, trust=trust)
    return document


def check_statement(statement: Json, *, trust: bool) -> None:
    if not isinstance(statement, dict):
        raise MalformedPolicyDocument("Syntax errors in policy: every 'Statement' must be an object.")
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicyDocument("Syntax errors in policy: every statement's 'Effect' must be Allow or Deny.")
    if not statement.keys() & {"Action", "NotAction"}:
        raise MalformedPolicyDocument("Policy statement must contain actions.")
    if trust and not statement.keys() & {"Principal", "NotPrincipal"}:
        raise MalformedPolicyDocument("AssumeRole policy must contain a 'Principal' in every statement.")
    if not trust and not statement.keys() & {"Resource", "NotResource"}:
        raise MalformedPolicyDocument("Policy statement must contain resources.")


def quoted(document: str) -> str:
    """A document as IAM's answers carry it: percent-encoded."""
    return quote(document, safe="")


def trust_policy() -> str:
    """Who may take the role that every installation has: the services that Penstock plays."""
    principals = [f"{name}.amazonaws.com" for name in SERVICES]
    return msgspec.json.encode(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}],
        }
    ).decode()
