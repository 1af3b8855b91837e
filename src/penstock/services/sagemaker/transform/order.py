"""Orders: what a job's request (defaults filled in) asks for, read once. Pure.

Of how many requests are sent at once, how large they are and how records are packed, what the request leaves open is
the container's to say (`/execution-parameters`), and then AWS's defaults hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.transform import selecting
from penstock.services.sagemaker.transform.records import Split
from penstock.services.sagemaker.transform.requests import MOST_MEGABYTES
from penstock.services.sagemaker.transform.shaping import Form, Shaping, form_of

Json = Any
Strategy = Literal["SINGLE_RECORD", "MULTI_RECORD"]

MEGABYTE: Final = 1 << 20
DEFAULT_MEGABYTES: Final = 6
UNBOUNDED: Final = 1 << 30  # bytes of a payload where MaxPayloadInMB is 0: it is held in memory all the same
DEFAULT_TIMEOUT: Final = 600  # seconds
DEFAULT_RETRIES: Final = 3
STRATEGIES: Final[Mapping[str, Strategy]] = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}


@dataclass(frozen=True, slots=True)
class Pace:
    """How an instance is asked."""

    concurrent: int
    megabytes: int
    strategy: Strategy

    @property
    def largest(self) -> int:
        return self.megabytes * MEGABYTE or UNBOUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything about a job but its objects and its model."""

    source: Place
    form: Literal["S3Prefix", "ManifestFile"]  # what `source` names: objects, or a list of them
    gunzip: bool
    split: Split
    output: Place
    ends_lines: bool
    facts: Mapping[str, str]  # of each request
    timeout: float
    retries: int
    instance_type: str
    instances: int
    environment: Mapping[str, str]
    processing: Mapping[str, str]
    given: Mapping[str, Json]  # what the request says of the pace

    @classmethod
    def of(cls, request: Mapping[str, Json]) -> "Order":
        source, output = request["TransformInput"], request["TransformOutput"]
        data = source["DataSource"]["S3DataSource"]
        client = request.get("ModelClientConfig", {})
        return cls(
            source=Place.of(data["S3Uri"], "TransformInput.DataSource.S3DataSource.S3Uri"),
            form=data["S3DataType"],
            gunzip=source["CompressionType"] == "Gzip",
            split=source["SplitType"],
            output=Place.of(output["S3OutputPath"], "TransformOutput.S3OutputPath"),
            ends_lines=output["AssembleWith"] == "Line",
            facts={
                "path": "/invocations",
                "content_type": source.get("ContentType", ""),
                "accept": output.get("Accept", ""),
                "attributes": "",
            },
            timeout=float(client.get("InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT)),
            retries=client.get("InvocationsMaxRetries", DEFAULT_RETRIES),
            instance_type=request["TransformResources"]["InstanceType"],
            instances=request["TransformResources"]["InstanceCount"],
            environment={**request.get("Environment", {}), **batch_variables(request)},
            processing=request["DataProcessing"],
            given=request,
        )

    @property
    def asks_container(self) -> bool:
        """Whether something of the pace is left open."""
        return not self.given.get("MaxConcurrentTransforms") or not {"MaxPayloadInMB", "BatchStrategy"} <= set(
            self.given
        )

    def pace(self, said: Mapping[str, Json]) -> Pace:
        """The pace, given what the container has said."""
        megabytes = self.given.get("MaxPayloadInMB")
        if megabytes is None:
            megabytes = within(said.get("MaxPayloadInMB"), 0, MOST_MEGABYTES, DEFAULT_MEGABYTES)
        most = max(1, MOST_MEGABYTES // max(1, megabytes))
        strategy = STRATEGIES.get(self.given.get("BatchStrategy", ""))
        if strategy is None:
            strategy = "SINGLE_RECORD" if said.get("BatchStrategy") == "SINGLE_RECORD" else "MULTI_RECORD"
        concurrent = self.given.get("MaxConcurrentTransforms") or within(
            said.get("MaxConcurrentTransforms"), 1, most, 1
        )
        return Pace(concurrent, megabytes, strategy)

    def shaping(self, pace: Pace) -> Shaping | None:
        """How records are filtered and joined; None where they are passed on as they are."""
        input_filter = selecting.read(self.processing["InputFilter"], "DataProcessing.InputFilter")
        output_filter = selecting.read(self.processing["OutputFilter"], "DataProcessing.OutputFilter")
        joins = self.processing["JoinSource"] == "Input"
        form = self.form_at(pace)
        if form is None or not (input_filter or output_filter or joins):
            return None
        return Shaping(form, input_filter, output_filter, joins)

    def form_at(self, pace: Pace) -> Form | None:
        """The form of a payload's records; None where nothing is known of them."""
        form = form_of(self.facts["content_type"])
        if form == "JSON" and self.split == "Line" and pace.strategy == "MULTI_RECORD":
            return "JSONLines"
        return form

    def output_of(self, path: str) -> Place:
        """Where the output of an object goes."""
        return self.output.under(f"{path}.out")


def batch_variables(request: Mapping[str, Json]) -> dict[str, str]:
    """What AWS tells a container of a transform job; of its pace only what the request itself says."""
    variables = {"SAGEMAKER_BATCH": "true"}
    if "MaxPayloadInMB" in request:
        variables["SAGEMAKER_MAX_PAYLOAD_IN_MB"] = str(request["MaxPayloadInMB"])
    if "BatchStrategy" in request:
        variables["SAGEMAKER_BATCH_STRATEGY"] = STRATEGIES[request["BatchStrategy"]]
    if request.get("MaxConcurrentTransforms"):
        variables["SAGEMAKER_MAX_CONCURRENT_TRANSFORMS"] = str(request["MaxConcurrentTransforms"])
    return variables


def within(said: Json, least: int, most: int, default: int) -> int:
    """A container's word, if it is a number that can be."""
    return min(said, most) if isinstance(said, int) and said >= least else default
