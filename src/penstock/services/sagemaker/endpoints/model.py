"""The nouns of endpoints: a variant, what its container is made of, a deployment of variants, where an endpoint stands.

All travel through the journal, so each is a msgspec struct.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from penstock.wire.call import Scope

Json = Any
Status = Literal["Creating", "InService", "Updating", "RollingBack", "Failed"]
Phase = Literal["", "growing", "baking", "ending", "restoring"]

ENDPOINT: Final = "sagemaker/endpoint"
CONFIG: Final = "sagemaker/endpoint-config"
COMPONENT: Final = "sagemaker/inference-component"
INFERENCE: Final = "sagemaker/inference"
LOG_GROUP: Final = "/aws/sagemaker/Endpoints/"
COMPONENT_LOG_GROUP: Final = "/aws/sagemaker/InferenceComponents/"


class Container(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server is made of.

    `data` is the digest of the model's archive, `files` are those of a model that is no archive, by path; `models` is
    where in S3 the archives of a multi-model container are. All are empty where a container brings its own model.
    `code` is the digest of the archive of its script, where its environment names one in S3.
    """

    image: str
    role_arn: str = ""
    data: str = ""
    environment: Mapping[str, str] = {}
    files: Mapping[str, str] = {}
    models: str = ""
    name: str = "primary"
    code: str = ""

    @property
    def digests(self) -> tuple[str, ...]:
        return tuple(digest for digest in (self.data, *self.files.values(), self.code) if digest)


class Contents(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an instance runs: containers that a request passes in turn, or (`is_direct`) one of which it names.

    `explainer` is what explains their answers.
    """

    containers: tuple[Container, ...]
    is_direct: bool = False
    explainer: Container | None = None

    @property
    def models(self) -> str:
        """Where the models of a multi-model variant are; empty where it has one."""
        return self.containers[0].models

    @property
    def digests(self) -> tuple[str, ...]:
        whole = (*self.containers, self.explainer) if self.explainer else self.containers
        return tuple(digest for container in whole for digest in container.digests)


class Concurrency(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a serverless variant has in the place of instances."""

    most: int
    memory_mib: int
    provisioned: int = 0

    @property
    def config(self) -> dict[str, int]:
        """The ServerlessConfig that it comes from."""
        told = {"MemorySizeInMB": self.memory_mib, "MaxConcurrency": self.most}
        return {**told, "ProvisionedConcurrency": self.provisioned} if self.provisioned else told


class Need(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a copy of an inference component holds of an instance."""

    cpus: float
    gpus: float
    memory_mib: int
    most_memory_mib: int


class Bounds(msgspec.Struct, frozen=True, array_like=True):
    """How many instances a variant has at least and at most, where they follow the copies on them."""

    least: int
    most: int

    @property
    def config(self) -> dict[str, Json]:
        """The ManagedInstanceScaling that it comes from."""
        return {"Status": "ENABLED", "MinInstanceCount": self.least, "MaxInstanceCount": self.most}


class Variant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A production variant as it is wanted, or the copies of an inference component. `contents` are known when it is
    staged.

    One without a model is instances for the copies of inference components: nothing runs for itself.
    """

    name: str
    model: str
    instance_type: str
    count: int
    weight: float
    volume_gib: int
    download_within: float
    start_within: float
    contents: Contents | None = None
    serverless: Concurrency | None = None
    is_shadow: bool = False  # it is asked what the production variant is asked, and nobody sees its answers
    managed: Bounds | None = None
    container: dict[str, Json] = {}  # of copies that no model is named for
    role_arn: str = ""  # in the place of the model's
    need: Need | None = None  # of each copy
    routes: Literal["", "LEAST_OUTSTANDING_REQUESTS", "RANDOM"] = ""  # the first by default

    @property
    def is_host(self) -> bool:
        """Whether it is instances for inference components."""
        return self.need is None and not self.model

    @property
    def servers(self) -> int:
        """How many instances, or copies, answer."""
        return 0 if self.is_host else self.count


class Size(msgspec.Struct, frozen=True, array_like=True):
    """How much a variant is to have. `serverless` is what one without instances has in their place, if that changes."""

    weight: float
    count: int
    serverless: Concurrency | None = None

    @classmethod
    def has(cls, variant: Variant) -> "Size":
        """What a variant has."""
        return cls(variant.weight, variant.count, variant.serverless)

    def of(self, variant: Variant) -> Variant:
        return replace(variant, weight=self.weight, count=self.count, serverless=self.serverless or variant.serverless)


class Capture(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which requests are captured, what of them, and where to."""

    percent: int
    destination: str
    modes: tuple[Literal["Input", "Output"], ...]
    csv_types: tuple[str, ...] = ()
    json_types: tuple[str, ...] = ()
    key_id: str = ""


class Policy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a revision takes the place of the one before: see `guardrails`.

    `steps` are the parts of all requests that it gets, one after another, `wait` the seconds between them. `within` is
    0 where there is no limit. `asked` is the DeploymentConfig that it comes from.
    """

    steps: tuple[float, ...] = (1.0,)
    wait: float = 0.0
    terminate_after: float = 0.0
    within: float = 0.0
    alarms: tuple[str, ...] = ()
    is_rolling: bool = False
    asked: dict[str, Json] = {}

    def waits_after(self, step: int) -> bool:
        """Whether it bakes after a step: not after the last of several, when the old servers are there no more."""
        return self.wait > 0 and (step < len(self.steps) or len(self.steps) == 1 or self.is_rolling)


class Deployment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One revision of an endpoint."""

    config: str
    variants: tuple[Variant, ...]
    revision: int = 1
    capture: Capture | None = None
    policy: Policy = Policy()
    asynchronous: dict[str, Json] = {}  # the AsyncInferenceConfig
    explainer: dict[str, Json] = {}  # the ClarifyExplainerConfig
    role_arn: str = ""  # whose session inference components are
    specification: dict[str, Json] = {}  # of the inference component that this is a revision of

    def part(self, share: float) -> "Deployment":
        """The same with a part of its instances."""
        return self.sized({each.name: Size(each.weight, ceil(round(share * each.count, 6))) for each in self.variants})

    def sized(self, wanted: Mapping[str, "Size"]) -> "Deployment":
        """The same with other sizes, by variant."""
        changed = [wanted[each.name].of(each) if each.name in wanted else each for each in self.variants]
        return replace(self, variants=tuple(changed))

    def staged(self, contents: Mapping[str, Contents]) -> "Deployment":
        variants = tuple(replace(each, contents=contents[each.name]) for each in self.variants)
        return replace(self, variants=variants)

    @property
    def production(self) -> dict[str, Variant]:
        """The variants that answer."""
        return {each.name: each for each in self.variants if not each.is_shadow}

    @property
    def is_staged(self) -> bool:
        return all(variant.contents is not None for variant in self.variants)


class Plan(msgspec.Struct, frozen=True):
    """What an endpoint's run was started with."""

    name: str
    arn: str
    created_at: float
    deployment: Deployment

    @property
    def log_group(self) -> str:
        return LOG_GROUP + self.name


class ComponentPlan(Plan, frozen=True):
    """What an inference component's run was started with."""

    endpoint: str
    endpoint_arn: str

    @property
    def log_group(self) -> str:
        return COMPONENT_LOG_GROUP + self.name


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an endpoint stands: `current` is in service, `wanted` is being brought up.

    `step` counts the steps of the policy by which `wanted` takes its place, `phase` is what happens in it, and `since`
    when that began; `begun` is when the update did. `last` is the policy of the last update.
    """

    modified_at: float = 0.0
    current: Deployment | None = None
    wanted: Deployment | None = None
    fitting: int = 0  # how often weights and counts were changed, while the last change is under way; else 0
    fitted: int = 0  # … and how often they were before
    sizes: dict[str, Size] = {}  # while a change is under way: what the variants that change had before, by name
    made: int = 0  # the last revision so far
    failure: str = ""
    is_deleted: bool = False
    step: int = 0
    phase: Phase = ""
    since: float = 0.0
    begun: float = 0.0
    last: Policy = Policy()

    @property
    def status(self) -> Status:
        if self.current is None:
            return "Failed" if self.wanted is None and self.failure else "Creating"
        if self.phase == "restoring":
            return "RollingBack"
        return "Updating" if self.wanted is not None or self.fitting else "InService"

    @property
    def shares(self) -> int:
        """How many steps have moved requests."""
        return self.step - 1 if self.phase == "growing" else self.step

    @property
    def share(self) -> float:
        """The part of all requests that the wanted revision gets."""
        return self.wanted.policy.steps[self.shares - 1] if self.wanted is not None and self.shares else 0.0

    def deployment(self, revision: int) -> Deployment | None:
        """What servers a revision is to have, if it is still wanted or in service."""
        wanted, current = self.wanted, self.current
        is_rolling = wanted is not None and wanted.policy.is_rolling and current is not None
        if wanted is not None and wanted.revision == revision:
            return wanted.part(wanted.policy.steps[max(self.step, 1) - 1]) if is_rolling else wanted
        if current is not None and current.revision == revision:
            return current.part(1 - self.share) if is_rolling and self.phase != "restoring" else current
        return None

    def is_up(self, revision: int) -> bool:
        """Whether a revision's servers were there before: it is not news that they are."""
        return self.wanted is None or self.wanted.revision != revision or self.step > 0

    @property
    def revisions(self) -> frozenset[int]:
        """Those whose servers there should be."""
        return frozenset(each.revision for each in (self.current, self.wanted) if each is not None)


def arn_of(scope: Scope, kind: str, name: str) -> str:
    """The ARN of an endpoint, its configuration or a component on it; AWS writes names there in lower case."""
    return scope.arn("sagemaker", f"{kind.removeprefix('sagemaker/')}/{name.lower()}")


def deployment_of(config: Mapping[str, Json], revision: int = 1) -> Deployment:
    """What an endpoint configuration (as it is described) asks for."""
    shadows = config.get("ShadowProductionVariants", [])
    variants = tuple(
        Variant(
            name=variant["VariantName"],
            model=variant.get("ModelName", ""),
            instance_type=variant.get("InstanceType", ""),
            count=variant.get("InitialInstanceCount", 1),
            weight=float(variant["InitialVariantWeight"]),
            volume_gib=variant.get("VolumeSizeInGB", 30),
            download_within=float(variant.get("ModelDataDownloadTimeoutInSeconds", 3600)),
            start_within=float(variant.get("ContainerStartupHealthCheckTimeoutInSeconds", 480)),
            serverless=concurrency_of(variant.get("ServerlessConfig")),
            is_shadow=variant in shadows,
            managed=bounds_of(variant.get("ManagedInstanceScaling", {})),
            routes=variant.get("RoutingConfig", {}).get("RoutingStrategy", ""),
        )
        for variant in [*config["ProductionVariants"], *shadows]
    )
    return Deployment(
        config["EndpointConfigName"],
        variants,
        revision,
        capture_of(config),
        asynchronous=config.get("AsyncInferenceConfig", {}),
        explainer=config.get("ExplainerConfig", {}).get("ClarifyExplainerConfig", {}),
        role_arn=config.get("ExecutionRoleArn", ""),
    )


def concurrency_of(asked: Mapping[str, Json] | None) -> Concurrency | None:
    if asked is None:
        return None
    return Concurrency(asked["MaxConcurrency"], asked["MemorySizeInMB"], asked.get("ProvisionedConcurrency", 0))


def bounds_of(asked: Mapping[str, Json]) -> Bounds | None:
    if asked.get("Status") != "ENABLED":
        return None
    return Bounds(asked["MinInstanceCount"], asked["MaxInstanceCount"])


def capture_of(config: Mapping[str, Json]) -> Capture | None:
    """What an endpoint configuration's DataCaptureConfig asks for; None where nothing is captured."""
    asked = config.get("DataCaptureConfig")
    if not asked or not asked.get("EnableCapture", True):
        return None
    told = {option["CaptureMode"] for option in asked["CaptureOptions"]}
    both: tuple[Literal["Input", "Output"], ...] = ("Input", "Output")
    types = asked.get("CaptureContentTypeHeader", {})
    return Capture(
        percent=asked["InitialSamplingPercentage"],
        destination=asked["DestinationS3Uri"],
        modes=tuple(each for each in both if told & {each, "InputAndOutput"}),
        csv_types=tuple(each.lower() for each in types.get("CsvContentTypes", ())),
        json_types=tuple(each.lower() for each in types.get("JsonContentTypes", ())),
        key_id=asked.get("KmsKeyId", ""),
    )
