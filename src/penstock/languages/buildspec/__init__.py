"""Build specs: the YAML that says what a build does, as a typed tree.

nodes   YAML text → nodes that know their path and line; scalars stay the texts that they are (3.10 is no number)
read    nodes → `Buildspec`, or a sentence that names what is wrong and where
batch   the builds of a batch, written out
tree    what a build spec can say
"""

from penstock.languages.buildspec.nodes import BadBuildspec
from penstock.languages.buildspec.read import read
from penstock.languages.buildspec.tree import (
    Artifacts,
    Batch,
    BatchBuild,
    Buildspec,
    Cache,
    Environment,
    OnFailure,
    Phase,
    Report,
)

__all__ = [
    "Artifacts",
    "BadBuildspec",
    "Batch",
    "BatchBuild",
    "Buildspec",
    "Cache",
    "Environment",
    "OnFailure",
    "Phase",
    "Report",
    "read",
]
