"""Requests and responses of codepipeline, from its model. Do not edit: `python scripts/shapes.py codepipeline`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class AWSSessionCredentials(TypedDict):
    accessKeyId: str
    secretAccessKey: str
    sessionToken: str


class AcknowledgeJobRequest(TypedDict):
    jobId: str
    nonce: str


class AcknowledgeJobResponse(TypedDict):
    status: NotRequired[JobStatus]


class AcknowledgeThirdPartyJobRequest(TypedDict):
    jobId: str
    nonce: str
    clientToken: str


class AcknowledgeThirdPartyJobResponse(TypedDict):
    status: NotRequired[JobStatus]


ActionCategory: TypeAlias = Literal[
    "Source", "Build", "Deploy", "Test", "Invoke", "Approval", "Compute"
]


class ActionConfiguration(TypedDict):
    configuration: NotRequired[dict[str, str]]


class ActionConfigurationProperty(TypedDict):
    name: str
    required: bool
    key: bool
    secret: bool
    queryable: NotRequired[bool]
    description: NotRequired[str]
    type: NotRequired[ActionConfigurationPropertyType]


ActionConfigurationPropertyType: TypeAlias = Literal[
    "String", "Number", "Boolean"
]


class ActionContext(TypedDict):
    name: NotRequired[str]
    actionExecutionId: NotRequired[str]


class ActionDeclaration(TypedDict):
    name: str
    actionTypeId: ActionTypeId
    runOrder: NotRequired[int]
    configuration: NotRequired[dict[str, str]]
    commands: NotRequired[list[str]]
    outputArtifacts: NotRequired[list[OutputArtifact]]
    inputArtifacts: NotRequired[list[InputArtifact]]
    outputVariables: NotRequired[list[str]]
    roleArn: NotRequired[str]
    region: NotRequired[str]
    namespace: NotRequired[str]
    timeoutInMinutes: NotRequired[int]
    environmentVariables: NotRequired[list[EnvironmentVariable]]


class ActionExecution(TypedDict):
    actionExecutionId: NotRequired[str]
    status: NotRequired[ActionExecutionStatus]
    summary: NotRequired[str]
    lastStatusChange: NotRequired[float]
    token: NotRequired[str]
    lastUpdatedBy: NotRequired[str]
    externalExecutionId: NotRequired[str]
    externalExecutionUrl: NotRequired[str]
    percentComplete: NotRequired[int]
    errorDetails: NotRequired[ErrorDetails]
    logStreamARN: NotRequired[str]


class ActionExecutionDetail(TypedDict):
    pipelineExecutionId: NotRequired[str]
    actionExecutionId: NotRequired[str]
    pipelineVersion: NotRequired[int]
    stageName: NotRequired[str]
    actionName: NotRequired[str]
    startTime: NotRequired[float]
    lastUpdateTime: NotRequired[float]
    updatedBy: NotRequired[str]
    status: NotRequired[ActionExecutionStatus]
    input: NotRequired[ActionExecutionInput]
    output: NotRequired[ActionExecutionOutput]


class ActionExecutionFilter(TypedDict):
    pipelineExecutionId: NotRequired[str]
    latestInPipelineExecution: NotRequired[LatestInPipelineExecutionFilter]


class ActionExecutionInput(TypedDict):
    actionTypeId: NotRequired[ActionTypeId]
    configuration: NotRequired[dict[str, str]]
    resolvedConfiguration: NotRequired[dict[str, str]]
    roleArn: NotRequired[str]
    region: NotRequired[str]
    inputArtifacts: NotRequired[list[ArtifactDetail]]
    namespace: NotRequired[str]


class ActionExecutionOutput(TypedDict):
    outputArtifacts: NotRequired[list[ArtifactDetail]]
    executionResult: NotRequired[ActionExecutionResult]
    outputVariables: NotRequired[dict[str, str]]


class ActionExecutionResult(TypedDict):
    externalExecutionId: NotRequired[str]
    externalExecutionSummary: NotRequired[str]
    externalExecutionUrl: NotRequired[str]
    errorDetails: NotRequired[ErrorDetails]
    logStreamARN: NotRequired[str]


ActionExecutionStatus: TypeAlias = Literal[
    "InProgress", "Abandoned", "Succeeded", "Failed"
]


ActionOwner: TypeAlias = Literal[
    "AWS", "ThirdParty", "Custom"
]


class ActionRevision(TypedDict):
    revisionId: str
    revisionChangeId: str
    created: float


class ActionState(TypedDict):
    actionName: NotRequired[str]
    currentRevision: NotRequired[ActionRevision]
    latestExecution: NotRequired[ActionExecution]
    entityUrl: NotRequired[str]
    revisionUrl: NotRequired[str]


class ActionType(TypedDict):
    id: ActionTypeId
    settings: NotRequired[ActionTypeSettings]
    actionConfigurationProperties: NotRequired[list[ActionConfigurationProperty]]
    inputArtifactDetails: ArtifactDetails
    outputArtifactDetails: ArtifactDetails


class ActionTypeArtifactDetails(TypedDict):
    minimumCount: int
    maximumCount: int


class ActionTypeDeclaration(TypedDict):
    description: NotRequired[str]
    executor: ActionTypeExecutor
    id: ActionTypeIdentifier
    inputArtifactDetails: ActionTypeArtifactDetails
    outputArtifactDetails: ActionTypeArtifactDetails
    permissions: NotRequired[ActionTypePermissions]
    properties: NotRequired[list[ActionTypeProperty]]
    urls: NotRequired[ActionTypeUrls]


class ActionTypeExecutor(TypedDict):
    configuration: ExecutorConfiguration
    type: ExecutorType
    policyStatementsTemplate: NotRequired[str]
    jobTimeout: NotRequired[int]


class ActionTypeId(TypedDict):
    category: ActionCategory
    owner: ActionOwner
    provider: str
    version: str


class ActionTypeIdentifier(TypedDict):
    category: ActionCategory
    owner: str
    provider: str
    version: str


class ActionTypePermissions(TypedDict):
    allowedAccounts: list[str]


class ActionTypeProperty(TypedDict):
    name: str
    optional: bool
    key: bool
    noEcho: bool
    queryable: NotRequired[bool]
    description: NotRequired[str]


class ActionTypeSettings(TypedDict):
    thirdPartyConfigurationUrl: NotRequired[str]
    entityUrlTemplate: NotRequired[str]
    executionUrlTemplate: NotRequired[str]
    revisionUrlTemplate: NotRequired[str]


class ActionTypeUrls(TypedDict):
    configurationUrl: NotRequired[str]
    entityUrlTemplate: NotRequired[str]
    executionUrlTemplate: NotRequired[str]
    revisionUrlTemplate: NotRequired[str]


class ApprovalResult(TypedDict):
    summary: str
    status: ApprovalStatus


ApprovalStatus: TypeAlias = Literal[
    "Approved", "Rejected"
]


class Artifact(TypedDict):
    name: NotRequired[str]
    revision: NotRequired[str]
    location: NotRequired[ArtifactLocation]


class ArtifactDetail(TypedDict):
    name: NotRequired[str]
    s3location: NotRequired[S3Location]


class ArtifactDetails(TypedDict):
    minimumCount: int
    maximumCount: int


class ArtifactLocation(TypedDict):
    type: NotRequired[ArtifactLocationType]
    s3Location: NotRequired[S3ArtifactLocation]


ArtifactLocationType: TypeAlias = Literal[
    "S3"
]


class ArtifactRevision(TypedDict):
    name: NotRequired[str]
    revisionId: NotRequired[str]
    revisionChangeIdentifier: NotRequired[str]
    revisionSummary: NotRequired[str]
    created: NotRequired[float]
    revisionUrl: NotRequired[str]


class ArtifactStore(TypedDict):
    type: ArtifactStoreType
    location: str
    encryptionKey: NotRequired[EncryptionKey]


ArtifactStoreType: TypeAlias = Literal[
    "S3"
]


class BeforeEntryConditions(TypedDict):
    conditions: list[Condition]


class BlockerDeclaration(TypedDict):
    name: str
    type: BlockerType


BlockerType: TypeAlias = Literal[
    "Schedule"
]


class Condition(TypedDict):
    result: NotRequired[Result]
    rules: NotRequired[list[RuleDeclaration]]


class ConditionExecution(TypedDict):
    status: NotRequired[ConditionExecutionStatus]
    summary: NotRequired[str]
    lastStatusChange: NotRequired[float]


ConditionExecutionStatus: TypeAlias = Literal[
    "InProgress", "Failed", "Errored", "Succeeded", "Cancelled", "Abandoned", "Overridden"
]


class ConditionState(TypedDict):
    latestExecution: NotRequired[ConditionExecution]
    ruleStates: NotRequired[list[RuleState]]


ConditionType: TypeAlias = Literal[
    "BEFORE_ENTRY", "ON_SUCCESS"
]


class CreateCustomActionTypeRequest(TypedDict):
    category: ActionCategory
    provider: str
    version: str
    settings: NotRequired[ActionTypeSettings]
    configurationProperties: NotRequired[list[ActionConfigurationProperty]]
    inputArtifactDetails: ArtifactDetails
    outputArtifactDetails: ArtifactDetails
    tags: NotRequired[list[Tag]]


class CreateCustomActionTypeResponse(TypedDict):
    actionType: ActionType
    tags: NotRequired[list[Tag]]


class CreatePipelineRequest(TypedDict):
    pipeline: PipelineDeclaration
    tags: NotRequired[list[Tag]]


class CreatePipelineResponse(TypedDict):
    pipeline: NotRequired[PipelineDeclaration]
    tags: NotRequired[list[Tag]]


class CurrentRevision(TypedDict):
    revision: str
    changeIdentifier: str
    created: NotRequired[float]
    revisionSummary: NotRequired[str]


class DeleteCustomActionTypeRequest(TypedDict):
    category: ActionCategory
    provider: str
    version: str


class DeleteCustomActionTypeResponse(TypedDict):
    pass


class DeletePipelineRequest(TypedDict):
    name: str


class DeletePipelineResponse(TypedDict):
    pass


class DeleteWebhookRequest(TypedDict):
    name: str


class DeleteWebhookResponse(TypedDict):
    pass


class DeployActionExecutionTarget(TypedDict):
    targetId: NotRequired[str]
    targetType: NotRequired[str]
    status: NotRequired[str]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    events: NotRequired[list[DeployTargetEvent]]


class DeployTargetEvent(TypedDict):
    name: NotRequired[str]
    status: NotRequired[str]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    context: NotRequired[DeployTargetEventContext]


class DeployTargetEventContext(TypedDict):
    ssmCommandId: NotRequired[str]
    message: NotRequired[str]


class DeregisterWebhookWithThirdPartyRequest(TypedDict):
    webhookName: NotRequired[str]


class DeregisterWebhookWithThirdPartyResponse(TypedDict):
    pass


class DisableStageTransitionRequest(TypedDict):
    pipelineName: str
    stageName: str
    transitionType: StageTransitionType
    reason: str


class DisableStageTransitionResponse(TypedDict):
    pass


class EnableStageTransitionRequest(TypedDict):
    pipelineName: str
    stageName: str
    transitionType: StageTransitionType


class EnableStageTransitionResponse(TypedDict):
    pass


class EncryptionKey(TypedDict):
    id: str
    type: EncryptionKeyType


EncryptionKeyType: TypeAlias = Literal[
    "KMS"
]


class EnvironmentVariable(TypedDict):
    name: str
    value: str
    type: NotRequired[EnvironmentVariableType]


EnvironmentVariableType: TypeAlias = Literal[
    "PLAINTEXT", "SECRETS_MANAGER"
]


class ErrorDetails(TypedDict):
    code: NotRequired[str]
    message: NotRequired[str]


class ExecutionDetails(TypedDict):
    summary: NotRequired[str]
    externalExecutionId: NotRequired[str]
    percentComplete: NotRequired[int]


ExecutionMode: TypeAlias = Literal[
    "QUEUED", "SUPERSEDED", "PARALLEL"
]


class ExecutionTrigger(TypedDict):
    triggerType: NotRequired[TriggerType]
    triggerDetail: NotRequired[str]


ExecutionType: TypeAlias = Literal[
    "STANDARD", "ROLLBACK"
]


class ExecutorConfiguration(TypedDict):
    lambdaExecutorConfiguration: NotRequired[LambdaExecutorConfiguration]
    jobWorkerExecutorConfiguration: NotRequired[JobWorkerExecutorConfiguration]


ExecutorType: TypeAlias = Literal[
    "JobWorker", "Lambda"
]


class FailureConditions(TypedDict):
    result: NotRequired[Result]
    retryConfiguration: NotRequired[RetryConfiguration]
    conditions: NotRequired[list[Condition]]


class FailureDetails(TypedDict):
    type: FailureType
    message: str
    externalExecutionId: NotRequired[str]


FailureType: TypeAlias = Literal[
    "JobFailed", "ConfigurationError", "PermissionError", "RevisionOutOfSync", "RevisionUnavailable",
    "SystemUnavailable"
]


class GetActionTypeRequest(TypedDict):
    category: ActionCategory
    owner: str
    provider: str
    version: str


class GetActionTypeResponse(TypedDict):
    actionType: NotRequired[ActionTypeDeclaration]


class GetJobDetailsRequest(TypedDict):
    jobId: str


class GetJobDetailsResponse(TypedDict):
    jobDetails: NotRequired[JobDetails]


class GetPipelineExecutionRequest(TypedDict):
    pipelineName: str
    pipelineExecutionId: str


class GetPipelineExecutionResponse(TypedDict):
    pipelineExecution: NotRequired[PipelineExecution]


class GetPipelineRequest(TypedDict):
    name: str
    version: NotRequired[int]


class GetPipelineResponse(TypedDict):
    pipeline: NotRequired[PipelineDeclaration]
    metadata: NotRequired[PipelineMetadata]


class GetPipelineStateRequest(TypedDict):
    name: str


class GetPipelineStateResponse(TypedDict):
    pipelineName: NotRequired[str]
    pipelineVersion: NotRequired[int]
    stageStates: NotRequired[list[StageState]]
    created: NotRequired[float]
    updated: NotRequired[float]


class GetThirdPartyJobDetailsRequest(TypedDict):
    jobId: str
    clientToken: str


class GetThirdPartyJobDetailsResponse(TypedDict):
    jobDetails: NotRequired[ThirdPartyJobDetails]


class GitBranchFilterCriteria(TypedDict):
    includes: NotRequired[list[str]]
    excludes: NotRequired[list[str]]


class GitConfiguration(TypedDict):
    sourceActionName: str
    push: NotRequired[list[GitPushFilter]]
    pullRequest: NotRequired[list[GitPullRequestFilter]]


class GitFilePathFilterCriteria(TypedDict):
    includes: NotRequired[list[str]]
    excludes: NotRequired[list[str]]


GitPullRequestEventType: TypeAlias = Literal[
    "OPEN", "UPDATED", "CLOSED"
]


class GitPullRequestFilter(TypedDict):
    events: NotRequired[list[GitPullRequestEventType]]
    branches: NotRequired[GitBranchFilterCriteria]
    filePaths: NotRequired[GitFilePathFilterCriteria]


class GitPushFilter(TypedDict):
    tags: NotRequired[GitTagFilterCriteria]
    branches: NotRequired[GitBranchFilterCriteria]
    filePaths: NotRequired[GitFilePathFilterCriteria]


class GitTagFilterCriteria(TypedDict):
    includes: NotRequired[list[str]]
    excludes: NotRequired[list[str]]


class InputArtifact(TypedDict):
    name: str


class Job(TypedDict):
    id: NotRequired[str]
    data: NotRequired[JobData]
    nonce: NotRequired[str]
    accountId: NotRequired[str]


class JobData(TypedDict):
    actionTypeId: NotRequired[ActionTypeId]
    actionConfiguration: NotRequired[ActionConfiguration]
    pipelineContext: NotRequired[PipelineContext]
    inputArtifacts: NotRequired[list[Artifact]]
    outputArtifacts: NotRequired[list[Artifact]]
    artifactCredentials: NotRequired[AWSSessionCredentials]
    continuationToken: NotRequired[str]
    encryptionKey: NotRequired[EncryptionKey]


class JobDetails(TypedDict):
    id: NotRequired[str]
    data: NotRequired[JobData]
    accountId: NotRequired[str]


JobStatus: TypeAlias = Literal[
    "Created", "Queued", "Dispatched", "InProgress", "TimedOut", "Succeeded", "Failed"
]


class JobWorkerExecutorConfiguration(TypedDict):
    pollingAccounts: NotRequired[list[str]]
    pollingServicePrincipals: NotRequired[list[str]]


class LambdaExecutorConfiguration(TypedDict):
    lambdaFunctionArn: str


class LatestInPipelineExecutionFilter(TypedDict):
    pipelineExecutionId: str
    startTimeRange: StartTimeRange


class ListActionExecutionsRequest(TypedDict):
    pipelineName: str
    filter: NotRequired[ActionExecutionFilter]
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class ListActionExecutionsResponse(TypedDict):
    actionExecutionDetails: NotRequired[list[ActionExecutionDetail]]
    nextToken: NotRequired[str]


class ListActionTypesRequest(TypedDict):
    actionOwnerFilter: NotRequired[ActionOwner]
    nextToken: NotRequired[str]
    regionFilter: NotRequired[str]


class ListActionTypesResponse(TypedDict):
    actionTypes: list[ActionType]
    nextToken: NotRequired[str]


class ListDeployActionExecutionTargetsRequest(TypedDict):
    pipelineName: NotRequired[str]
    actionExecutionId: str
    filters: NotRequired[list[TargetFilter]]
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class ListDeployActionExecutionTargetsResponse(TypedDict):
    targets: NotRequired[list[DeployActionExecutionTarget]]
    nextToken: NotRequired[str]


class ListPipelineExecutionsRequest(TypedDict):
    pipelineName: str
    maxResults: NotRequired[int]
    filter: NotRequired[PipelineExecutionFilter]
    nextToken: NotRequired[str]


class ListPipelineExecutionsResponse(TypedDict):
    pipelineExecutionSummaries: NotRequired[list[PipelineExecutionSummary]]
    nextToken: NotRequired[str]


class ListPipelinesRequest(TypedDict):
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListPipelinesResponse(TypedDict):
    pipelines: NotRequired[list[PipelineSummary]]
    nextToken: NotRequired[str]


class ListRuleExecutionsRequest(TypedDict):
    pipelineName: str
    filter: NotRequired[RuleExecutionFilter]
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class ListRuleExecutionsResponse(TypedDict):
    ruleExecutionDetails: NotRequired[list[RuleExecutionDetail]]
    nextToken: NotRequired[str]


class ListRuleTypesRequest(TypedDict):
    ruleOwnerFilter: NotRequired[RuleOwner]
    regionFilter: NotRequired[str]


class ListRuleTypesResponse(TypedDict):
    ruleTypes: list[RuleType]


class ListTagsForResourceRequest(TypedDict):
    resourceArn: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListTagsForResourceResponse(TypedDict):
    tags: NotRequired[list[Tag]]
    nextToken: NotRequired[str]


class ListWebhookItem(TypedDict):
    definition: WebhookDefinition
    url: str
    errorMessage: NotRequired[str]
    errorCode: NotRequired[str]
    lastTriggered: NotRequired[float]
    arn: NotRequired[str]
    tags: NotRequired[list[Tag]]


class ListWebhooksRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListWebhooksResponse(TypedDict):
    webhooks: NotRequired[list[ListWebhookItem]]
    NextToken: NotRequired[str]


class OutputArtifact(TypedDict):
    name: str
    files: NotRequired[list[str]]


class OverrideStageConditionRequest(TypedDict):
    pipelineName: str
    stageName: str
    pipelineExecutionId: str
    conditionType: ConditionType


class OverrideStageConditionResponse(TypedDict):
    pass


class PipelineContext(TypedDict):
    pipelineName: NotRequired[str]
    stage: NotRequired[StageContext]
    action: NotRequired[ActionContext]
    pipelineArn: NotRequired[str]
    pipelineExecutionId: NotRequired[str]


class PipelineDeclaration(TypedDict):
    name: str
    roleArn: str
    artifactStore: NotRequired[ArtifactStore]
    artifactStores: NotRequired[dict[str, ArtifactStore]]
    stages: list[StageDeclaration]
    version: NotRequired[int]
    executionMode: NotRequired[ExecutionMode]
    pipelineType: NotRequired[PipelineType]
    variables: NotRequired[list[PipelineVariableDeclaration]]
    triggers: NotRequired[list[PipelineTriggerDeclaration]]


class PipelineExecution(TypedDict):
    pipelineName: NotRequired[str]
    pipelineVersion: NotRequired[int]
    pipelineExecutionId: NotRequired[str]
    status: NotRequired[PipelineExecutionStatus]
    statusSummary: NotRequired[str]
    artifactRevisions: NotRequired[list[ArtifactRevision]]
    variables: NotRequired[list[ResolvedPipelineVariable]]
    trigger: NotRequired[ExecutionTrigger]
    executionMode: NotRequired[ExecutionMode]
    executionType: NotRequired[ExecutionType]
    rollbackMetadata: NotRequired[PipelineRollbackMetadata]


class PipelineExecutionFilter(TypedDict):
    succeededInStage: NotRequired[SucceededInStageFilter]


PipelineExecutionStatus: TypeAlias = Literal[
    "Cancelled", "InProgress", "Stopped", "Stopping", "Succeeded", "Superseded", "Failed"
]


class PipelineExecutionSummary(TypedDict):
    pipelineExecutionId: NotRequired[str]
    status: NotRequired[PipelineExecutionStatus]
    statusSummary: NotRequired[str]
    startTime: NotRequired[float]
    lastUpdateTime: NotRequired[float]
    sourceRevisions: NotRequired[list[SourceRevision]]
    trigger: NotRequired[ExecutionTrigger]
    stopTrigger: NotRequired[StopExecutionTrigger]
    executionMode: NotRequired[ExecutionMode]
    executionType: NotRequired[ExecutionType]
    rollbackMetadata: NotRequired[PipelineRollbackMetadata]


class PipelineMetadata(TypedDict):
    pipelineArn: NotRequired[str]
    created: NotRequired[float]
    updated: NotRequired[float]
    pollingDisabledAt: NotRequired[float]


class PipelineRollbackMetadata(TypedDict):
    rollbackTargetPipelineExecutionId: NotRequired[str]


class PipelineSummary(TypedDict):
    name: NotRequired[str]
    version: NotRequired[int]
    pipelineType: NotRequired[PipelineType]
    executionMode: NotRequired[ExecutionMode]
    created: NotRequired[float]
    updated: NotRequired[float]


class PipelineTriggerDeclaration(TypedDict):
    providerType: PipelineTriggerProviderType
    gitConfiguration: GitConfiguration


PipelineTriggerProviderType: TypeAlias = Literal[
    "CodeStarSourceConnection"
]


PipelineType: TypeAlias = Literal[
    "V1", "V2"
]


class PipelineVariable(TypedDict):
    name: str
    value: str


class PipelineVariableDeclaration(TypedDict):
    name: str
    defaultValue: NotRequired[str]
    description: NotRequired[str]


class PollForJobsRequest(TypedDict):
    actionTypeId: ActionTypeId
    maxBatchSize: NotRequired[int]
    queryParam: NotRequired[dict[str, str]]


class PollForJobsResponse(TypedDict):
    jobs: NotRequired[list[Job]]


class PollForThirdPartyJobsRequest(TypedDict):
    actionTypeId: ActionTypeId
    maxBatchSize: NotRequired[int]


class PollForThirdPartyJobsResponse(TypedDict):
    jobs: NotRequired[list[ThirdPartyJob]]


class PutActionRevisionRequest(TypedDict):
    pipelineName: str
    stageName: str
    actionName: str
    actionRevision: ActionRevision


class PutActionRevisionResponse(TypedDict):
    newRevision: NotRequired[bool]
    pipelineExecutionId: NotRequired[str]


class PutApprovalResultRequest(TypedDict):
    pipelineName: str
    stageName: str
    actionName: str
    result: ApprovalResult
    token: str


class PutApprovalResultResponse(TypedDict):
    approvedAt: NotRequired[float]


class PutJobFailureResultRequest(TypedDict):
    jobId: str
    failureDetails: FailureDetails


class PutJobFailureResultResponse(TypedDict):
    pass


class PutJobSuccessResultRequest(TypedDict):
    jobId: str
    currentRevision: NotRequired[CurrentRevision]
    continuationToken: NotRequired[str]
    executionDetails: NotRequired[ExecutionDetails]
    outputVariables: NotRequired[dict[str, str]]


class PutJobSuccessResultResponse(TypedDict):
    pass


class PutThirdPartyJobFailureResultRequest(TypedDict):
    jobId: str
    clientToken: str
    failureDetails: FailureDetails


class PutThirdPartyJobFailureResultResponse(TypedDict):
    pass


class PutThirdPartyJobSuccessResultRequest(TypedDict):
    jobId: str
    clientToken: str
    currentRevision: NotRequired[CurrentRevision]
    continuationToken: NotRequired[str]
    executionDetails: NotRequired[ExecutionDetails]


class PutThirdPartyJobSuccessResultResponse(TypedDict):
    pass


class PutWebhookRequest(TypedDict):
    webhook: WebhookDefinition
    tags: NotRequired[list[Tag]]


class PutWebhookResponse(TypedDict):
    webhook: NotRequired[ListWebhookItem]


class RegisterWebhookWithThirdPartyRequest(TypedDict):
    webhookName: NotRequired[str]


class RegisterWebhookWithThirdPartyResponse(TypedDict):
    pass


class ResolvedPipelineVariable(TypedDict):
    name: NotRequired[str]
    resolvedValue: NotRequired[str]


Result: TypeAlias = Literal[
    "ROLLBACK", "FAIL", "RETRY", "SKIP"
]


class RetryConfiguration(TypedDict):
    retryMode: NotRequired[StageRetryMode]


class RetryStageExecutionRequest(TypedDict):
    pipelineName: str
    stageName: str
    pipelineExecutionId: str
    retryMode: StageRetryMode


class RetryStageExecutionResponse(TypedDict):
    pipelineExecutionId: NotRequired[str]


class RetryStageMetadata(TypedDict):
    autoStageRetryAttempt: NotRequired[int]
    manualStageRetryAttempt: NotRequired[int]
    latestRetryTrigger: NotRequired[RetryTrigger]


RetryTrigger: TypeAlias = Literal[
    "AutomatedStageRetry", "ManualStageRetry"
]


class RollbackStageRequest(TypedDict):
    pipelineName: str
    stageName: str
    targetPipelineExecutionId: str


class RollbackStageResponse(TypedDict):
    pipelineExecutionId: str


RuleCategory: TypeAlias = Literal[
    "Rule"
]


class RuleConfigurationProperty(TypedDict):
    name: str
    required: bool
    key: bool
    secret: bool
    queryable: NotRequired[bool]
    description: NotRequired[str]
    type: NotRequired[RuleConfigurationPropertyType]


RuleConfigurationPropertyType: TypeAlias = Literal[
    "String", "Number", "Boolean"
]


class RuleDeclaration(TypedDict):
    name: str
    ruleTypeId: RuleTypeId
    configuration: NotRequired[dict[str, str]]
    commands: NotRequired[list[str]]
    inputArtifacts: NotRequired[list[InputArtifact]]
    roleArn: NotRequired[str]
    region: NotRequired[str]
    timeoutInMinutes: NotRequired[int]


class RuleExecution(TypedDict):
    ruleExecutionId: NotRequired[str]
    status: NotRequired[RuleExecutionStatus]
    summary: NotRequired[str]
    lastStatusChange: NotRequired[float]
    token: NotRequired[str]
    lastUpdatedBy: NotRequired[str]
    externalExecutionId: NotRequired[str]
    externalExecutionUrl: NotRequired[str]
    errorDetails: NotRequired[ErrorDetails]


class RuleExecutionDetail(TypedDict):
    pipelineExecutionId: NotRequired[str]
    ruleExecutionId: NotRequired[str]
    pipelineVersion: NotRequired[int]
    stageName: NotRequired[str]
    ruleName: NotRequired[str]
    startTime: NotRequired[float]
    lastUpdateTime: NotRequired[float]
    updatedBy: NotRequired[str]
    status: NotRequired[RuleExecutionStatus]
    input: NotRequired[RuleExecutionInput]
    output: NotRequired[RuleExecutionOutput]


class RuleExecutionFilter(TypedDict):
    pipelineExecutionId: NotRequired[str]
    latestInPipelineExecution: NotRequired[LatestInPipelineExecutionFilter]


class RuleExecutionInput(TypedDict):
    ruleTypeId: NotRequired[RuleTypeId]
    configuration: NotRequired[dict[str, str]]
    resolvedConfiguration: NotRequired[dict[str, str]]
    roleArn: NotRequired[str]
    region: NotRequired[str]
    inputArtifacts: NotRequired[list[ArtifactDetail]]


class RuleExecutionOutput(TypedDict):
    executionResult: NotRequired[RuleExecutionResult]


class RuleExecutionResult(TypedDict):
    externalExecutionId: NotRequired[str]
    externalExecutionSummary: NotRequired[str]
    externalExecutionUrl: NotRequired[str]
    errorDetails: NotRequired[ErrorDetails]


RuleExecutionStatus: TypeAlias = Literal[
    "InProgress", "Abandoned", "Succeeded", "Failed"
]


RuleOwner: TypeAlias = Literal[
    "AWS"
]


class RuleRevision(TypedDict):
    revisionId: str
    revisionChangeId: str
    created: float


class RuleState(TypedDict):
    ruleName: NotRequired[str]
    currentRevision: NotRequired[RuleRevision]
    latestExecution: NotRequired[RuleExecution]
    entityUrl: NotRequired[str]
    revisionUrl: NotRequired[str]


class RuleType(TypedDict):
    id: RuleTypeId
    settings: NotRequired[RuleTypeSettings]
    ruleConfigurationProperties: NotRequired[list[RuleConfigurationProperty]]
    inputArtifactDetails: ArtifactDetails


class RuleTypeId(TypedDict):
    category: RuleCategory
    owner: NotRequired[RuleOwner]
    provider: str
    version: NotRequired[str]


class RuleTypeSettings(TypedDict):
    thirdPartyConfigurationUrl: NotRequired[str]
    entityUrlTemplate: NotRequired[str]
    executionUrlTemplate: NotRequired[str]
    revisionUrlTemplate: NotRequired[str]


class S3ArtifactLocation(TypedDict):
    bucketName: str
    objectKey: str


class S3Location(TypedDict):
    bucket: NotRequired[str]
    key: NotRequired[str]


class SourceRevision(TypedDict):
    actionName: str
    revisionId: NotRequired[str]
    revisionSummary: NotRequired[str]
    revisionUrl: NotRequired[str]


class SourceRevisionOverride(TypedDict):
    actionName: str
    revisionType: SourceRevisionType
    revisionValue: str


SourceRevisionType: TypeAlias = Literal[
    "COMMIT_ID", "IMAGE_DIGEST", "S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY"
]


class StageConditionState(TypedDict):
    latestExecution: NotRequired[StageConditionsExecution]
    conditionStates: NotRequired[list[ConditionState]]


class StageConditionsExecution(TypedDict):
    status: NotRequired[ConditionExecutionStatus]
    summary: NotRequired[str]


class StageContext(TypedDict):
    name: NotRequired[str]


class StageDeclaration(TypedDict):
    name: str
    blockers: NotRequired[list[BlockerDeclaration]]
    actions: list[ActionDeclaration]
    onFailure: NotRequired[FailureConditions]
    onSuccess: NotRequired[SuccessConditions]
    beforeEntry: NotRequired[BeforeEntryConditions]


class StageExecution(TypedDict):
    pipelineExecutionId: str
    status: StageExecutionStatus
    type: NotRequired[ExecutionType]


StageExecutionStatus: TypeAlias = Literal[
    "Cancelled", "InProgress", "Failed", "Stopped", "Stopping", "Succeeded", "Skipped"
]


StageRetryMode: TypeAlias = Literal[
    "FAILED_ACTIONS", "ALL_ACTIONS"
]


class StageState(TypedDict):
    stageName: NotRequired[str]
    inboundExecution: NotRequired[StageExecution]
    inboundExecutions: NotRequired[list[StageExecution]]
    inboundTransitionState: NotRequired[TransitionState]
    actionStates: NotRequired[list[ActionState]]
    latestExecution: NotRequired[StageExecution]
    beforeEntryConditionState: NotRequired[StageConditionState]
    onSuccessConditionState: NotRequired[StageConditionState]
    onFailureConditionState: NotRequired[StageConditionState]
    retryStageMetadata: NotRequired[RetryStageMetadata]


StageTransitionType: TypeAlias = Literal[
    "Inbound", "Outbound"
]


class StartPipelineExecutionRequest(TypedDict):
    name: str
    variables: NotRequired[list[PipelineVariable]]
    clientRequestToken: NotRequired[str]
    sourceRevisions: NotRequired[list[SourceRevisionOverride]]


class StartPipelineExecutionResponse(TypedDict):
    pipelineExecutionId: NotRequired[str]


StartTimeRange: TypeAlias = Literal[
    "Latest", "All"
]


class StopExecutionTrigger(TypedDict):
    reason: NotRequired[str]


class StopPipelineExecutionRequest(TypedDict):
    pipelineName: str
    pipelineExecutionId: str
    abandon: NotRequired[bool]
    reason: NotRequired[str]


class StopPipelineExecutionResponse(TypedDict):
    pipelineExecutionId: NotRequired[str]


class SucceededInStageFilter(TypedDict):
    stageName: NotRequired[str]


class SuccessConditions(TypedDict):
    conditions: list[Condition]


class Tag(TypedDict):
    key: str
    value: str


class TagResourceRequest(TypedDict):
    resourceArn: str
    tags: list[Tag]


class TagResourceResponse(TypedDict):
    pass


class TargetFilter(TypedDict):
    name: NotRequired[TargetFilterName]
    values: NotRequired[list[str]]


TargetFilterName: TypeAlias = Literal[
    "TARGET_STATUS"
]


class ThirdPartyJob(TypedDict):
    clientId: NotRequired[str]
    jobId: NotRequired[str]


class ThirdPartyJobData(TypedDict):
    actionTypeId: NotRequired[ActionTypeId]
    actionConfiguration: NotRequired[ActionConfiguration]
    pipelineContext: NotRequired[PipelineContext]
    inputArtifacts: NotRequired[list[Artifact]]
    outputArtifacts: NotRequired[list[Artifact]]
    artifactCredentials: NotRequired[AWSSessionCredentials]
    continuationToken: NotRequired[str]
    encryptionKey: NotRequired[EncryptionKey]


class ThirdPartyJobDetails(TypedDict):
    id: NotRequired[str]
    data: NotRequired[ThirdPartyJobData]
    nonce: NotRequired[str]


class TransitionState(TypedDict):
    enabled: NotRequired[bool]
    lastChangedBy: NotRequired[str]
    lastChangedAt: NotRequired[float]
    disabledReason: NotRequired[str]


TriggerType: TypeAlias = Literal[
    "CreatePipeline", "StartPipelineExecution", "PollForSourceChanges", "Webhook", "CloudWatchEvent",
    "PutActionRevision", "WebhookV2", "ManualRollback", "AutomatedRollback"
]


class UntagResourceRequest(TypedDict):
    resourceArn: str
    tagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateActionTypeRequest(TypedDict):
    actionType: ActionTypeDeclaration


class UpdateActionTypeResponse(TypedDict):
    pass


class UpdatePipelineRequest(TypedDict):
    pipeline: PipelineDeclaration


class UpdatePipelineResponse(TypedDict):
    pipeline: NotRequired[PipelineDeclaration]


class WebhookAuthConfiguration(TypedDict):
    AllowedIPRange: NotRequired[str]
    SecretToken: NotRequired[str]


WebhookAuthenticationType: TypeAlias = Literal[
    "GITHUB_HMAC", "IP", "UNAUTHENTICATED"
]


class WebhookDefinition(TypedDict):
    name: str
    targetPipeline: str
    targetAction: str
    filters: list[WebhookFilterRule]
    authentication: WebhookAuthenticationType
    authenticationConfiguration: WebhookAuthConfiguration


class WebhookFilterRule(TypedDict):
    jsonPath: str
    matchEquals: NotRequired[str]
