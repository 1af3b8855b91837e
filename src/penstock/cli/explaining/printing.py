"""Printing: the chain as a tree of rich's. Nothing that came from a customer is taken for markup."""

from collections.abc import Iterator
from typing import Final

from rich.text import Text
from rich.tree import Tree

from penstock.cli.explaining.chain import COMMIT, Node

HIDDEN: Final = frozenset(
    {"ContentSha256", "ContentObjects", "ContentBytes", "ContentNote", "ContentWrittenAt", "SourceDeleted",
     "ModelPackageArn", "ModelName", "EndpointName", "ModelApprovalStatus", *COMMIT}
)  # fmt: skip
WIDEST: Final = 1_000  # columns, where nobody sees them: lines are not broken in a file or a pipe
OURS: Final = "SageMaker."  # how the names of a job's settings begin, beside its hyperparameters
WORDS: Final = {
    "ModelDeployment": "Deployment",
    "DataSet": "Data",
    "TrainingJob": "Training",
    "ProcessingJob": "Processing",
}


def tree(node: Node) -> Tree:
    """A node and its causes."""
    branch = Tree(_title(node))
    _fill(branch, node)
    return branch


def _fill(branch: Tree, node: Node) -> None:
    for line in lines(node):
        branch.add(Text(line, style="dim"))
    for use in node.uses:
        branch.add(Text(f"used by {short(use)}", style="dim"))
    for cause in node.causes:
        _fill(branch.add(_title(cause)), cause)


def short(name: str) -> str:
    """The resource of an ARN; anything else as it is."""
    return name.split(":", 5)[-1] if name.startswith("arn:") else name


def _word(node: Node) -> str:
    if node.kind == "Model":
        return (
            "Model package"
            if "ModelPackageArn" in node.facts or ":model-package/" in node.title
            else ("Model" if node.title.startswith("arn:") else "Model data")
        )
    return WORDS.get(node.kind, node.kind)


def _title(node: Node) -> Text:
    title = Text(f"{_word(node)} ", style="bold")
    title.append(short(node.title), style="default")
    if node.above:
        title.append("  (told above)", style="dim")
    if "SourceDeleted" in node.facts:
        title.append(f"  deleted {node.facts['SourceDeleted']}", style="red")
    return title


def lines(node: Node) -> Iterator[str]:
    """What is said of a node beneath its title."""
    for decision in node.decisions:
        by, why = decision.get("by", ""), decision.get("why", "")
        yield f"{decision['status']} {decision['at']}{f' by {by}' if by else ''}{f': {why}' if why else ''}"
    if node.origin:
        by = f", started by {node.origin['StartedBy']}" if "StartedBy" in node.origin else ""
        yield f"made by step {node.origin['Step']} of {short(node.origin['Execution'])}{by}"
    commit = {key: {**node.origin, **node.facts}.get(key) for key in COMMIT}
    yield from (f"{key} {value}" for key, value in commit.items() if value)
    if "ContentSha256" in node.facts:
        objects, size = int(node.facts["ContentObjects"]), node.facts["ContentBytes"]
        yield f"sha256 {node.facts['ContentSha256']} ({size} bytes{f' in {objects} objects' if objects > 1 else ''})"
    elif node.facts.get("ContentObjects") == "0":
        yield "is not in S3 any more"
    if "ContentNote" in node.facts:
        yield node.facts["ContentNote"]
    rest = [f"{key}={value}" for key, value in node.facts.items() if key not in HIDDEN and not key.startswith(OURS)]
    if rest:
        yield ", ".join(rest)
