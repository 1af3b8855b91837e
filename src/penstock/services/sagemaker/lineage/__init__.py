"""Lineage: what came from what, from data and code to the endpoint that serves a model.

The graph is drawn from documents when somebody asks (`reading`); customers' own entities and associations are beside
it. Nothing here is on the way of a job. `services` is all that a composer needs.
"""

from collections.abc import Callable

from penstock.services.sagemaker.lineage.artifacts import Artifacts
from penstock.services.sagemaker.lineage.associations import Associations
from penstock.services.sagemaker.lineage.catalog import Catalog
from penstock.services.sagemaker.lineage.groups import LineageGroups
from penstock.services.sagemaker.lineage.named import Actions, Contexts
from penstock.services.sagemaker.lineage.query import Queries
from penstock.services.sagemaker.lineage.reading import Graphs
from penstock.store.database import Database
from penstock.wire.call import Directory, Service


def services(database: Database, directory: Directory, clock: Callable[[], float]) -> tuple[Service, ...]:
    """What answers the operations on lineage; it asks s3, in the directory, for the content of artifacts."""
    graphs = Graphs(database)
    return (
        Artifacts(Catalog(database, graphs, clock, "Artifact"), database, directory),
        Actions(Catalog(database, graphs, clock, "Action")),
        Contexts(Catalog(database, graphs, clock, "Context")),
        Associations(database, graphs, clock),
        Queries(database, graphs),
        LineageGroups(database, clock),
    )
