"""Identity: IAM's roles, policies, users and keys, and STS's sessions.

    model.py     ids, ARNs, principals, policy documents, and AWS's sentences for what is not there
    rows.py      how all of it is kept: as documents of no region, for IAM has none
    roles.py  linked.py  users.py  groups.py  profiles.py  providers.py  policies.py  account.py    IAM's operations
    grants.py    what policies an entity has       tagging.py  its tags
    sts.py       who am I, and temporary keys      sessions.py  those of jobs
    passwords.py service-specific credentials: what git's clients show
    keys.py      access keys, and the ring by which the gateway finds their secrets
    install.py   what a new installation begins with      room.py  all that answers

Policies are kept and checked for their form. They are not evaluated yet: whoever has a valid key may do everything.
"""

from penstock.services.identity.account import Account
from penstock.services.identity.grants import GroupGrants, RoleGrants, UserGrants
from penstock.services.identity.groups import Groups
from penstock.services.identity.install import ensure_default_role, ensure_project_roles, root_credential
from penstock.services.identity.keys import AccessKeys, StoredKeys
from penstock.services.identity.linked import LinkedRoles
from penstock.services.identity.passwords import ServiceCredentials, ServicePasswords
from penstock.services.identity.policies import Policies
from penstock.services.identity.profiles import InstanceProfiles
from penstock.services.identity.providers import OpenIdProviders
from penstock.services.identity.roles import Roles
from penstock.services.identity.room import services
from penstock.services.identity.sessions import BadTicket, Sessions, seal_of
from penstock.services.identity.sts import Sts
from penstock.services.identity.tagging import Tagging
from penstock.services.identity.users import Users

__all__ = [
    "AccessKeys",
    "Account",
    "BadTicket",
    "GroupGrants",
    "Groups",
    "InstanceProfiles",
    "LinkedRoles",
    "OpenIdProviders",
    "Policies",
    "RoleGrants",
    "Roles",
    "ServiceCredentials",
    "ServicePasswords",
    "Sessions",
    "StoredKeys",
    "Sts",
    "Tagging",
    "UserGrants",
    "Users",
    "ensure_default_role",
    "ensure_project_roles",
    "root_credential",
    "seal_of",
    "services",
]
