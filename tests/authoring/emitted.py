"""What projects come to as definitions; run as a program, this writes the golden documents anew."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from penstock.pipeline import Pipeline
from penstock.pipeline.definition import Package
from penstock.pipeline.expressions import Destination
from penstock.pipeline.graph import Graph
from penstock.pipeline.picture import lines
from penstock.pipeline.project import load
from penstock.pipeline.publishing import packaged

Json = Any
TO: Final = Destination("bucket", "arn:aws:iam::123456789012:role/Role", "eu-central-1")
GOLDEN: Final = Path(__file__).parent / "golden"
ROOT: Final = Path(__file__).parents[2]
PROJECTS: Final = {
    "wine": ROOT / "examples" / "wine" / "pipeline.py",
    "orders": ROOT / "tests" / "end_to_end" / "authored" / "orders" / "orders.py",
}
DIGEST: Final = re.compile(r"(code|plans)/[0-9a-f]{32}/")


def graph_of(file: Path) -> Graph:
    (found,) = [value for value in vars(load(file)).values() if isinstance(value, Pipeline)]
    return found.graph()


def golden(graph: Graph, package: Package) -> dict[str, str]:
    """What is kept: the definition without digests of code, and the picture."""
    return {"json": DIGEST.sub(r"\1/DIGEST/", package.definition) + "\n", "txt": "\n".join(lines(graph)) + "\n"}


def plans(package: Package) -> dict[str, Json]:
    """The plans of a package by their steps."""
    found = [json.loads(content) for uri, content in package.objects.items() if uri.endswith("plan.json")]
    return {plan["step"]: plan for plan in found}


if __name__ == "__main__":
    graph = graph_of(PROJECTS[sys.argv[1]])
    for suffix, text in golden(graph, packaged(graph, TO)).items():
        (GOLDEN / f"{sys.argv[1]}.{suffix}").write_text(text)
