"""Glue's Data Catalog: databases and tables, which say what the objects below a prefix in S3 are.

Documents, no more: a table is what its creator says it is. Feature groups enter theirs here, Athena reads them.
Crawlers, jobs and everything else of Glue's is not here.
"""

from collections.abc import Callable

from penstock.services.glue.databases import Databases
from penstock.services.glue.tables import Tables
from penstock.services.glue.tagging import Tagging
from penstock.store.database import Database
from penstock.wire.call import Service


def services(database: Database, clock: Callable[[], float]) -> tuple[Service, ...]:
    return Databases(database, clock), Tables(database, clock), Tagging(database)
