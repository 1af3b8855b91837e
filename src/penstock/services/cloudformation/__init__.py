"""CloudFormation: stacks of resources, made, changed and deleted as their templates say; every operation is a run.

    stacks.py  changesets.py  describing.py  exports.py  drifts.py  summaries.py    the operations
    templates.py  inspecting.py  requests.py    what requests bring, looked at before anything is made
    turn.py       how a stack goes on from what it hears, flow.py its run; pure
    model.py      its nouns    starting.py  how an operation begins    comparing.py  what an update would change
    acting.py     what is done in the world: the functions of resources/ (a module for each service), by driving.py
    records.py  rows.py  notices.py  hiding.py             what is told of it

Templates are read and evaluated by `languages.cloudformation`.
"""

from penstock.services.cloudformation.resources import TYPES, Types, accepting
from penstock.services.cloudformation.resources.without_effect import NotAccepted
from penstock.services.cloudformation.room import open_cloudformation

__all__ = ["TYPES", "NotAccepted", "Types", "accepting", "open_cloudformation"]
