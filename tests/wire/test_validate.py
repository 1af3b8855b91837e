"""Requests against their shapes: AWS's sentences, to the letter where they are recorded."""

import pytest

from penstock.wire import models, patterns
from penstock.wire.call import Answer, Call, Directory, Json, ServiceError, operation
from penstock.wire.validate import validate


def complaint(service: str, name: str, request: dict[str, Json]) -> str:
    with pytest.raises(ServiceError) as refused:
        validate(Call(service, name, request))
    return f"{refused.value.code}: {refused.value.message}"


ROLE = "arn:aws:iam::123456789012:role/Worker"
PIPELINE = {"PipelineName": "p", "ClientRequestToken": "t" * 32, "RoleArn": ROLE, "PipelineDefinition": "{}"}


def test_a_request_that_fits_is_let_through() -> None:
    validate(Call("sagemaker", "CreatePipeline", PIPELINE))
    validate(Call("sagemaker", "ListPipelines", {"NoSuchMember": 1, "NextToken": None}))
    validate(Call("no-such-service", "Anything", {"x": 1}))
    validate(Call("sagemaker", "NoSuchOperation", {"x": 1}))


@pytest.mark.parametrize(
    ("service", "name", "request_", "sentence"),
    [
        # As recorded from AWS.
        (
            "stepfunctions",
            "ListStateMachines",
            {"maxResults": 1001},
            "ValidationException: 1 validation error detected: Value '1001' at 'maxResults' failed to satisfy "
            "constraint: Member must have value less than or equal to 1000",
        ),
        (
            "stepfunctions",
            "CreateStateMachineAlias",
            {"name": "123", "routingConfiguration": [{"stateMachineVersionArn": "a", "weight": 100}]},
            "ValidationException: 1 validation error detected: Value '123' at 'name' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$",
        ),
        (
            "stepfunctions",
            "CreateStateMachineAlias",
            {"name": "A" * 81, "routingConfiguration": [{"stateMachineVersionArn": "a", "weight": 100}]},
            f"ValidationException: 1 validation error detected: Value '{'A' * 81}' at 'name' failed to satisfy "
            "constraint: Member must have length less than or equal to 80",
        ),
        (
            "stepfunctions",
            "CreateStateMachineAlias",
            {"name": "a", "routingConfiguration": [{"stateMachineVersionArn": "a", "weight": 101}]},
            "ValidationException: 1 validation error detected: Value '101' at 'routingConfiguration.1.member.weight' "
            "failed to satisfy constraint: Member must have value less than or equal to 100",
        ),
        (
            "stepfunctions",
            "CreateStateMachineAlias",
            {"name": "a", "routingConfiguration": [{"stateMachineVersionArn": "a", "weight": 5}] * 3},
            "ValidationException: 1 validation error detected: Value '["
            + ", ".join(["RoutingConfigurationListItem(stateMachineVersionArn=a, weight=5)"] * 3)
            + "]' at 'routingConfiguration' failed to satisfy constraint: Member must have length less than or equal "
            "to 2",
        ),
        # By the same rules.
        (
            "sagemaker",
            "DescribePipeline",
            {},
            "ValidationException: 1 validation error detected: Value null at 'pipelineName' failed to satisfy "
            "constraint: Member must not be null",
        ),
        (
            "stepfunctions",
            "TagResource",
            {"resourceArn": "arn", "tags": [{"key": "a"}, None]},
            "ValidationException: 1 validation error detected: Value null at 'tags.2.member' failed to satisfy "
            "constraint: Member must not be null",
        ),
        (
            "codebuild",
            "BatchGetReports",
            {"reportArns": ["arn", None]},
            "ValidationException: 1 validation error detected: Value null at 'reportArns.2.member' failed to satisfy "
            "constraint: Member must not be null",
        ),
        (
            "sagemaker",
            "DeleteTags",
            {"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m", "TagKeys": ["fine", ""]},
            "ValidationException: 1 validation error detected: Value '[fine, ]' at 'tagKeys' failed to satisfy "
            "constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member "
            r"must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
            r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)]",
        ),
        (
            "sagemaker",
            "ListPipelines",
            {"SortOrder": "Sideways", "MaxResults": 0},
            "ValidationException: 2 validation errors detected: Value 'Sideways' at 'sortOrder' failed to satisfy "
            "constraint: Member must satisfy enum value set: [Ascending, Descending]; Value '0' at 'maxResults' "
            "failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "iam",
            "GetRole",
            {"RoleName": ""},
            "ValidationError: 2 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1; Value '' at 'roleName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]+",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "a*"},
            "InvalidParameterException: 1 validation error detected: Value 'a*' at 'logGroupName' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_aws_s_sentence(
    service: str, name: str, request_: dict[str, Json], sentence: str
) -> None:
    assert complaint(service, name, request_) == sentence


def test_a_map_s_values_are_told_of_the_whole_map() -> None:
    request = {**TRAINING, "HyperParameters": {"eta": "0.3", "long": "x" * 2501}}

    sentence = complaint("sagemaker", "CreateTrainingJob", request)

    assert sentence.startswith("ValidationException: 1 validation error detected: Value '{eta=0.3, long=xxx")
    assert sentence.endswith(
        "}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have "
        "length less than or equal to 2500, Member must have length greater than or equal to 0, Member must satisfy "
        "regular expression pattern: .*]"
    )


TRAINING = {
    "TrainingJobName": "t",
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"TrainingJobName": 5}, "'trainingJobName' must be a string, not a number"),
        ({"ResourceConfig": []}, "'resourceConfig' must be a structure, not a list"),
        ({"ResourceConfig": {"InstanceCount": "1"}}, "'resourceConfig.instanceCount' must be a whole number"),
        ({"InputDataConfig": {}}, "'inputDataConfig' must be a list, not a structure"),
        ({"InputDataConfig": [{"ChannelName": True}]}, "'inputDataConfig.1.member.channelName' must be a string"),
        ({"EnableNetworkIsolation": "yes"}, "'enableNetworkIsolation' must be a boolean, not a string"),
        ({"Environment": {"A": 1}}, "'environment' must be of items that are each a string, not a number"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_place(request_: dict[str, Json], message: str) -> None:
    assert complaint("sagemaker", "CreateTrainingJob", request_).startswith(f"SerializationException: {message}")


def test_a_secret_is_not_shown() -> None:
    request = {"UserName": "u", "Password": ""}

    assert "Value at 'password' failed" in complaint("iam", "CreateLoginProfile", request)


def test_a_shape_that_holds_itself_is_checked_all_the_way_down() -> None:
    inner = {"Filters": [{"Name": "n", "Operator": "Sometimes"}]}
    request = {"Resource": "Model", "SearchExpression": {"SubExpressions": [{"SubExpressions": [inner]}]}}

    place = "searchExpression.subExpressions.1.member.subExpressions.1.member.filters.1.member.operator"

    assert f"Value 'Sometimes' at '{place}' failed" in complaint("sagemaker", "Search", request)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"Bucket": "b"}, "MalformedXML"),
        ({"Bucket": "b", "Delete": {}}, "MalformedXML"),
        ({"Bucket": "b", "Delete": {"Objects": [{}]}}, "MalformedXML"),
        ({"Delete": {"Objects": []}}, "InvalidRequest"),
        ({"Bucket": 5}, "SerializationException"),
    ],
)
def test_s3_is_asked_for_what_it_needs_in_its_own_words(request_: dict[str, Json], code: str) -> None:
    assert complaint("s3", "DeleteObjects", request_).startswith(f"{code}: ")


def test_s3_checks_its_names_itself() -> None:
    validate(Call("s3", "CreateBucket", {"Bucket": "Not A Bucket", "ACL": "nonsense"}))


# --- patterns ---


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "Größe 1 = é", "a*b"),
        (r"\p{ASCII}*", "plain", "é"),
        (r"\A\S[\p{Print}]*\z", "x y", " y"),
        (r"[\w-_]*", "a-b_c", "a b"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\U0001f600\t", "a\x01"),
        (r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}", "a b", "a*"),
        (r"\d+", "12", "٣"),
        ("a.*", "ab", "a\nb"),
    ],
)
def test_java_s_patterns_mean_what_they_meant(pattern: str, fits: str, does_not: str) -> None:
    compiled = patterns.compiled(pattern)

    assert compiled is not None
    assert compiled.fullmatch(fits)
    assert not compiled.fullmatch(does_not)


def all_patterns() -> set[str]:
    found = set()
    for service in models.OURS:
        model = models.model(service)
        found |= {model.shape_for(name).metadata.get("pattern", "") for name in model.shape_names}
    return found - {""}


def test_every_pattern_of_our_services_can_be_said() -> None:
    assert [pattern for pattern in all_patterns() if patterns.compiled(pattern) is None] == []


HEADS = ("", "a", "arn:aws:x:y:z:", "arn:aws:iam::123456789012:role/", "s3://", "/", "https://", "a@")
BODIES = (
    "a",
    "1",
    "-",
    ".",
    "/",
    "_",
    " ",
    ":",
    ",",
    "=",
    "A",
    "a-",
    "-a",
    "a.",
    "a/",
    "1.",
    "a ",
    "a:",
    "a,",
    "a=",
    "a@",
)


@pytest.mark.timeout(60)
def test_no_pattern_can_be_made_to_run_for_ever() -> None:
    """A pattern that is matched in exponential time would hang here on one of these nearly fitting texts."""
    tried = 0
    for pattern in all_patterns():
        compiled = patterns.compiled(pattern)
        assert compiled is not None
        for head in HEADS:
            for body in BODIES:
                compiled.fullmatch(head + body * (120 // len(body)) + "\n!")
                tried += 1

    assert tried == len(all_patterns()) * len(HEADS) * len(BODIES)


# --- in the directory ---


class Clock:
    service = "stepfunctions"

    @operation("ListStateMachines")
    async def list(self, call: Call, request: dict[str, Json]) -> Answer:
        return {"stateMachines": [], "asked": dict(request)}


async def test_calls_from_inside_are_checked_like_customers_ones() -> None:
    directory = Directory(validate)
    directory.register(Clock())

    answer = await directory.answer(Call("stepfunctions", "ListStateMachines", {"maxResults": 5}))

    assert answer["asked"] == {"maxResults": 5}
    with pytest.raises(ServiceError, match="Value '5000' at 'maxResults'"):
        await directory.answer(Call("stepfunctions", "ListStateMachines", {"maxResults": 5000}))
