"""The room, furnished: what `composition` calls to have API Gateway."""

from collections.abc import Callable

from penstock.services.apigateway.apis import Apis
from penstock.services.apigateway.deployments import Deployments
from penstock.services.apigateway.methods import Methods
from penstock.services.apigateway.resources import ResourcesOf
from penstock.services.apigateway.serving import Serving
from penstock.services.apigateway.stages import Stages
from penstock.services.apigateway.tagging import Accounts, Tagging
from penstock.services.apigateway.trying import Trying
from penstock.store.database import Database
from penstock.wire.call import Directory
from penstock.wire.fronts import Front


def open_apigateway(
    *, database: Database, directory: Directory, clock: Callable[[], float], chance: Callable[[], str]
) -> Front:
    """Enter the operations into the directory; what answers requests to APIs."""
    serving = Serving(database, directory)
    for service in (
        Apis(database, clock, chance),
        ResourcesOf(database, clock, chance),
        Methods(database, clock),
        Deployments(database, clock, chance),
        Stages(database, clock),
        Tagging(database),
        Accounts(database, clock),
        Trying(database, serving, clock, chance),
    ):
        directory.register(service)
    return serving.serve
