"""Stack sets: one template as a stack in each of several regions of this account.

An operation (`flow`) is a run: it has its stacks created, updated or deleted, region after region or all at once, by
CloudFormation's own operations on stacks, and is told as it goes in the rows (`rows`) of the set's instances. `sets`,
`instances` and `operations` are what customers ask.
"""

from penstock.services.cloudformation.stacksets.room import open_stack_sets

__all__ = ["open_stack_sets"]
