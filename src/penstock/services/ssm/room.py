"""The room, furnished."""

from collections.abc import Callable

from penstock.engine.notices import Notices
from penstock.services.ssm.labels import Labels
from penstock.services.ssm.listing import Listing
from penstock.services.ssm.model import Others
from penstock.services.ssm.putting import Putting
from penstock.services.ssm.reading import Reading
from penstock.services.ssm.removing import Removing
from penstock.services.ssm.tagging import Tagging
from penstock.services.ssm.telling import telling
from penstock.store.database import Database
from penstock.store.sealing import Sealing
from penstock.wire.call import Service


def parameter_store(
    database: Database, sealing: Sealing, notices: Notices, others: Others, clock: Callable[[], float]
) -> tuple[Service, ...]:
    """What answers for parameters; `others` is who answers for all else that these operations are asked."""
    tell = telling(notices)
    return (
        Putting(database, sealing, tell, clock),
        Reading(database, sealing, others),
        Listing(database, sealing, others),
        Removing(database, tell, clock),
        Labels(database, tell, clock),
        Tagging(database, others),
    )
