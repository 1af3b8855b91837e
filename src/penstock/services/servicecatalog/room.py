"""The room, furnished: what `composition` calls to have Service Catalog."""

from collections.abc import Callable

from penstock.engine.engine import Engine
from penstock.services.servicecatalog.artifacts import ProvisioningArtifacts
from penstock.services.servicecatalog.associations import Associations
from penstock.services.servicecatalog.browsing import Browsing
from penstock.services.servicecatalog.constraints import Constraints
from penstock.services.servicecatalog.flow import AWAIT, RecordFlow
from penstock.services.servicecatalog.portfolios import Portfolios
from penstock.services.servicecatalog.products import Products
from penstock.services.servicecatalog.provisioned import ProvisionedProducts
from penstock.services.servicecatalog.provisioning import Provisioning
from penstock.services.servicecatalog.records import Records
from penstock.services.servicecatalog.stacking import Stacking
from penstock.services.servicecatalog.tagoptions import TagOptions
from penstock.services.servicecatalog.templates import Templates
from penstock.wire.call import Directory


def open_servicecatalog(*, engine: Engine, directory: Directory, clock: Callable[[], float]) -> None:
    """Enter the operations into the directory, the flow and its activity into the engine. Before `engine.work`."""
    engine.register(RecordFlow())
    engine.activity(AWAIT, Stacking(directory).wait)
    database, templates = engine.database, Templates(directory)
    for service in (
        Portfolios(database, clock),
        Products(database, templates, clock),
        ProvisioningArtifacts(database, templates, clock),
        Associations(database, clock),
        Constraints(database, clock),
        TagOptions(database, clock),
        Browsing(database),
        Provisioning(engine, clock),
        ProvisionedProducts(database),
        Records(database),
    ):
        directory.register(service)
