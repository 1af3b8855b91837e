"""The model registry: groups, versioned and named model packages, models, model cards, code repositories, tags, and
the search over it.

Everything here is a document and happens at once; nothing runs. `services` is all that a composer needs.
"""

from collections.abc import Callable

from penstock.services.sagemaker.announcing import Announce, unheard
from penstock.services.sagemaker.registry.cards import ModelCards
from penstock.services.sagemaker.registry.exports import ModelCardExports
from penstock.services.sagemaker.registry.groups import ModelPackageGroups
from penstock.services.sagemaker.registry.models import Models
from penstock.services.sagemaker.registry.packages import ModelPackages
from penstock.services.sagemaker.registry.repositories import CodeRepositories
from penstock.services.sagemaker.registry.search import SearchResources
from penstock.services.sagemaker.registry.tags import Tags
from penstock.services.sagemaker.registry.zoo import ModelZoo
from penstock.store.database import Database
from penstock.wire.call import Directory, Service


def services(
    database: Database, directory: Directory, clock: Callable[[], float], announce: Announce = unheard
) -> tuple[Service, ...]:
    """What answers the registry's operations; it asks s3, in the directory, whether model data is there."""
    return (
        ModelPackageGroups(database, clock),
        ModelPackages(database, directory, clock, announce),
        Models(database, directory, clock, announce),
        ModelCards(database, clock),
        ModelCardExports(database, directory, clock),
        ModelZoo(),
        CodeRepositories(database, clock),
        Tags(database),
        SearchResources(database),
    )
