"""Requests and responses of codebuild, from its model. Do not edit: `python scripts/shapes.py codebuild`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


ArtifactNamespace: TypeAlias = Literal[
    "NONE", "BUILD_ID"
]


ArtifactPackaging: TypeAlias = Literal[
    "NONE", "ZIP"
]


ArtifactsType: TypeAlias = Literal[
    "CODEPIPELINE", "S3", "NO_ARTIFACTS"
]


AuthType: TypeAlias = Literal[
    "OAUTH", "BASIC_AUTH", "PERSONAL_ACCESS_TOKEN", "CODECONNECTIONS", "SECRETS_MANAGER"
]


class AutoRetryConfig(TypedDict):
    autoRetryLimit: NotRequired[int]
    autoRetryNumber: NotRequired[int]
    nextAutoRetry: NotRequired[str]
    previousAutoRetry: NotRequired[str]


class BatchDeleteBuildsRequest(TypedDict):
    ids: list[str]


class BatchDeleteBuildsResponse(TypedDict):
    buildsDeleted: NotRequired[list[str]]
    buildsNotDeleted: NotRequired[list[BuildNotDeleted]]


class BatchGetBuildBatchesRequest(TypedDict):
    ids: list[str]


class BatchGetBuildBatchesResponse(TypedDict):
    buildBatches: NotRequired[list[BuildBatch]]
    buildBatchesNotFound: NotRequired[list[str]]


class BatchGetBuildsRequest(TypedDict):
    ids: list[str]


class BatchGetBuildsResponse(TypedDict):
    builds: NotRequired[list[Build]]
    buildsNotFound: NotRequired[list[str]]


class BatchGetCommandExecutionsRequest(TypedDict):
    sandboxId: str
    commandExecutionIds: list[str]


class BatchGetCommandExecutionsResponse(TypedDict):
    commandExecutions: NotRequired[list[CommandExecution]]
    commandExecutionsNotFound: NotRequired[list[str]]


class BatchGetFleetsRequest(TypedDict):
    names: list[str]


class BatchGetFleetsResponse(TypedDict):
    fleets: NotRequired[list[Fleet]]
    fleetsNotFound: NotRequired[list[str]]


class BatchGetProjectsRequest(TypedDict):
    names: list[str]


class BatchGetProjectsResponse(TypedDict):
    projects: NotRequired[list[Project]]
    projectsNotFound: NotRequired[list[str]]


class BatchGetReportGroupsRequest(TypedDict):
    reportGroupArns: list[str]


class BatchGetReportGroupsResponse(TypedDict):
    reportGroups: NotRequired[list[ReportGroup]]
    reportGroupsNotFound: NotRequired[list[str]]


class BatchGetReportsRequest(TypedDict):
    reportArns: list[str]


class BatchGetReportsResponse(TypedDict):
    reports: NotRequired[list[Report]]
    reportsNotFound: NotRequired[list[str]]


class BatchGetSandboxesRequest(TypedDict):
    ids: list[str]


class BatchGetSandboxesResponse(TypedDict):
    sandboxes: NotRequired[list[Sandbox]]
    sandboxesNotFound: NotRequired[list[str]]


BatchReportModeType: TypeAlias = Literal[
    "REPORT_INDIVIDUAL_BUILDS", "REPORT_AGGREGATED_BATCH"
]


class BatchRestrictions(TypedDict):
    maximumBuildsAllowed: NotRequired[int]
    computeTypesAllowed: NotRequired[list[str]]
    fleetsAllowed: NotRequired[list[str]]


BucketOwnerAccess: TypeAlias = Literal[
    "NONE", "READ_ONLY", "FULL"
]


class Build(TypedDict):
    id: NotRequired[str]
    arn: NotRequired[str]
    buildNumber: NotRequired[int]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    currentPhase: NotRequired[str]
    buildStatus: NotRequired[StatusType]
    sourceVersion: NotRequired[str]
    resolvedSourceVersion: NotRequired[str]
    projectName: NotRequired[str]
    phases: NotRequired[list[BuildPhase]]
    source: NotRequired[ProjectSource]
    secondarySources: NotRequired[list[ProjectSource]]
    secondarySourceVersions: NotRequired[list[ProjectSourceVersion]]
    artifacts: NotRequired[BuildArtifacts]
    secondaryArtifacts: NotRequired[list[BuildArtifacts]]
    cache: NotRequired[ProjectCache]
    environment: NotRequired[ProjectEnvironment]
    serviceRole: NotRequired[str]
    logs: NotRequired[LogsLocation]
    timeoutInMinutes: NotRequired[int]
    queuedTimeoutInMinutes: NotRequired[int]
    buildComplete: NotRequired[bool]
    initiator: NotRequired[str]
    vpcConfig: NotRequired[VpcConfig]
    networkInterface: NotRequired[NetworkInterface]
    encryptionKey: NotRequired[str]
    exportedEnvironmentVariables: NotRequired[list[ExportedEnvironmentVariable]]
    reportArns: NotRequired[list[str]]
    fileSystemLocations: NotRequired[list[ProjectFileSystemLocation]]
    debugSession: NotRequired[DebugSession]
    buildBatchArn: NotRequired[str]
    autoRetryConfig: NotRequired[AutoRetryConfig]


class BuildArtifacts(TypedDict):
    location: NotRequired[str]
    sha256sum: NotRequired[str]
    md5sum: NotRequired[str]
    overrideArtifactName: NotRequired[bool]
    encryptionDisabled: NotRequired[bool]
    artifactIdentifier: NotRequired[str]
    bucketOwnerAccess: NotRequired[BucketOwnerAccess]


class BuildBatch(TypedDict):
    id: NotRequired[str]
    arn: NotRequired[str]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    currentPhase: NotRequired[str]
    buildBatchStatus: NotRequired[StatusType]
    sourceVersion: NotRequired[str]
    resolvedSourceVersion: NotRequired[str]
    projectName: NotRequired[str]
    phases: NotRequired[list[BuildBatchPhase]]
    source: NotRequired[ProjectSource]
    secondarySources: NotRequired[list[ProjectSource]]
    secondarySourceVersions: NotRequired[list[ProjectSourceVersion]]
    artifacts: NotRequired[BuildArtifacts]
    secondaryArtifacts: NotRequired[list[BuildArtifacts]]
    cache: NotRequired[ProjectCache]
    environment: NotRequired[ProjectEnvironment]
    serviceRole: NotRequired[str]
    logConfig: NotRequired[LogsConfig]
    buildTimeoutInMinutes: NotRequired[int]
    queuedTimeoutInMinutes: NotRequired[int]
    complete: NotRequired[bool]
    initiator: NotRequired[str]
    vpcConfig: NotRequired[VpcConfig]
    encryptionKey: NotRequired[str]
    buildBatchNumber: NotRequired[int]
    fileSystemLocations: NotRequired[list[ProjectFileSystemLocation]]
    buildBatchConfig: NotRequired[ProjectBuildBatchConfig]
    buildGroups: NotRequired[list[BuildGroup]]
    debugSessionEnabled: NotRequired[bool]
    reportArns: NotRequired[list[str]]


class BuildBatchFilter(TypedDict):
    status: NotRequired[StatusType]


class BuildBatchPhase(TypedDict):
    phaseType: NotRequired[BuildBatchPhaseType]
    phaseStatus: NotRequired[StatusType]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    durationInSeconds: NotRequired[int]
    contexts: NotRequired[list[PhaseContext]]


BuildBatchPhaseType: TypeAlias = Literal[
    "SUBMITTED", "DOWNLOAD_BATCHSPEC", "IN_PROGRESS", "COMBINE_ARTIFACTS", "SUCCEEDED", "FAILED", "STOPPED"
]


class BuildGroup(TypedDict):
    identifier: NotRequired[str]
    dependsOn: NotRequired[list[str]]
    ignoreFailure: NotRequired[bool]
    currentBuildSummary: NotRequired[BuildSummary]
    priorBuildSummaryList: NotRequired[list[BuildSummary]]


class BuildNotDeleted(TypedDict):
    id: NotRequired[str]
    statusCode: NotRequired[str]


class BuildPhase(TypedDict):
    phaseType: NotRequired[BuildPhaseType]
    phaseStatus: NotRequired[StatusType]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    durationInSeconds: NotRequired[int]
    contexts: NotRequired[list[PhaseContext]]


BuildPhaseType: TypeAlias = Literal[
    "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD",
    "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED"
]


class BuildStatusConfig(TypedDict):
    context: NotRequired[str]
    targetUrl: NotRequired[str]


class BuildSummary(TypedDict):
    arn: NotRequired[str]
    requestedOn: NotRequired[float]
    buildStatus: NotRequired[StatusType]
    primaryArtifact: NotRequired[ResolvedArtifact]
    secondaryArtifacts: NotRequired[list[ResolvedArtifact]]


CacheMode: TypeAlias = Literal[
    "LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE", "LOCAL_CUSTOM_CACHE"
]


CacheType: TypeAlias = Literal[
    "NO_CACHE", "S3", "LOCAL"
]


class CloudWatchLogsConfig(TypedDict):
    status: LogsConfigStatusType
    groupName: NotRequired[str]
    streamName: NotRequired[str]


class CodeCoverage(TypedDict):
    id: NotRequired[str]
    reportARN: NotRequired[str]
    filePath: NotRequired[str]
    lineCoveragePercentage: NotRequired[float]
    linesCovered: NotRequired[int]
    linesMissed: NotRequired[int]
    branchCoveragePercentage: NotRequired[float]
    branchesCovered: NotRequired[int]
    branchesMissed: NotRequired[int]
    expired: NotRequired[float]


class CodeCoverageReportSummary(TypedDict):
    lineCoveragePercentage: NotRequired[float]
    linesCovered: NotRequired[int]
    linesMissed: NotRequired[int]
    branchCoveragePercentage: NotRequired[float]
    branchesCovered: NotRequired[int]
    branchesMissed: NotRequired[int]


class CommandExecution(TypedDict):
    id: NotRequired[str]
    sandboxId: NotRequired[str]
    submitTime: NotRequired[float]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    status: NotRequired[str]
    command: NotRequired[str]
    type: NotRequired[CommandType]
    exitCode: NotRequired[str]
    standardOutputContent: NotRequired[str]
    standardErrContent: NotRequired[str]
    logs: NotRequired[LogsLocation]
    sandboxArn: NotRequired[str]


CommandType: TypeAlias = Literal[
    "SHELL"
]


class ComputeConfiguration(TypedDict):
    vCpu: NotRequired[int]
    memory: NotRequired[int]
    disk: NotRequired[int]
    machineType: NotRequired[MachineType]
    instanceType: NotRequired[str]


ComputeType: TypeAlias = Literal[
    "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE", "BUILD_GENERAL1_XLARGE",
    "BUILD_GENERAL1_2XLARGE", "BUILD_LAMBDA_1GB", "BUILD_LAMBDA_2GB", "BUILD_LAMBDA_4GB", "BUILD_LAMBDA_8GB",
    "BUILD_LAMBDA_10GB", "ATTRIBUTE_BASED_COMPUTE", "CUSTOM_INSTANCE_TYPE"
]


class CreateFleetRequest(TypedDict):
    name: str
    baseCapacity: int
    environmentType: EnvironmentType
    computeType: ComputeType
    computeConfiguration: NotRequired[ComputeConfiguration]
    scalingConfiguration: NotRequired[ScalingConfigurationInput]
    overflowBehavior: NotRequired[FleetOverflowBehavior]
    vpcConfig: NotRequired[VpcConfig]
    proxyConfiguration: NotRequired[ProxyConfiguration]
    imageId: NotRequired[str]
    fleetServiceRole: NotRequired[str]
    tags: NotRequired[list[Tag]]


class CreateFleetResponse(TypedDict):
    fleet: NotRequired[Fleet]


class CreateProjectRequest(TypedDict):
    name: str
    description: NotRequired[str]
    source: ProjectSource
    secondarySources: NotRequired[list[ProjectSource]]
    sourceVersion: NotRequired[str]
    secondarySourceVersions: NotRequired[list[ProjectSourceVersion]]
    artifacts: ProjectArtifacts
    secondaryArtifacts: NotRequired[list[ProjectArtifacts]]
    cache: NotRequired[ProjectCache]
    environment: ProjectEnvironment
    serviceRole: str
    timeoutInMinutes: NotRequired[int]
    queuedTimeoutInMinutes: NotRequired[int]
    encryptionKey: NotRequired[str]
    tags: NotRequired[list[Tag]]
    vpcConfig: NotRequired[VpcConfig]
    badgeEnabled: NotRequired[bool]
    logsConfig: NotRequired[LogsConfig]
    fileSystemLocations: NotRequired[list[ProjectFileSystemLocation]]
    buildBatchConfig: NotRequired[ProjectBuildBatchConfig]
    concurrentBuildLimit: NotRequired[int]
    autoRetryLimit: NotRequired[int]


class CreateProjectResponse(TypedDict):
    project: NotRequired[Project]


class CreateReportGroupRequest(TypedDict):
    name: str
    type: ReportType
    exportConfig: ReportExportConfig
    tags: NotRequired[list[Tag]]


class CreateReportGroupResponse(TypedDict):
    reportGroup: NotRequired[ReportGroup]


class CreateWebhookRequest(TypedDict):
    projectName: str
    branchFilter: NotRequired[str]
    filterGroups: NotRequired[list[list[WebhookFilter]]]
    buildType: NotRequired[WebhookBuildType]
    manualCreation: NotRequired[bool]
    scopeConfiguration: NotRequired[ScopeConfiguration]
    pullRequestBuildPolicy: NotRequired[PullRequestBuildPolicy]


class CreateWebhookResponse(TypedDict):
    webhook: NotRequired[Webhook]


CredentialProviderType: TypeAlias = Literal[
    "SECRETS_MANAGER"
]


class DebugSession(TypedDict):
    sessionEnabled: NotRequired[bool]
    sessionTarget: NotRequired[str]


class DeleteBuildBatchRequest(TypedDict):
    id: str


class DeleteBuildBatchResponse(TypedDict):
    statusCode: NotRequired[str]
    buildsDeleted: NotRequired[list[str]]
    buildsNotDeleted: NotRequired[list[BuildNotDeleted]]


class DeleteFleetRequest(TypedDict):
    arn: str


class DeleteFleetResponse(TypedDict):
    pass


class DeleteProjectRequest(TypedDict):
    name: str


class DeleteProjectResponse(TypedDict):
    pass


class DeleteReportGroupRequest(TypedDict):
    arn: str
    deleteReports: NotRequired[bool]


class DeleteReportGroupResponse(TypedDict):
    pass


class DeleteReportRequest(TypedDict):
    arn: str


class DeleteReportResponse(TypedDict):
    pass


class DeleteResourcePolicyRequest(TypedDict):
    resourceArn: str


class DeleteResourcePolicyResponse(TypedDict):
    pass


class DeleteSourceCredentialsRequest(TypedDict):
    arn: str


class DeleteSourceCredentialsResponse(TypedDict):
    arn: NotRequired[str]


class DeleteWebhookRequest(TypedDict):
    projectName: str


class DeleteWebhookResponse(TypedDict):
    pass


DeletionMode: TypeAlias = Literal[
    "RemoveSharing", "RollbackMigration"
]


class DescribeCodeCoveragesRequest(TypedDict):
    reportArn: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    sortBy: NotRequired[ReportCodeCoverageSortByType]
    minLineCoveragePercentage: NotRequired[float]
    maxLineCoveragePercentage: NotRequired[float]


class DescribeCodeCoveragesResponse(TypedDict):
    nextToken: NotRequired[str]
    codeCoverages: NotRequired[list[CodeCoverage]]


class DescribeTestCasesRequest(TypedDict):
    reportArn: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]
    filter: NotRequired[TestCaseFilter]


class DescribeTestCasesResponse(TypedDict):
    nextToken: NotRequired[str]
    testCases: NotRequired[list[TestCase]]


class DockerServer(TypedDict):
    computeType: ComputeType
    securityGroupIds: NotRequired[list[str]]
    status: NotRequired[DockerServerStatus]


class DockerServerStatus(TypedDict):
    status: NotRequired[str]
    message: NotRequired[str]


class EnvironmentImage(TypedDict):
    name: NotRequired[str]
    description: NotRequired[str]
    versions: NotRequired[list[str]]


class EnvironmentLanguage(TypedDict):
    language: NotRequired[LanguageType]
    images: NotRequired[list[EnvironmentImage]]


class EnvironmentPlatform(TypedDict):
    platform: NotRequired[PlatformType]
    languages: NotRequired[list[EnvironmentLanguage]]


EnvironmentType: TypeAlias = Literal[
    "WINDOWS_CONTAINER", "LINUX_CONTAINER", "LINUX_GPU_CONTAINER", "ARM_CONTAINER", "WINDOWS_SERVER_2019_CONTAINER",
    "WINDOWS_SERVER_2022_CONTAINER", "LINUX_LAMBDA_CONTAINER", "ARM_LAMBDA_CONTAINER", "LINUX_EC2", "ARM_EC2",
    "WINDOWS_EC2", "MAC_ARM"
]


class EnvironmentVariable(TypedDict):
    name: str
    value: str
    type: NotRequired[EnvironmentVariableType]


EnvironmentVariableType: TypeAlias = Literal[
    "PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER"
]


class ExportedEnvironmentVariable(TypedDict):
    name: NotRequired[str]
    value: NotRequired[str]


FileSystemType: TypeAlias = Literal[
    "EFS"
]


class Fleet(TypedDict):
    arn: NotRequired[str]
    name: NotRequired[str]
    id: NotRequired[str]
    created: NotRequired[float]
    lastModified: NotRequired[float]
    status: NotRequired[FleetStatus]
    baseCapacity: NotRequired[int]
    environmentType: NotRequired[EnvironmentType]
    computeType: NotRequired[ComputeType]
    computeConfiguration: NotRequired[ComputeConfiguration]
    scalingConfiguration: NotRequired[ScalingConfigurationOutput]
    overflowBehavior: NotRequired[FleetOverflowBehavior]
    vpcConfig: NotRequired[VpcConfig]
    proxyConfiguration: NotRequired[ProxyConfiguration]
    imageId: NotRequired[str]
    fleetServiceRole: NotRequired[str]
    tags: NotRequired[list[Tag]]


FleetContextCode: TypeAlias = Literal[
    "CREATE_FAILED", "UPDATE_FAILED", "ACTION_REQUIRED", "PENDING_DELETION", "INSUFFICIENT_CAPACITY"
]


FleetOverflowBehavior: TypeAlias = Literal[
    "QUEUE", "ON_DEMAND"
]


class FleetProxyRule(TypedDict):
    type: FleetProxyRuleType
    effect: FleetProxyRuleEffectType
    entities: list[str]


FleetProxyRuleBehavior: TypeAlias = Literal[
    "ALLOW_ALL", "DENY_ALL"
]


FleetProxyRuleEffectType: TypeAlias = Literal[
    "ALLOW", "DENY"
]


FleetProxyRuleType: TypeAlias = Literal[
    "DOMAIN", "IP"
]


FleetScalingMetricType: TypeAlias = Literal[
    "FLEET_UTILIZATION_RATE"
]


FleetScalingType: TypeAlias = Literal[
    "TARGET_TRACKING_SCALING"
]


FleetSortByType: TypeAlias = Literal[
    "NAME", "CREATED_TIME", "LAST_MODIFIED_TIME"
]


class FleetStatus(TypedDict):
    statusCode: NotRequired[FleetStatusCode]
    context: NotRequired[FleetContextCode]
    message: NotRequired[str]


FleetStatusCode: TypeAlias = Literal[
    "CREATING", "UPDATING", "ROTATING", "PENDING_DELETION", "DELETING", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED",
    "ACTIVE"
]


class GetReportGroupTrendRequest(TypedDict):
    reportGroupArn: str
    numOfReports: NotRequired[int]
    trendField: ReportGroupTrendFieldType


class GetReportGroupTrendResponse(TypedDict):
    stats: NotRequired[ReportGroupTrendStats]
    rawData: NotRequired[list[ReportWithRawData]]


class GetResourcePolicyRequest(TypedDict):
    resourceArn: str


class GetResourcePolicyResponse(TypedDict):
    policy: NotRequired[str]


class GitSubmodulesConfig(TypedDict):
    fetchSubmodules: bool


HostKernel: TypeAlias = Literal[
    "LINUX_KERNEL_4", "LINUX_KERNEL_6", "LINUX_KERNEL_LATEST"
]


ImagePullCredentialsType: TypeAlias = Literal[
    "CODEBUILD", "SERVICE_ROLE"
]


class ImportSourceCredentialsRequest(TypedDict):
    username: NotRequired[str]
    token: str
    serverType: ServerType
    authType: AuthType
    shouldOverwrite: NotRequired[bool]


class ImportSourceCredentialsResponse(TypedDict):
    arn: NotRequired[str]


class InvalidateProjectCacheRequest(TypedDict):
    projectName: str


class InvalidateProjectCacheResponse(TypedDict):
    pass


LanguageType: TypeAlias = Literal[
    "JAVA", "PYTHON", "NODE_JS", "RUBY", "GOLANG", "DOCKER", "ANDROID", "DOTNET", "BASE", "PHP"
]


class ListBuildBatchesForProjectRequest(TypedDict):
    projectName: NotRequired[str]
    filter: NotRequired[BuildBatchFilter]
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListBuildBatchesForProjectResponse(TypedDict):
    ids: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListBuildBatchesRequest(TypedDict):
    filter: NotRequired[BuildBatchFilter]
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListBuildBatchesResponse(TypedDict):
    ids: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListBuildsForProjectRequest(TypedDict):
    projectName: str
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListBuildsForProjectResponse(TypedDict):
    ids: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListBuildsRequest(TypedDict):
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListBuildsResponse(TypedDict):
    ids: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListCommandExecutionsForSandboxRequest(TypedDict):
    sandboxId: str
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListCommandExecutionsForSandboxResponse(TypedDict):
    commandExecutions: NotRequired[list[CommandExecution]]
    nextToken: NotRequired[str]


class ListCuratedEnvironmentImagesRequest(TypedDict):
    pass


class ListCuratedEnvironmentImagesResponse(TypedDict):
    platforms: NotRequired[list[EnvironmentPlatform]]


class ListFleetsRequest(TypedDict):
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    sortBy: NotRequired[FleetSortByType]


class ListFleetsResponse(TypedDict):
    nextToken: NotRequired[str]
    fleets: NotRequired[list[str]]


class ListProjectsRequest(TypedDict):
    sortBy: NotRequired[ProjectSortByType]
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListProjectsResponse(TypedDict):
    nextToken: NotRequired[str]
    projects: NotRequired[list[str]]


class ListReportGroupsRequest(TypedDict):
    sortOrder: NotRequired[SortOrderType]
    sortBy: NotRequired[ReportGroupSortByType]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListReportGroupsResponse(TypedDict):
    nextToken: NotRequired[str]
    reportGroups: NotRequired[list[str]]


class ListReportsForReportGroupRequest(TypedDict):
    reportGroupArn: str
    nextToken: NotRequired[str]
    sortOrder: NotRequired[SortOrderType]
    maxResults: NotRequired[int]
    filter: NotRequired[ReportFilter]


class ListReportsForReportGroupResponse(TypedDict):
    nextToken: NotRequired[str]
    reports: NotRequired[list[str]]


class ListReportsRequest(TypedDict):
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]
    filter: NotRequired[ReportFilter]


class ListReportsResponse(TypedDict):
    nextToken: NotRequired[str]
    reports: NotRequired[list[str]]


class ListSandboxesForProjectRequest(TypedDict):
    projectName: str
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListSandboxesForProjectResponse(TypedDict):
    ids: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListSandboxesRequest(TypedDict):
    maxResults: NotRequired[int]
    sortOrder: NotRequired[SortOrderType]
    nextToken: NotRequired[str]


class ListSandboxesResponse(TypedDict):
    ids: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListSharedProjectsRequest(TypedDict):
    sortBy: NotRequired[SharedResourceSortByType]
    sortOrder: NotRequired[SortOrderType]
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class ListSharedProjectsResponse(TypedDict):
    nextToken: NotRequired[str]
    projects: NotRequired[list[str]]


class ListSharedReportGroupsRequest(TypedDict):
    sortOrder: NotRequired[SortOrderType]
    sortBy: NotRequired[SharedResourceSortByType]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListSharedReportGroupsResponse(TypedDict):
    nextToken: NotRequired[str]
    reportGroups: NotRequired[list[str]]


class ListSourceCredentialsRequest(TypedDict):
    pass


class ListSourceCredentialsResponse(TypedDict):
    sourceCredentialsInfos: NotRequired[list[SourceCredentialsInfo]]


class LogsConfig(TypedDict):
    cloudWatchLogs: NotRequired[CloudWatchLogsConfig]
    s3Logs: NotRequired[S3LogsConfig]


LogsConfigStatusType: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


class LogsLocation(TypedDict):
    groupName: NotRequired[str]
    streamName: NotRequired[str]
    deepLink: NotRequired[str]
    s3DeepLink: NotRequired[str]
    cloudWatchLogsArn: NotRequired[str]
    s3LogsArn: NotRequired[str]
    cloudWatchLogs: NotRequired[CloudWatchLogsConfig]
    s3Logs: NotRequired[S3LogsConfig]


MachineType: TypeAlias = Literal[
    "GENERAL", "NVME"
]


class NetworkInterface(TypedDict):
    subnetId: NotRequired[str]
    networkInterfaceId: NotRequired[str]


class PhaseContext(TypedDict):
    statusCode: NotRequired[str]
    message: NotRequired[str]


PlatformType: TypeAlias = Literal[
    "DEBIAN", "AMAZON_LINUX", "UBUNTU", "WINDOWS_SERVER"
]


class Project(TypedDict):
    name: NotRequired[str]
    arn: NotRequired[str]
    description: NotRequired[str]
    source: NotRequired[ProjectSource]
    secondarySources: NotRequired[list[ProjectSource]]
    sourceVersion: NotRequired[str]
    secondarySourceVersions: NotRequired[list[ProjectSourceVersion]]
    artifacts: NotRequired[ProjectArtifacts]
    secondaryArtifacts: NotRequired[list[ProjectArtifacts]]
    cache: NotRequired[ProjectCache]
    environment: NotRequired[ProjectEnvironment]
    serviceRole: NotRequired[str]
    timeoutInMinutes: NotRequired[int]
    queuedTimeoutInMinutes: NotRequired[int]
    encryptionKey: NotRequired[str]
    tags: NotRequired[list[Tag]]
    created: NotRequired[float]
    lastModified: NotRequired[float]
    webhook: NotRequired[Webhook]
    vpcConfig: NotRequired[VpcConfig]
    badge: NotRequired[ProjectBadge]
    logsConfig: NotRequired[LogsConfig]
    fileSystemLocations: NotRequired[list[ProjectFileSystemLocation]]
    buildBatchConfig: NotRequired[ProjectBuildBatchConfig]
    concurrentBuildLimit: NotRequired[int]
    projectVisibility: NotRequired[ProjectVisibilityType]
    publicProjectAlias: NotRequired[str]
    resourceAccessRole: NotRequired[str]
    autoRetryLimit: NotRequired[int]


class ProjectArtifacts(TypedDict):
    type: ArtifactsType
    location: NotRequired[str]
    path: NotRequired[str]
    namespaceType: NotRequired[ArtifactNamespace]
    name: NotRequired[str]
    packaging: NotRequired[ArtifactPackaging]
    overrideArtifactName: NotRequired[bool]
    encryptionDisabled: NotRequired[bool]
    artifactIdentifier: NotRequired[str]
    bucketOwnerAccess: NotRequired[BucketOwnerAccess]


class ProjectBadge(TypedDict):
    badgeEnabled: NotRequired[bool]
    badgeRequestUrl: NotRequired[str]


class ProjectBuildBatchConfig(TypedDict):
    serviceRole: NotRequired[str]
    combineArtifacts: NotRequired[bool]
    restrictions: NotRequired[BatchRestrictions]
    timeoutInMins: NotRequired[int]
    batchReportMode: NotRequired[BatchReportModeType]


class ProjectCache(TypedDict):
    type: CacheType
    location: NotRequired[str]
    modes: NotRequired[list[CacheMode]]
    cacheNamespace: NotRequired[str]


class ProjectEnvironment(TypedDict):
    type: EnvironmentType
    image: str
    computeType: ComputeType
    computeConfiguration: NotRequired[ComputeConfiguration]
    fleet: NotRequired[ProjectFleet]
    environmentVariables: NotRequired[list[EnvironmentVariable]]
    privilegedMode: NotRequired[bool]
    certificate: NotRequired[str]
    registryCredential: NotRequired[RegistryCredential]
    imagePullCredentialsType: NotRequired[ImagePullCredentialsType]
    dockerServer: NotRequired[DockerServer]
    hostKernel: NotRequired[HostKernel]


class ProjectFileSystemLocation(TypedDict):
    type: NotRequired[FileSystemType]
    location: NotRequired[str]
    mountPoint: NotRequired[str]
    identifier: NotRequired[str]
    mountOptions: NotRequired[str]


class ProjectFleet(TypedDict):
    fleetArn: NotRequired[str]


ProjectSortByType: TypeAlias = Literal[
    "NAME", "CREATED_TIME", "LAST_MODIFIED_TIME"
]


class ProjectSource(TypedDict):
    type: SourceType
    location: NotRequired[str]
    gitCloneDepth: NotRequired[int]
    gitSubmodulesConfig: NotRequired[GitSubmodulesConfig]
    buildspec: NotRequired[str]
    auth: NotRequired[SourceAuth]
    reportBuildStatus: NotRequired[bool]
    buildStatusConfig: NotRequired[BuildStatusConfig]
    insecureSsl: NotRequired[bool]
    sourceIdentifier: NotRequired[str]


class ProjectSourceVersion(TypedDict):
    sourceIdentifier: str
    sourceVersion: str


ProjectVisibilityType: TypeAlias = Literal[
    "PUBLIC_READ", "PRIVATE"
]


class ProxyConfiguration(TypedDict):
    defaultBehavior: NotRequired[FleetProxyRuleBehavior]
    orderedProxyRules: NotRequired[list[FleetProxyRule]]


PullRequestBuildApproverRole: TypeAlias = Literal[
    "GITHUB_READ", "GITHUB_TRIAGE", "GITHUB_WRITE", "GITHUB_MAINTAIN", "GITHUB_ADMIN", "GITLAB_GUEST", "GITLAB_PLANNER",
    "GITLAB_REPORTER", "GITLAB_DEVELOPER", "GITLAB_MAINTAINER", "GITLAB_OWNER", "BITBUCKET_READ", "BITBUCKET_WRITE",
    "BITBUCKET_ADMIN"
]


PullRequestBuildCommentApproval: TypeAlias = Literal[
    "DISABLED", "ALL_PULL_REQUESTS", "FORK_PULL_REQUESTS"
]


class PullRequestBuildPolicy(TypedDict):
    requiresCommentApproval: PullRequestBuildCommentApproval
    approverRoles: NotRequired[list[PullRequestBuildApproverRole]]


class PutResourcePolicyRequest(TypedDict):
    policy: str
    resourceArn: str


class PutResourcePolicyResponse(TypedDict):
    resourceArn: NotRequired[str]


class RegistryCredential(TypedDict):
    credential: str
    credentialProvider: CredentialProviderType


class Report(TypedDict):
    arn: NotRequired[str]
    type: NotRequired[ReportType]
    name: NotRequired[str]
    reportGroupArn: NotRequired[str]
    executionId: NotRequired[str]
    status: NotRequired[ReportStatusType]
    created: NotRequired[float]
    expired: NotRequired[float]
    exportConfig: NotRequired[ReportExportConfig]
    truncated: NotRequired[bool]
    testSummary: NotRequired[TestReportSummary]
    codeCoverageSummary: NotRequired[CodeCoverageReportSummary]


ReportCodeCoverageSortByType: TypeAlias = Literal[
    "LINE_COVERAGE_PERCENTAGE", "FILE_PATH"
]


class ReportExportConfig(TypedDict):
    exportConfigType: NotRequired[ReportExportConfigType]
    s3Destination: NotRequired[S3ReportExportConfig]


ReportExportConfigType: TypeAlias = Literal[
    "S3", "NO_EXPORT"
]


class ReportFilter(TypedDict):
    status: NotRequired[ReportStatusType]


class ReportGroup(TypedDict):
    arn: NotRequired[str]
    name: NotRequired[str]
    type: NotRequired[ReportType]
    exportConfig: NotRequired[ReportExportConfig]
    created: NotRequired[float]
    lastModified: NotRequired[float]
    tags: NotRequired[list[Tag]]
    status: NotRequired[ReportGroupStatusType]


ReportGroupSortByType: TypeAlias = Literal[
    "NAME", "CREATED_TIME", "LAST_MODIFIED_TIME"
]


ReportGroupStatusType: TypeAlias = Literal[
    "ACTIVE", "DELETING"
]


ReportGroupTrendFieldType: TypeAlias = Literal[
    "PASS_RATE", "DURATION", "TOTAL", "LINE_COVERAGE", "LINES_COVERED", "LINES_MISSED", "BRANCH_COVERAGE",
    "BRANCHES_COVERED", "BRANCHES_MISSED"
]


class ReportGroupTrendStats(TypedDict):
    average: NotRequired[str]
    max: NotRequired[str]
    min: NotRequired[str]


ReportPackagingType: TypeAlias = Literal[
    "ZIP", "NONE"
]


ReportStatusType: TypeAlias = Literal[
    "GENERATING", "SUCCEEDED", "FAILED", "INCOMPLETE", "DELETING"
]


ReportType: TypeAlias = Literal[
    "TEST", "CODE_COVERAGE"
]


class ReportWithRawData(TypedDict):
    reportArn: NotRequired[str]
    data: NotRequired[str]


class ResolvedArtifact(TypedDict):
    type: NotRequired[ArtifactsType]
    location: NotRequired[str]
    identifier: NotRequired[str]


class RetryBuildBatchRequest(TypedDict):
    id: NotRequired[str]
    idempotencyToken: NotRequired[str]
    retryType: NotRequired[RetryBuildBatchType]


class RetryBuildBatchResponse(TypedDict):
    buildBatch: NotRequired[BuildBatch]


RetryBuildBatchType: TypeAlias = Literal[
    "RETRY_ALL_BUILDS", "RETRY_FAILED_BUILDS"
]


class RetryBuildRequest(TypedDict):
    id: NotRequired[str]
    idempotencyToken: NotRequired[str]


class RetryBuildResponse(TypedDict):
    build: NotRequired[Build]


class S3LogsConfig(TypedDict):
    status: LogsConfigStatusType
    location: NotRequired[str]
    encryptionDisabled: NotRequired[bool]
    bucketOwnerAccess: NotRequired[BucketOwnerAccess]


class S3ReportExportConfig(TypedDict):
    bucket: NotRequired[str]
    bucketOwner: NotRequired[str]
    path: NotRequired[str]
    packaging: NotRequired[ReportPackagingType]
    encryptionKey: NotRequired[str]
    encryptionDisabled: NotRequired[bool]


class SSMSession(TypedDict):
    sessionId: NotRequired[str]
    tokenValue: NotRequired[str]
    streamUrl: NotRequired[str]


class Sandbox(TypedDict):
    id: NotRequired[str]
    arn: NotRequired[str]
    projectName: NotRequired[str]
    requestTime: NotRequired[float]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    status: NotRequired[str]
    source: NotRequired[ProjectSource]
    sourceVersion: NotRequired[str]
    secondarySources: NotRequired[list[ProjectSource]]
    secondarySourceVersions: NotRequired[list[ProjectSourceVersion]]
    environment: NotRequired[ProjectEnvironment]
    fileSystemLocations: NotRequired[list[ProjectFileSystemLocation]]
    timeoutInMinutes: NotRequired[int]
    queuedTimeoutInMinutes: NotRequired[int]
    vpcConfig: NotRequired[VpcConfig]
    logConfig: NotRequired[LogsConfig]
    encryptionKey: NotRequired[str]
    serviceRole: NotRequired[str]
    currentSession: NotRequired[SandboxSession]


class SandboxSession(TypedDict):
    id: NotRequired[str]
    status: NotRequired[str]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    currentPhase: NotRequired[str]
    phases: NotRequired[list[SandboxSessionPhase]]
    resolvedSourceVersion: NotRequired[str]
    logs: NotRequired[LogsLocation]
    networkInterface: NotRequired[NetworkInterface]


class SandboxSessionPhase(TypedDict):
    phaseType: NotRequired[str]
    phaseStatus: NotRequired[StatusType]
    startTime: NotRequired[float]
    endTime: NotRequired[float]
    durationInSeconds: NotRequired[int]
    contexts: NotRequired[list[PhaseContext]]


class ScalingConfigurationInput(TypedDict):
    scalingType: NotRequired[FleetScalingType]
    targetTrackingScalingConfigs: NotRequired[list[TargetTrackingScalingConfiguration]]
    maxCapacity: NotRequired[int]


class ScalingConfigurationOutput(TypedDict):
    scalingType: NotRequired[FleetScalingType]
    targetTrackingScalingConfigs: NotRequired[list[TargetTrackingScalingConfiguration]]
    maxCapacity: NotRequired[int]
    desiredCapacity: NotRequired[int]


class ScopeConfiguration(TypedDict):
    name: str
    domain: NotRequired[str]
    scope: WebhookScopeType


ServerType: TypeAlias = Literal[
    "GITHUB", "BITBUCKET", "GITHUB_ENTERPRISE", "GITLAB", "GITLAB_SELF_MANAGED"
]


SharedResourceSortByType: TypeAlias = Literal[
    "ARN", "MODIFIED_TIME"
]


SortOrderType: TypeAlias = Literal[
    "ASCENDING", "DESCENDING"
]


class SourceAuth(TypedDict):
    type: SourceAuthType
    resource: NotRequired[str]


SourceAuthType: TypeAlias = Literal[
    "OAUTH", "CODECONNECTIONS", "SECRETS_MANAGER"
]


class SourceCredentialsInfo(TypedDict):
    arn: NotRequired[str]
    serverType: NotRequired[ServerType]
    authType: NotRequired[AuthType]
    resource: NotRequired[str]


SourceType: TypeAlias = Literal[
    "CODECOMMIT", "CODEPIPELINE", "GITHUB", "GITLAB", "GITLAB_SELF_MANAGED", "S3", "BITBUCKET", "GITHUB_ENTERPRISE",
    "NO_SOURCE"
]


class SsmDeleteResourcePolicyRequest(TypedDict):
    ResourceArn: str
    PolicyId: str
    PolicyHash: str
    DeletionMode: NotRequired[DeletionMode]


class SsmPutResourcePolicyRequest(TypedDict):
    ResourceArn: str
    Policy: str
    PolicyId: NotRequired[str]
    PolicyHash: NotRequired[str]


class SsmPutResourcePolicyResponse(TypedDict):
    PolicyId: NotRequired[str]
    PolicyHash: NotRequired[str]


class StartBuildBatchRequest(TypedDict):
    projectName: str
    secondarySourcesOverride: NotRequired[list[ProjectSource]]
    secondarySourcesVersionOverride: NotRequired[list[ProjectSourceVersion]]
    sourceVersion: NotRequired[str]
    artifactsOverride: NotRequired[ProjectArtifacts]
    secondaryArtifactsOverride: NotRequired[list[ProjectArtifacts]]
    environmentVariablesOverride: NotRequired[list[EnvironmentVariable]]
    sourceTypeOverride: NotRequired[SourceType]
    sourceLocationOverride: NotRequired[str]
    sourceAuthOverride: NotRequired[SourceAuth]
    gitCloneDepthOverride: NotRequired[int]
    gitSubmodulesConfigOverride: NotRequired[GitSubmodulesConfig]
    buildspecOverride: NotRequired[str]
    insecureSslOverride: NotRequired[bool]
    reportBuildBatchStatusOverride: NotRequired[bool]
    environmentTypeOverride: NotRequired[EnvironmentType]
    imageOverride: NotRequired[str]
    computeTypeOverride: NotRequired[ComputeType]
    certificateOverride: NotRequired[str]
    cacheOverride: NotRequired[ProjectCache]
    serviceRoleOverride: NotRequired[str]
    privilegedModeOverride: NotRequired[bool]
    buildTimeoutInMinutesOverride: NotRequired[int]
    queuedTimeoutInMinutesOverride: NotRequired[int]
    encryptionKeyOverride: NotRequired[str]
    idempotencyToken: NotRequired[str]
    logsConfigOverride: NotRequired[LogsConfig]
    registryCredentialOverride: NotRequired[RegistryCredential]
    imagePullCredentialsTypeOverride: NotRequired[ImagePullCredentialsType]
    buildBatchConfigOverride: NotRequired[ProjectBuildBatchConfig]
    debugSessionEnabled: NotRequired[bool]


class StartBuildBatchResponse(TypedDict):
    buildBatch: NotRequired[BuildBatch]


class StartBuildRequest(TypedDict):
    projectName: str
    secondarySourcesOverride: NotRequired[list[ProjectSource]]
    secondarySourcesVersionOverride: NotRequired[list[ProjectSourceVersion]]
    sourceVersion: NotRequired[str]
    artifactsOverride: NotRequired[ProjectArtifacts]
    secondaryArtifactsOverride: NotRequired[list[ProjectArtifacts]]
    environmentVariablesOverride: NotRequired[list[EnvironmentVariable]]
    sourceTypeOverride: NotRequired[SourceType]
    sourceLocationOverride: NotRequired[str]
    sourceAuthOverride: NotRequired[SourceAuth]
    gitCloneDepthOverride: NotRequired[int]
    gitSubmodulesConfigOverride: NotRequired[GitSubmodulesConfig]
    buildspecOverride: NotRequired[str]
    insecureSslOverride: NotRequired[bool]
    reportBuildStatusOverride: NotRequired[bool]
    buildStatusConfigOverride: NotRequired[BuildStatusConfig]
    environmentTypeOverride: NotRequired[EnvironmentType]
    imageOverride: NotRequired[str]
    computeTypeOverride: NotRequired[ComputeType]
    certificateOverride: NotRequired[str]
    cacheOverride: NotRequired[ProjectCache]
    serviceRoleOverride: NotRequired[str]
    privilegedModeOverride: NotRequired[bool]
    timeoutInMinutesOverride: NotRequired[int]
    queuedTimeoutInMinutesOverride: NotRequired[int]
    encryptionKeyOverride: NotRequired[str]
    idempotencyToken: NotRequired[str]
    logsConfigOverride: NotRequired[LogsConfig]
    registryCredentialOverride: NotRequired[RegistryCredential]
    imagePullCredentialsTypeOverride: NotRequired[ImagePullCredentialsType]
    debugSessionEnabled: NotRequired[bool]
    fleetOverride: NotRequired[ProjectFleet]
    autoRetryLimitOverride: NotRequired[int]
    hostKernelOverride: NotRequired[HostKernel]


class StartBuildResponse(TypedDict):
    build: NotRequired[Build]


class StartCommandExecutionRequest(TypedDict):
    sandboxId: str
    command: str
    type: NotRequired[CommandType]


class StartCommandExecutionResponse(TypedDict):
    commandExecution: NotRequired[CommandExecution]


class StartSandboxConnectionRequest(TypedDict):
    sandboxId: str


class StartSandboxConnectionResponse(TypedDict):
    ssmSession: NotRequired[SSMSession]


class StartSandboxRequest(TypedDict):
    projectName: NotRequired[str]
    idempotencyToken: NotRequired[str]


class StartSandboxResponse(TypedDict):
    sandbox: NotRequired[Sandbox]


class StartSessionRequest(TypedDict):
    Target: str
    DocumentName: NotRequired[str]
    Reason: NotRequired[str]
    Parameters: NotRequired[dict[str, list[str]]]


class StartSessionResponse(TypedDict):
    SessionId: NotRequired[str]
    TokenValue: NotRequired[str]
    StreamUrl: NotRequired[str]


StatusType: TypeAlias = Literal[
    "SUCCEEDED", "FAILED", "FAULT", "TIMED_OUT", "IN_PROGRESS", "STOPPED"
]


class StopBuildBatchRequest(TypedDict):
    id: str


class StopBuildBatchResponse(TypedDict):
    buildBatch: NotRequired[BuildBatch]


class StopBuildRequest(TypedDict):
    id: str


class StopBuildResponse(TypedDict):
    build: NotRequired[Build]


class StopSandboxRequest(TypedDict):
    id: str


class StopSandboxResponse(TypedDict):
    sandbox: NotRequired[Sandbox]


class Tag(TypedDict):
    key: NotRequired[str]
    value: NotRequired[str]


class TargetTrackingScalingConfiguration(TypedDict):
    metricType: NotRequired[FleetScalingMetricType]
    targetValue: NotRequired[float]


class TestCase(TypedDict):
    reportArn: NotRequired[str]
    testRawDataPath: NotRequired[str]
    prefix: NotRequired[str]
    name: NotRequired[str]
    status: NotRequired[str]
    durationInNanoSeconds: NotRequired[int]
    message: NotRequired[str]
    expired: NotRequired[float]
    testSuiteName: NotRequired[str]


class TestCaseFilter(TypedDict):
    status: NotRequired[str]
    keyword: NotRequired[str]


class TestReportSummary(TypedDict):
    total: int
    statusCounts: dict[str, int]
    durationInNanoSeconds: int


class UpdateFleetRequest(TypedDict):
    arn: str
    baseCapacity: NotRequired[int]
    environmentType: NotRequired[EnvironmentType]
    computeType: NotRequired[ComputeType]
    computeConfiguration: NotRequired[ComputeConfiguration]
    scalingConfiguration: NotRequired[ScalingConfigurationInput]
    overflowBehavior: NotRequired[FleetOverflowBehavior]
    vpcConfig: NotRequired[VpcConfig]
    proxyConfiguration: NotRequired[ProxyConfiguration]
    imageId: NotRequired[str]
    fleetServiceRole: NotRequired[str]
    tags: NotRequired[list[Tag]]


class UpdateFleetResponse(TypedDict):
    fleet: NotRequired[Fleet]


class UpdateProjectRequest(TypedDict):
    name: str
    description: NotRequired[str]
    source: NotRequired[ProjectSource]
    secondarySources: NotRequired[list[ProjectSource]]
    sourceVersion: NotRequired[str]
    secondarySourceVersions: NotRequired[list[ProjectSourceVersion]]
    artifacts: NotRequired[ProjectArtifacts]
    secondaryArtifacts: NotRequired[list[ProjectArtifacts]]
    cache: NotRequired[ProjectCache]
    environment: NotRequired[ProjectEnvironment]
    serviceRole: NotRequired[str]
    timeoutInMinutes: NotRequired[int]
    queuedTimeoutInMinutes: NotRequired[int]
    encryptionKey: NotRequired[str]
    tags: NotRequired[list[Tag]]
    vpcConfig: NotRequired[VpcConfig]
    badgeEnabled: NotRequired[bool]
    logsConfig: NotRequired[LogsConfig]
    fileSystemLocations: NotRequired[list[ProjectFileSystemLocation]]
    buildBatchConfig: NotRequired[ProjectBuildBatchConfig]
    concurrentBuildLimit: NotRequired[int]
    autoRetryLimit: NotRequired[int]


class UpdateProjectResponse(TypedDict):
    project: NotRequired[Project]


class UpdateProjectVisibilityRequest(TypedDict):
    projectArn: str
    projectVisibility: ProjectVisibilityType
    resourceAccessRole: NotRequired[str]


class UpdateProjectVisibilityResponse(TypedDict):
    projectArn: NotRequired[str]
    publicProjectAlias: NotRequired[str]
    projectVisibility: NotRequired[ProjectVisibilityType]


class UpdateReportGroupRequest(TypedDict):
    arn: str
    exportConfig: NotRequired[ReportExportConfig]
    tags: NotRequired[list[Tag]]


class UpdateReportGroupResponse(TypedDict):
    reportGroup: NotRequired[ReportGroup]


class UpdateWebhookRequest(TypedDict):
    projectName: str
    branchFilter: NotRequired[str]
    rotateSecret: NotRequired[bool]
    filterGroups: NotRequired[list[list[WebhookFilter]]]
    buildType: NotRequired[WebhookBuildType]
    pullRequestBuildPolicy: NotRequired[PullRequestBuildPolicy]


class UpdateWebhookResponse(TypedDict):
    webhook: NotRequired[Webhook]


class VpcConfig(TypedDict):
    vpcId: NotRequired[str]
    subnets: NotRequired[list[str]]
    securityGroupIds: NotRequired[list[str]]


class Webhook(TypedDict):
    url: NotRequired[str]
    payloadUrl: NotRequired[str]
    secret: NotRequired[str]
    branchFilter: NotRequired[str]
    filterGroups: NotRequired[list[list[WebhookFilter]]]
    buildType: NotRequired[WebhookBuildType]
    manualCreation: NotRequired[bool]
    lastModifiedSecret: NotRequired[float]
    scopeConfiguration: NotRequired[ScopeConfiguration]
    status: NotRequired[WebhookStatus]
    statusMessage: NotRequired[str]
    pullRequestBuildPolicy: NotRequired[PullRequestBuildPolicy]


WebhookBuildType: TypeAlias = Literal[
    "BUILD", "BUILD_BATCH", "RUNNER_BUILDKITE_BUILD"
]


class WebhookFilter(TypedDict):
    type: WebhookFilterType
    pattern: str
    excludeMatchedPattern: NotRequired[bool]


WebhookFilterType: TypeAlias = Literal[
    "EVENT", "BASE_REF", "HEAD_REF", "ACTOR_ACCOUNT_ID", "FILE_PATH", "COMMIT_MESSAGE", "WORKFLOW_NAME", "TAG_NAME",
    "RELEASE_NAME", "REPOSITORY_NAME", "ORGANIZATION_NAME"
]


WebhookScopeType: TypeAlias = Literal[
    "GITHUB_ORGANIZATION", "GITHUB_GLOBAL", "GITLAB_GROUP"
]


WebhookStatus: TypeAlias = Literal[
    "CREATING", "CREATE_FAILED", "ACTIVE", "DELETING"
]
