"""What is wrong with a declaration, in AWS's sentences: the first thing found is told.

The service model has seen to names, lengths and enums. Kinds of actions that are not AWS's are looked up by `known`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from penstock.languages.delivery import globs, quorum
from penstock.languages.delivery.catalogue import ACTIONS, ELSEWHERE, GIT_SOURCES, MAY_SKIP, RULES, Kind
from penstock.languages.delivery.tree import (
    Action,
    ConditionKind,
    GitConfiguration,
    Pipeline,
    Rule,
    Stage,
    TypeId,
    is_true,
)
from penstock.languages.delivery.variables import RESERVED

Known = Callable[[TypeId], Kind | None]
STRUCTURE: Final = "InvalidStructureException"
BLOCKER: Final = "InvalidBlockerDeclarationException"
STAGE: Final = "InvalidStageDeclarationException"
ACTION: Final = "InvalidActionDeclarationException"
AGAIN: Final = (
    "Namespaces must be unique across the pipeline definition. The following occur more than once in the pipeline. "
    "StageName=[{}], ActionName=[{}], Namespace=[{}]"
)
MOST_STAGES: Final = 50
MOST_ACTIONS: Final = 50  # of a stage
MOST_ACTIONS_OF_ALL: Final = 500
LAST: Final = 1000  # after the run order of any action
RESULTS: Final[Mapping[ConditionKind, frozenset[str]]] = {
    "beforeEntry": frozenset({"FAIL", "SKIP"}),
    "onSuccess": frozenset({"FAIL", "ROLLBACK"}),
    "onFailure": frozenset({"FAIL", "ROLLBACK"}),
}


class Invalid(Exception):
    """A declaration that is refused: the error's code, and what AWS says."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def check(pipeline: Pipeline, region: str, known: Known) -> None:
    """Raise `Invalid` unless the declaration can be carried out."""
    _check_stores(pipeline, region)
    _check_shape(pipeline)
    _check_second_version(pipeline)
    for place, stage in enumerate(pipeline.stages):
        _check_stage(stage, is_first=place == 0)
        for action in stage.actions:
            _check_action(action, region, known, is_new=pipeline.pipeline_type == "V2")
        _check_conditions(stage)
        _check_rollback(stage, pipeline.execution_mode, is_first=place == 0)
    _check_artifacts(pipeline)
    _check_namespaces(pipeline)
    _check_triggers(pipeline)


def _check_stores(pipeline: Pipeline, region: str) -> None:
    if (pipeline.artifact_store is None) == (not pipeline.artifact_stores):
        raise Invalid(STRUCTURE, "Exactly one of artifactStore and artifactStores must be given in a pipeline.")
    if pipeline.artifact_store is None and region not in pipeline.artifact_stores:
        raise Invalid(STRUCTURE, f"Artifact stores do not contain one for the pipeline's region {region}.")


def _check_shape(pipeline: Pipeline) -> None:
    count = len(pipeline.stages)
    if count < 2:
        raise Invalid(
            STRUCTURE, f"Pipeline has only {count} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    if count > MOST_STAGES:
        raise Invalid(STRUCTURE, f"Pipeline has {count} stages. There should be a maximum of {MOST_STAGES} stages")
    if sum(len(stage.actions) for stage in pipeline.stages) > MOST_ACTIONS_OF_ALL:
        raise Invalid(STRUCTURE, f"Pipeline has more than {MOST_ACTIONS_OF_ALL} actions")
    if again := _twice(stage.name for stage in pipeline.stages):
        raise Invalid(STAGE, f"Stage name must be unique within the pipeline. {again} has been used more than once")
    if any(action.action_type_id.category != "Source" for action in pipeline.stages[0].actions):
        raise Invalid(STRUCTURE, "Pipeline should start with a stage that only contains source actions")


def _check_second_version(pipeline: Pipeline) -> None:
    """What only pipelines of type V2 have."""
    if pipeline.pipeline_type == "V2":
        return
    conditions = any(
        stage.before_entry.conditions
        or stage.on_success.conditions
        or stage.on_failure.conditions
        or stage.on_failure.result
        for stage in pipeline.stages
    )
    for what, is_there in (
        (f"executionMode {pipeline.execution_mode}", pipeline.execution_mode != "SUPERSEDED"),
        ("variables", bool(pipeline.variables)),
        ("stage conditions", conditions),
        ("triggers", bool(pipeline.triggers)),
    ):
        if is_there:
            raise Invalid(STRUCTURE, f"Pipelines of type V1 do not have {what}: set pipelineType to V2")


def _check_stage(stage: Stage, *, is_first: bool) -> None:
    if not stage.actions:
        raise Invalid(STAGE, f"Stage {stage.name} must contain at least one action")
    if stage.blockers:
        raise Invalid(BLOCKER, f"Stage {stage.name}: blockers are reserved for future use: leave them out")
    if len(stage.actions) > MOST_ACTIONS:
        raise Invalid(STAGE, f"Stage {stage.name} has more than {MOST_ACTIONS} actions")
    if again := _twice(action.name for action in stage.actions):
        raise Invalid(ACTION, f"Action name must be unique within a stage. {again} has been used more than once")
    if not is_first and any(action.action_type_id.category == "Source" for action in stage.actions):
        raise Invalid(STRUCTURE, "Source actions can only be in the first stage of a pipeline")


def _check_action(action: Action, region: str, known: Known, *, is_new: bool) -> None:
    kind = action.action_type_id
    found = ACTIONS.get(kind.key) or known(kind)
    if found is None:
        raise Invalid(ACTION, _not_there(action, region))
    if action.region not in ("", region):
        raise Invalid(ACTION, f"Action {action.name} is in region {action.region}; actions run in {region} only")
    if found.is_new and not is_new:
        raise Invalid(
            ACTION, f"Action {action.name}: pipelines of type V1 have no {kind.provider}: set pipelineType to V2"
        )
    for what, bounds, count in (
        ("input", found.inputs, len(action.inputs)),
        ("output", found.outputs, len(action.outputs)),
    ):
        _check_count(ACTION, f"Action {action.name}", what, bounds, count)
    _check_configuration(action.name, action.configuration, found)
    _check_primary(action)
    if found.way == "approval" and (problem := quorum.wrong(action.configuration)):
        raise Invalid(ACTION, f"Action configuration for action '{action.name}': {problem}")
    if found.takes_commands and not action.commands:
        raise Invalid(ACTION, f"Action {action.name}: an action of provider {kind.provider} needs commands")
    for member, is_there in (
        ("timeoutInMinutes", action.timeout_in_minutes is not None and found.way != "approval"),
        ("commands", bool(action.commands) and not found.takes_commands),
        ("outputVariables", bool(action.output_variables) and not found.takes_commands),
        ("environmentVariables", bool(action.environment_variables) and not found.takes_commands),
        ("files", any(each.files for each in action.output_artifacts) and not found.takes_commands),
    ):
        if is_there:
            raise Invalid(ACTION, f"Action {action.name}: an action of provider {kind.provider} has no {member}")


def _not_there(action: Action, region: str) -> str:
    kind = action.action_type_id
    if kind.owner != "Custom" and kind.provider in ELSEWHERE:
        return (
            f"Action {action.name}: provider {kind.provider} is not available: Penstock has no "
            f"{ELSEWHERE[kind.provider]}. Commands, CodeBuild or a custom action of yours can do what it does"
        )
    return (
        f"ActionType (Category: '{kind.category}', Provider: '{kind.provider}', Owner: '{kind.owner}', "
        f"Version: '{kind.version}') in action '{action.name}' is not available in region "
        f"{region.upper().replace('-', '_')}"
    )


def _check_count(code: str, who: str, what: str, bounds: tuple[int, int], count: int) -> None:
    least, most = bounds
    if not least <= count <= most:
        raise Invalid(
            code, f"{who} has {count} {what} artifacts: its provider takes at least {least} and at most {most}"
        )


def _check_primary(action: Action) -> None:
    if action.action_type_id.provider != "CodeBuild":
        return
    if len(action.inputs) > 1 and "PrimarySource" not in action.configuration:
        raise Invalid(
            ACTION,
            f"Action configuration for action '{action.name}' is missing required configuration 'PrimarySource'",
        )
    if "CombineArtifacts" in action.configuration and not is_true(action.configuration.get("BatchEnabled", "")):
        raise Invalid(ACTION, f"Action {action.name}: CombineArtifacts is of batches: set BatchEnabled to true")


def _check_configuration(name: str, given: dict[str, str], kind: Kind) -> None:
    for key in kind.required:
        if key not in given:
            raise Invalid(ACTION, f"Action configuration for action '{name}' is missing required configuration '{key}'")
    for key in given:
        if key not in kind.required and key not in kind.optional:
            raise Invalid(ACTION, f"Action configuration for action '{name}' contains unknown configuration '{key}'")


def _check_conditions(stage: Stage) -> None:
    if stage.on_failure.result == "SKIP":
        raise Invalid(STAGE, f"Stage {stage.name}: the result of onFailure cannot be SKIP")
    for where, condition in stage.conditions:
        if condition.result is not None and condition.result not in RESULTS[where]:
            raise Invalid(STAGE, f"Stage {stage.name}: the result of {where} cannot be {condition.result}")
        if again := _twice(rule.name for rule in condition.rules):
            raise Invalid(STAGE, f"Rule name must be unique within a condition. {again} has been used more than once")
        for rule in condition.rules:
            _check_rule(rule)
            if condition.result == "SKIP" and rule.rule_type_id.provider not in MAY_SKIP:
                raise Invalid(
                    STAGE,
                    f"Rule {rule.name}: a condition with {rule.rule_type_id.provider} cannot have the result SKIP",
                )


def _check_rule(rule: Rule) -> None:
    provider = rule.rule_type_id.provider
    if provider not in RULES:
        raise Invalid(STAGE, f"Rule {rule.name}: provider {provider} is not available; {', '.join(sorted(RULES))} are")
    kind = RULES[provider]
    _check_count(STAGE, f"Rule {rule.name}", "input", kind.inputs, len(rule.input_artifacts))
    _check_configuration(rule.name, rule.configuration, kind)
    _check_primary(rule.action)
    if bool(rule.commands) != kind.takes_commands:
        has = "needs" if kind.takes_commands else "has no"
        raise Invalid(STAGE, f"Rule {rule.name}: a rule of provider {provider} {has} commands")


def _check_rollback(stage: Stage, mode: str, *, is_first: bool) -> None:
    """Neither sources can be rolled back nor stages of a pipeline whose executions wait for nobody."""
    results = [stage.on_failure.result, *(condition.result for _, condition in stage.conditions)]
    if "ROLLBACK" not in results:
        return
    if is_first:
        raise Invalid(STAGE, f"Stage {stage.name}: a stage of sources cannot be rolled back")
    if mode == "PARALLEL":
        raise Invalid(STAGE, f"Stage {stage.name}: stages of a pipeline in mode PARALLEL cannot be rolled back")


def _check_artifacts(pipeline: Pipeline) -> None:
    """Every input is the output of an action before; no two outputs have the same name."""
    made: dict[str, tuple[int, int]] = {}
    for place, stage in enumerate(pipeline.stages):
        for action in stage.actions:
            for name in action.outputs:
                if name in made:
                    raise Invalid(
                        STRUCTURE,
                        "Output Artifact Bundle name must be unique within the pipeline. "
                        f"{name} has been used more than once.",
                    )
                made[name] = (place, action.run_order)
    for place, stage in enumerate(pipeline.stages):
        takers = [(action.name, action.inputs, action.run_order) for action in stage.actions]
        takers += [(rule.name, rule.action.inputs, 0 if kind == "beforeEntry" else LAST) for kind, rule in stage.rules]
        for taker, names, order in takers:
            for name in names:
                if name not in made or made[name] >= (place, order):
                    raise Invalid(
                        STRUCTURE,
                        f"Input Artifact Bundle {name} in action {taker} is not declared as Output Artifact "
                        "Bundle in any of the preceding actions",
                    )


def _check_namespaces(pipeline: Pipeline) -> None:
    known: set[str] = set()
    for stage in pipeline.stages:
        for action in stage.actions:
            if action.namespace in known:
                raise Invalid(ACTION, AGAIN.format(stage.name, action.name, action.namespace))
            if action.namespace in RESERVED:
                raise Invalid(STRUCTURE, f"Namespace {action.namespace} is reserved")
            known |= {action.namespace} - {""}
    if again := _twice(variable.name for variable in pipeline.variables):
        raise Invalid(STRUCTURE, f"Variable names must be unique. {again} has been used more than once")


def _check_triggers(pipeline: Pipeline) -> None:
    """Each is of another source action that has a git repository, and its filters go together."""
    configurations = [trigger.git_configuration for trigger in pipeline.triggers]
    if again := _twice(each.source_action_name for each in configurations):
        raise Invalid(STRUCTURE, f"Only one trigger can be declared for the source action {again}")
    for each in configurations:
        name = each.source_action_name
        action = pipeline.stages[0].action(name)
        if action is None or action.action_type_id.key not in GIT_SOURCES:
            raise Invalid(STRUCTURE, f"The trigger's sourceActionName {name} is no source action with a git repository")
        if any(push.tags is not None and (push.branches or push.file_paths) for push in each.push):
            raise Invalid(STRUCTURE, f"The trigger of {name}: a push has tags, or it has branches and filePaths")
        _check_globs(name, each)


def _check_globs(name: str, trigger: GitConfiguration) -> None:
    given = [criteria for each in trigger.filters for criteria in (each.branches, each.file_paths)]
    for criteria in (*given, *(each.tags for each in trigger.push)):
        for pattern in (*criteria.includes, *criteria.excludes) if criteria is not None else ():
            try:
                globs.check(pattern)
            except globs.WrongGlob as error:
                raise Invalid(STRUCTURE, f"The trigger of {name}: {error}") from None


def _twice(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)
