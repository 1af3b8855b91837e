"""Service Catalog: portfolios of products, which are provisioned as stacks of CloudFormation's.

    portfolios.py  products.py  artifacts.py  constraints.py  associations.py    what administrators keep
    browsing.py   what may be launched: products, paths, parameters
    provisioning.py  provisioned.py  records.py    what has been launched, and what was done to it
    model.py      the nouns      rows.py   how all of it is kept, as documents      lists.py   one page of a list
    templates.py  taking a product's template from S3, and what it says of its parameters
    flow.py       a record's run: ask CloudFormation, wait for the stack; pure      stacking.py   the waiting

`room.open_servicecatalog` makes all of it.
"""

from penstock.services.servicecatalog.room import open_servicecatalog

__all__ = ["open_servicecatalog"]
