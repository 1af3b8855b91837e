"""The language on one page: what a pipeline definition is made of, once it has been read.

    Definition ── parameters
               ├─ steps ── Processing · QualityCheck · ClarifyCheck · Training · Tuning · AutoML · Transform ·
               │           │ Model · RegisterModel · EndpointConfig · Endpoint · InferenceComponent · Lambda ·
               │           │ Callback · Condition · Fail · ForEach · Cleanup · Lineage · Other
               │           └─ arguments: an expression, or JSON with expressions in it
               └─ bodies ── the steps that a ForEach starts once for each of its items

Steps inside the branches of a condition stand in `Definition.steps` like all others; the condition knows them by
name, as a ForEach knows those of its body. A step of a type that is not carried out yet is an `Other`: read and
checked, so that it can be named.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NewType

import msgspec

Json = Any
StepName = NewType("StepName", str)
Path = tuple[str | int, ...]
Trigger = Literal["Completed", "Failed", "Stopped", "Any"]
ParameterType = Literal["String", "Integer", "Float", "Boolean"]
Pick = Literal["MaxBy", "MinBy"]
QualityCheckType = Literal["DATA_QUALITY", "MODEL_QUALITY"]
ClarifyCheckType = Literal["DATA_BIAS", "MODEL_BIAS", "MODEL_EXPLAINABILITY"]
Operator = Literal["Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"]

VERSION: Final = "2020-12-01"

EXECUTION_VARIABLES: Final = frozenset(
    {
        "PipelineName", "PipelineArn", "PipelineExecutionId", "PipelineExecutionArn",
        "StartDateTime", "CurrentDateTime", "TrainingJobName", "ProcessingJobName",
    }
)  # fmt: skip

OTHER_STEP_TYPES: Final = frozenset(
    {
        "Athena", "BedrockCustomModel", "BedrockCustomModelDeployment", "BedrockModelImport",
        "BedrockProvisionedModelThroughput", "HubContent", "Job",
    }
)  # fmt: skip


class DefinitionError(Exception):
    """A definition that cannot be a pipeline; the message says what is wrong, where, and what would do."""


# ------------------------------------------------------------------------------------------------- expressions


class Constant(msgspec.Struct, frozen=True):
    """JSON without expressions in it."""

    value: Json


class Object(msgspec.Struct, frozen=True):
    """A JSON object with an expression somewhere in it."""

    members: Mapping[str, "Expression"]


class Sequence(msgspec.Struct, frozen=True):
    """A JSON list with an expression somewhere in it."""

    items: tuple["Expression", ...]


class ParameterReference(msgspec.Struct, frozen=True):
    """``{"Get": "Parameters.X"}``"""

    name: str


class ExecutionVariable(msgspec.Struct, frozen=True):
    """``{"Get": "Execution.X"}``"""

    name: str


class StepProperty(msgspec.Struct, frozen=True):
    """``{"Get": "Steps.S.A.B[0]['c']"}``: what the step's Describe answer holds at a path."""

    step: StepName
    path: Path


class CurrentItem(msgspec.Struct, frozen=True):
    """``{"Get": "ForEach.CurrentItem"}``, or a path into it: has a value in the body of a ForEach step only."""

    path: Path = ()


class Join(msgspec.Struct, frozen=True):
    """``Std:Join``"""

    on: str
    values: tuple["Expression", ...]


class PropertyFileReference(msgspec.Struct, frozen=True):
    """``{"Get": "Steps.S.PropertyFiles.F"}``, which only a ``Std:JsonGet`` may name."""

    step: StepName
    file: str


class JsonGet(msgspec.Struct, frozen=True):
    """``Std:JsonGet``: what a JSON document in S3 holds at a path."""

    document: "PropertyFileReference | Expression"
    path: str


Expression = (
    Constant | Object | Sequence | ParameterReference | ExecutionVariable | StepProperty | CurrentItem | Join | JsonGet
)

# -------------------------------------------------------------------------------------------------- conditions


class Comparison(msgspec.Struct, frozen=True):
    operator: Operator
    left: Expression
    right: Expression


class In(msgspec.Struct, frozen=True):
    query: Expression
    values: tuple[Expression, ...]


class Not(msgspec.Struct, frozen=True):
    test: "Test"


class Or(msgspec.Struct, frozen=True):
    tests: tuple["Test", ...]


Test = Comparison | In | Not | Or

# ------------------------------------------------------------------------------------------------------- steps


class Parameter(msgspec.Struct, frozen=True):
    name: str
    type: ParameterType
    default: Json = None
    has_default: bool = False
    choices: tuple[Json, ...] = ()


class Dependency(msgspec.Struct, frozen=True):
    """A name in DependsOn, and in which endings of that step it is met."""

    step: StepName
    trigger: Trigger = "Completed"


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how soon, a step is tried again after some kinds of errors."""

    errors: frozenset[str]
    interval_seconds: float = 1.0
    backoff_rate: float = 2.0
    max_attempts: int | None = None
    expire_after_minutes: float | None = None


class CacheConfig(msgspec.Struct, frozen=True):
    """Whether an earlier run of the step may stand for it, and how old that may be (a duration; None: any age)."""

    enabled: Expression
    expire_after: Expression = Constant(None)


class PropertyFile(msgspec.Struct, frozen=True):
    name: str
    output: str
    path: str


class Output(msgspec.Struct, frozen=True):
    """A value that a function or the holder of a callback token hands back, and the type it is given."""

    name: str
    type: ParameterType = "String"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What every step has. `arguments` is the request it leads to, without the names that the execution gives."""

    name: StepName
    display_name: str = ""
    description: str = ""
    depends_on: tuple[Dependency, ...] = ()
    retries: tuple[RetryPolicy, ...] = ()
    cache: CacheConfig | None = None
    arguments: Expression = Constant({})


class Processing(Step, frozen=True, kw_only=True):
    property_files: tuple[PropertyFile, ...] = ()


class Check(Step, frozen=True, kw_only=True):
    """A processing job that is held against a baseline, which is supplied or that of the latest approved model package
    in the group. `registers` says whether what the job calculates is the baseline from then on."""

    type: QualityCheckType | ClarifyCheckType
    skip: Expression = Constant(False)
    fails: Expression = Constant(True)  # where the baseline is violated
    registers: Expression = Constant(False)
    group: Expression = Constant(None)
    constraints: Expression = Constant(None)
    statistics: Expression = Constant(None)


class QualityCheck(Check, frozen=True, kw_only=True):
    pass


class ClarifyCheck(Check, frozen=True, kw_only=True):
    """`model` is what the job asks where its configuration names none."""

    model: Expression = Constant(None)


class Training(Step, frozen=True, kw_only=True):
    pass


class Tuning(Step, frozen=True, kw_only=True):
    pass


class AutoML(Step, frozen=True, kw_only=True):
    pass


class Transform(Step, frozen=True, kw_only=True):
    pass


class Model(Step, frozen=True, kw_only=True):
    pass


class RegisterModel(Step, frozen=True, kw_only=True):
    pass


class EndpointConfig(Step, frozen=True, kw_only=True):
    pass


class Endpoint(Step, frozen=True, kw_only=True):
    """An endpoint of this name is created, or updated where there is one."""


class InferenceComponent(Step, frozen=True, kw_only=True):
    """An inference component of this name is created on an endpoint, or updated where there is one."""


class Submission(Step, frozen=True, kw_only=True):
    """An application is submitted to a cluster's Spark."""


class EMR(Submission, frozen=True, kw_only=True):
    pass


class EMRServerless(Submission, frozen=True, kw_only=True):
    pass


class Lambda(Step, frozen=True, kw_only=True):
    """A function is called with the arguments as its event."""

    function: Expression
    outputs: tuple[Output, ...] = ()


class Callback(Step, frozen=True, kw_only=True):
    """A message with a token goes to a queue; the step waits for the token's answer."""

    queue: Expression
    outputs: tuple[Output, ...] = ()


class Condition(Step, frozen=True, kw_only=True):
    """All `tests` hold: `if_steps` are started; else: `else_steps`."""

    tests: tuple[Test, ...]
    if_steps: tuple[StepName, ...] = ()
    else_steps: tuple[StepName, ...] = ()


class Fail(Step, frozen=True, kw_only=True):
    message: Expression = Constant("")


class Selector(msgspec.Struct, frozen=True):
    """Which iteration of a ForEach is the best: the one in which a property of a body step is greatest or least."""

    pick: Pick
    field: StepProperty


class ForEach(Step, frozen=True, kw_only=True):
    """The steps of `body` are started once for each item, at most `concurrency` of them at a time."""

    items: Expression
    concurrency: int
    body: tuple[StepName, ...]
    selector: Selector | None = None


class CleanupSource(msgspec.Struct, frozen=True):
    """A step whose outputs are deleted: the objects named, or whatever it left (None)."""

    step: StepName
    uris: tuple[Expression, ...] | None = None


class Cleanup(Step, frozen=True, kw_only=True):
    """Outputs of earlier steps are deleted from S3."""

    sources: tuple[CleanupSource, ...]


class Lineage(Step, frozen=True, kw_only=True):
    """Actions, artifacts and contexts are recorded, and what they have to do with one another."""


class Other(Step, frozen=True, kw_only=True):
    """A step of a type that AWS has and that is not carried out here. `members` are the step's other members."""

    type: str
    members: Expression = Constant({})


Simple = (
    Processing
    | QualityCheck
    | ClarifyCheck
    | Training
    | Tuning
    | AutoML
    | Transform
    | Model
    | RegisterModel
    | EndpointConfig
    | Endpoint
    | InferenceComponent
    | EMR
    | EMRServerless
    | Lambda
    | Callback
    | Fail
    | ForEach
    | Lineage
    | Other
)
AnyStep = Simple | Condition | Cleanup


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A whole pipeline. `steps` are in the order of the document, those of branches after their condition.

    `bodies` are the steps in the bodies of ForEach steps; they are no steps of the pipeline until there are items.
    """

    parameters: Mapping[str, Parameter]
    steps: Mapping[StepName, AnyStep]
    bodies: Mapping[StepName, AnyStep]
    experiment: Expression | None = None
