"""The definition: a graph as the document that CreatePipeline takes, with the objects that it names in S3.

    Call ─► Processing (a tuned one: Tuning)      Registration ─► RegisterModel
    Branch ─► Condition                           Deployment ─► Model, EndpointConfig, Endpoint
    Loop ─► ForEach                               Transformation ─► Model, Transform
    Failure ─► Fail

A job starts `run.py` (see `inside`), beside it the user's modules as an archive, and reads its plan: which function,
and where its arguments are. All three are named by their content, so that a step that has not changed is a cached one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, get_args

from penstock.pipeline import expressions, instances, kinds
from penstock.pipeline.expressions import OUTPUTS, RESULT, Destination, get, join, text
from penstock.pipeline.graph import (
    Block,
    Branch,
    Call,
    Data,
    Deployment,
    Failure,
    Gathered,
    Graph,
    Loop,
    Node,
    Output,
    Parameter,
    Range,
    Registration,
    Serving,
    Transformation,
    needs,
    nodes,
    references,
)
from penstock.pipeline.inputs import Inputs, binding
from penstock.pipeline.mistakes import Mistake
from penstock.pipeline.project import Project, data_digest, digest, tarball
from penstock.pipeline.steps import Options

Json = Any
RUNNER: Final = Path(__file__).parent / "inside" / "run.py"
INPUT: Final = "/opt/ml/processing/input"
OUTPUT: Final = "/opt/ml/processing/outputs"
TYPES: Final = {str: "String", int: "Integer", float: "Float", bool: "Boolean"}
ITEM: Final = "each.item"  # what the runner knows it as
METRIC: Final = "{}=([-+0-9.eE]+|nan|inf);"  # as the runner prints them
LONGEST_PLAN: Final = 1024 * 1024
ISO: Final = {"d": "P{}D", "h": "PT{}H", "m": "PT{}M", "s": "PT{}S"}


@dataclass(frozen=True, slots=True)
class Package:
    """A definition, and what must be in S3 for it: contents by their URIs, and local files and folders by theirs."""

    definition: str
    objects: Mapping[str, bytes]
    data: Mapping[str, Path]


def package(graph: Graph, project: Project, to: Destination) -> Package:
    """Everything that a pipeline takes. Raises `Mistake`."""
    writer = _Writer(graph, project, to)
    document = {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": [*map(writer.parameter, graph.parameters)],
        "Steps": writer.block(graph.block),
    }
    return Package(json.dumps(document, indent=1), writer.objects, writer.data)


def data_uri(path: Path, to: Destination) -> str:
    """Where a local file or folder goes: by its content."""
    return f"{to.base}/data/{data_digest(path)}/{path.name if path.is_file() else ''}"


def told_files(graph: Graph) -> Iterator[Data]:
    """The local files and folders that a pipeline names."""
    for parameter in graph.parameters:
        if isinstance(parameter.default, Data) and parameter.default.is_local:
            yield parameter.default
    for node in nodes(graph.block):
        yield from (each for each in references(node) if isinstance(each, Data) and each.is_local)


@dataclass
class _Writer:
    graph: Graph
    project: Project
    to: Destination
    objects: dict[str, bytes] = field(default_factory=dict)
    data: dict[str, Path] = field(default_factory=dict)

    @cached_property
    def runner(self) -> bytes:
        return RUNNER.read_bytes()

    @cached_property
    def used(self) -> list[Any]:
        return [(node, reference) for node in nodes(self.graph.block) for reference in references(node)]

    @cached_property
    def asked(self) -> Mapping[int, list[str]]:
        """By call: the outputs that conditions, loops and messages look into."""
        found: dict[int, list[str]] = {}
        for node, reference in self.used:
            if isinstance(node, Branch | Loop | Failure) and isinstance(reference, Output):
                names = found.setdefault(id(reference.call), [])
                names.extend({reference.name or RESULT} - {*names})
        return found

    @cached_property
    def gathered(self) -> frozenset[int]:
        """The calls whose outputs are read from where this execution put them: another's cannot stand for them."""
        return frozenset(id(used.output.call) for _, used in self.used if isinstance(used, Gathered))

    # -- parameters and blocks

    def parameter(self, parameter: Parameter) -> Json:
        kind = kinds.plain(parameter.type)
        told: dict[str, Json] = {"Name": parameter.name, "Type": TYPES.get(kind, "String")}
        if kinds.origin(kind) is Literal and all(isinstance(value, str) for value in get_args(kind)):
            told["EnumValues"] = [*get_args(kind)]
        if parameter.has_default:
            default = parameter.default
            if isinstance(default, Data):
                told["DefaultValue"] = self.place(default)
            else:
                is_scalar = kind in TYPES or "EnumValues" in told
                told["DefaultValue"] = default if is_scalar else json.dumps(default)
        return told

    def place(self, data: Data) -> str:
        """The URI of a file or folder; a local one is to be uploaded."""
        if not data.is_local:
            return data.uri
        path = Path(data.uri)
        found = data_uri(path, self.to)
        self.data[found] = path
        return found

    def block(self, block: Block) -> list[Json]:
        return [step for node in block.nodes for step in self.node(node)]

    def node(self, node: Node) -> Iterator[Json]:
        match node:
            case Call():
                yield self.tuning(node) if node.tuning else self.processing(node)
            case Branch():
                yield {
                    "Name": node.name,
                    "Type": "Condition",
                    "Arguments": {
                        "Conditions": expressions.tests(node.test),
                        "IfSteps": self.block(node.then),
                        "ElseSteps": self.block(node.otherwise),
                    },
                }
            case Loop():
                yield self.loop(node)
            case Failure():
                message = join(*(expressions.value(part) for part in node.message), on=" ")
                yield {"Name": node.name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}
            case Registration():
                yield self.registration(node)
            case Deployment():
                yield from self.deployment(node)
            case Transformation():
                yield from self.transformation(node)

    def loop(self, node: Loop) -> Json:
        arguments = {
            "IterableItems": expressions.value(node.items),
            "MaxConcurrency": node.at_once,
            "ForEachBody": self.block(node.body),
        }
        return {"Name": node.name, "Type": "ForEach", "Arguments": arguments}

    # -- jobs

    def inputs(self, call: Call) -> Inputs:
        inputs = Inputs()
        for name, reference in call.bindings.items():
            inputs.plan[name] = binding(inputs, name, reference)
        return inputs

    def uri(self, reference: Any) -> Json:
        return (
            self.place(reference)
            if isinstance(reference, Data)
            else expressions.uri(reference, self.graph.name, self.to)
        )

    def plan(self, call: Call, inputs: Inputs) -> str:
        """Where the plan of a call is: a prefix of its own."""
        task = call.task
        plan = {
            "step": call.name,
            "function": f"{self.module(call)}:{task.function.__name__}",
            "arguments": inputs.plan,
            "outputs": list(task.outputs) or None,
            "models": [name or RESULT for name in task.models],
            "secrets": dict(task.options.secrets),
            "retries": task.options.retries,
        }
        content = json.dumps(plan, indent=1, sort_keys=True).encode()
        if len(content) > LONGEST_PLAN:
            raise Mistake(f"step '{call.name}': its arguments are longer than 1 MiB: put them into a file.", call.at)
        prefix = f"{self.to.base}/plans/{digest(content)}/"
        self.objects[f"{prefix}plan.json"] = content
        return prefix

    def module(self, call: Call) -> str:
        """The name by which a step's module is imported in its job."""
        name = call.task.module
        file = Path(call.task.at.file).resolve()
        if not file.is_relative_to(self.project.root):
            raise Mistake(
                f"step '{call.name}' is in {file}, outside of the project {self.project.root}: only that is shipped.",
                call.at,
            )
        return file.stem if name == "__main__" else name

    def code(self, call: Call) -> str:
        archive = self.project.archive(self.module(call))
        prefix = f"{self.to.base}/code/{digest(self.runner, archive)}/"
        self.objects[f"{prefix}run.py"] = self.runner
        self.objects[f"{prefix}project.zip"] = archive
        return prefix

    def common(self, call: Call, kind: str, arguments: Json) -> dict[str, Json]:
        options = call.task.options
        step: dict[str, Json] = {"Name": call.name, "Type": kind, "Arguments": arguments}
        if said := (call.task.function.__doc__ or "").strip().partition("\n")[0]:
            step["Description"] = said
        # Nothing else says that a gathered loop is to be waited for: its outputs are named by where they will be.
        if waits := [node.name for node in needs(call) if node in call.after or isinstance(node, Loop)]:
            step["DependsOn"] = waits
        if options.cache and id(call) not in self.gathered:
            step["CacheConfig"] = {"Enabled": True, **_expiry(options)}
        if options.retries:
            errors = ["SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"]
            policy = {"BackoffRate": 2.0, "IntervalSeconds": 30, "MaxAttempts": options.retries}
            step["RetryPolicies"] = [{**policy, "ExceptionType": errors}]
        return step

    def processing(self, call: Call) -> Json:
        options, inputs = call.task.options, self.inputs(call)
        files = {"code": self.code(call), "plan": self.plan(call, inputs)}
        files |= {f"value-{name}": self.uri(reference) for name, reference in inputs.files.items()}
        folder = expressions.outputs_of(self.graph.name, self.to, call.name)
        told = {name: expressions.value(each) for name, each in inputs.told.items()}
        if call.block.loop is not None:  # an iteration says which it was, as its item may be no name of a folder
            folder = (*folder, get("Execution.ProcessingJobName"))
            told[ITEM] = get("ForEach.CurrentItem")
        application: dict[str, Json] = {
            "ImageUri": self.image(options),
            "ContainerEntrypoint": ["python3", f"{INPUT}/code/run.py"],
        }
        if told:
            application["ContainerArguments"] = [join(f"{name}=", each, on="") for name, each in told.items()]
        arguments: dict[str, Json] = {
            "ProcessingResources": {"ClusterConfig": self.instances(call)},
            "AppSpecification": application,
            "RoleArn": self.to.role,
            "ProcessingInputs": [_input(name, uri) for name, uri in files.items()],
            "ProcessingOutputConfig": {"Outputs": [_output(join(*folder))]},
            "StoppingCondition": {"MaxRuntimeInSeconds": instances.seconds_of(options.timeout, call.name)},
        }
        if options.environment:
            arguments["Environment"] = dict(options.environment)
        step = self.common(call, "Processing", arguments)
        if names := self.asked.get(id(call)):
            step["PropertyFiles"] = [
                {"PropertyFileName": name, "OutputName": OUTPUTS, "FilePath": f"{name}/value.json"} for name in names
            ]
        return step

    def image(self, options: Options) -> str:
        return options.image or self.graph.image or instances.image_in(self.to.region)

    def instances(self, call: Call) -> dict[str, Json]:
        return {"InstanceType": call.task.instance, "InstanceCount": 1, "VolumeSizeInGB": call.task.options.disk}

    def tuning(self, call: Call) -> Json:
        tuning, options, inputs = call.tuning, call.task.options, self.inputs(call)
        assert tuning is not None
        ranges = {name: each for name, each in inputs.told.items() if isinstance(each, Range)}
        told = {name: text(each) for name, each in inputs.told.items() if not isinstance(each, Range)}
        channels = {"plan": self.plan(call, inputs)}
        channels |= {f"value-{name}": self.uri(reference) for name, reference in inputs.files.items()}
        program = {"sagemaker_program": "run.py", "sagemaker_submit_directory": self.submitted(call)}
        trained: dict[str, Json] = {
            "StaticHyperParameters": {**told, **program},
            "RoleArn": self.to.role,
            # The same in every execution, as it counts for the cache; trials have names of their own.
            "OutputDataConfig": {"S3OutputPath": f"{self.to.base}/trials/{self.graph.name}/{call.name}"},
            "StoppingCondition": {"MaxRuntimeInSeconds": instances.seconds_of(options.timeout, call.name)},
            "ResourceConfig": self.instances(call),
            "AlgorithmSpecification": {
                "TrainingInputMode": "File",
                "TrainingImage": self.image(options),
                "MetricDefinitions": [{"Name": tuning.metric, "Regex": METRIC.format(tuning.metric)}],
            },
            "InputDataConfig": [_channel(name, uri) for name, uri in channels.items()],
        }
        if options.environment:
            trained["Environment"] = dict(options.environment)
        config = {
            "Strategy": tuning.strategy,
            "ResourceLimits": {"MaxNumberOfTrainingJobs": tuning.trials, "MaxParallelTrainingJobs": tuning.at_once},
            "TrainingJobEarlyStoppingType": "Off",
            "HyperParameterTuningJobObjective": {
                "Type": "Maximize" if tuning.is_maximized else "Minimize", "MetricName": tuning.metric
            },
            "ParameterRanges": _ranges(ranges),
        }  # fmt: skip
        arguments = {"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": trained}
        return self.common(call, "Tuning", arguments)

    def submitted(self, call: Call) -> str:
        """The archive that training jobs unpack: they start scripts from one, and no command."""
        archive = tarball({"run.py": self.runner, "project.zip": self.project.archive(self.module(call))})
        place = f"{self.to.base}/code/{digest(archive)}/sourcedir.tar.gz"
        self.objects[place] = archive
        return place

    # -- models

    def container(self, node: Serving) -> Json:
        call = node.model.call
        environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
        if node.predict:
            module, _, function = node.predict.partition(":")
            if self.project.modules.get(module) not in self.project.reached(self.module(call)):
                raise Mistake(
                    f"predict is in module '{module}', which is not packed with the model: step '{call.name}' must "
                    "import it.", node.at,
                )  # fmt: skip
            environment["PENSTOCK_PREDICT"] = f"{module}:{function}"
        url = expressions.model_uri(node.model, self.graph.name, self.to)
        return {"Image": self.image(call.task.options), "ModelDataUrl": url, "Environment": environment}

    def model(self, node: Serving) -> Json:
        arguments = {"ExecutionRoleArn": self.to.role, "PrimaryContainer": self.container(node)}
        return {"Name": f"{node.name}-model", "Type": "Model", "Arguments": arguments}

    def registration(self, node: Registration) -> Json:
        arguments: dict[str, Json] = {
            "ModelPackageGroupName": node.group,
            "ModelApprovalStatus": expressions.value(node.status),
            "InferenceSpecification": {
                "Containers": [self.container(node)],
                "SupportedContentTypes": [node.content_type],
                "SupportedResponseMIMETypes": [node.content_type],
                "SupportedRealtimeInferenceInstanceTypes": [node.instance],
                "SupportedTransformInstanceTypes": [node.instance],
            },
        }
        if node.metrics is not None:
            place = expressions.uri(node.metrics, self.graph.name, self.to, below="value.json")
            statistics = {"ContentType": "application/json", "S3Uri": place}
            arguments["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
        return {"Name": node.name, "Type": "RegisterModel", "Arguments": arguments}

    def deployment(self, node: Deployment) -> Iterator[Json]:
        yield self.model(node)
        variant = {
            "VariantName": "AllTraffic", "ModelName": get(f"Steps.{node.name}-model.ModelName"),
            "InitialVariantWeight": 1, "InitialInstanceCount": node.count, "InstanceType": node.instance,
        }  # fmt: skip
        yield {"Name": f"{node.name}-config", "Type": "EndpointConfig", "Arguments": {"ProductionVariants": [variant]}}
        config = get(f"Steps.{node.name}-config.EndpointConfigName")
        arguments = {"EndpointName": expressions.value(node.endpoint), "EndpointConfigName": config}
        yield {"Name": node.name, "Type": "Endpoint", "Arguments": arguments}

    def transformation(self, node: Transformation) -> Iterator[Json]:
        yield self.model(node)
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": self.rows(node)}}
        read: dict[str, Json] = {"DataSource": source, "ContentType": node.content_type}
        left: dict[str, Json] = {
            "S3OutputPath": join(*expressions.outputs_of(self.graph.name, self.to, node.name)),
            "Accept": node.accept,
        }
        if node.split:
            read["SplitType"] = left["AssembleWith"] = node.split
        arguments = {
            "ModelName": get(f"Steps.{node.name}-model.ModelName"),
            "TransformInput": read,
            "TransformOutput": left,
            "TransformResources": {"InstanceType": node.instance, "InstanceCount": 1},
        }
        yield {"Name": node.name, "Type": "Transform", "Arguments": arguments}

    def rows(self, node: Transformation) -> Json:
        """Where the files of rows are: below a step's output, beside what is told of it."""
        if isinstance(node.data, Output):
            return expressions.uri(node.data, self.graph.name, self.to, below="files/")
        return self.uri(node.data)


def _input(name: str, uri: Json) -> Json:
    s3 = {
        "S3Uri": uri, "LocalPath": f"{INPUT}/{name}", "S3DataType": "S3Prefix", "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None",
    }  # fmt: skip
    return {"InputName": name, "AppManaged": False, "S3Input": s3}


def _output(uri: Json) -> Json:
    s3 = {"S3Uri": uri, "LocalPath": OUTPUT, "S3UploadMode": "EndOfJob"}
    return {"OutputName": OUTPUTS, "AppManaged": False, "S3Output": s3}


def _channel(name: str, uri: Json) -> Json:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _ranges(ranges: Mapping[str, Range]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, each in ranges.items():
        told: dict[str, Json] = {"Name": name}
        if each.kind == "Categorical":
            told["Values"] = [value if isinstance(value, str) else json.dumps(value) for value in each.values]
        else:
            low, high = each.values
            scale = "Logarithmic" if each.is_logarithmic else "Linear"
            told |= {"MinValue": str(low), "MaxValue": str(high), "ScalingType": scale}
        found.setdefault(f"{each.kind}ParameterRanges", []).append(told)
    return found


def _expiry(options: Options) -> dict[str, Json]:
    if not isinstance(options.cache, str):
        return {}
    return {"ExpireAfter": ISO[options.cache[-1]].format(options.cache[:-1].strip())}
