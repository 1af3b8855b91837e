"""The nouns of a transform job: what is pinned when it begins, how far it has come, and what is wrong with an object.

All travel through the journal, so each is a msgspec struct.
"""

from typing import Any, Literal

import msgspec

from penstock.services.sagemaker.endpoints.model import Container
from penstock.services.sagemaker.jobs.model import Content, Place
from penstock.store.blobs import Digest

Json = Any
Blame = Literal["ClientError", "AlgorithmError"]


class Item(msgspec.Struct, frozen=True, array_like=True):
    """An object to be transformed; `path` is the end of its key that its output is named by."""

    bucket: str
    key: str
    path: str
    digest: Digest

    @property
    def name(self) -> str:
        """What the data log calls it."""
        return f"{self.bucket}/{self.key}"

    @property
    def prefix(self) -> str:
        """The URI before its path."""
        return Place(self.bucket, self.key.removesuffix(self.path)).uri


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an object could not be transformed. `detail` is what the algorithm said."""

    blame: Blame
    text: str
    detail: str = ""


class Staged(msgspec.Struct, frozen=True):
    """What a job works on, whatever becomes of the objects and the model that it came from."""

    containers: tuple[Container, ...]  # that every payload passes in turn
    items: Digest  # of the list of them: it may be long
    model: tuple[Content, ...] = ()  # the objects that the container's model was


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a job has come: every object before `through` is settled; some `failed`, the first with this problem."""

    staged: Staged
    through: int = 0
    failed: tuple[int, ...] = ()
    problem: Problem | None = None


class UnfitData(Exception):
    """A customer's data, or an algorithm's answer, is not of the form that it should have; the message is for logs."""
