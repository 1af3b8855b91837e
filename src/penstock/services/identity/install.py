"""What a new installation begins with: a role that every service may take, those of projects, and the root's key.

All are made once; asked again, they are found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from penstock.services.identity import rows
from penstock.services.identity.keys import credential_of, new_key
from penstock.services.identity.model import secret, trust_policy, unique_id
from penstock.services.identity.roles import new_role
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Query
from penstock.wire.call import DEFAULT_ACCOUNT, Scope
from penstock.wire.credentials import DEFAULT_ROLE, Credential

if TYPE_CHECKING:
    from penstock.services.identity.shapes import CreateRoleRequest

SERVICE_PATH: Final = "/service-role/"
PROJECT_ROLES: Final = tuple(  # AWS's console makes them when projects are enabled; templates name them
    f"AmazonSageMaker{family}{what}Role"
    for family, others in (("ServiceCatalogProducts", ("Firehose", "Glue")), ("Projects", ()))
    for what in (
        "Launch", "Use", "ApiGateway", "Cloudformation", "CodeBuild", "CodePipeline", "Events", "Execution", "Lambda",
        *others,
    )
)  # fmt: skip
OF_PROJECTS: Final = "A role that templates of SageMaker's projects name. Made by Penstock."
DESCRIPTION: Final = "The role that jobs run as unless they name another. Made by Penstock."


async def ensure_default_role(
    database: Database, *, clock: Callable[[], float], chance: Callable[[], str], account: str = DEFAULT_ACCOUNT
) -> str:
    """The ARN of the installation's role, which is made if it is not there."""
    scope = Scope(account, "")
    role = new_role(
        scope,
        {
            "RoleName": DEFAULT_ROLE,
            "AssumeRolePolicyDocument": trust_policy(),
            "Description": DESCRIPTION,
            "MaxSessionDuration": 12 * 3600,
        },
        at=clock(),
        role_id=unique_id("AROA", chance),
    )

    def ensure(tx: Transaction) -> str:
        found = documents.find(tx, scope, "iam/role", DEFAULT_ROLE)
        return (found or documents.insert(tx, role)).arn

    return await database.write(ensure)


async def ensure_project_roles(
    database: Database, *, clock: Callable[[], float], chance: Callable[[], str], account: str = DEFAULT_ACCOUNT
) -> None:
    """Make the roles that templates of projects take for granted, those that are not there."""
    scope = Scope(account, "")

    def missing(tx: Transaction) -> list[str]:
        return [name for name in PROJECT_ROLES if documents.find(tx, scope, "iam/role", name) is None]

    def ensure(tx: Transaction) -> None:
        for name in missing(tx):
            request: CreateRoleRequest = {
                "RoleName": name,
                "Path": SERVICE_PATH,
                "AssumeRolePolicyDocument": trust_policy(),
                "Description": OF_PROJECTS,
            }
            documents.insert(tx, new_role(scope, request, at=clock(), role_id=unique_id("AROA", chance)))

    if await database.read(missing):
        await database.write(ensure)


async def root_credential(
    database: Database, *, clock: Callable[[], float], chance: Callable[[], str], account: str = DEFAULT_ACCOUNT
) -> Credential:
    """The account root's key, with which an operator of an installation under `--auth` makes the first users."""
    principal = f"arn:aws:iam::{account}:root"
    key = new_key(
        unique_id("AKIA", chance, 16), secret(chance), account=account, principal=principal, parent=f"root {account}",
        at=clock(),
    )  # fmt: skip

    def ensure(tx: Transaction) -> Credential:
        query = Query(kind="iam/access-key", scope=rows.NOWHERE, parent=f"root {account}", limit=1)
        found = documents.page(tx, query).documents
        return credential_of(found[0] if found else documents.insert(tx, key))

    return await database.write(ensure)
