"""A turn: one event taken in by one execution. Here is how steps do their work.

    looking (─► asking the cache) ─► what its type does:
    looking ─► (grouping ─►) creating ─► running ─► over            jobs run; models are described instead
       ├─────► (finding ─►) creating ─► running ─► over             checks, which find their baseline first
       ├───────► creating ─► deploying ─► over                      endpoints, components
       ├───────► calling ─► over                                    functions
       ├───────► sending ─► waiting ─► over                         callbacks
       ├───────► iterating ─► over                                  ForEach steps, while steps of their bodies run
       ├───────► cleaning ─► over                                   Cleanup steps
       ├───────► recording ─► over                                  Lineage steps
       │             … ─► noting ─► over                            what ran well and is cached by content
       └─────────────┴───────────┴──────────┴─► resting ─► looking  where a retry policy covers the failure

Conditions and Fail steps are over as soon as their documents have been looked into.
"""

from collections.abc import Mapping
from typing import Any

from penstock.engine.facts import (
    CancelTimer,
    Done,
    Ended,
    Event,
    Fired,
    Perform,
    Refused,
    RunId,
    SetTimer,
    Watch,
)
from penstock.languages.pipeline import conditions, iterations
from penstock.languages.pipeline.expressions import Unresolvable, address, document_uri, resolve
from penstock.languages.pipeline.tree import (
    EMR,
    AnyStep,
    AutoML,
    Callback,
    Check,
    ClarifyCheck,
    Cleanup,
    Condition,
    DefinitionError,
    EMRServerless,
    Endpoint,
    EndpointConfig,
    Fail,
    ForEach,
    InferenceComponent,
    Lambda,
    Lineage,
    Model,
    Other,
    Processing,
    QualityCheck,
    RegisterModel,
    StepName,
    Submission,
    Training,
    Transform,
    Tuning,
)
from penstock.languages.pipeline.values import written
from penstock.services.sagemaker.pipelines import (
    caching,
    checking,
    cleaning,
    clusters,
    deploying,
    failures,
    judging,
    looping,
    outside,
    recording,
    remembering,
    steps,
)
from penstock.services.sagemaker.pipelines.model import Begin, Execution, Plan
from penstock.services.sagemaker.pipelines.standing import Standing
from penstock.services.sagemaker.pipelines.steps import MAKING, Fit

Json = Any
LOOK_INTO = "pipelines.property-file"


class Turn(Standing):
    """One event, taken in step by step; `value` is the execution afterwards."""

    def __init__(self, plan: Plan, state: Execution, event: Event, begin: Begin, fit: Fit) -> None:
        super().__init__(plan, state, event, begin)
        self._fit = fit

    def value(self) -> Execution:
        """Start what may start now, and close the execution when nothing is left."""
        while True:
            if self.ledger.idle_loops:
                self._close_loop(self.ledger.idle_loops.pop())
            elif (name := self.ledger.next_step()) is not None:
                self._look(name)
            else:
                break
        self.ledger.finish_if_idle()
        return self.ledger.value()

    # --------------------------------------------------------------------------------------------- what is told

    def begun(self) -> None:
        self.ledger.parallel_steps = self.ledger.begin.parallel_steps
        self.ledger.changed_at = self.ledger.at
        self.ledger.open()

    def answered(self, fact: Done | Refused | Ended | Fired) -> None:
        """What a step asked for was done or not. Late words about an attempt that is over mean nothing."""
        step, attempt, what = fact.key.split("/", 2)
        name = StepName(step)
        progress = self.ledger.steps.get(name)
        if progress is None or progress.is_over or str(progress.attempt) != attempt:
            return
        match fact:
            case Done():
                self._done(name, what, fact.result)
            case Refused():
                self._refused(name, what, fact)
            case Ended():
                self._ended(name, fact)
            case Fired() if what == "limit":
                self._late(name)
            case Fired():
                self.ledger.change(name, attempt=progress.attempt + 1, status="Starting", name="", arn="", token="")
                self._look(name)

    def stopped(self) -> None:
        """Stop what is under way, and start nothing more."""
        ledger = self.ledger
        ledger.stop()
        for name, progress in tuple(ledger.steps.items()):
            if progress.phase == "looking":
                ledger.settle(name, "Stopped")
            elif progress.phase == "resting":
                ledger.commands.append(CancelTimer(self.key(name, "unretry"), self.key(name, "retry")))
                ledger.settle(name, "Stopped")
            elif progress.phase == "running":
                self._stop_job(name)
            elif progress.phase == "waiting":
                self._tell_stopping(name)
            elif progress.phase == "iterating":
                ledger.change(name, status="Stopping")

    def told(self, payload: Mapping[str, Json]) -> None:
        """What the holder of a callback token says of its step."""
        name = StepName(payload["Step"])
        progress = self.ledger.steps.get(name)
        if progress is None or progress.is_over or progress.token != payload["Token"]:
            return
        if progress.phase == "waiting":
            self._unlimit(name)
        if "Outputs" in payload:
            self._answered(name, payload["Outputs"])
        else:
            self.fail(name, payload["FailureReason"] or failures.ANSWERED_BADLY)

    def limited(self, parallel_steps: int | None) -> None:
        self.ledger.parallel_steps = parallel_steps

    # --------------------------------------------------------------------------------------------- how steps run

    def _look(self, name: StepName) -> None:
        """Look into the documents that the step's expressions ask for; then act."""
        sources = self.sources(name)
        try:
            wanted = {
                address(node, sources): {"S3Uri": document_uri(node, sources), "Path": node.path}
                for node in self.ledger.plan.json_gets[self.ledger.plan.written_as(name)]
            }
        except Unresolvable as error:
            self.fail(name, f"ClientError: {error}")
            return
        self.ledger.change(name, phase="looking", awaited=len(wanted), documents={})
        for number, place in enumerate(wanted.values()):
            self.ledger.commands.append(Perform(self.key(name, f"look/{number}"), LOOK_INTO, place))
        if not wanted:
            self._act(name)

    def _act(self, name: StepName) -> None:
        """Ask for an earlier run that may stand for this one, or start."""
        step = self.ledger.plan.step(name)
        try:
            if type(step) in MAKING:
                self._prepare(name, step)
            wanted = caching.wanted(step, self.sources(name), self.ledger.begin, self.ledger.at)
        except (Unresolvable, DefinitionError) as error:
            self.fail(name, f"ClientError: {error}")
            return
        if wanted is None or remembering.is_to_run(self, name, wanted):
            self._begin(name)

    def _begin(self, name: StepName) -> None:
        """Do what a step is for."""
        try:
            self._do(name, self.ledger.plan.step(name))
        except Unresolvable as error:
            self.fail(name, f"ClientError: {error}")

    def _do(self, name: StepName, step: AnyStep) -> None:
        match step:
            case Condition() | Fail():
                self._decide(name, step)
            case ForEach():
                self.ledger.open_loop(name, iterations.items(step, self.sources(name)))
            case Cleanup() | Lineage():
                self._carry_out(name, step)
            case Lambda():
                self._call(name, step)
            case Callback():
                self._send(name, step)
            case RegisterModel():
                self._group_or_create(name)
            case QualityCheck() | ClarifyCheck():
                self._check(name, step)
            case (
                Processing() | Training() | Tuning() | AutoML() | Transform() | Model() | EndpointConfig() | Endpoint()
                | InferenceComponent() | EMR() | EMRServerless()
            ):  # fmt: skip
                self._create(name)
            case Other():
                self.fail(name, failures.unsupported(step.type))

    def _decide(self, name: StepName, step: Condition | Fail) -> None:
        """These are over at once."""
        sources = self.sources(name)
        if isinstance(step, Condition):
            outcome = all(conditions.holds(test, sources) for test in step.tests)
            self.ledger.settle(name, "Succeeded", outcome=outcome, properties={"Outcome": outcome})
        else:
            message = written(resolve(step.message, sources))
            self.ledger.settle(name, "Failed", reason=message[: failures.LONGEST_REASON], message=message)

    def _close_loop(self, name: StepName) -> None:
        """The last iteration of a ForEach step is over."""
        ledger = self.ledger
        found = looping.result(ledger.plan, ledger.steps, name, ledger.handled())
        properties = ledger.plan.kept(name, found.properties)
        reason = found.reason[: failures.LONGEST_REASON]
        ledger.settle(name, found.status, reason=reason, properties=properties, shown=found.shown)

    def _carry_out(self, name: StepName, step: Cleanup | Lineage) -> None:
        """What one activity does."""
        if isinstance(step, Cleanup):
            asked = Perform(self.key(name, "clean"), cleaning.CLEAN, cleaning.wanted(step, self.sources(name)))
            self.ledger.go(name, "cleaning", asked, status="Executing")
        else:
            wanted = recording.wanted(resolve(step.arguments, self.sources(name)), self._fit)
            asked = Perform(self.key(name, "record"), recording.RECORD, wanted)
            self.ledger.go(name, "recording", asked, status="Executing")

    def _cleaned(self, name: StepName, result: Mapping[str, Json]) -> None:
        if result["FailedSteps"]:
            reason = failures.not_cleaned(result["FailedSteps"])[: failures.LONGEST_REASON]
            self.ledger.settle(name, "Failed", reason=reason, shown=result)
        else:
            self.ledger.settle(name, "Succeeded", shown=result)

    def _recorded(self, name: StepName, result: Mapping[str, Json]) -> None:
        shown = {member: value for member, value in result.items() if value}
        self.ledger.settle(name, "Succeeded", properties=self.ledger.plan.kept(name, result), shown=shown)

    def _call(self, name: StepName, step: Lambda) -> None:
        sources = self.sources(name)
        function = str(resolve(step.function, sources))
        request = {"Function": function, "Payload": outside.payload(step.arguments, sources)}
        call = Perform(self.key(name, "call"), outside.CALL_FUNCTION, request)
        self.ledger.go(name, "calling", call, arn=function, status="Executing")
        self._limit(name, outside.LONGEST_CALL)

    def _send(self, name: StepName, step: Callback) -> None:
        attempt = self.ledger.steps[name].attempt
        token = steps.ten_letters(name, attempt, self.ledger.chance)
        self.ledger.change(name, queue=str(resolve(step.queue, self.sources(name))), token=token)
        self.ledger.go(name, "sending", self._message(name, "send", "Executing"), status="Executing")

    def _message(self, name: StepName, what: str, status: str) -> Perform:
        arguments = resolve(self.ledger.plan.step(name).arguments, self.sources(name))
        message = outside.message(self.ledger.begin, self.ledger.steps[name], arguments, status)
        return Perform(self.key(name, what), outside.SEND_MESSAGE, message)

    def _tell_stopping(self, name: StepName) -> None:
        """An execution does not stop before a callback's token is answered: its holder is asked to."""
        self.ledger.commands.append(self._message(name, "send-stop", "Stopping"))
        self.ledger.change(name, status="Stopping")

    def _limit(self, name: StepName, seconds: float) -> None:
        self.ledger.commands.append(SetTimer(self.key(name, "limit"), self.ledger.at + seconds))

    def _unlimit(self, name: StepName) -> None:
        self.ledger.commands.append(CancelTimer(self.key(name, "unlimit"), self.key(name, "limit")))

    def _prepare(self, name: StepName, step: AnyStep) -> None:
        """Give the step's job or model its name; that of what is deployed is the definition's own."""
        making = MAKING[type(step)]
        prefix = steps.member(step.arguments, making.name)
        chosen = None if prefix is None else resolve(prefix, self.sources(name))
        if making.update:
            given = steps.kept_name(name, making, chosen)
        else:
            attempt = self.ledger.steps[name].attempt
            given = steps.job_name(self.ledger.begin, name, attempt, chosen, self.ledger.chance, making)
        self.ledger.change(name, name=given)

    def _group_or_create(self, name: StepName) -> None:
        """Make sure that the model package's group is there: AWS's step creates it too."""
        group = self._request(name).get("ModelPackageGroupName")
        if group is None:
            self._create(name)
            return
        request = {"ModelPackageGroupName": group}
        self.ledger.go(name, "grouping", self.invoke(name, "group", "CreateModelPackageGroup", request))

    def _check(self, name: StepName, step: Check) -> None:
        if judging.has_baseline(self, name, step):
            self._create(name)

    def _create(self, name: StepName) -> None:
        making = self.making(name)
        self.ledger.go(name, "creating", self.invoke(name, "create", making.create, self._request(name)))

    def _request(self, name: StepName) -> Mapping[str, Json]:
        step, making = self.ledger.plan.step(name), self.making(name)
        arguments = resolve(step.arguments, self.sources(name))
        if isinstance(step, Submission):
            arguments = self._submission(name, step, arguments)
        made: Mapping[str, Json] = steps.request(making, arguments, self.ledger.steps[name].name)
        if isinstance(step, Check):
            made = checking.request(step, made, self.ledger.steps[name].shown, self.sources(name))
        return self._fit(making.create, {**made, **steps.tracking(making, self.ledger.begin, name)})

    def _submission(self, name: StepName, step: Submission, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        made = clusters.request(step, arguments, self.ledger.begin.pipeline_arn.split(":")[4])
        self.ledger.change(name, shown=clusters.shown(step, arguments, self.ledger.steps[name].name))
        return made

    def _update(self, name: StepName) -> None:
        if self.ledger.status == "Stopping":
            self.ledger.settle(name, "Stopped")
            return
        making = self.making(name)
        arguments = resolve(self.ledger.plan.step(name).arguments, self.sources(name))
        made = self._fit(making.update, steps.update(making, arguments, self.ledger.steps[name].name))
        self.ledger.go(name, "creating", self.invoke(name, "update", making.update, made))

    def _deploy(self, name: StepName) -> None:
        """Wait until what is deployed has settled; it cannot be stopped."""
        wanted = {self.making(name).name: self.ledger.steps[name].name}
        self.ledger.go(name, "deploying", Perform(self.key(name, "deploy"), deploying.AWAIT_ENDPOINT, wanted))

    def _stop_job(self, name: StepName) -> None:
        making, progress = self.making(name), self.ledger.steps[name]
        self.ledger.commands.append(self.invoke(name, "stop", making.stop, {making.name: progress.name}))
        self.ledger.change(name, status="Stopping")

    # --------------------------------------------------------------------------------------- what steps are told

    def _done(self, name: StepName, what: str, result: Json) -> None:
        then = {
            "look": self._looked,
            "cache": self._looked_up,
            "call": self._returned,
            "send": self._sent,
            "clean": self._cleaned,
            "record": self._recorded,
            "note": self._noted,
            "baseline": self._baseline_found,
            "group": self._grouped,
            "create": self._created,
            "update": self._created,
            "deploy": self._deployed,
            "describe": self._described,
        }.get(what.partition("/")[0])
        if then is not None:
            then(name, result)

    def _looked(self, name: StepName, result: Mapping[str, Json]) -> None:
        """One of the documents that a step looks into has been read."""
        progress = self.ledger.steps[name]
        documents = {**progress.documents, result["Address"]: result["Value"]}
        self.ledger.change(name, documents=documents, awaited=progress.awaited - 1)
        if progress.awaited == 1:
            self._act(name)

    def _looked_up(self, name: StepName, result: Mapping[str, Json]) -> None:
        if not remembering.is_answered(self, name, result):
            self._begin(name)

    def _sent(self, name: StepName, result: Json) -> None:
        self.ledger.change(name, phase="waiting")
        self._limit(name, outside.LONGEST_WAIT * 86_400)
        if self.ledger.status == "Stopping":
            self._tell_stopping(name)

    def _described(self, name: StepName, result: Mapping[str, Json]) -> None:
        self.ledger.settle(name, "Succeeded", properties=self.ledger.plan.kept(name, result))

    def _returned(self, name: StepName, result: Mapping[str, Json]) -> None:
        """A function has returned, or failed."""
        self._unlimit(name)
        self.ledger.change(name, code=result.get("Code", ""))
        if "Failed" in result:
            error, message = result["Failed"]["Type"], result["Failed"]["Message"]
            if "Task timed out after" in message:
                self.ledger.change(name, errors=(*self.ledger.steps[name].errors, failures.TIMED_OUT))
            self.fail(name, failures.failed_function(self.ledger.steps[name].arn, error, message))
        else:
            self._answered(name, result["Returned"])

    def _answered(self, name: StepName, answer: Json) -> None:
        """Whoever was asked outside has answered well."""
        step = self.ledger.plan.step(name)
        assert isinstance(step, Lambda | Callback)
        try:
            found = outside.outputs(step.outputs, answer)
        except outside.UnfitOutput as error:
            self.fail(name, f"ClientError: {error}")
            return
        self.ledger.change(name, outputs=found)
        remembering.ran(self, name, {"OutputParameters": found})

    def _noted(self, name: StepName, result: Json) -> None:
        self.ledger.settle(name, "Succeeded")

    def _late(self, name: StepName) -> None:
        """Whoever was asked outside has had its time."""
        progress = self.ledger.steps[name]
        if progress.phase == "waiting":
            self.fail(name, failures.unanswered(outside.LONGEST_WAIT))
            return
        self.ledger.change(name, errors=(*progress.errors, failures.TIMED_OUT))
        self.fail(name, failures.slow_function(progress.arn, outside.LONGEST_CALL))

    def _baseline_found(self, name: StepName, result: Mapping[str, str]) -> None:
        judging.baseline_found(self, name, result)
        self._grouped(name, None)

    def _grouped(self, name: StepName, result: Json) -> None:
        if self.ledger.status == "Stopping":
            self.ledger.settle(name, "Stopped")
            return
        try:
            self._create(name)
        except Unresolvable as error:
            self.fail(name, f"ClientError: {error}")

    def _created(self, name: StepName, result: Mapping[str, Json]) -> None:
        making = self.making(name)
        self.ledger.change(name, arn=result[making.arn], status="Executing")
        if making.stop:
            self.ledger.go(name, "running", Watch(self.key(name, "job"), RunId(result[making.arn])))
            if self.ledger.status == "Stopping":
                self._stop_job(name)
        elif making.update:
            self._deploy(name)
        elif self.ledger.plan.written_as(name) in self.ledger.plan.graph.kept:
            asked = {
                making.name: result[making.arn] if making.name == "ModelPackageName" else self.ledger.steps[name].name
            }
            self.ledger.go(name, "describing", self.invoke(name, "describe", making.describe, asked))
        else:
            self.ledger.settle(name, "Succeeded")

    def _deployed(self, name: StepName, described: Mapping[str, Json]) -> None:
        reason = described.get("FailureReason", "")
        if deploying.serves(described) and not reason:
            self.ledger.settle(name, "Succeeded", properties=self.ledger.plan.kept(name, described))
        else:
            self.fail(name, failures.not_in_service(self.making(name).name, self.ledger.steps[name].name, reason))

    def _refused(self, name: StepName, what: str, fact: Refused) -> None:
        if what == "group" and "already exist" in fact.message:
            self._grouped(name, None)
        elif what == "note":
            self._noted(name, None)  # it has run; others just cannot be answered with it
        elif what == "create" and self.making(name).update and "already exist" in fact.message:
            self._update(name)
        elif what in ("stop", "send-stop"):
            return  # it ended by itself meanwhile, which its run will say; or nobody listens to the queue any more
        elif what == "call":
            self._unlimit(name)
            reason = failures.not_called(self.ledger.steps[name].arn, fact.message)
            self.fail(name, reason, failures.kind_of_refusal(fact.error))
        elif what == "send":
            reason = failures.not_sent(self.ledger.steps[name].queue, fact.message)
            self.fail(name, reason, failures.kind_of_refusal(fact.error))
        elif what in ("job", "cache", "clean", "record", "deploy", "baseline") or what.startswith("look/"):
            self.fail(name, f"ClientError: {fact.message}", failures.kind_of_refusal(fact.error))
        else:
            making = self.making(name)
            operation = {"group": "CreateModelPackageGroup", "describe": making.describe, "update": making.update}.get(
                what, making.create
            )
            self.fail(name, failures.refused(operation, fact.message), failures.kind_of_refusal(fact.error))

    def _ended(self, name: StepName, fact: Ended) -> None:
        result = fact.outcome.result if isinstance(fact.outcome.result, dict) else {}
        step = self.ledger.plan.step(name)
        if fact.outcome.status == "Succeeded" and isinstance(step, Check):
            judging.checked(self, name, step, result)
        elif fact.outcome.status == "Succeeded":
            remembering.ran(self, name, result)
        elif fact.outcome.status == "Stopped":
            self.ledger.settle(name, "Stopped", properties=self.ledger.plan.kept(name, result))
        else:
            reason = str(result.get("FailureReason") or "")
            self.ledger.change(name, properties=self.ledger.plan.kept(name, result))
            self.fail(name, failures.failed_job(reason), failures.kind_of_failed_job(reason))
