"""Expressions: references as the definition language says them.

    data.train    {"Std:Join": {"On": "/", "Values": [{"Get": "Steps.prepare.…['outputs'].S3Output.S3Uri"}, "train/"]}}
    quality.auc   {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.evaluate.PropertyFiles.result"}, "Path": "value.auc"}}

A step's outputs are folders below one output of its job, `outputs`; a value that is JSON is in `value.json` there.
"""

from dataclasses import dataclass
from typing import Any, Final

from penstock.pipeline.graph import (
    Both,
    Comparison,
    Data,
    Either,
    Gathered,
    Given,
    Item,
    Known,
    Not,
    OneOf,
    Output,
    Path,
    Property,
    Reference,
    Test,
    Transformed,
)
from penstock.pipeline.handles import described
from penstock.pipeline.mistakes import Mistake

Json = Any
RESULT: Final = "result"  # the output of a function that returns one value
OUTPUTS: Final = "outputs"
ARCHIVE: Final = "model.tar.gz"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a pipeline is to run: the bucket for its code, data and outputs, the role of its jobs, their region."""

    bucket: str
    role: str
    region: str = "us-east-1"

    @property
    def base(self) -> str:
        return f"s3://{self.bucket}/penstock"


def get(text: str) -> Json:
    return {"Get": text}


def join(*values: Json, on: str = "/") -> Json:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def text(reference: Reference) -> Json:
    """A value as text."""
    if isinstance(reference, Known):
        return reference.value if isinstance(reference.value, str) else str(reference.value)
    return join(value(reference), on="")


def value(reference: Reference) -> Json:
    """A single value, as conditions compare it."""
    match reference:
        case Known():
            return reference.value
        case Given():
            return get(f"Parameters.{reference.name}")
        case Property():
            return get(f"Steps.{reference.node.name}.{reference.name}")
        case Item():
            return get(f"ForEach.CurrentItem{written(reference.path)}")
        case Output() if reference.call.tuning is not None:
            if reference.name != reference.call.tuning.metric:
                raise Mistake(
                    f"{described(reference)} of the best trial can be passed to steps; only the metric that was "
                    f"tuned for, '{reference.call.tuning.metric}', can be compared or told.", reference.call.at
                )  # fmt: skip
            return get(f"Steps.{reference.call.name}.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value")
        case Output():
            file = {"PropertyFile": get(f"Steps.{reference.call.name}.PropertyFiles.{reference.name or RESULT}")}
            return {"Std:JsonGet": {**file, "Path": f"value{written(reference.path)}"}}
    raise TypeError(type(reference))


def written(path: Path) -> str:
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" if part.isidentifier() else f"['{part}']" for part in path
    )


def test(condition: Test) -> Json:
    """A condition. The language has no `and` within others: it is not (not one or not the other)."""
    match condition:
        case Comparison():
            return {
                "Type": condition.operator, "LeftValue": value(condition.left), "RightValue": value(condition.right)
            }  # fmt: skip
        case OneOf():
            return {"Type": "In", "QueryValue": value(condition.query), "Values": [*map(value, condition.values)]}
        case Not():
            return {"Type": "Not", "Condition": test(condition.test)}
        case Either():
            return {"Type": "Or", "Conditions": [*map(test, condition.tests)]}
        case Both():
            return test(Not(Either(tuple(map(Not, condition.tests)))))


def tests(condition: Test) -> list[Json]:
    """The conditions of a step, all of which must hold."""
    if isinstance(condition, Both):
        return [each for inner in condition.tests for each in tests(inner)]
    return [test(condition)]


def outputs_of(pipeline: str, to: Destination, step: str) -> tuple[Json, ...]:
    """Where the outputs of a step go, as parts of a path: each execution has its own."""
    return (f"{to.base}/runs/{pipeline}", get("Execution.PipelineExecutionId"), step)


def uri(reference: Reference, pipeline: str, to: Destination, *, below: str = "") -> Json:
    """Where the files of a value are; of a step's output, those `below` its folder."""
    match reference:
        case Output() if reference.call.tuning is not None:
            trained = f"Steps.{reference.call.name}"
            path = get(f"{trained}.TrainingJobDefinition.OutputDataConfig.S3OutputPath")
            return join(path, get(f"{trained}.TrainingJobSummaries[0].TrainingJobName"), f"output/{ARCHIVE}")
        case Output():
            return join(_outputs(reference.call.name), f"{reference.name or RESULT}/{below}")
        case Gathered():
            return join(*outputs_of(pipeline, to, reference.output.call.name), "")
        case Given():
            return get(f"Parameters.{reference.name}")
        case Transformed():
            return get(f"Steps.{reference.node.name}.TransformOutput.S3OutputPath")
        case Data():
            return reference.uri
    raise TypeError(type(reference))


def _outputs(step: str) -> Json:
    return get(f"Steps.{step}.ProcessingOutputConfig.Outputs['{OUTPUTS}'].S3Output.S3Uri")


def model_uri(model: Output, pipeline: str, to: Destination) -> Json:
    """The archive of a model, as SageMaker serves it."""
    return uri(model, pipeline, to, below=ARCHIVE)
