"""What is wrong with a declaration, in AWS's sentences; variables; what may start in a stage."""

import pytest

from penstock.languages.delivery import tree
from penstock.languages.delivery.checking import Invalid, check
from penstock.languages.delivery.stages import outcome, startable
from penstock.languages.delivery.tree import Json
from penstock.languages.delivery.variables import Unresolved, resolved

REGION = "us-east-1"


def action(name: str, kind: str, given: Json = None, takes: Json = (), makes: Json = (), **more: Json) -> Json:
    category, provider = kind.split("/")
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": given or {},
        "inputArtifacts": [{"name": each} for each in takes],
        "outputArtifacts": [{"name": each} for each in makes],
        **more,
    }


def get(name: str = "Get", makes: str = "Code", **more: Json) -> Json:
    return action(name, "Source/S3", {"S3Bucket": "b", "S3ObjectKey": "k"}, makes=[makes], **more)


def put(name: str = "Put", takes: str = "Code", **more: Json) -> Json:
    return action(name, "Deploy/S3", {"BucketName": "b", "Extract": "true"}, takes=[takes], **more)


def pipeline(*stages: Json, **more: Json) -> Json:
    declared = [{"name": f"S{number}", "actions": list(actions)} for number, actions in enumerate(stages)]
    return {
        "name": "p",
        "roleArn": "arn:aws:iam::123456789012:role/r",
        "artifactStore": {"type": "S3", "location": "bucket"},
        "stages": declared,
        **more,
    }


def conditioned(result: str, provider: str, **given: str) -> Json:
    rule = {"name": "R", "ruleTypeId": {"category": "Rule", "provider": provider}, "configuration": given}
    found = pipeline([get()], [put()], pipelineType="V2")
    found["stages"][1]["beforeEntry"] = {"conditions": [{"result": result, "rules": [rule]}]}
    return found


def rolled_back(stage: int, **more: Json) -> Json:
    found = pipeline([get()], [put()], pipelineType="V2", **more)
    found["stages"][stage]["onFailure"] = {"result": "ROLLBACK"}
    return found


def test_what_can_be_carried_out_is_not_refused() -> None:
    check(tree.read(pipeline([get()], [put(), action("Ask", "Approval/Manual", runOrder=2)])), REGION, lambda _: None)


@pytest.mark.parametrize(
    ("declared", "code", "sentence"),
    [
        (
            pipeline([get()]),
            "Structure",
            "Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline",
        ),
        (
            pipeline([put()], [put()]),
            "Structure",
            "Pipeline should start with a stage that only contains source actions",
        ),
        (pipeline([get()], [get("Again", "More")]), "Structure", "Source actions can only be in the first stage"),
        (pipeline([get()], []), "StageDeclaration", "Stage S1 must contain at least one action"),
        (pipeline([get()], [put(), put()]), "ActionDeclaration", "Put has been used more than once"),
        (
            pipeline([get()], [put(takes="Other")]),
            "Structure",
            "Input Artifact Bundle Other in action Put is not declared as Output Artifact Bundle in any of",
        ),
        (
            pipeline([get(), get("Two")], [put()]),
            "Structure",
            "Output Artifact Bundle name must be unique within the pipeline. Code has been used more than once.",
        ),
        (
            pipeline([get()], [action("Put", "Deploy/S3", {"BucketName": "b"}, takes=["Code"])]),
            "ActionDeclaration",
            "Action configuration for action 'Put' is missing required configuration 'Extract'",
        ),
        (
            pipeline([get()], [action("Ask", "Approval/Manual", {"Foo": "b"})]),
            "ActionDeclaration",
            "Action configuration for action 'Ask' contains unknown configuration 'Foo'",
        ),
        (
            pipeline([get()], [action("Ask", "Approval/Manual", {"ApprovalsNeeded": "0"})]),
            "ActionDeclaration",
            "Action configuration for action 'Ask': ApprovalsNeeded must be a number from 1 to 50, and is '0'",
        ),
        (
            pipeline(
                [get()], [action("Ask", "Approval/Manual", {"ApprovalsNeeded": "3", "Approvers": "arn:a, arn:b"})]
            ),
            "ActionDeclaration",
            "Action configuration for action 'Ask': ApprovalsNeeded is 3, and Approvers names only 2",
        ),
        (
            pipeline([get()], [action("Farm", "Test/Farm")]),
            "ActionDeclaration",
            "ActionType (Category: 'Test', Provider: 'Farm', Owner: 'AWS', Version: '1') in action 'Farm' is not "
            "available in region US_EAST_1",
        ),
        (pipeline([get()], [put(region="eu-west-1")]), "ActionDeclaration", "actions run in us-east-1 only"),
        (
            pipeline([get()], [action("Put", "Deploy/S3", {"BucketName": "b", "Extract": "true"})]),
            "ActionDeclaration",
            "has 0 input artifacts",
        ),
        (pipeline([get()], [put()], executionMode="QUEUED"), "Structure", "V1 do not have executionMode QUEUED"),
        (pipeline([get()], [put()], artifactStores={}, artifactStore=None), "Structure", "Exactly one of"),
        (
            pipeline([get(namespace="A")], [put(namespace="A")]),
            "ActionDeclaration",
            "Namespaces must be unique across the pipeline definition. The following occur more than once in the "
            "pipeline. StageName=[S1], ActionName=[Put], Namespace=[A]",
        ),
        (pipeline([get(namespace="codepipeline")], [put()]), "Structure", "Namespace codepipeline is reserved"),
        (
            conditioned("SKIP", "CloudWatchAlarm", AlarmName="a"),
            "StageDeclaration",
            "a condition with CloudWatchAlarm cannot have the result SKIP",
        ),
        (conditioned("ROLLBACK", "VariableCheck"), "StageDeclaration", "the result of beforeEntry cannot be ROLLBACK"),
        (conditioned("FAIL", "Magic"), "StageDeclaration", "provider Magic is not available"),
        (conditioned("FAIL", "Commands"), "StageDeclaration", "a rule of provider Commands needs commands"),
        (conditioned("FAIL", "CodeBuild", ProjectName="p"), "StageDeclaration", "Rule R has 0 input artifacts"),
        (
            pipeline([get()], [action("Put", "Deploy/ECS", takes=["Code"])]),
            "ActionDeclaration",
            "provider ECS is not available: Penstock has no ECS.",
        ),
        (
            pipeline([get()], [action("Run", "Compute/Commands", takes=["Code"])], pipelineType="V2"),
            "ActionDeclaration",
            "an action of provider Commands needs commands",
        ),
        (
            pipeline([get()], [action("Run", "Compute/Commands", takes=["Code"], commands=["ls"])]),
            "ActionDeclaration",
            "pipelines of type V1 have no Commands: set pipelineType to V2",
        ),
        (pipeline([get()], [put(commands=["ls"])]), "ActionDeclaration", "an action of provider S3 has no commands"),
        (
            pipeline(
                [get()], [action("B", "Build/CodeBuild", {"ProjectName": "p", "CombineArtifacts": "true"}, ["Code"])]
            ),
            "ActionDeclaration",
            "CombineArtifacts is of batches",
        ),
        (rolled_back(0), "StageDeclaration", "a stage of sources cannot be rolled back"),
        (rolled_back(1, executionMode="PARALLEL"), "StageDeclaration", "mode PARALLEL cannot be rolled back"),
    ],
)
def test_the_first_thing_that_is_wrong_is_told(declared: Json, code: str, sentence: str) -> None:
    with pytest.raises(Invalid) as error:
        check(tree.read(declared), REGION, lambda _: None)

    assert error.value.code == f"Invalid{code}Exception"
    assert sentence in str(error.value)


def test_variables_are_put_in_wherever_they_are() -> None:
    values = {"a": {"b-c": "1", "d": "#{a.b-c}"}}

    assert resolved("x#{a.b-c}y#{a.d}", values) == "x1y#{a.b-c}"
    assert resolved("#{nothing} #{a.b c}", values) == "#{nothing} #{a.b c}"
    with pytest.raises(Unresolved):
        resolved("#{a.z}", values)


STAGE = tree.read(pipeline([get()], [put("A", runOrder=2), put("B", runOrder=2), put("C", runOrder=5)])).stages[1]


@pytest.mark.parametrize(
    ("standing", "may_start", "comes_to"),
    [
        ({}, "AB", "InProgress"),
        ({"A": "Succeeded"}, "B", "InProgress"),
        ({"A": "Failed"}, "B", "Failed"),  # begun together, so this is a retry of B alone
        ({"A": "Succeeded", "B": "InProgress"}, "", "InProgress"),
        ({"A": "Failed", "B": "InProgress"}, "", "InProgress"),
        ({"A": "Failed", "B": "Succeeded"}, "", "Failed"),
        ({"A": "Succeeded", "B": "Succeeded"}, "C", "InProgress"),
        ({"A": "Succeeded", "B": "Abandoned"}, "", "Stopped"),
        ({"A": "Succeeded", "B": "Succeeded", "C": "Succeeded"}, "", "Succeeded"),
    ],
)
def test_what_may_start_and_what_a_stage_comes_to(standing: Json, may_start: str, comes_to: str) -> None:
    assert "".join(each.name for each in startable(STAGE.actions, standing)) == may_start
    assert outcome(STAGE.actions, standing, is_stopping=False) == comes_to


def test_a_stage_that_is_to_stop_has_stopped_when_nothing_runs() -> None:
    assert outcome(STAGE.actions, {"A": "Succeeded"}, is_stopping=True) == "Stopped"
    assert outcome(STAGE.actions, {"A": "InProgress"}, is_stopping=True) == "InProgress"


OLD_GITHUB = {"category": "Source", "owner": "ThirdParty", "provider": "GitHub", "version": "1"}


def triggered(push: Json = None, name: str = "Get", **more: Json) -> Json:
    source = action("Get", "Source/CodeCommit", {"RepositoryName": "r", "BranchName": "main"}, makes=["Code"])
    trigger = {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": name}}
    if push is not None:
        trigger["gitConfiguration"]["push"] = [push]  # type: ignore[index]
    return pipeline([source, get("Other", "More")], [put()], triggers=[trigger], **{"pipelineType": "V2", **more})


def test_a_trigger_of_a_git_source_can_be_carried_out() -> None:
    declared = triggered({"branches": {"includes": ["main"]}, "filePaths": {"excludes": ["docs/**"]}})
    check(tree.read(declared), REGION, lambda _: None)


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        (triggered(pipelineType="V1"), "Pipelines of type V1 do not have triggers: set pipelineType to V2"),
        (triggered(name="Other"), "is no source action with a git repository"),
        (
            pipeline([{**get(), "actionTypeId": OLD_GITHUB}], [put()]),
            "is missing required configuration 'Owner'",
        ),
        (triggered(name="None"), "is no source action with a git repository"),
        (triggered({"tags": {"includes": ["v"]}, "branches": {"includes": ["m"]}}), "a push has tags, or it has"),
        (triggered({"branches": {"includes": ["{m"]}}), "is no glob pattern"),
        ({**triggered(), "triggers": triggered()["triggers"] * 2}, "Only one trigger can be declared"),
    ],
)
def test_a_trigger_that_cannot_be_carried_out_is_refused(declared: Json, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        check(tree.read(declared), REGION, lambda _: None)
