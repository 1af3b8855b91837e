"""What types do beside their calls: how they wait, what they make of properties. The services are played here."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from penstock.services.cloudformation.resources import TYPES
from penstock.services.cloudformation.resources.kind import Ask, Begun, Failed, Pause, Resource, Step, Steps
from penstock.services.cloudformation.resources.plain import projected
from penstock.wire.call import ServiceError

Json = Any
ENDPOINT = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/served"
TARGET = ("endpoint/served/variant/all", "sagemaker:variant:DesiredInstanceCount", "sagemaker")


class Play:
    """Answers calls by their operations' names, one of several answers after another; notes what is asked."""

    def __init__(self, **answers: Json) -> None:
        self.answers = {name: list(each) if isinstance(each, list) else [each] for name, each in answers.items()}
        self.asked: list[tuple[str, Mapping[str, Json]]] = []
        self.begun: list[str] = []
        self.pauses = 0

    def run(self, steps: Steps[Any]) -> Any:
        said: Json = None
        try:
            while True:
                step = steps.throw(said) if isinstance(said, ServiceError) else steps.send(said)
                said = self.take(step)
        except StopIteration as end:
            return end.value

    def take(self, step: Step) -> Json:
        match step:
            case Pause():
                self.pauses += 1
            case Begun(physical_id):
                self.begun.append(physical_id)
            case Ask(_, operation, request):
                self.asked.append((operation, request))
                answers = self.answers.get(operation, [{}])
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return None

    def requests(self, operation: str) -> list[Mapping[str, Json]]:
        return [request for name, request in self.asked if name == operation]


def endpoint(config: str, **more: Json) -> Resource:
    properties = {"EndpointConfigName": config, **more}
    return Resource(logical_id="Endpoint", name="served", properties=properties)


def status(said: str, config: str = "new", **more: Json) -> Json:
    told = {"EndpointName": "served", "EndpointArn": ENDPOINT, "EndpointStatus": said, "EndpointConfigName": config}
    return told | more


def test_an_endpoint_is_made_when_it_is_in_service_and_is_known_before() -> None:
    play = Play(CreateEndpoint={"EndpointArn": ENDPOINT}, DescribeEndpoint=[status("Creating"), status("InService")])

    made = play.run(TYPES["AWS::SageMaker::Endpoint"].create(endpoint("new", RetainAllVariantProperties=True)))

    assert (made.physical_id, made.attributes["EndpointName"]) == (ENDPOINT, "served")
    assert play.begun == [ENDPOINT]
    assert play.pauses == 1
    assert play.requests("CreateEndpoint") == [{"EndpointName": "served", "EndpointConfigName": "new"}]


def test_an_endpoint_that_fails_says_why() -> None:
    play = Play(CreateEndpoint={"EndpointArn": ENDPOINT}, DescribeEndpoint=status("Failed", FailureReason="no ping"))

    with pytest.raises(Failed, match="no ping"):
        play.run(TYPES["AWS::SageMaker::Endpoint"].create(endpoint("new")))


def test_an_endpoint_whose_update_was_rolled_back_has_not_been_updated() -> None:
    of = TYPES["AWS::SageMaker::Endpoint"]
    back = status("InService", config="old", FailureReason="an alarm rang")
    play = Play(UpdateEndpoint={}, DescribeEndpoint=[status("Updating"), status("RollingBack"), back])
    before, after = endpoint("old"), endpoint("new", RetainAllVariantProperties="true")
    assert of.update is not None

    with pytest.raises(Failed, match="was not updated to new: an alarm rang"):
        play.run(of.update(before, after))

    wanted = {"EndpointName": "served", "EndpointConfigName": "new", "RetainAllVariantProperties": True}
    assert play.requests("UpdateEndpoint") == [wanted]


def test_an_endpoint_is_deleted_when_it_is_gone() -> None:
    gone = ServiceError('Could not find endpoint "served".', code="ValidationException")
    play = Play(DescribeEndpoint=[status("Deleting"), gone])

    play.run(TYPES["AWS::SageMaker::Endpoint"].delete(endpoint("new")))

    assert play.pauses == 1
    assert [name for name, _ in play.asked] == ["DeleteEndpoint", "DescribeEndpoint", "DescribeEndpoint"]


ARN = "arn:aws:sagemaker:us-east-1:123456789012:inference-component/copies"


def component(copies: int, image: str = "old") -> Resource:
    specification = {"Container": {"Image": image}, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": "512"}}
    properties = {"EndpointName": "served", "RuntimeConfig": {"CopyCount": copies}, "Specification": specification}
    return Resource(logical_id="Component", name="copies", physical_id=ARN, properties=properties)


def copies(said: str, **more: Json) -> Json:
    container = {"DeployedImage": {"SpecifiedImage": "old"}}
    needed = {"MinMemoryRequiredInMb": 512}
    return {
        "InferenceComponentArn": ARN, "InferenceComponentStatus": said, "EndpointName": "served",
        "RuntimeConfig": {"DesiredCopyCount": 2, "CurrentCopyCount": 1},
        "Specification": {"Container": container, "ComputeResourceRequirements": needed}, **more,
    }  # fmt: skip


def test_a_component_with_other_copies_only_is_not_made_anew() -> None:
    of = TYPES["AWS::SageMaker::InferenceComponent"]
    play = Play(DescribeInferenceComponent=[copies("Updating"), copies("InService")])
    assert of.update is not None

    made = play.run(of.update(component(1), component(2)))

    assert made.attributes["InferenceComponentStatus"] == "InService"
    asked = {"InferenceComponentName": "copies", "RuntimeConfig": {"CopyCount": 2}}
    assert play.requests("UpdateInferenceComponent") == [asked]


def test_a_component_whose_new_specification_does_not_come_up_has_not_been_updated() -> None:
    of = TYPES["AWS::SageMaker::InferenceComponent"]
    play = Play(DescribeInferenceComponent=[copies("Updating"), copies("InService", FailureReason="no ping")])
    assert of.update is not None

    with pytest.raises(Failed, match="copies was not updated: no ping"):
        play.run(of.update(component(1), component(1, "new")))

    [asked] = play.requests("UpdateInferenceComponent")
    assert asked["Specification"]["ComputeResourceRequirements"] == {"MinMemoryRequiredInMb": 512}


def test_a_component_is_read_as_a_template_says_it() -> None:
    play = Play(DescribeInferenceComponent=copies("InService"))

    read = play.run(TYPES["AWS::SageMaker::InferenceComponent"].read(component(2)))

    assert read["RuntimeConfig"] == {"CopyCount": 2}
    assert read["Specification"]["Container"] == {"Image": "old"}


def experiment(**more: Json) -> Resource:
    variants: Json = [{"VariantName": name, "ModelName": name, "InfrastructureConfig": {}} for name in ("now", "next")]
    shadow = {"SourceModelVariantName": "now", "ShadowModelVariants": []}
    properties = {
        "Name": "tested", "Type": "ShadowMode", "RoleArn": "role", "EndpointName": "served", "ModelVariants": variants,
        "ShadowModeConfig": shadow, **more,
    }  # fmt: skip
    return Resource(logical_id="Experiment", name="tested", properties=properties)


def standing(said: str, **more: Json) -> Json:
    return {"Name": "tested", "Arn": "arn:experiment", "Status": said, **more}


def test_an_experiment_is_started_and_stopped_as_its_desired_state_says() -> None:
    of = TYPES["AWS::SageMaker::InferenceExperiment"]
    described = [standing("Creating"), standing("Created"), standing("Starting"), standing("Running")]
    play = Play(DescribeInferenceExperiment=list(described))
    made = play.run(of.create(experiment(DesiredState="Running")))
    assert (made.physical_id, made.attributes["Status"]) == ("tested", "Running")
    assert not play.requests("StartInferenceExperiment"), "it starts by itself"

    play = Play(DescribeInferenceExperiment=list(described))
    later = {"Schedule": {"StartTime": "2099-01-01T00:00:00Z"}}
    made = play.run(of.create(experiment(DesiredState="Running", **later)))
    assert made.attributes["Status"] == "Running"
    assert play.requests("StartInferenceExperiment") == [{"Name": "tested"}]

    described = [*map(standing, ("Starting", "Running", "Running", "Stopping", "Completed"))]
    play = Play(DescribeInferenceExperiment=described)
    assert of.update is not None
    before = experiment(DesiredState="Running")
    made = play.run(of.update(before, experiment(DesiredState="Completed", StatusReason="enough")))
    assert made.attributes["Status"] == "Completed"
    actions = {"now": "Retain", "next": "Remove"}
    stop = {"Name": "tested", "ModelVariantActions": actions, "DesiredState": "Completed", "Reason": "enough"}
    assert play.requests("StopInferenceExperiment") == [stop]
    assert not play.requests("UpdateInferenceExperiment")


def test_an_experiment_whose_shadow_does_not_come_up_is_not_made() -> None:
    play = Play(DescribeInferenceExperiment=[standing("Creating"), standing("Cancelled", StatusReason="no ping")])

    with pytest.raises(Failed, match="no ping"):
        play.run(TYPES["AWS::SageMaker::InferenceExperiment"].create(experiment()))


def test_an_experiment_that_runs_is_stopped_before_it_is_deleted() -> None:
    play = Play(DescribeInferenceExperiment=[standing("Running"), standing("Cancelled")])

    play.run(TYPES["AWS::SageMaker::InferenceExperiment"].delete(experiment()))

    assert [name for name, _ in play.asked if "Describe" not in name] == [
        "StopInferenceExperiment", "DeleteInferenceExperiment",
    ]  # fmt: skip


def test_a_scaling_policy_finds_its_target_by_its_id() -> None:
    names = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    target = dict(zip(names, TARGET, strict=True))
    policy = Resource(
        logical_id="Policy",
        properties={
            "PolicyName": "p",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": "|".join(TARGET),
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": "70"},
        },
    )
    play = Play(
        PutScalingPolicy={"PolicyARN": "arn:policy"},
        DescribeScalingPolicies={"ScalingPolicies": [{"PolicyARN": "arn:policy", "PolicyName": "p"}]},
    )

    made = play.run(TYPES["AWS::ApplicationAutoScaling::ScalingPolicy"].create(policy))

    assert made.physical_id == "arn:policy"
    [put] = play.requests("PutScalingPolicy")
    configuration = {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0}}
    assert put == {"PolicyName": "p", "PolicyType": "TargetTrackingScaling", **target, **configuration}


def test_a_scalable_target_is_named_by_what_it_scales() -> None:
    names = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    properties = {**dict(zip(names, TARGET, strict=True)), "MinCapacity": 1, "MaxCapacity": "2"}
    play = Play(DescribeScalableTargets={"ScalableTargets": [properties]})
    of = TYPES["AWS::ApplicationAutoScaling::ScalableTarget"]

    made = play.run(of.create(Resource(logical_id="Target", properties=properties)))
    play.run(of.delete(Resource(logical_id="Target", properties={}, physical_id=made.physical_id)))

    assert made.physical_id == made.attributes["Id"] == "|".join(TARGET)
    assert play.requests("DeregisterScalableTarget") == [dict(zip(names, TARGET, strict=True))]


INLINE = [
    ("python3.12", ["index.py", "cfnresponse.py"]),
    ("nodejs22.x", ["index.js", "node_modules/cfn-response.js"]),
]


@pytest.mark.parametrize(("runtime", "names"), INLINE)
def test_inline_code_is_zipped_with_its_helper_and_always_to_the_same_bytes(runtime: str, names: list[str]) -> None:
    properties = {"Code": {"ZipFile": "the code"}, "Runtime": runtime, "Role": "r", "Handler": "index.handler"}
    resource = Resource(logical_id="Function", name="f", properties=properties)
    play = Play()

    for _ in range(2):
        play.run(TYPES["AWS::Lambda::Function"].create(resource))

    first, second = (request["Code"]["ZipFile"] for request in play.requests("CreateFunction"))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert package.namelist() == names
        assert package.read(names[0]) == b"the code"


def test_a_secret_is_generated_into_its_template_and_not_again_by_an_update_of_something_else() -> None:
    of = TYPES["AWS::SecretsManager::Secret"]
    generated = {"GenerateSecretString": {"SecretStringTemplate": '{"user": "me"}', "GenerateStringKey": "password"}}
    before = Resource(logical_id="Secret", name="s", properties=generated, physical_id="arn:s")
    after = Resource(logical_id="Secret", name="s", properties={**generated, "Description": "d"}, physical_id="arn:s")
    play = Play(
        GetRandomPassword={"RandomPassword": "xyz"}, CreateSecret={"ARN": "arn:s"}, DescribeSecret={"ARN": "arn:s"}
    )
    assert of.update is not None

    play.run(of.create(before))
    play.run(of.update(before, after))

    [made], [changed] = play.requests("CreateSecret"), play.requests("UpdateSecret")
    assert json.loads(made["SecretString"]) == {"user": "me", "password": "xyz"}
    assert "SecretString" not in changed
    assert changed["Description"] == "d"


@pytest.mark.parametrize(
    ("kind", "properties", "wrong"),
    [
        ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}, "AccessControl PublicRead"),
        ("AWS::S3::Bucket", {"NotificationConfiguration": {"Surprise": []}}, "NotificationConfiguration/Surprise"),
        ("AWS::S3::Bucket", {"NotificationConfiguration": {"QueueConfigurations": [{"Event": "e", "Topic": "t"}]}},
         "NotificationConfiguration/QueueConfigurations/0/Topic"),
        ("AWS::S3::Bucket", {"NotificationConfiguration": {"LambdaConfigurations": [{"Event": "e"}]}},
         "Property NotificationConfiguration/LambdaConfigurations/0/Function is required"),
        ("AWS::Lambda::Function", {"Code": {"ImageUri": "i"}}, "Code/ImageUri"),
        ("AWS::Lambda::Function", {"Code": {"ZipFile": "c"}, "Runtime": "ruby3.3"}, "Code/ZipFile with Runtime"),
        ("AWS::CodePipeline::Pipeline", {"Stages": [{"Name": "S", "Surprise": 1}]}, "Stages/0/Surprise"),
        ("AWS::CodeBuild::Project", {"Source": {"Type": "S3", "Surprise": 1}}, "Source/Surprise"),
        ("AWS::Events::Rule", {"Targets": [{"Id": "i", "Arn": "a", "Surprise": 1}]}, "Targets/0/Surprise"),
        ("AWS::StepFunctions::StateMachine", {"RoleArn": "r"}, "DefinitionString"),
        ("AWS::ServiceCatalog::CloudFormationProduct", {"ProvisioningArtifactParameters": [{"Surprise": 1}]},
         "ProvisioningArtifactParameters/Surprise"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_named_before_anything_is_created(kind: str, properties: Json, wrong: str) -> None:
    assert any(wrong in said for said in TYPES[kind].check(properties))


@pytest.mark.parametrize("value", [{"Ref": "X"}, {"Fn::Sub": "${X}"}, {"Fn::If": ["C", {"A": 1}, {"B": 2}]}])
@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("AWS::S3::Bucket", ("AccessControl", "NotificationConfiguration", "VersioningConfiguration")),
        ("AWS::Lambda::Function", ("Code", "Runtime", "PackageType", "Environment")),
        ("AWS::CodePipeline::Pipeline", ("Stages", "ArtifactStore")),
        ("AWS::ServiceCatalog::CloudFormationProduct", ("ProvisioningArtifactParameters",)),
    ],
)
def test_what_is_not_known_yet_is_not_judged(kind: str, members: Iterable[str], value: Json) -> None:
    assert list(TYPES[kind].check(dict.fromkeys(members, value))) == []


def test_what_is_read_is_told_as_the_template_writes_it() -> None:
    found = {"name": "n", "count": 3, "pattern": '{"a": [1]}', "auth": {"user": "me"}, "more": 1}
    onto = {"Name": "n", "Count": "3", "Pattern": {"a": [1]}, "Auth": {"User": "you", "Password": "p"}, "Gone": 1}

    assert projected(found, onto) == {
        "Name": "n",
        "Count": "3",
        "Pattern": {"a": [1]},
        "Auth": {"User": "me", "Password": "p"},
    }


def test_who_a_bucket_tells_is_said_as_the_api_says_it_and_taken_back() -> None:
    of, made = "s3:ObjectCreated:*", TYPES["AWS::S3::Bucket"]
    rules = [{"Name": "suffix", "Value": ".csv"}]
    told = {
        "EventBridgeConfiguration": {},
        "LambdaConfigurations": [{"Event": of, "Function": "f", "Filter": {"S3Key": {"Rules": rules}}}],
        "QueueConfigurations": [{"Event": of, "Queue": "q"}, {"Event": "s3:ObjectTagging:Put", "Queue": "q"}],
        "TopicConfigurations": [{"Event": of, "Topic": "t"}],
    }
    before = Resource(logical_id="B", name="b", properties={"NotificationConfiguration": told}, physical_id="b")
    after = Resource(logical_id="B", name="b", properties={}, physical_id="b")
    play = Play()
    assert made.update is not None

    play.run(made.create(before))
    play.run(made.update(before, after))

    assert list(made.check(before.properties)) == []
    assert [each["NotificationConfiguration"] for each in play.requests("PutBucketNotificationConfiguration")] == [
        {
            "EventBridgeConfiguration": {},
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": "f", "Events": [of], "Filter": {"Key": {"FilterRules": rules}}}
            ],
            "QueueConfigurations": [
                {"QueueArn": "q", "Events": [of]}, {"QueueArn": "q", "Events": ["s3:ObjectTagging:Put"]},
            ],
            "TopicConfigurations": [{"TopicArn": "t", "Events": [of]}],
        },
        {},
    ]  # fmt: skip


def test_a_build_projects_webhook_comes_changes_and_goes_with_its_triggers() -> None:
    kind = TYPES["AWS::CodeBuild::Project"]
    none, pushed, built = (
        Resource(logical_id="Build", name="b", physical_id="b", properties=properties)
        for properties in (
            {},
            {
                "Triggers": {
                    "Webhook": "true",
                    "FilterGroups": [[{"Type": "EVENT", "Pattern": "PUSH"}]],
                    "PullRequestBuildPolicy": {"RequiresCommentApproval": "ALL_PULL_REQUESTS"},
                }
            },
            {"Triggers": {"Webhook": True, "BuildType": "BUILD"}},
        )
    )
    play = Play(BatchGetProjects={"projects": [{"name": "b"}]})
    assert kind.update is not None

    for before, after in ((none, pushed), (pushed, built), (built, none)):
        play.run(kind.update(before, after))

    hooks = [(name, request) for name, request in play.asked if name.endswith("Webhook")]
    assert hooks == [
        (
            "CreateWebhook",
            {
                "projectName": "b",
                "filterGroups": [[{"type": "EVENT", "pattern": "PUSH"}]],
                "pullRequestBuildPolicy": {"requiresCommentApproval": "ALL_PULL_REQUESTS"},
            },
        ),
        (
            "UpdateWebhook",
            {
                "projectName": "b",
                "filterGroups": [],
                "buildType": "BUILD",
                "pullRequestBuildPolicy": {"requiresCommentApproval": "DISABLED"},
            },
        ),
        ("DeleteWebhook", {"projectName": "b"}),
    ]


def test_a_build_project_is_as_public_as_its_template_says() -> None:
    kind = TYPES["AWS::CodeBuild::Project"]
    private, public = (
        Resource(logical_id="Build", name="b", physical_id="b", properties=properties)
        for properties in ({}, {"Visibility": "PUBLIC_READ", "ResourceAccessRole": "role"})
    )
    play = Play(BatchGetProjects={"projects": [{"name": "b"}]})
    assert kind.update is not None

    for before, after in ((private, private), (private, public), (public, private)):
        play.run(kind.update(before, after))

    arn = public.scope.arn("codebuild", "project/b")
    assert play.requests("UpdateProjectVisibility") == [
        {"projectArn": arn, "projectVisibility": "PUBLIC_READ", "resourceAccessRole": "role"},
        {"projectArn": arn, "projectVisibility": "PRIVATE"},
    ]


def test_a_webhook_that_is_to_be_registered_asks_for_it() -> None:
    properties = {"TargetPipeline": "p", "RegisterWithThirdParty": True, "Filters": [], "TargetAction": "a"}
    resource = Resource(logical_id="Hook", name="h", properties=properties)
    play = Play(PutWebhook={"webhook": {"url": "https://here/h"}})

    made = play.run(TYPES["AWS::CodePipeline::Webhook"].create(resource))

    assert made.attributes == {"Id": "h", "Url": "https://here/h"}
    assert play.requests("RegisterWebhookWithThirdParty") == [{"webhookName": "h"}]
    resource = replace(resource, physical_id="h")
    play.run(TYPES["AWS::CodePipeline::Webhook"].delete(resource))
    assert play.requests("DeregisterWebhookWithThirdParty") == [{"webhookName": "h"}]
    assert play.requests("DeleteWebhook") == [{"name": "h"}]


def test_a_token_that_is_told_masked_is_as_the_template_has_it() -> None:
    kind = {"Category": "Source", "Owner": "ThirdParty", "Provider": "GitHub", "Version": "1"}
    get = {"Name": "Get", "ActionTypeId": kind, "Configuration": {"Owner": "o", "OAuthToken": "t"}}
    properties = {"RoleArn": "r", "Stages": [{"Name": "Source", "Actions": [get]}]}
    told = {
        "name": "p", "roleArn": "r",
        "stages": [{"name": "Source", "actions": [{
            "name": "Get", "actionTypeId": {name.lower(): value for name, value in kind.items()},
            "configuration": {"Owner": "another", "OAuthToken": "****"},
        }]}],
    }  # fmt: skip
    resource = Resource(logical_id="P", name="p", physical_id="p", properties=properties)

    seen = Play(GetPipeline={"pipeline": told}).run(TYPES["AWS::CodePipeline::Pipeline"].read(resource))

    assert seen["Stages"][0]["Actions"][0]["Configuration"] == {"Owner": "another", "OAuthToken": "t"}
