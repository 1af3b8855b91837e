"""Writing pipelines: typed Python functions as steps, and a function that wires them.

    @step(cpu=2)
    def train(data: DataFrame, depth: int = 4) -> Model[RandomForestClassifier]: ...

    @pipeline
    def churn(raw: Path = file("churn.csv"), depth: int = 4) -> None:
        register(train(prepare(raw), depth), group="churn")

    steps, pipelines   the two decorators       handles    what stands for a value that is not known yet
    control, products  when, each · tune, …     graph      what a pipeline function draws
    kinds              types that can travel    mistakes   what is wrong, at the user's line
    definition         graph → 2020-12-01       project    the user's modules as one archive
    publishing         to S3 and SageMaker      picture    the graph as text
    inside/run.py      what runs in a job: it imports nothing of Penstock, and a job needs none

A door for people's own code, like `penstock.testing`: it imports nothing else of Penstock, and little of Python, so
that loading it takes no time that anybody would notice. See docs/authoring.md.
"""

from penstock.pipeline.control import each, fail, is_in, not_, otherwise, when
from penstock.pipeline.kinds import Model, keep
from penstock.pipeline.mistakes import Mistake
from penstock.pipeline.pipelines import Pipeline, pipeline
from penstock.pipeline.products import between, choice, deploy, file, folder, register, transform, tune
from penstock.pipeline.steps import Step, step

__all__ = [
    "Mistake", "Model", "Pipeline", "Step",
    "between", "choice", "deploy", "each", "fail", "file", "folder", "is_in", "keep", "not_", "otherwise", "pipeline",
    "register", "step", "transform", "tune", "when",
]  # fmt: skip
