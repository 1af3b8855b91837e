"""Offered: the operations taken from moto, each service by botocore's name.

The list is written by hand, for moto answers more than it does: an operation is here if what it promises happens, at
least for as long as the server runs. Left out on purpose, so that they answer 501:

* SNS: platform applications, endpoints, text messages and confirmations (nothing would be sent).
* DynamoDB: endpoint discovery (it would send clients to AWS); PartiQL (moto needs a parser that is not installed);
  import and export (moto would use S3 of its own).
* Secrets Manager: rotation (moto would call functions of its own).
* SSM: commands, maintenance windows, patch baselines (no machine would be touched). Of its parameters moto has only
  those that are AWS's own, `/aws/...`: people's are kept (`services.ssm`, which asks here for the others).
* ECR: scans (the findings would be made up), layers and logins (there is no registry behind it).
* CloudWatch: composite alarms and insight rules (nobody would evaluate them). Metrics are kept: `services.cloudwatch`.
* Kinesis: encryption and enhanced monitoring (no effect).

A test compares the list with moto's classes, so a name that moto lacks cannot stay here.
"""

from collections.abc import Mapping
from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


OFFERED: Final[Mapping[str, frozenset[str]]] = {
    "sqs": _names("""
        AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage
        DeleteMessageBatch DeleteQueue GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueueTags
        ListQueues PurgeQueue ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes
        TagQueue UntagQueue
    """),
    "sns": _names("""
        AddPermission CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes
        ListSubscriptions ListSubscriptionsByTopic ListTagsForResource ListTopics Publish PublishBatch
        RemovePermission SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe
        UntagResource
    """),
    "dynamodb": _names("""
        BatchGetItem BatchWriteItem CreateBackup CreateTable DeleteBackup DeleteItem DeleteResourcePolicy
        DeleteTable DescribeBackup DescribeContinuousBackups DescribeLimits DescribeTable
        DescribeTimeToLive GetItem GetResourcePolicy ListBackups ListTables ListTagsOfResource PutItem
        PutResourcePolicy Query RestoreTableFromBackup RestoreTableToPointInTime Scan TagResource
        TransactGetItems TransactWriteItems UntagResource UpdateContinuousBackups UpdateItem UpdateTable
        UpdateTimeToLive
    """),
    "dynamodbstreams": _names("DescribeStream GetRecords GetShardIterator ListStreams"),
    "kinesis": _names("""
        AddTagsToStream CreateStream DecreaseStreamRetentionPeriod DeleteResourcePolicy DeleteStream
        DeregisterStreamConsumer DescribeLimits DescribeStream DescribeStreamConsumer DescribeStreamSummary
        GetRecords GetResourcePolicy GetShardIterator IncreaseStreamRetentionPeriod ListShards
        ListStreamConsumers ListStreams ListTagsForStream MergeShards PutRecord PutRecords PutResourcePolicy
        RegisterStreamConsumer RemoveTagsFromStream SplitShard UpdateShardCount UpdateStreamMode
    """),
    "secretsmanager": _names("""
        BatchGetSecretValue CreateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetRandomPassword
        GetResourcePolicy GetSecretValue ListSecretVersionIds ListSecrets PutResourcePolicy PutSecretValue
        RemoveRegionsFromReplication ReplicateSecretToRegions RestoreSecret TagResource UntagResource
        UpdateSecret UpdateSecretVersionStage
    """),
    "ssm": _names("""
        AddTagsToResource CreateDocument DeleteDocument DescribeDocument DescribeDocumentPermission GetDocument
        GetParameter GetParameters GetParametersByPath ListDocuments ListTagsForResource ModifyDocumentPermission
        RemoveTagsFromResource UpdateDocument UpdateDocumentDefaultVersion
    """),
    "ecr": _names("""
        BatchDeleteImage BatchGetImage CreateRepository
        DeleteLifecyclePolicy DeleteRegistryPolicy DeleteRepository DeleteRepositoryPolicy DescribeImages
        DescribeRegistry DescribeRepositories GetLifecyclePolicy GetRegistryPolicy
        GetRepositoryPolicy ListImages ListTagsForResource PutImage PutImageTagMutability
        PutLifecyclePolicy PutRegistryPolicy SetRepositoryPolicy TagResource UntagResource
    """),
    "cloudwatch": _names("""
        DeleteAlarms DeleteDashboards DescribeAlarms DescribeAlarmsForMetric DisableAlarmActions EnableAlarmActions
        GetDashboard ListDashboards ListTagsForResource PutDashboard PutMetricAlarm SetAlarmState TagResource
        UntagResource
    """),
    "kms": _names("""
        CancelKeyDeletion CreateAlias CreateGrant CreateKey Decrypt DeleteAlias DescribeKey DisableKey
        DisableKeyRotation EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext
        GenerateMac GenerateRandom GetKeyPolicy GetKeyRotationStatus GetPublicKey ListAliases ListGrants
        ListKeyPolicies ListKeyRotations ListKeys ListResourceTags ListRetirableGrants PutKeyPolicy ReEncrypt
        ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign TagResource
        UntagResource UpdateAlias UpdateKeyDescription Verify VerifyMac
    """),
}
