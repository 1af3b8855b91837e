"""One turn of an execution: what was heard, folded into where it stands, and how its stage goes on from there. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from penstock.languages.delivery import quorum, tree
from penstock.languages.delivery.stages import startable
from penstock.languages.delivery.tree import ConditionKind
from penstock.languages.delivery.variables import Unresolved, resolved
from penstock.services.codepipeline.model import (
    Artifact,
    Attempt,
    Condition,
    ConditionStatus,
    Delivery,
    Gone,
    Place,
    Stage,
    StageStatus,
    State,
    Status,
    first_namespaces,
    id_of,
    key_of,
)

Json = Any
FAILED: Final = "JobFailed"
UNRESOLVED: Final = (
    "An action in this pipeline failed because one or more variables could not be resolved: Action name={}. {}"
)


@dataclass
class Turn:
    delivery: Delivery
    state: State
    at: float
    luck: str
    region: str = ""

    @property
    def stage(self) -> tree.Stage:
        return self.delivery.pipeline.stages[self.state.place]

    @property
    def progress(self) -> Stage:
        return self.state.stages[self.stage.name]

    # ------------------------------------------------------------------------------------------------- what is heard

    def begin(self) -> None:
        order = self.delivery.order
        self.state = replace(
            self.state,
            place=self.delivery.pipeline.place_of(order.only) if order.only else 0,
            waits=True,
            arrivals=1,
            artifacts=order.inherited.artifacts if order.inherited is not None else {},
            namespaces=first_namespaces(order),
            changed_at=self.at,
        )

    def admit(self) -> None:
        self.state = replace(self.state, waits=False)
        self._put(Stage())
        self._go_on()

    def send_away(self, status: Status, by: str) -> None:
        """Superseded, or cancelled: only who waits is."""
        reason = f"The execution was superseded by {by}." if by else "The pipeline's definition was updated."
        self.state = replace(
            self.state, status=status, waits=False, reason=reason, endings=self.state.endings + 1, changed_at=self.at
        )

    def stop(self, *, abandon: bool, reason: str) -> None:
        self.state = replace(self.state, status="Stopping", stop_reason=reason, changed_at=self.at)
        if self.state.waits:
            self.state = replace(self.state, waits=False, status="Stopped", endings=self.state.endings + 1)
            return
        running = {name: each for name, each in self.progress.actions.items() if each.status == "InProgress"}
        if abandon:
            left = {name: self._ended(each, "Abandoned") for name, each in running.items()}
            self._put(replace(self.progress, actions={**self.progress.actions, **left}))
        if abandon or not running:
            conditions = {
                kind: each if each.is_settled else self._given_up(each, "Abandoned")
                for kind, each in self.progress.conditions.items()
            }
            self._put(replace(self.progress, conditions=conditions))
            self._end("Stopped")
        else:
            self._put(replace(self.progress, status="Stopping"))

    def retry(self, mode: str, override: ConditionKind | None) -> None:
        """Go on in the stage that has failed, or was stopped."""
        if override is not None:
            overridden = replace(self._given_up(self.progress.conditions[override], "Overridden"), summary="")
            self._put(
                replace(
                    self.progress,
                    status="InProgress",
                    conditions={**self.progress.conditions, override: overridden},
                )
            )
        else:
            self._begin_anew(mode)
            manual = self.progress.manual + 1
            self._put(replace(self.progress, manual=manual, latest_retry="ManualStageRetry", retried_at=self.at))
        self.state = replace(
            self.state, status="InProgress", reason="", stop_reason="", rolls_back=False, changed_at=self.at
        )
        self._go_on()

    def performed(self, key: str, result: Mapping[str, Json]) -> None:
        """An action, a rule, or a function's invocation was done."""
        attempt_id, _, what = key.partition("/")
        if attempt_id == "roll-back":
            self.state = replace(self.state, rolls_back=False, reason=result.get("Summary", ""))
        elif not what:
            self._settle(attempt_id, result)

    def refused(self, key: str, code: str, message: str) -> None:
        attempt_id, _, what = key.partition("/")
        if attempt_id == "roll-back":
            self.state = replace(self.state, rolls_back=False, reason=f"The stage was not rolled back: {message}")
        elif what != "notify":
            self._settle(attempt_id, {"Error": {"Code": code, "Message": message}})

    def fired(self, key: str) -> None:
        attempt_id, _, what = key.partition("/")
        place = self._place_of(attempt_id)
        if place is None:
            return
        attempt = self._at(place)
        what, _, number = what.partition("/")
        if what == "timeout":
            which = "action" if place.condition is None else "rule"
            self._settle(attempt_id, _failure("TimedOut", f"The {which} {place.name} timed out."))
        elif what == "silence" and number == str(attempt.turns) and attempt.paused_at is None:
            self._settle(attempt_id, self._silence(place, attempt))
        elif what == "again" and attempt.paused_at is not None:
            self._change(place, replace(attempt, turns=attempt.turns + 1, paused_at=None, changed_at=self.at))

    def _silence(self, place: Place, attempt: Attempt) -> dict[str, Json]:
        kind = self._declared(place).action_type_id
        if self.delivery.way_of(kind) == "job":
            return _failure("TimedOut", f"No worker has told the end of the job of {place.name} in time.")
        executor = self.delivery.order.executors.get(kind.key)
        function = executor.function if executor is not None else attempt.configuration.get("FunctionName")
        return _failure(
            FAILED,
            f"The AWS Lambda function {function} failed to return a result. "
            "Check the function to verify that it has permission to call the PutJobSuccessResult action and that "
            "it made a call to PutJobSuccessResult.",
        )

    def answered(self, payload: Mapping[str, Json]) -> None:
        """A worker, a function or a person says how an action ended, or that it goes on."""
        place = self._place_of(payload["Attempt"])
        if place is None:
            return
        attempt = self._with_details(self._at(place), payload)
        if attempt.token and "Error" not in payload:
            if not self._is_approved(place, attempt, payload["By"]):
                return
            payload = {**payload, "Summary": self._at(place).summary or payload["Summary"]}
        if "Continuation" not in payload:
            self._settle(payload["Attempt"], payload)
            return
        is_worker = self.delivery.way_of(self._declared(place).action_type_id) == "job"
        paused = replace(attempt, continuation=payload["Continuation"], changed_at=self.at)
        if is_worker:
            self._change(place, replace(paused, turns=attempt.turns + 1))
        else:
            self._change(place, replace(paused, paused_at=self.at))

    def _is_approved(self, place: Place, attempt: Attempt, by: str) -> bool:
        """Whether enough have approved with this one; each counts once."""
        approved = tuple(dict.fromkeys((*attempt.approved_by, by)))
        needed = quorum.needed(attempt.configuration)
        if needed > 1:
            summary = f"{len(approved)} of {needed} have approved: {', '.join(approved)}"
            attempt = replace(attempt, approved_by=approved, summary=summary, changed_at=self.at)
            self._change(place, attempt)
        return len(approved) >= needed

    def progressed(self, payload: Mapping[str, Json]) -> None:
        place = self._place_of(payload["Attempt"])
        if place is not None:
            self._change(place, replace(self._with_details(self._at(place), payload), changed_at=self.at))

    # --------------------------------------------------------------------------------------------- how a stage goes on

    def _go_on(self) -> None:
        stage, is_stopping = self.stage, self.state.status == "Stopping"
        if not self._passed("beforeEntry", stage.before_entry.conditions):
            return
        if not is_stopping:
            for action in startable(stage.actions, self.progress.standing):
                self._start(action)
        match self.progress.outcome(stage, is_stopping=is_stopping):
            case "Succeeded" if self._passed("onSuccess", stage.on_success.conditions):
                self._leave("Succeeded")
            case "Failed":
                self._fail()
            case "Stopped":
                self._end("Stopped")

    def _leave(self, status: StageStatus) -> None:
        """To the next stage, if there is one."""
        self._put(replace(self.progress, status=status))
        is_last = self.state.place + 1 == len(self.delivery.pipeline.stages) or self.delivery.order.only
        if is_last:
            self.state = replace(self.state, status="Succeeded", endings=self.state.endings + 1, changed_at=self.at)
        elif self.state.status == "Stopping":
            self.state = replace(self.state, status="Stopped", endings=self.state.endings + 1, changed_at=self.at)
        else:
            self.state = replace(
                self.state,
                place=self.state.place + 1,
                waits=True,
                arrivals=self.state.arrivals + 1,
                changed_at=self.at,
            )

    def _fail(self) -> None:
        on_failure = self.stage.on_failure
        if on_failure.result == "RETRY" and not self.progress.automatic and self.state.status == "InProgress":
            before = self.progress.actions
            self._begin_anew(on_failure.retry_configuration.retry_mode)
            ended = [Gone(self.stage.name, *each) for each in before.items() if each[0] not in self.progress.actions]
            self.state = replace(self.state, gone=(*self.state.gone, *ended))
            self._put(replace(self.progress, automatic=1, latest_retry="AutomatedStageRetry", retried_at=self.at))
            self._go_on()
        elif self._passed("onFailure", on_failure.conditions):
            self._end("Failed", rolls_back=on_failure.result == "ROLLBACK")

    def _end(self, status: Status, *, rolls_back: bool = False) -> None:
        stage_status: StageStatus = "Stopped" if status == "Stopped" else "Failed"
        self._put(replace(self.progress, status=stage_status))
        self.state = replace(
            self.state,
            status=status,
            endings=self.state.endings + 1,
            changed_at=self.at,
            rolls_back=rolls_back and not self.delivery.order.only,
        )

    def _begin_anew(self, mode: str) -> None:
        """Keep what is not to be done again: what went well, and what is under way."""
        kept = {
            name: each
            for name, each in self.progress.actions.items()
            if mode == "FAILED_ACTIONS" and each.status in ("Succeeded", "InProgress")
        }
        well = {kind: each for kind, each in self.progress.conditions.items() if kind == "beforeEntry"}
        passed = {kind: each for kind, each in well.items() if each.status in ("Succeeded", "Overridden")}
        self._put(
            replace(self.progress, status="InProgress", actions=kept, conditions=passed, tries=self.progress.tries + 1)
        )

    def _start(self, action: tree.Action) -> None:
        attempt_id = id_of(self.luck, self.stage.name, action.name, self.progress.tries)
        pipeline = self.delivery.pipeline
        bucket = pipeline.store(self.region).location
        attempt = Attempt(
            id=attempt_id,
            started_at=self.at,
            changed_at=self.at,
            outputs=tuple(Artifact(name, bucket, key_of(pipeline.name, name, attempt_id)) for name in action.outputs),
            token=id_of(attempt_id, "token") if self.delivery.way_of(action.action_type_id) == "approval" else "",
        )
        self._change(Place(action.name), self._resolved(action, attempt))

    def _resolved(self, action: tree.Action, attempt: Attempt) -> Attempt:
        """The attempt with values in what is declared for it; failed where there is none."""
        values = self.state.namespaces
        try:
            return replace(
                attempt,
                configuration={key: resolved(value, values) for key, value in action.configuration.items()},
                commands=tuple(resolved(each, values) for each in action.commands),
                environment=tuple(
                    {**each, "value": resolved(each["value"], values)} for each in action.environment_variables
                ),
            )
        except Unresolved as error:
            why = UNRESOLVED.format(action.name, error)
            return replace(
                attempt,
                configuration=action.configuration,
                status="Failed",
                error_code="ConfigurationError",
                error=why,
                summary=why,
            )

    # ------------------------------------------------------------------------------------------------- conditions

    def _passed(self, kind: ConditionKind, conditions: Sequence[tree.Condition]) -> bool:
        """Whether a condition lets the stage go on; where it does not, what follows from it is done."""
        if not conditions:
            return True
        known = self.progress.conditions.get(kind)
        if known is None:
            self._judge(kind, conditions[0])
            known = self.progress.conditions[kind]
        if known.status == "Failed":
            self._engage(kind, conditions[0])
        return known.status in ("Succeeded", "Overridden")

    def _judge(self, kind: ConditionKind, condition: tree.Condition) -> None:
        """Begin the rules of a condition. One without rules holds."""
        rules: dict[str, Attempt] = {}
        for rule in condition.rules:
            attempt_id = id_of(self.luck, self.stage.name, kind, rule.name, self.progress.tries)
            attempt = Attempt(id=attempt_id, started_at=self.at, changed_at=self.at)
            rules[rule.name] = self._resolved(rule.action, attempt)
        self._put_condition(kind, rules)

    def _put_condition(self, kind: ConditionKind, rules: dict[str, Attempt]) -> None:
        stands = {each.status for each in rules.values()}
        status: ConditionStatus = (
            "InProgress" if "InProgress" in stands else "Failed" if "Failed" in stands else "Succeeded"
        )
        failed = [name for name, each in rules.items() if each.status == "Failed"]
        summary = f"Rules that do not hold: {', '.join(failed)}" if status == "Failed" else ""
        condition = Condition(status, self.at, rules, summary)
        self._put(replace(self.progress, conditions={**self.progress.conditions, kind: condition}))

    def _given_up(self, condition: Condition, status: ConditionStatus) -> Condition:
        """A condition whose rules nobody waits for any more."""
        rules = {
            name: self._ended(each, "Abandoned") if each.status == "InProgress" else each
            for name, each in condition.rules.items()
        }
        return replace(condition, status=status, changed_at=self.at, rules=rules)

    def _engage(self, kind: ConditionKind, condition: tree.Condition) -> None:
        if kind == "beforeEntry" and condition.result == "SKIP":
            self._leave("Skipped")
        else:
            self._end("Failed", rolls_back=condition.result == "ROLLBACK")

    # -------------------------------------------------------------------------------------------------- small words

    def _settle(self, attempt_id: str, result: Mapping[str, Json]) -> None:
        """An attempt has come to its end, if it is still under way."""
        place = self._place_of(attempt_id)
        if place is None:
            return
        ended = self._finished(self._at(place), result)
        if place.condition is None and ended.status == "Succeeded":
            revision = result.get("Revision")
            outputs = tuple(replace(each, revision=revision) if revision else each for each in ended.outputs)
            ended = replace(ended, outputs=outputs)
            self._hand_on(place.name, ended)
        self._change(place, ended)
        self._go_on()

    def _hand_on(self, name: str, attempt: Attempt) -> None:
        """What later actions may take: artifacts, and variables if the action has a namespace."""
        action = self.stage.action(name)
        assert action is not None
        artifacts = {**self.state.artifacts, **{each.name: each for each in attempt.outputs}}
        namespaces = self.state.namespaces
        if action.namespace:
            namespaces = {**namespaces, action.namespace: attempt.variables}
        self.state = replace(self.state, artifacts=artifacts, namespaces=namespaces)

    def _finished(self, attempt: Attempt, result: Mapping[str, Json]) -> Attempt:
        attempt = self._with_details(attempt, result)
        error = result.get("Error")
        if error is None:
            return self._ended(replace(attempt, variables=result.get("Variables") or {}), "Succeeded")
        said = replace(attempt, error_code=error["Code"], error=error["Message"])
        return self._ended(replace(said, summary=said.summary or error["Message"]), "Failed")

    def _ended(self, attempt: Attempt, status: Any) -> Attempt:
        return replace(attempt, status=status, changed_at=self.at, token="")

    @staticmethod
    def _with_details(attempt: Attempt, told: Mapping[str, Json]) -> Attempt:
        return replace(
            attempt,
            summary=told.get("Summary") or attempt.summary,
            external_id=told.get("ExternalId") or attempt.external_id,
            log_stream=told.get("LogStream") or attempt.log_stream,
            percent=told.get("Percent", attempt.percent),
            by=told.get("By") or attempt.by,
        )

    def _place_of(self, attempt_id: str) -> Place | None:
        """Where in this stage the attempt is under way."""
        progress = self.state.stages.get(self.stage.name, Stage())
        for place, _, attempt in progress.attempts(self.stage):
            if attempt.id == attempt_id and attempt.status == "InProgress":
                is_left = place.condition is not None and progress.conditions[place.condition].is_settled
                return None if is_left else place
        return None

    def _at(self, place: Place) -> Attempt:
        if place.condition is None:
            return self.progress.actions[place.name]
        return self.progress.conditions[place.condition].rules[place.name]

    def _declared(self, place: Place) -> tree.Action:
        return next(action for found, action, _ in self.progress.attempts(self.stage) if found == place)

    def _change(self, place: Place, attempt: Attempt) -> None:
        if place.condition is None:
            self._put(replace(self.progress, actions={**self.progress.actions, place.name: attempt}))
        else:
            rules = self.progress.conditions[place.condition].rules
            self._put_condition(place.condition, {**rules, place.name: attempt})

    def _put(self, progress: Stage) -> None:
        self.state = replace(self.state, stages={**self.state.stages, self.stage.name: progress}, changed_at=self.at)


def _failure(code: str, message: str) -> dict[str, Json]:
    return {"Error": {"Code": code, "Message": message}}
