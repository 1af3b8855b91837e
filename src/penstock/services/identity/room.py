"""The room, furnished: everything that answers for IAM and STS."""

from collections.abc import Callable

from penstock.services.identity.account import Account
from penstock.services.identity.grants import GroupGrants, RoleGrants, UserGrants
from penstock.services.identity.groups import Groups
from penstock.services.identity.keys import AccessKeys, StoredKeys
from penstock.services.identity.linked import LinkedRoles
from penstock.services.identity.passwords import ServiceCredentials
from penstock.services.identity.policies import Policies
from penstock.services.identity.profiles import InstanceProfiles
from penstock.services.identity.providers import OpenIdProviders
from penstock.services.identity.roles import Roles
from penstock.services.identity.sts import Sts
from penstock.services.identity.tagging import Tagging
from penstock.services.identity.users import Users
from penstock.store.database import Database
from penstock.wire.call import Service


def services(
    database: Database, clock: Callable[[], float], chance: Callable[[], str], ring: StoredKeys
) -> tuple[Service, ...]:
    """To be registered."""
    return (
        Roles(database, clock, chance),
        LinkedRoles(database, clock, chance),
        Users(database, clock, chance),
        Groups(database, clock, chance),
        InstanceProfiles(database, clock, chance),
        OpenIdProviders(database, clock),
        Tagging(database),
        Policies(database, clock, chance),
        RoleGrants(database, clock),
        UserGrants(database, clock),
        GroupGrants(database, clock),
        Account(database),
        AccessKeys(database, clock, chance, ring),
        ServiceCredentials(database, clock, chance),
        Sts(database, clock, chance, ring),
    )
