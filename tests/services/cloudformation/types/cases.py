"""What each resource type is tried with: properties, and what they become. `{…}` is the id of something there."""

import io
import json
import zipfile
from typing import Any

Json = Any
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
GRANT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
}
KEYS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
}
ONE, TWO = [{"Key": "a", "Value": "1"}], [{"Key": "b", "Value": "2"}]
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/image:1"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:helper"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:source"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/there"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:there"
CODE = "def handler(event, context):\n    return 1\n"
STATES = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "Result": {"to": "${Who}"}, "End": True}}}
TEMPLATE = "https://s3.amazonaws.com/seeds/template.json"
EMPTY = {"Resources": {"Queue": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": {
    "ModelPackageGroupName": "of-a-template"}}}}  # fmt: skip
PIPELINE = json.dumps({"Version": "2020-12-01", "Steps": []})
MONITORED = {
    "JobResources": {"ClusterConfig": {"InstanceCount": "1", "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
    "RoleArn": ROLE,
}
CAPTURED = {"EndpointInput": {"EndpointName": "served", "LocalPath": "/opt/ml/processing/input"}}
REPORTED = {
    "MonitoringOutputs": [{"S3Output": {"LocalPath": "/opt/ml/processing/output", "S3Uri": "s3://seeds/reports"}}]
}


def zipped(**files: str) -> bytes:
    """A zip that is not compressed; a name's double underscore is a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return content.getvalue()


def delivery(branch: str) -> Json:
    """A pipeline as templates write them: a version that is a number, and truth values in configurations."""
    return {
        "RoleArn": ROLE,
        "ArtifactStore": {"Type": "S3", "Location": "seeds"},
        "PipelineType": "V2",
        "Variables": [{"Name": "who", "DefaultValue": "world"}],
        "Stages": [
            {
                "Name": "Source",
                "Actions": [
                    {
                        "Name": "Fetch",
                        "ActionTypeId": {"Category": "Source", "Owner": "AWS", "Provider": "CodeCommit", "Version": 1},
                        "Configuration": {
                            "RepositoryName": "code",
                            "BranchName": branch,
                            "PollForSourceChanges": False,
                        },
                        "OutputArtifacts": [{"Name": "Sources"}],
                        "RunOrder": "1",
                    }
                ],
            },
            {
                "Name": "Build",
                "Actions": [
                    {
                        "Name": "Build",
                        "ActionTypeId": {"Category": "Build", "Owner": "AWS", "Provider": "CodeBuild", "Version": "1"},
                        "Configuration": {"ProjectName": "build"},
                        "InputArtifacts": [{"Name": "Sources"}],
                        "RunOrder": 1,
                    }
                ],
            },
        ],
    }


HOSTED = {
    "Source": {"Type": "GITHUB", "Location": "https://github.com/a/b.git", "BuildSpec": "buildspec.yml"},
    "Artifacts": {"Type": "NO_ARTIFACTS"},
}
PUSHED = {"Type": "EVENT", "Pattern": "PUSH"}


def project(**more: Json) -> Json:
    return {
        "ServiceRole": ROLE,
        "Artifacts": {"Type": "CODEPIPELINE"},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "ComputeType": "BUILD_GENERAL1_SMALL",
            "Image": "aws/codebuild/standard:7.0",
            "EnvironmentVariables": [{"Name": "N", "Value": 1}],
        },
        "Source": {"Type": "CODEPIPELINE", "BuildSpec": "buildspec.yml"},
        "TimeoutInMinutes": "30",
    } | more


def function(**more: Json) -> Json:
    return {"Code": {"ZipFile": CODE}, "Handler": "index.handler", "Role": ROLE, "Runtime": "python3.12", **more}


INVOKED = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
PROXIED = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": INVOKED}
ANSWERED = {"StatusCode": 200, "ResponseModels": {"application/json": "Empty"}}
DEFINED = {"swagger": "2.0", "info": {"title": "defined"}, "paths": {"/a": {"post": {
    "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": INVOKED}}}}}  # fmt: skip
CASES: dict[str, tuple[Json, Json]] = {
    "AWS::ApiGateway::Account": (
        {"CloudWatchRoleArn": ROLE}, {"CloudWatchRoleArn": f"{ROLE}2"},
    ),
    "AWS::ApiGateway::RestApi": (
        {"Name": "made", "Description": "d", "BinaryMediaTypes": ["image~1png", "*~1*"], "Policy": OPEN, "Tags": ONE,
         "EndpointConfiguration": {"Types": ["REGIONAL"]}},
        {"Name": "changed", "Body": DEFINED, "BinaryMediaTypes": ["*~1*"], "DisableExecuteApiEndpoint": "true",
         "Tags": TWO, "Parameters": {"endpointConfigurationTypes": "REGIONAL"}},
    ),
    "AWS::ApiGateway::Resource": ({"RestApiId": "{api}", "ParentId": "{root}", "PathPart": "{proxy+}"}, {}),
    "AWS::ApiGateway::Method": (
        {"RestApiId": "{api}", "ResourceId": "{root}", "HttpMethod": "POST", "AuthorizationType": "NONE",
         "MethodResponses": [ANSWERED], "Integration": {
             **PROXIED, "Type": "AWS", "TimeoutInMillis": "5000", "IntegrationResponses": [{"StatusCode": 200}]}},
        {"RestApiId": "{api}", "ResourceId": "{root}", "HttpMethod": "POST", "AuthorizationType": "AWS_IAM",
         "Integration": PROXIED, "OperationName": "predict"},
    ),
    "AWS::ApiGateway::Deployment": (
        {"RestApiId": "{api}", "StageName": "made", "Description": "d"}, {"RestApiId": "{api}", "StageName": "made"},
    ),
    "AWS::ApiGateway::Stage": (
        {"RestApiId": "{api}", "StageName": "live", "DeploymentId": "{deployment}", "Variables": {"a": "1", "b": "2"},
         "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "INFO", "MetricsEnabled": True}],
         "AccessLogSetting": {"DestinationArn": QUEUE, "Format": "$context.requestId"}, "Tags": ONE},
        {"RestApiId": "{api}", "StageName": "live", "DeploymentId": "{deployment}", "Variables": {"a": "2"},
         "MethodSettings": [{"HttpMethod": "GET", "ResourcePath": "/", "ThrottlingRateLimit": 5.5}],
         "TracingEnabled": True, "Tags": TWO},
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        {"ResourceId": "endpoint/served/variant/all", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
         "ServiceNamespace": "sagemaker", "MinCapacity": 1, "MaxCapacity": "2", "RoleARN": ROLE},
        {"ResourceId": "endpoint/served/variant/all", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
         "ServiceNamespace": "sagemaker", "MinCapacity": 1, "MaxCapacity": "3", "RoleARN": ROLE},
    ),
    "AWS::CodeBuild::Project": (
        project(Tags=ONE, **HOSTED, Triggers={"Webhook": "true", "FilterGroups": [[PUSHED]]}, AutoRetryLimit="1",
                BadgeEnabled="true", Visibility="PUBLIC_READ", ResourceAccessRole=ROLE),
        project(Description="changed", Tags=TWO, **HOSTED, Triggers={"Webhook": True, "FilterGroups": [[
            PUSHED, {"Type": "HEAD_REF", "Pattern": "main", "ExcludeMatchedPattern": "false"}]]}),
    ),
    "AWS::CodePipeline::Webhook": (
        {"TargetPipeline": "there", "TargetAction": "Fetch", "TargetPipelineVersion": 1, "Tags": ONE,
         "Authentication": "GITHUB_HMAC", "AuthenticationConfiguration": {"SecretToken": "s"},
         "Filters": [{"JsonPath": "$.ref", "MatchEquals": "refs/heads/{Branch}"}]},
        {"TargetPipeline": "there", "TargetAction": "Fetch", "TargetPipelineVersion": 1, "Tags": TWO,
         "Authentication": "IP", "AuthenticationConfiguration": {"AllowedIPRange": "10.0.0.0/8"},
         "Filters": [{"JsonPath": "$.ref"}]},
    ),
    "AWS::CodeBuild::ReportGroup": (
        {"Type": "TEST", "ExportConfig": {"ExportConfigType": "NO_EXPORT"}},
        {"Type": "TEST", "ExportConfig": {"ExportConfigType": "NO_EXPORT"}, "Tags": ONE, "DeleteReports": True},
    ),
    "AWS::CodeCommit::Repository": (
        {"RepositoryName": "made", "Code": {"S3": {"Bucket": "seeds", "Key": "seed.zip"}}, "Tags": ONE},
        {"RepositoryName": "made-again", "RepositoryDescription": "d", "Tags": TWO,
         "Triggers": [{"Name": "t", "DestinationArn": TOPIC, "Events": ["all"]}],
         "Code": {"S3": {"Bucket": "seeds", "Key": "seed.zip"}}},
    ),
    "AWS::CodePipeline::Pipeline": (
        delivery("main"),
        {**delivery("next"), "Tags": ONE,
         "DisableInboundStageTransitions": [{"StageName": "Build", "Reason": "not yet"}]},
    ),
    "AWS::CodePipeline::CustomActionType": (
        {"Category": "Build", "Provider": "Mine", "Version": 1,
         "InputArtifactDetails": {"MinimumCount": 0, "MaximumCount": "1"},
         "OutputArtifactDetails": {"MinimumCount": 0, "MaximumCount": 1}},
        {},
    ),
    "AWS::CloudWatch::Alarm": (
        {"MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
         "Threshold": "1", "ComparisonOperator": "GreaterThanThreshold", "Dimensions": [{"Name": "d", "Value": "v"}]},
        {"MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2,
         "Threshold": 2.5, "ComparisonOperator": "GreaterThanThreshold", "AlarmActions": [TOPIC]},
    ),
    "AWS::CloudWatch::Dashboard": (
        {"DashboardBody": '{"widgets": []}'},
        {"DashboardBody": '{"widgets": [], "start": "-PT1H"}'},
    ),
    "AWS::DynamoDB::Table": (
        {"AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST", "Tags": ONE},
        {"AttributeDefinitions": [
            {"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "i", "AttributeType": "N"}],
         "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
         "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
         "GlobalSecondaryIndexes": [{"IndexName": "byI", "KeySchema": [{"AttributeName": "i", "KeyType": "HASH"}],
                                     "Projection": {"ProjectionType": "ALL"}}],
         "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
         "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true"}},
    ),
    "AWS::ECR::Repository": (
        {"Tags": ONE, "ImageTagMutability": "MUTABLE"},
        {"ImageTagMutability": "IMMUTABLE", "LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [
            {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
             "action": {"type": "expire"}}]})}, "RepositoryPolicyText": OPEN},
    ),
    "AWS::Events::Rule": (
        {"EventPattern": {"source": ["aws.sagemaker"]}, "State": "ENABLED", "Tags": ONE,
         "Targets": [{"Id": "one", "Arn": FUNCTION}, {"Id": "two", "Arn": QUEUE}]},
        {"ScheduleExpression": "rate(1 day)", "State": "DISABLED", "Description": "d",
         "Targets": [{"Id": "two", "Arn": QUEUE, "Input": {"a": 1}}]},
    ),
    "AWS::Events::EventBus": ({"Name": "bus"}, {"Name": "bus", "Description": "d", "Tags": ONE}),
    "AWS::Events::EventBusPolicy": (
        {"StatementId": "s", "EventBusName": "there", "Action": "events:PutEvents", "Principal": "111122223333"},
        {"StatementId": "s", "EventBusName": "there", "Statement": {
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "events:PutEvents",
            "Resource": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/there"}},
    ),
    "AWS::Events::Archive": (
        {"SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default", "RetentionDays": 1},
        {"SourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default", "EventPattern": {"source": ["mine"]}},
    ),
    "AWS::Events::Connection": (
        {"AuthorizationType": "API_KEY", "AuthParameters": {
            "ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}},
        {"AuthorizationType": "BASIC", "Description": "d", "AuthParameters": {
            "BasicAuthParameters": {"Username": "u", "Password": "p"}}},
    ),
    "AWS::Events::ApiDestination": (
        {"ConnectionArn": "{connection}", "HttpMethod": "POST", "InvocationEndpoint": "https://example.org/a"},
        {"ConnectionArn": "{connection}", "HttpMethod": "PUT", "InvocationEndpoint": "https://example.org/b",
         "InvocationRateLimitPerSecond": "5"},
    ),
    "AWS::Glue::Database": ({"CatalogId": ACCOUNT, "DatabaseInput": {"Name": "made"}}, {}),
    "AWS::Glue::Table": (
        {"CatalogId": ACCOUNT, "DatabaseName": "there", "TableInput": {"Name": "made", "Parameters": {"a": "1"}}},
        {"CatalogId": ACCOUNT, "DatabaseName": "there", "TableInput": {"Name": "made", "Description": "d"}},
    ),
    "AWS::IAM::Role": (
        {"AssumeRolePolicyDocument": TRUST, "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
         "Policies": [{"PolicyName": "p", "PolicyDocument": GRANT}], "MaxSessionDuration": "7200"},
        {"AssumeRolePolicyDocument": {**TRUST, "Id": "i"}, "Description": "changed", "Tags": ONE},
    ),
    "AWS::IAM::User": (
        {"Path": "/a/", "Policies": [{"PolicyName": "p", "PolicyDocument": GRANT}]},
        {"Path": "/b/", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"], "Tags": ONE,
         "Groups": ["there"]},
    ),
    "AWS::IAM::Group": (
        {"Path": "/a/", "Policies": [{"PolicyName": "p", "PolicyDocument": GRANT}]},
        {"Path": "/b/", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]},
    ),
    "AWS::IAM::UserToGroupAddition": (
        {"GroupName": "there", "Users": ["there"]},
        {"GroupName": "there", "Users": ["there", "there2"]},
    ),
    "AWS::IAM::InstanceProfile": ({"Path": "/a/", "Roles": ["there"]}, {"Path": "/a/", "Roles": ["there2"]}),
    "AWS::IAM::GroupPolicy": (
        {"PolicyName": "one", "PolicyDocument": GRANT, "GroupName": "there"},
        {"PolicyName": "one", "PolicyDocument": {**GRANT, "Id": "i"}, "GroupName": "there"},
    ),
    "AWS::IAM::Policy": (
        {"PolicyName": "p", "PolicyDocument": GRANT, "Roles": ["there"]},
        {"PolicyName": "q", "PolicyDocument": GRANT, "Users": ["there"], "Groups": ["there"]},
    ),
    "AWS::IAM::ServiceLinkedRole": (
        {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "ours", "Description": "a"},
        {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": "ours"},
    ),
    "AWS::IAM::RolePolicy": (
        {"PolicyName": "one", "PolicyDocument": GRANT, "RoleName": "there"},
        {"PolicyName": "one", "PolicyDocument": {**GRANT, "Id": "i"}, "RoleName": "there"},
    ),
    "AWS::IAM::UserPolicy": (
        {"PolicyName": "one", "PolicyDocument": GRANT, "UserName": "there"},
        {"PolicyName": "one", "PolicyDocument": {**GRANT, "Id": "i"}, "UserName": "there"},
    ),
    "AWS::IAM::ManagedPolicy": (
        {"PolicyDocument": GRANT, "Roles": ["there"], "Path": "/a/"},
        {"PolicyDocument": {**GRANT, "Id": "i"}, "Groups": ["there"], "Path": "/a/"},
    ),
    "AWS::IAM::AccessKey": ({"UserName": "there"}, {"UserName": "there", "Status": "Inactive"}),
    "AWS::KMS::Key": (
        {"KeyPolicy": KEYS, "Description": "d", "EnableKeyRotation": True},
        {"KeyPolicy": {**KEYS, "Id": "i"}, "Enabled": "false", "Tags": ONE},
    ),
    "AWS::KMS::Alias": (
        {"AliasName": "alias/made", "TargetKeyId": "{key}"},
        {"AliasName": "alias/made", "TargetKeyId": "{key2}"},
    ),
    "AWS::SecretsManager::Secret": (
        {"GenerateSecretString": {"SecretStringTemplate": '{"u": "me"}', "GenerateStringKey": "p",
                                  "PasswordLength": 20}, "Tags": ONE},
        {"SecretString": {"u": "you"}, "Description": "d"},
    ),
    "AWS::SecretsManager::ResourcePolicy": (
        {"SecretId": "{secret}", "ResourcePolicy": OPEN},
        {"SecretId": "{secret}", "ResourcePolicy": {**OPEN, "Id": "i"}},
    ),
    "AWS::Lambda::Function": (
        function(Environment={"Variables": {"NUMBER": 1}}, Tags=ONE, ReservedConcurrentExecutions="1"),
        function(Code={"S3Bucket": "seeds", "S3Key": "code.zip"}, Timeout="5", Tags=TWO),
    ),
    "AWS::Lambda::Version": ({"FunctionName": "helper"}, {}),
    "AWS::Lambda::Alias": (
        {"FunctionName": "helper", "FunctionVersion": "1", "Name": "live"},
        {"FunctionName": "helper", "FunctionVersion": "1", "Name": "live", "Description": "d",
         "RoutingConfig": {"AdditionalVersionWeights": [{"FunctionVersion": 2, "FunctionWeight": 0.5}]}},
    ),
    "AWS::Lambda::EventInvokeConfig": (
        {"FunctionName": "helper", "Qualifier": "$LATEST", "MaximumRetryAttempts": "1"},
        {"FunctionName": "helper", "Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 60,
         "DestinationConfig": {"OnFailure": {"Destination": QUEUE}}},
    ),
    "AWS::Lambda::EventSourceMapping": (
        {"FunctionName": "helper", "EventSourceArn": QUEUE, "Enabled": False},
        {"FunctionName": "helper", "EventSourceArn": QUEUE, "Enabled": "false", "BatchSize": "5", "Tags": ONE},
    ),
    "AWS::Lambda::LayerVersion": (
        {"Content": {"S3Bucket": "seeds", "S3Key": "code.zip"}, "CompatibleRuntimes": ["python3.12"]}, {}
    ),
    "AWS::Lambda::Permission": (
        {"FunctionName": "helper", "Action": "lambda:InvokeFunction", "Principal": "*",
         "InvokedViaFunctionUrl": "true"}, {}
    ),
    "AWS::Lambda::Url": (
        {"TargetFunctionArn": "helper", "AuthType": "NONE", "Cors": {"AllowOrigins": ["*"], "MaxAge": "5"}},
        {"TargetFunctionArn": "helper", "AuthType": "AWS_IAM"},
    ),
    "AWS::Logs::LogGroup": (
        {"RetentionInDays": 7, "Tags": ONE, "KmsKeyId": KEY},
        {"RetentionInDays": "14", "Tags": TWO, "DeletionProtectionEnabled": False},
    ),
    "AWS::Logs::LogStream": ({"LogGroupName": "there"}, {}),
    "AWS::S3::Bucket": (
        {"Tags": ONE, "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
         "PublicAccessBlockConfiguration": {"BlockPublicAcls": "true", "BlockPublicPolicy": True,
                                            "IgnorePublicAcls": True, "RestrictPublicBuckets": True},
         "LifecycleConfiguration": {"Rules": [{"Id": "r", "Status": "Enabled", "ExpirationInDays": "3",
                                               "Prefix": "tmp/", "ObjectSizeGreaterThan": "10"}]}},
        {"VersioningConfiguration": {"Status": "Enabled"}, "AccessControl": "Private",
         "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 5}]},
         "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
         "LoggingConfiguration": {"LogFilePrefix": "access/"}},
    ),
    "AWS::S3::BucketPolicy": (
        {"Bucket": "seeds", "PolicyDocument": OPEN},
        {"Bucket": "seeds", "PolicyDocument": {**OPEN, "Id": "i"}},
    ),
    "AWS::SNS::Topic": (
        {"DisplayName": "d", "Subscription": [{"Protocol": "sqs", "Endpoint": QUEUE}], "Tags": ONE},
        {"DisplayName": "e", "Subscription": [{"Protocol": "lambda", "Endpoint": FUNCTION}]},
    ),
    "AWS::SNS::Subscription": (
        {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE, "RawMessageDelivery": True},
        {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": QUEUE, "FilterPolicy": {"a": ["b"]}},
    ),
    "AWS::SNS::TopicPolicy": (
        {"Topics": [TOPIC], "PolicyDocument": OPEN},
        {"Topics": [TOPIC], "PolicyDocument": {**OPEN, "Id": "i"}},
    ),
    "AWS::SQS::Queue": (
        {"FifoQueue": True, "VisibilityTimeout": 60, "Tags": ONE},
        {"FifoQueue": True, "DelaySeconds": "1", "RedrivePolicy": {"deadLetterTargetArn": f"{QUEUE}.fifo",
                                                                   "maxReceiveCount": 3}},
    ),
    "AWS::SQS::QueuePolicy": (
        {"Queues": ["{queue}"], "PolicyDocument": OPEN},
        {"Queues": ["{queue}"], "PolicyDocument": {**OPEN, "Id": "i"}},
    ),
    "AWS::SSM::Parameter": (
        {"Type": "String", "Value": 1, "Tags": {"a": "1"}},
        {"Type": "String", "Value": "2", "Description": "d", "Tags": {"b": "2"}},
    ),
    "AWS::SageMaker::Image": (
        {"ImageName": "made", "ImageRoleArn": ROLE, "ImageDescription": "d", "Tags": ONE},
        {"ImageName": "made", "ImageRoleArn": ROLE, "ImageDisplayName": "e", "Tags": TWO},
    ),
    "AWS::SageMaker::CodeRepository": (
        {"GitConfig": {"RepositoryUrl": "https://git.example.org/a.git"}, "Tags": ONE},
        {"GitConfig": {"RepositoryUrl": "https://git.example.org/b.git"}, "Tags": TWO},
    ),
    "AWS::SageMaker::Model": (
        {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE, "Environment": {"WORKERS": 2}}, "Tags": ONE},
        {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE, "Environment": {"WORKERS": 2}}, "Tags": TWO},
    ),
    "AWS::SageMaker::EndpointConfig": (
        {"ProductionVariants": [{"ModelName": "there", "VariantName": "all", "InitialInstanceCount": "1",
                                 "InstanceType": "ml.m5.large", "InitialVariantWeight": 1}]},
        {"ProductionVariants": [{"ModelName": "there", "VariantName": "all", "InitialInstanceCount": "1",
                                 "InstanceType": "ml.m5.large", "InitialVariantWeight": 1}], "Tags": ONE},
    ),
    "AWS::SageMaker::ModelPackageGroup": (
        {"ModelPackageGroupName": "made", "Tags": ONE},
        {"ModelPackageGroupName": "made", "ModelPackageGroupPolicy": OPEN},
    ),
    "AWS::SageMaker::Pipeline": (
        {"PipelineName": "made", "PipelineDefinition": {"PipelineDefinitionBody": PIPELINE}, "RoleArn": ROLE},
        {"PipelineName": "made", "PipelineDefinition": {"PipelineDefinitionS3Location": {
            "Bucket": "seeds", "Key": "pipeline.json"}}, "RoleArn": ROLE, "PipelineDescription": "d", "Tags": ONE},
    ),
    "AWS::SageMaker::ModelPackage": (
        {"ModelPackageGroupName": "there", "ModelApprovalStatus": "PendingManualApproval", "InferenceSpecification": {
            "Containers": [{"Image": IMAGE}], "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"]}},
        {"ModelPackageGroupName": "there", "ModelApprovalStatus": "Approved", "InferenceSpecification": {
            "Containers": [{"Image": IMAGE}], "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"]}},
    ),
    "AWS::SageMaker::FeatureGroup": (
        {"FeatureGroupName": "made", "RecordIdentifierFeatureName": "id", "EventTimeFeatureName": "at",
         "OnlineStoreConfig": {"EnableOnlineStore": True}, "FeatureDefinitions": [
             {"FeatureName": "id", "FeatureType": "String"}, {"FeatureName": "at", "FeatureType": "Fractional"}]},
        {"FeatureGroupName": "made", "RecordIdentifierFeatureName": "id", "EventTimeFeatureName": "at",
         "OnlineStoreConfig": {"EnableOnlineStore": True}, "FeatureDefinitions": [
             {"FeatureName": "id", "FeatureType": "String"}, {"FeatureName": "at", "FeatureType": "Fractional"},
             {"FeatureName": "age", "FeatureType": "Integral"}]},
    ),
    "AWS::SageMaker::MonitoringSchedule": (
        {"MonitoringScheduleName": "made", "MonitoringScheduleConfig": {
            "MonitoringJobDefinitionName": "there", "MonitoringType": "DataQuality",
            "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"}}},
        {"MonitoringScheduleName": "made", "EndpointName": "served", "Tags": ONE, "MonitoringScheduleConfig": {
            "MonitoringJobDefinitionName": "there", "MonitoringType": "DataQuality",
            "ScheduleConfig": {"ScheduleExpression": "cron(0 0 ? * * *)"}}},
    ),
    "AWS::SageMaker::DataQualityJobDefinition": (
        {**MONITORED, "DataQualityAppSpecification": {"ImageUri": IMAGE}, "DataQualityJobInput": CAPTURED,
         "DataQualityJobOutputConfig": REPORTED}, {},
    ),
    "AWS::SageMaker::ModelQualityJobDefinition": (
        {**MONITORED, "ModelQualityAppSpecification": {"ImageUri": IMAGE, "ProblemType": "Regression"},
         "ModelQualityJobInput": {**CAPTURED, "GroundTruthS3Input": {"S3Uri": "s3://seeds/truth"}},
         "ModelQualityJobOutputConfig": REPORTED}, {},
    ),
    "AWS::SageMaker::ModelBiasJobDefinition": (
        {**MONITORED, "ModelBiasAppSpecification": {"ImageUri": IMAGE, "ConfigUri": "s3://seeds/config.json"},
         "ModelBiasJobInput": {**CAPTURED, "GroundTruthS3Input": {"S3Uri": "s3://seeds/truth"}},
         "ModelBiasJobOutputConfig": REPORTED}, {},
    ),
    "AWS::SageMaker::ModelExplainabilityJobDefinition": (
        {**MONITORED, "ModelExplainabilityAppSpecification": {
            "ImageUri": IMAGE, "ConfigUri": "s3://seeds/config.json"}, "ModelExplainabilityJobInput": CAPTURED,
         "ModelExplainabilityJobOutputConfig": REPORTED}, {},
    ),
    "AWS::SageMaker::ModelCard": (
        {"ModelCardName": "made", "ModelCardStatus": "Draft", "Content": {
            "ModelOverview": {"ModelDescription": "shells"},
            "AdditionalInformation": {"CustomDetails": {"MyKey": "MyValue"}}}, "Tags": ONE},
        {"ModelCardName": "made", "ModelCardStatus": "Approved", "Content": {"ModelOverview": {}}},
    ),
    "AWS::Scheduler::Schedule": (
        {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": "rate(1 day)",
         "Target": {"Arn": FUNCTION, "RoleArn": ROLE, "Input": {"a": 1}}},
        {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": "rate(2 days)", "State": "DISABLED",
         "EndDate": "2040-01-01T00:00:00Z", "Target": {"Arn": FUNCTION, "RoleArn": ROLE}},
    ),
    "AWS::IAM::OIDCProvider": (
        {"Url": "https://token.actions.githubusercontent.com", "ClientIdList": ["sts.amazonaws.com"], "Tags": ONE},
        {"Url": "https://token.actions.githubusercontent.com", "ClientIdList": ["other"], "Tags": TWO,
         "ThumbprintList": ["0" * 40]},
    ),
    "AWS::CodeConnections::Connection": (
        {"ConnectionName": "made", "ProviderType": "GitHub", "Tags": ONE},
        {"ConnectionName": "made", "ProviderType": "GitHub", "Tags": TWO},
    ),
    "AWS::CodeStarConnections::Connection": (
        {"ConnectionName": "made-too", "ProviderType": "Bitbucket"},
        {"ConnectionName": "made-too", "ProviderType": "Bitbucket", "Tags": TWO},
    ),
    "AWS::CodeStarNotifications::NotificationRule": (
        {"Name": "made", "DetailType": "BASIC", "Resource": f"arn:aws:codepipeline:us-east-1:{ACCOUNT}:there",
         "EventTypeIds": ["codepipeline-pipeline-pipeline-execution-failed"], "Status": "DISABLED",
         "Targets": [{"TargetType": "SNS", "TargetAddress": TOPIC}], "Tags": {"a": "1"}},
        {"Name": "called otherwise", "DetailType": "FULL",
         "Resource": f"arn:aws:codepipeline:us-east-1:{ACCOUNT}:there",
         "EventTypeIds": ["codepipeline-pipeline-manual-approval-needed"],
         "Targets": [{"TargetType": "SNS", "TargetAddress": f"{TOPIC}2"}], "Tags": {"b": "2"}},
    ),
    "AWS::Scheduler::ScheduleGroup": ({"Tags": ONE}, {"Tags": TWO}),
    "AWS::StepFunctions::StateMachine": (
        {"DefinitionString": STATES, "DefinitionSubstitutions": {"Who": 'a "b"'}, "RoleArn": ROLE, "Tags": ONE},
        {"DefinitionS3Location": {"Bucket": "seeds", "Key": "machine.json"}, "RoleArn": ROLE,
         "DefinitionSubstitutions": {"Who": "c"}},
    ),
    "AWS::StepFunctions::Activity": ({"Name": "made"}, {"Name": "made", "Tags": ONE}),
    "AWS::StepFunctions::StateMachineAlias": (
        {"RoutingConfiguration": [{"StateMachineVersionArn": f"{MACHINE}:1", "Weight": 100}]},
        {"RoutingConfiguration": [{"StateMachineVersionArn": f"{MACHINE}:1", "Weight": "100"}], "Description": "d"},
    ),
    "AWS::StepFunctions::StateMachineVersion": ({"StateMachineArn": MACHINE}, {}),
    "AWS::ServiceCatalog::Portfolio": (
        {"DisplayName": "made", "ProviderName": "us", "Tags": ONE},
        {"DisplayName": "made again", "ProviderName": "us", "Description": "d", "Tags": TWO},
    ),
    "AWS::ServiceCatalog::CloudFormationProduct": (
        {"Name": "made", "Owner": "us", "Description": "d", "Tags": ONE,
         "ProvisioningArtifactParameters": [{"Name": "v1", "Info": {"LoadTemplateFromURL": TEMPLATE}}]},
        {"Name": "made", "Owner": "them", "SupportEmail": "a@example.org",
         "ProvisioningArtifactParameters": [{"Name": "v1", "Info": {"LoadTemplateFromURL": TEMPLATE}},
                                            {"Name": "v2", "Info": {"LoadTemplateFromURL": TEMPLATE}}]},
    ),
    "AWS::ServiceCatalog::PortfolioPrincipalAssociation": (
        {"PortfolioId": "{portfolio}", "PrincipalARN": ROLE, "PrincipalType": "IAM"}, {},
    ),
    "AWS::ServiceCatalog::PortfolioProductAssociation": ({"PortfolioId": "{portfolio2}", "ProductId": "{product}"}, {}),
    "AWS::ServiceCatalog::LaunchRoleConstraint": (
        {"PortfolioId": "{portfolio}", "ProductId": "{product}", "RoleArn": ROLE},
        {"PortfolioId": "{portfolio}", "ProductId": "{product}", "RoleArn": ROLE, "Description": "d"},
    ),
    "AWS::ServiceCatalog::LaunchNotificationConstraint": (
        {"PortfolioId": "{portfolio}", "ProductId": "{product}", "NotificationArns": [TOPIC]},
        {"PortfolioId": "{portfolio}", "ProductId": "{product}", "NotificationArns": [TOPIC], "Description": "d"},
    ),
    "AWS::ServiceCatalog::TagOption": (
        {"Key": "cost", "Value": "research", "Active": "false"}, {"Key": "cost", "Value": "research"},
    ),
    "AWS::ServiceCatalog::TagOptionAssociation": ({"ResourceId": "{portfolio}", "TagOptionId": "{option}"}, {}),
    "AWS::ServiceCatalog::ResourceUpdateConstraint": (
        {"PortfolioId": "{portfolio}", "ProductId": "{product}", "TagUpdateOnProvisionedProduct": "ALLOWED"},
        {"PortfolioId": "{portfolio}", "ProductId": "{product}", "TagUpdateOnProvisionedProduct": "NOT_ALLOWED"},
    ),
    "AWS::SageMaker::Project": (
        {"ProjectName": "made", "TemplateProviderDetails": [{"CfnTemplateProviderDetail": {
            "TemplateName": "t", "TemplateURL": TEMPLATE}}]}, {},
    ),
}  # fmt: skip
