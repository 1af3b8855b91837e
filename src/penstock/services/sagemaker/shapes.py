"""Requests and responses of sagemaker, from its model. Do not edit: `python scripts/shapes.py sagemaker`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from penstock.wire.call import Json


class AcceleratorPartitionLayout(TypedDict):
    AcceleratorPartitionTypes: NotRequired[list[str]]


class ActionSource(TypedDict):
    SourceUri: str
    SourceType: NotRequired[str]
    SourceId: NotRequired[str]


ActionStatus: TypeAlias = Literal[
    "Unknown", "InProgress", "Completed", "Failed", "Stopping", "Stopped"
]


class ActionSummary(TypedDict):
    ActionArn: NotRequired[str]
    ActionName: NotRequired[str]
    Source: NotRequired[ActionSource]
    ActionType: NotRequired[str]
    Status: NotRequired[ActionStatus]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class AddAssociationRequest(TypedDict):
    SourceArn: str
    DestinationArn: str
    AssociationType: NotRequired[AssociationEdgeType]


class AddAssociationResponse(TypedDict):
    SourceArn: NotRequired[str]
    DestinationArn: NotRequired[str]


class AddTagsRequest(TypedDict):
    ResourceArn: str
    Tags: list[Tag]


class AddTagsResponse(TypedDict):
    Tags: NotRequired[list[Tag]]


class AdditionalInferenceSpecificationDefinition(TypedDict):
    Name: str
    Description: NotRequired[str]
    Containers: list[ModelPackageContainerDefinition]
    SupportedTransformInstanceTypes: NotRequired[list[TransformInstanceType]]
    SupportedRealtimeInferenceInstanceTypes: NotRequired[list[ProductionVariantInstanceType]]
    SupportedContentTypes: NotRequired[list[str]]
    SupportedResponseMIMETypes: NotRequired[list[str]]


class AdditionalModelDataSource(TypedDict):
    ChannelName: str
    S3DataSource: S3ModelDataSource


class AdditionalS3DataSource(TypedDict):
    S3DataType: AdditionalS3DataSourceDataType
    S3Uri: str
    CompressionType: NotRequired[CompressionType]
    ETag: NotRequired[str]


AdditionalS3DataSourceDataType: TypeAlias = Literal[
    "S3Object", "S3Prefix"
]


AggregationTransformationValue: TypeAlias = Literal[
    "sum", "avg", "first", "min", "max"
]


class Alarm(TypedDict):
    AlarmName: NotRequired[str]


class AlgorithmSpecification(TypedDict):
    TrainingImage: NotRequired[str]
    AlgorithmName: NotRequired[str]
    TrainingInputMode: TrainingInputMode
    MetricDefinitions: NotRequired[list[MetricDefinition]]
    EnableSageMakerMetricsTimeSeries: NotRequired[bool]
    ContainerEntrypoint: NotRequired[list[str]]
    ContainerArguments: NotRequired[list[str]]
    TrainingImageConfig: NotRequired[TrainingImageConfig]


class AliasOperations(TypedDict):
    Add: NotRequired[list[str]]
    Remove: NotRequired[list[str]]


class AppSpecification(TypedDict):
    ImageUri: str
    ContainerEntrypoint: NotRequired[list[str]]
    ContainerArguments: NotRequired[list[str]]


class ArtifactSource(TypedDict):
    SourceUri: str
    SourceTypes: NotRequired[list[ArtifactSourceType]]


ArtifactSourceIdType: TypeAlias = Literal[
    "MD5Hash", "S3ETag", "S3Version", "Custom"
]


class ArtifactSourceType(TypedDict):
    SourceIdType: ArtifactSourceIdType
    Value: str


class ArtifactSummary(TypedDict):
    ArtifactArn: NotRequired[str]
    ArtifactName: NotRequired[str]
    Source: NotRequired[ArtifactSource]
    ArtifactType: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


AssemblyType: TypeAlias = Literal[
    "None", "Line"
]


class AssociateTrialComponentRequest(TypedDict):
    TrialComponentName: str
    TrialName: str


class AssociateTrialComponentResponse(TypedDict):
    TrialComponentArn: NotRequired[str]
    TrialArn: NotRequired[str]


AssociationEdgeType: TypeAlias = Literal[
    "ContributedTo", "AssociatedWith", "DerivedFrom", "Produced", "SameAs"
]


class AssociationInfo(TypedDict):
    SourceArn: str
    DestinationArn: str


class AssociationSummary(TypedDict):
    SourceArn: NotRequired[str]
    DestinationArn: NotRequired[str]
    SourceType: NotRequired[str]
    DestinationType: NotRequired[str]
    AssociationType: NotRequired[AssociationEdgeType]
    SourceName: NotRequired[str]
    DestinationName: NotRequired[str]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]


class AsyncInferenceClientConfig(TypedDict):
    MaxConcurrentInvocationsPerInstance: NotRequired[int]


class AsyncInferenceConfig(TypedDict):
    ClientConfig: NotRequired[AsyncInferenceClientConfig]
    OutputConfig: AsyncInferenceOutputConfig


class AsyncInferenceNotificationConfig(TypedDict):
    SuccessTopic: NotRequired[str]
    ErrorTopic: NotRequired[str]
    IncludeInferenceResponseIn: NotRequired[list[AsyncNotificationTopicTypes]]


class AsyncInferenceOutputConfig(TypedDict):
    KmsKeyId: NotRequired[str]
    S3OutputPath: NotRequired[str]
    NotificationConfig: NotRequired[AsyncInferenceNotificationConfig]
    S3FailurePath: NotRequired[str]


AsyncNotificationTopicTypes: TypeAlias = Literal[
    "SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"
]


class AthenaDatasetDefinition(TypedDict):
    Catalog: str
    Database: str
    QueryString: str
    WorkGroup: NotRequired[str]
    OutputS3Uri: str
    KmsKeyId: NotRequired[str]
    OutputFormat: AthenaResultFormat
    OutputCompression: NotRequired[AthenaResultCompressionType]


AthenaResultCompressionType: TypeAlias = Literal[
    "GZIP", "SNAPPY", "ZLIB"
]


AthenaResultFormat: TypeAlias = Literal[
    "PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE"
]


class AthenaStepMetadata(TypedDict):
    QueryExecutionId: NotRequired[str]
    S3OutputLocation: NotRequired[str]


AutoMLAlgorithm: TypeAlias = Literal[
    "xgboost", "linear-learner", "mlp", "lightgbm", "catboost", "randomforest", "extra-trees", "nn-torch", "fastai",
    "cnn-qr", "deepar", "prophet", "npts", "arima", "ets"
]


class AutoMLAlgorithmConfig(TypedDict):
    AutoMLAlgorithms: list[AutoMLAlgorithm]


class AutoMLCandidate(TypedDict):
    CandidateName: str
    FinalAutoMLJobObjectiveMetric: NotRequired[FinalAutoMLJobObjectiveMetric]
    ObjectiveStatus: ObjectiveStatus
    CandidateSteps: list[AutoMLCandidateStep]
    CandidateStatus: CandidateStatus
    InferenceContainers: NotRequired[list[AutoMLContainerDefinition]]
    CreationTime: float
    EndTime: NotRequired[float]
    LastModifiedTime: float
    FailureReason: NotRequired[str]
    CandidateProperties: NotRequired[CandidateProperties]
    InferenceContainerDefinitions: NotRequired[dict[str, list[AutoMLContainerDefinition]]]


class AutoMLCandidateGenerationConfig(TypedDict):
    FeatureSpecificationS3Uri: NotRequired[str]
    AlgorithmsConfig: NotRequired[list[AutoMLAlgorithmConfig]]


class AutoMLCandidateStep(TypedDict):
    CandidateStepType: CandidateStepType
    CandidateStepArn: str
    CandidateStepName: str


class AutoMLChannel(TypedDict):
    DataSource: NotRequired[AutoMLDataSource]
    CompressionType: NotRequired[CompressionType]
    TargetAttributeName: str
    ContentType: NotRequired[str]
    ChannelType: NotRequired[AutoMLChannelType]
    SampleWeightAttributeName: NotRequired[str]


AutoMLChannelType: TypeAlias = Literal[
    "training", "validation"
]


class AutoMLComputeConfig(TypedDict):
    EmrServerlessComputeConfig: NotRequired[EmrServerlessComputeConfig]


class AutoMLContainerDefinition(TypedDict):
    Image: str
    ModelDataUrl: str
    Environment: NotRequired[dict[str, str]]


class AutoMLDataSource(TypedDict):
    S3DataSource: AutoMLS3DataSource


class AutoMLDataSplitConfig(TypedDict):
    ValidationFraction: NotRequired[float]


class AutoMLJobArtifacts(TypedDict):
    CandidateDefinitionNotebookLocation: NotRequired[str]
    DataExplorationNotebookLocation: NotRequired[str]


class AutoMLJobChannel(TypedDict):
    ChannelType: NotRequired[AutoMLChannelType]
    ContentType: NotRequired[str]
    CompressionType: NotRequired[CompressionType]
    DataSource: NotRequired[AutoMLDataSource]


class AutoMLJobCompletionCriteria(TypedDict):
    MaxCandidates: NotRequired[int]
    MaxRuntimePerTrainingJobInSeconds: NotRequired[int]
    MaxAutoMLJobRuntimeInSeconds: NotRequired[int]


class AutoMLJobConfig(TypedDict):
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]
    SecurityConfig: NotRequired[AutoMLSecurityConfig]
    CandidateGenerationConfig: NotRequired[AutoMLCandidateGenerationConfig]
    DataSplitConfig: NotRequired[AutoMLDataSplitConfig]
    Mode: NotRequired[AutoMLMode]


class AutoMLJobObjective(TypedDict):
    MetricName: AutoMLMetricEnum


AutoMLJobObjectiveType: TypeAlias = Literal[
    "Maximize", "Minimize"
]


AutoMLJobSecondaryStatus: TypeAlias = Literal[
    "Starting", "MaxCandidatesReached", "Failed", "Stopped", "MaxAutoMLJobRuntimeReached", "Stopping",
    "CandidateDefinitionsGenerated", "Completed", "ExplainabilityError", "DeployingModel", "ModelDeploymentError",
    "GeneratingModelInsightsReport", "ModelInsightsError", "AnalyzingData", "FeatureEngineering", "ModelTuning",
    "GeneratingExplainabilityReport", "TrainingModels", "PreTraining"
]


AutoMLJobStatus: TypeAlias = Literal[
    "Completed", "InProgress", "Failed", "Stopped", "Stopping"
]


class AutoMLJobStepMetadata(TypedDict):
    Arn: NotRequired[str]


class AutoMLJobSummary(TypedDict):
    AutoMLJobName: str
    AutoMLJobArn: str
    AutoMLJobStatus: AutoMLJobStatus
    AutoMLJobSecondaryStatus: AutoMLJobSecondaryStatus
    CreationTime: float
    EndTime: NotRequired[float]
    LastModifiedTime: float
    FailureReason: NotRequired[str]
    PartialFailureReasons: NotRequired[list[AutoMLPartialFailureReason]]


AutoMLMetricEnum: TypeAlias = Literal[
    "Accuracy", "MSE", "F1", "F1macro", "AUC", "RMSE", "BalancedAccuracy", "R2", "Recall", "RecallMacro", "Precision",
    "PrecisionMacro", "MAE", "MAPE", "MASE", "WAPE", "AverageWeightedQuantileLoss"
]


AutoMLMetricExtendedEnum: TypeAlias = Literal[
    "Accuracy", "MSE", "F1", "F1macro", "AUC", "RMSE", "MAE", "R2", "BalancedAccuracy", "Precision", "PrecisionMacro",
    "Recall", "RecallMacro", "LogLoss", "InferenceLatency", "MAPE", "MASE", "WAPE", "AverageWeightedQuantileLoss",
    "Rouge1", "Rouge2", "RougeL", "RougeLSum", "Perplexity", "ValidationLoss", "TrainingLoss"
]


AutoMLMode: TypeAlias = Literal[
    "AUTO", "ENSEMBLING", "HYPERPARAMETER_TUNING"
]


class AutoMLOutputDataConfig(TypedDict):
    KmsKeyId: NotRequired[str]
    S3OutputPath: str


class AutoMLPartialFailureReason(TypedDict):
    PartialFailureMessage: NotRequired[str]


class AutoMLProblemTypeConfig(TypedDict):
    ImageClassificationJobConfig: NotRequired[ImageClassificationJobConfig]
    TextClassificationJobConfig: NotRequired[TextClassificationJobConfig]
    TimeSeriesForecastingJobConfig: NotRequired[TimeSeriesForecastingJobConfig]
    TabularJobConfig: NotRequired[TabularJobConfig]
    TextGenerationJobConfig: NotRequired[TextGenerationJobConfig]


AutoMLProblemTypeConfigName: TypeAlias = Literal[
    "ImageClassification", "TextClassification", "TimeSeriesForecasting", "Tabular", "TextGeneration"
]


class AutoMLProblemTypeResolvedAttributes(TypedDict):
    TabularResolvedAttributes: NotRequired[TabularResolvedAttributes]
    TextGenerationResolvedAttributes: NotRequired[TextGenerationResolvedAttributes]


class AutoMLResolvedAttributes(TypedDict):
    AutoMLJobObjective: NotRequired[AutoMLJobObjective]
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]
    AutoMLProblemTypeResolvedAttributes: NotRequired[AutoMLProblemTypeResolvedAttributes]


class AutoMLS3DataSource(TypedDict):
    S3DataType: AutoMLS3DataType
    S3Uri: str


AutoMLS3DataType: TypeAlias = Literal[
    "ManifestFile", "S3Prefix", "AugmentedManifestFile"
]


class AutoMLSecurityConfig(TypedDict):
    VolumeKmsKeyId: NotRequired[str]
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    VpcConfig: NotRequired[VpcConfig]


AutoMLSortBy: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


AutoMLSortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


class AutoParameter(TypedDict):
    Name: str
    ValueHint: str


class AutoRollbackConfig(TypedDict):
    Alarms: NotRequired[list[Alarm]]


class Autotune(TypedDict):
    Mode: AutotuneMode


AutotuneMode: TypeAlias = Literal[
    "Enabled"
]


AvailabilityZoneBalanceEnforcementMode: TypeAlias = Literal[
    "PERMISSIVE"
]


class BaseModel(TypedDict):
    HubContentName: NotRequired[str]
    HubContentVersion: NotRequired[str]
    RecipeName: NotRequired[str]


class BatchDataCaptureConfig(TypedDict):
    DestinationS3Uri: str
    KmsKeyId: NotRequired[str]
    GenerateInferenceId: NotRequired[bool]


class BatchDescribeModelPackageError(TypedDict):
    ErrorCode: str
    ErrorResponse: str


class BatchDescribeModelPackageRequest(TypedDict):
    ModelPackageArnList: list[str]


class BatchDescribeModelPackageResponse(TypedDict):
    ModelPackageSummaries: NotRequired[dict[str, BatchDescribeModelPackageSummary]]
    BatchDescribeModelPackageErrorMap: NotRequired[dict[str, BatchDescribeModelPackageError]]


class BatchDescribeModelPackageSummary(TypedDict):
    ModelPackageGroupName: str
    ModelPackageVersion: NotRequired[int]
    ModelPackageArn: str
    ModelPackageDescription: NotRequired[str]
    CreationTime: float
    InferenceSpecification: InferenceSpecification
    ModelPackageStatus: ModelPackageStatus
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    ModelPackageRegistrationType: NotRequired[ModelPackageRegistrationType]


class BatchGetMetricsRequest(TypedDict):
    MetricQueries: list[MetricQuery]


class BatchGetMetricsResponse(TypedDict):
    MetricQueryResults: NotRequired[list[MetricQueryResult]]


class BatchGetRecordError(TypedDict):
    FeatureGroupName: str
    RecordIdentifierValueAsString: str
    ErrorCode: str
    ErrorMessage: str


class BatchGetRecordIdentifier(TypedDict):
    FeatureGroupName: str
    RecordIdentifiersValueAsString: list[str]
    FeatureNames: NotRequired[list[str]]


class BatchGetRecordRequest(TypedDict):
    Identifiers: list[BatchGetRecordIdentifier]
    ExpirationTimeResponse: NotRequired[ExpirationTimeResponse]


class BatchGetRecordResponse(TypedDict):
    Records: list[BatchGetRecordResultDetail]
    Errors: list[BatchGetRecordError]
    UnprocessedIdentifiers: list[BatchGetRecordIdentifier]


class BatchGetRecordResultDetail(TypedDict):
    FeatureGroupName: str
    RecordIdentifierValueAsString: str
    Record: list[FeatureValue]
    ExpiresAt: NotRequired[str]


class BatchPutMetricsError(TypedDict):
    Code: NotRequired[PutMetricsErrorCode]
    MetricIndex: NotRequired[int]


class BatchPutMetricsRequest(TypedDict):
    TrialComponentName: str
    MetricData: list[RawMetricData]


class BatchPutMetricsResponse(TypedDict):
    Errors: NotRequired[list[BatchPutMetricsError]]


BatchStrategy: TypeAlias = Literal[
    "MultiRecord", "SingleRecord"
]


class BatchTransformInput(TypedDict):
    DataCapturedDestinationS3Uri: str
    DatasetFormat: MonitoringDatasetFormat
    LocalPath: str
    S3InputMode: NotRequired[ProcessingS3InputMode]
    S3DataDistributionType: NotRequired[ProcessingS3DataDistributionType]
    FeaturesAttribute: NotRequired[str]
    InferenceAttribute: NotRequired[str]
    ProbabilityAttribute: NotRequired[str]
    ProbabilityThresholdAttribute: NotRequired[float]
    StartTimeOffset: NotRequired[str]
    EndTimeOffset: NotRequired[str]
    ExcludeFeaturesAttribute: NotRequired[str]


class BatchWriteRecordEntry(TypedDict):
    FeatureGroupName: str
    Record: list[FeatureValue]
    TargetStores: NotRequired[list[TargetStore]]
    TtlDuration: NotRequired[SagemakerFeaturestoreRuntimeTtlDuration]


class BatchWriteRecordError(TypedDict):
    Entry: BatchWriteRecordEntry
    ErrorCode: str
    ErrorMessage: str


class BatchWriteRecordRequest(TypedDict):
    Entries: list[BatchWriteRecordEntry]
    TtlDuration: NotRequired[SagemakerFeaturestoreRuntimeTtlDuration]


class BatchWriteRecordResponse(TypedDict):
    Errors: list[BatchWriteRecordError]
    UnprocessedEntries: list[BatchWriteRecordEntry]


class BedrockCustomModelDeploymentMetadata(TypedDict):
    Arn: NotRequired[str]


class BedrockCustomModelMetadata(TypedDict):
    Arn: NotRequired[str]


class BedrockModelImportMetadata(TypedDict):
    Arn: NotRequired[str]


class BedrockProvisionedModelThroughputMetadata(TypedDict):
    Arn: NotRequired[str]


class BestObjectiveNotImproving(TypedDict):
    MaxNumberOfTrainingJobsNotImproving: NotRequired[int]


class Bias(TypedDict):
    Report: NotRequired[MetricsSource]
    PreTrainingReport: NotRequired[MetricsSource]
    PostTrainingReport: NotRequired[MetricsSource]


class BlueGreenUpdatePolicy(TypedDict):
    TrafficRoutingConfiguration: TrafficRoutingConfig
    TerminationWaitInSeconds: NotRequired[int]
    MaximumExecutionTimeoutInSeconds: NotRequired[int]


BooleanOperator: TypeAlias = Literal[
    "And", "Or"
]


class CacheHitResult(TypedDict):
    SourcePipelineExecutionArn: NotRequired[str]


class CallbackStepMetadata(TypedDict):
    CallbackToken: NotRequired[str]
    SqsQueueUrl: NotRequired[str]
    OutputParameters: NotRequired[list[OutputParameter]]


class CandidateArtifactLocations(TypedDict):
    Explainability: str
    ModelInsights: NotRequired[str]
    BacktestResults: NotRequired[str]


class CandidateGenerationConfig(TypedDict):
    AlgorithmsConfig: NotRequired[list[AutoMLAlgorithmConfig]]


class CandidateProperties(TypedDict):
    CandidateArtifactLocations: NotRequired[CandidateArtifactLocations]
    CandidateMetrics: NotRequired[list[MetricDatum]]


CandidateSortBy: TypeAlias = Literal[
    "CreationTime", "Status", "FinalObjectiveMetricValue"
]


CandidateStatus: TypeAlias = Literal[
    "Completed", "InProgress", "Failed", "Stopped", "Stopping"
]


CandidateStepType: TypeAlias = Literal[
    "AWS::SageMaker::TrainingJob", "AWS::SageMaker::TransformJob", "AWS::SageMaker::ProcessingJob"
]


CapacityReservationPreference: TypeAlias = Literal[
    "capacity-reservations-only"
]


class CapacitySize(TypedDict):
    Type: CapacitySizeType
    Value: int


CapacitySizeType: TypeAlias = Literal[
    "INSTANCE_COUNT", "CAPACITY_PERCENT"
]


class CaptureContentTypeHeader(TypedDict):
    CsvContentTypes: NotRequired[list[str]]
    JsonContentTypes: NotRequired[list[str]]


CaptureMode: TypeAlias = Literal[
    "Input", "Output", "InputAndOutput"
]


class CaptureOption(TypedDict):
    CaptureMode: CaptureMode


CaptureStatus: TypeAlias = Literal[
    "Started", "Stopped"
]


class CategoricalParameter(TypedDict):
    Name: str
    Value: list[str]


class CategoricalParameterRange(TypedDict):
    Name: str
    Values: list[str]


class CfnCreateTemplateProvider(TypedDict):
    TemplateName: str
    TemplateURL: str
    RoleARN: NotRequired[str]
    Parameters: NotRequired[list[CfnStackCreateParameter]]


class CfnStackCreateParameter(TypedDict):
    Key: str
    Value: NotRequired[str]


class CfnStackDetail(TypedDict):
    Name: NotRequired[str]
    Id: NotRequired[str]
    StatusMessage: str


class CfnStackParameter(TypedDict):
    Key: str
    Value: NotRequired[str]


class CfnStackUpdateParameter(TypedDict):
    Key: str
    Value: NotRequired[str]


class CfnTemplateProviderDetail(TypedDict):
    TemplateName: str
    TemplateURL: str
    RoleARN: NotRequired[str]
    Parameters: NotRequired[list[CfnStackParameter]]
    StackDetail: NotRequired[CfnStackDetail]


class CfnUpdateTemplateProvider(TypedDict):
    TemplateName: str
    TemplateURL: str
    Parameters: NotRequired[list[CfnStackUpdateParameter]]


class Channel(TypedDict):
    ChannelName: str
    DataSource: DataSource
    ContentType: NotRequired[str]
    CompressionType: NotRequired[CompressionType]
    RecordWrapperType: NotRequired[RecordWrapper]
    InputMode: NotRequired[TrainingInputMode]
    ShuffleConfig: NotRequired[ShuffleConfig]


class CheckpointConfig(TypedDict):
    S3Uri: str
    LocalPath: NotRequired[str]


class ClarifyCheckStepMetadata(TypedDict):
    CheckType: NotRequired[str]
    BaselineUsedForDriftCheckConstraints: NotRequired[str]
    CalculatedBaselineConstraints: NotRequired[str]
    ModelPackageGroupName: NotRequired[str]
    ViolationReport: NotRequired[str]
    CheckJobArn: NotRequired[str]
    SkipCheck: NotRequired[bool]
    RegisterNewBaseline: NotRequired[bool]


class ClarifyExplainerConfig(TypedDict):
    EnableExplanations: NotRequired[str]
    InferenceConfig: NotRequired[ClarifyInferenceConfig]
    ShapConfig: ClarifyShapConfig


ClarifyFeatureType: TypeAlias = Literal[
    "numerical", "categorical", "text"
]


class ClarifyInferenceConfig(TypedDict):
    FeaturesAttribute: NotRequired[str]
    ContentTemplate: NotRequired[str]
    MaxRecordCount: NotRequired[int]
    MaxPayloadInMB: NotRequired[int]
    ProbabilityIndex: NotRequired[int]
    LabelIndex: NotRequired[int]
    ProbabilityAttribute: NotRequired[str]
    LabelAttribute: NotRequired[str]
    LabelHeaders: NotRequired[list[str]]
    FeatureHeaders: NotRequired[list[str]]
    FeatureTypes: NotRequired[list[ClarifyFeatureType]]


class ClarifyShapBaselineConfig(TypedDict):
    MimeType: NotRequired[str]
    ShapBaseline: NotRequired[str]
    ShapBaselineUri: NotRequired[str]


class ClarifyShapConfig(TypedDict):
    ShapBaselineConfig: ClarifyShapBaselineConfig
    NumberOfSamples: NotRequired[int]
    UseLogit: NotRequired[bool]
    Seed: NotRequired[int]
    TextConfig: NotRequired[ClarifyTextConfig]


class ClarifyTextConfig(TypedDict):
    Language: ClarifyTextLanguage
    Granularity: ClarifyTextGranularity


ClarifyTextGranularity: TypeAlias = Literal[
    "token", "sentence", "paragraph"
]


ClarifyTextLanguage: TypeAlias = Literal[
    "af", "sq", "ar", "hy", "eu", "bn", "bg", "ca", "zh", "hr", "cs", "da", "nl", "en", "et", "fi", "fr", "de", "el",
    "gu", "he", "hi", "hu", "is", "id", "ga", "it", "kn", "ky", "lv", "lt", "lb", "mk", "ml", "mr", "ne", "nb", "fa",
    "pl", "pt", "ro", "ru", "sa", "sr", "tn", "si", "sk", "sl", "es", "sv", "tl", "ta", "tt", "te", "tr", "uk", "ur",
    "yo", "lij", "xx"
]


class CleanupFailure(TypedDict):
    StepName: NotRequired[str]
    ErrorCode: NotRequired[CleanupFailureErrorCode]
    ErrorMessage: NotRequired[str]


CleanupFailureErrorCode: TypeAlias = Literal[
    "ClientError", "InternalFailure"
]


class CleanupStepMetadata(TypedDict):
    CleanedSteps: NotRequired[list[str]]
    FailedSteps: NotRequired[list[CleanupFailure]]
    SkippedSteps: NotRequired[list[str]]


CodeRepositorySortBy: TypeAlias = Literal[
    "Name", "CreationTime", "LastModifiedTime"
]


CodeRepositorySortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


class CodeRepositorySummary(TypedDict):
    CodeRepositoryName: str
    CodeRepositoryArn: str
    CreationTime: float
    LastModifiedTime: float
    GitConfig: NotRequired[GitConfig]


class CollectionConfig(TypedDict):
    VectorConfig: NotRequired[VectorConfig]


class CollectionConfiguration(TypedDict):
    CollectionName: NotRequired[str]
    CollectionParameters: NotRequired[dict[str, str]]


CollectionType: TypeAlias = Literal[
    "List", "Set", "Vector"
]


CompleteOnConvergence: TypeAlias = Literal[
    "Disabled", "Enabled"
]


CompressionType: TypeAlias = Literal[
    "None", "Gzip"
]


ConditionOutcome: TypeAlias = Literal[
    "True", "False"
]


class ConditionStepMetadata(TypedDict):
    Outcome: NotRequired[ConditionOutcome]


class ContainerDefinition(TypedDict):
    ContainerHostname: NotRequired[str]
    Image: NotRequired[str]
    ImageConfig: NotRequired[ImageConfig]
    Mode: NotRequired[ContainerMode]
    ModelDataUrl: NotRequired[str]
    ModelDataSource: NotRequired[ModelDataSource]
    AdditionalModelDataSources: NotRequired[list[AdditionalModelDataSource]]
    Environment: NotRequired[dict[str, str]]
    ModelPackageName: NotRequired[str]
    InferenceSpecificationName: NotRequired[str]
    MultiModelConfig: NotRequired[MultiModelConfig]
    ContainerMetricsConfig: NotRequired[ContainerMetricsConfig]


class ContainerMetricsConfig(TypedDict):
    MetricsEndpoints: NotRequired[list[MetricsEndpoint]]


ContainerMode: TypeAlias = Literal[
    "SingleModel", "MultiModel"
]


class ContextSource(TypedDict):
    SourceUri: str
    SourceType: NotRequired[str]
    SourceId: NotRequired[str]


class ContextSummary(TypedDict):
    ContextArn: NotRequired[str]
    ContextName: NotRequired[str]
    Source: NotRequired[ContextSource]
    ContextType: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class ContinuousParameterRange(TypedDict):
    Name: str
    MinValue: str
    MaxValue: str
    ScalingType: NotRequired[HyperParameterScalingType]


class ConvergenceDetected(TypedDict):
    CompleteOnConvergence: NotRequired[CompleteOnConvergence]


class CreateActionRequest(TypedDict):
    ActionName: str
    Source: ActionSource
    ActionType: str
    Description: NotRequired[str]
    Status: NotRequired[ActionStatus]
    Properties: NotRequired[dict[str, str]]
    MetadataProperties: NotRequired[MetadataProperties]
    Tags: NotRequired[list[Tag]]


class CreateActionResponse(TypedDict):
    ActionArn: NotRequired[str]


class CreateArtifactRequest(TypedDict):
    ArtifactName: NotRequired[str]
    Source: ArtifactSource
    ArtifactType: str
    Properties: NotRequired[dict[str, str]]
    MetadataProperties: NotRequired[MetadataProperties]
    Tags: NotRequired[list[Tag]]


class CreateArtifactResponse(TypedDict):
    ArtifactArn: NotRequired[str]


class CreateAutoMLJobRequest(TypedDict):
    AutoMLJobName: str
    InputDataConfig: list[AutoMLChannel]
    OutputDataConfig: AutoMLOutputDataConfig
    ProblemType: NotRequired[ProblemType]
    AutoMLJobObjective: NotRequired[AutoMLJobObjective]
    AutoMLJobConfig: NotRequired[AutoMLJobConfig]
    RoleArn: str
    GenerateCandidateDefinitionsOnly: NotRequired[bool]
    Tags: NotRequired[list[Tag]]
    ModelDeployConfig: NotRequired[ModelDeployConfig]


class CreateAutoMLJobResponse(TypedDict):
    AutoMLJobArn: str


class CreateAutoMLJobV2Request(TypedDict):
    AutoMLJobName: str
    AutoMLJobInputDataConfig: list[AutoMLJobChannel]
    OutputDataConfig: AutoMLOutputDataConfig
    AutoMLProblemTypeConfig: AutoMLProblemTypeConfig
    RoleArn: str
    Tags: NotRequired[list[Tag]]
    SecurityConfig: NotRequired[AutoMLSecurityConfig]
    AutoMLJobObjective: NotRequired[AutoMLJobObjective]
    ModelDeployConfig: NotRequired[ModelDeployConfig]
    DataSplitConfig: NotRequired[AutoMLDataSplitConfig]
    AutoMLComputeConfig: NotRequired[AutoMLComputeConfig]


class CreateAutoMLJobV2Response(TypedDict):
    AutoMLJobArn: str


class CreateCodeRepositoryRequest(TypedDict):
    CodeRepositoryName: str
    GitConfig: GitConfig
    Tags: NotRequired[list[Tag]]


class CreateCodeRepositoryResponse(TypedDict):
    CodeRepositoryArn: str


class CreateContextRequest(TypedDict):
    ContextName: str
    Source: ContextSource
    ContextType: str
    Description: NotRequired[str]
    Properties: NotRequired[dict[str, str]]
    Tags: NotRequired[list[Tag]]


class CreateContextResponse(TypedDict):
    ContextArn: NotRequired[str]


class CreateDataQualityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str
    DataQualityBaselineConfig: NotRequired[DataQualityBaselineConfig]
    DataQualityAppSpecification: DataQualityAppSpecification
    DataQualityJobInput: DataQualityJobInput
    DataQualityJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]
    Tags: NotRequired[list[Tag]]


class CreateDataQualityJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str


class CreateEndpointConfigRequest(TypedDict):
    EndpointConfigName: str
    ProductionVariants: list[ProductionVariant]
    DataCaptureConfig: NotRequired[DataCaptureConfig]
    Tags: NotRequired[list[Tag]]
    KmsKeyId: NotRequired[str]
    AsyncInferenceConfig: NotRequired[AsyncInferenceConfig]
    ExplainerConfig: NotRequired[ExplainerConfig]
    ShadowProductionVariants: NotRequired[list[ProductionVariant]]
    ExecutionRoleArn: NotRequired[str]
    VpcConfig: NotRequired[VpcConfig]
    EnableNetworkIsolation: NotRequired[bool]
    MetricsConfig: NotRequired[MetricsConfig]
    CrossRegionTrafficConfig: NotRequired[CrossRegionTrafficConfig]


class CreateEndpointConfigResponse(TypedDict):
    EndpointConfigArn: str


class CreateEndpointRequest(TypedDict):
    EndpointName: str
    EndpointConfigName: str
    DeploymentConfig: NotRequired[DeploymentConfig]
    Tags: NotRequired[list[Tag]]


class CreateEndpointResponse(TypedDict):
    EndpointArn: str


class CreateExperimentRequest(TypedDict):
    ExperimentName: str
    DisplayName: NotRequired[str]
    Description: NotRequired[str]
    Tags: NotRequired[list[Tag]]


class CreateExperimentResponse(TypedDict):
    ExperimentArn: NotRequired[str]


class CreateFeatureGroupRequest(TypedDict):
    FeatureGroupName: str
    RecordIdentifierFeatureName: str
    EventTimeFeatureName: str
    FeatureDefinitions: list[FeatureDefinition]
    OnlineStoreConfig: NotRequired[OnlineStoreConfig]
    OfflineStoreConfig: NotRequired[OfflineStoreConfig]
    ThroughputConfig: NotRequired[ThroughputConfig]
    RoleArn: NotRequired[str]
    Description: NotRequired[str]
    Tags: NotRequired[list[Tag]]


class CreateFeatureGroupResponse(TypedDict):
    FeatureGroupArn: str


class CreateHyperParameterTuningJobRequest(TypedDict):
    HyperParameterTuningJobName: str
    HyperParameterTuningJobConfig: HyperParameterTuningJobConfig
    TrainingJobDefinition: NotRequired[HyperParameterTrainingJobDefinition]
    TrainingJobDefinitions: NotRequired[list[HyperParameterTrainingJobDefinition]]
    WarmStartConfig: NotRequired[HyperParameterTuningJobWarmStartConfig]
    Tags: NotRequired[list[Tag]]
    Autotune: NotRequired[Autotune]


class CreateHyperParameterTuningJobResponse(TypedDict):
    HyperParameterTuningJobArn: str


class CreateImageRequest(TypedDict):
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    ImageName: str
    RoleArn: str
    Tags: NotRequired[list[Tag]]


class CreateImageResponse(TypedDict):
    ImageArn: NotRequired[str]


class CreateImageVersionRequest(TypedDict):
    BaseImage: str
    ClientToken: str
    ImageName: str
    Aliases: NotRequired[list[str]]
    VendorGuidance: NotRequired[VendorGuidance]
    JobType: NotRequired[JobType]
    MLFramework: NotRequired[str]
    ProgrammingLang: NotRequired[str]
    Processor: NotRequired[Processor]
    Horovod: NotRequired[bool]
    ReleaseNotes: NotRequired[str]


class CreateImageVersionResponse(TypedDict):
    ImageVersionArn: NotRequired[str]


class CreateInferenceComponentRequest(TypedDict):
    InferenceComponentName: str
    EndpointName: str
    VariantName: NotRequired[str]
    Specification: NotRequired[InferenceComponentSpecification]
    Specifications: NotRequired[list[InferenceComponentSpecification]]
    RuntimeConfig: NotRequired[InferenceComponentRuntimeConfig]
    Tags: NotRequired[list[Tag]]


class CreateInferenceComponentResponse(TypedDict):
    InferenceComponentArn: str


class CreateInferenceExperimentRequest(TypedDict):
    Name: str
    Type: InferenceExperimentType
    Schedule: NotRequired[InferenceExperimentSchedule]
    Description: NotRequired[str]
    RoleArn: str
    EndpointName: str
    ModelVariants: list[ModelVariantConfig]
    DataStorageConfig: NotRequired[InferenceExperimentDataStorageConfig]
    ShadowModeConfig: ShadowModeConfig
    KmsKey: NotRequired[str]
    Tags: NotRequired[list[Tag]]


class CreateInferenceExperimentResponse(TypedDict):
    InferenceExperimentArn: str


class CreateInferenceRecommendationsJobRequest(TypedDict):
    JobName: str
    JobType: RecommendationJobType
    RoleArn: str
    InputConfig: RecommendationJobInputConfig
    JobDescription: NotRequired[str]
    StoppingConditions: NotRequired[RecommendationJobStoppingConditions]
    OutputConfig: NotRequired[RecommendationJobOutputConfig]
    Tags: NotRequired[list[Tag]]


class CreateInferenceRecommendationsJobResponse(TypedDict):
    JobArn: str


class CreateMlflowTrackingServerRequest(TypedDict):
    TrackingServerName: str
    ArtifactStoreUri: str
    TrackingServerSize: NotRequired[TrackingServerSize]
    MlflowVersion: NotRequired[str]
    RoleArn: str
    AutomaticModelRegistration: NotRequired[bool]
    WeeklyMaintenanceWindowStart: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    S3BucketOwnerAccountId: NotRequired[str]
    S3BucketOwnerVerification: NotRequired[bool]


class CreateMlflowTrackingServerResponse(TypedDict):
    TrackingServerArn: NotRequired[str]


class CreateModelBiasJobDefinitionRequest(TypedDict):
    JobDefinitionName: str
    ModelBiasBaselineConfig: NotRequired[ModelBiasBaselineConfig]
    ModelBiasAppSpecification: ModelBiasAppSpecification
    ModelBiasJobInput: ModelBiasJobInput
    ModelBiasJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]
    Tags: NotRequired[list[Tag]]


class CreateModelBiasJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str


class CreateModelCardExportJobRequest(TypedDict):
    ModelCardName: str
    ModelCardVersion: NotRequired[int]
    ModelCardExportJobName: str
    OutputConfig: ModelCardExportOutputConfig


class CreateModelCardExportJobResponse(TypedDict):
    ModelCardExportJobArn: str


class CreateModelCardRequest(TypedDict):
    ModelCardName: str
    SecurityConfig: NotRequired[ModelCardSecurityConfig]
    Content: str
    ModelCardStatus: ModelCardStatus
    Tags: NotRequired[list[Tag]]


class CreateModelCardResponse(TypedDict):
    ModelCardArn: str


class CreateModelExplainabilityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str
    ModelExplainabilityBaselineConfig: NotRequired[ModelExplainabilityBaselineConfig]
    ModelExplainabilityAppSpecification: ModelExplainabilityAppSpecification
    ModelExplainabilityJobInput: ModelExplainabilityJobInput
    ModelExplainabilityJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]
    Tags: NotRequired[list[Tag]]


class CreateModelExplainabilityJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str


class CreateModelPackageGroupRequest(TypedDict):
    ModelPackageGroupName: str
    ModelPackageGroupDescription: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    ManagedConfiguration: NotRequired[ManagedConfiguration]


class CreateModelPackageGroupResponse(TypedDict):
    ModelPackageGroupArn: str


class CreateModelPackageRequest(TypedDict):
    ModelPackageName: NotRequired[str]
    ModelPackageGroupName: NotRequired[str]
    ModelPackageDescription: NotRequired[str]
    ModelPackageRegistrationType: NotRequired[ModelPackageRegistrationType]
    InferenceSpecification: NotRequired[InferenceSpecification]
    ValidationSpecification: NotRequired[ModelPackageValidationSpecification]
    SourceAlgorithmSpecification: NotRequired[SourceAlgorithmSpecification]
    CertifyForMarketplace: NotRequired[bool]
    Tags: NotRequired[list[Tag]]
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    MetadataProperties: NotRequired[MetadataProperties]
    ModelMetrics: NotRequired[ModelMetrics]
    ClientToken: NotRequired[str]
    Domain: NotRequired[str]
    Task: NotRequired[str]
    SamplePayloadUrl: NotRequired[str]
    CustomerMetadataProperties: NotRequired[dict[str, str]]
    DriftCheckBaselines: NotRequired[DriftCheckBaselines]
    AdditionalInferenceSpecifications: NotRequired[list[AdditionalInferenceSpecificationDefinition]]
    SkipModelValidation: NotRequired[SkipModelValidation]
    SourceUri: NotRequired[str]
    SecurityConfig: NotRequired[ModelPackageSecurityConfig]
    ModelCard: NotRequired[ModelPackageModelCard]
    ModelLifeCycle: NotRequired[ModelLifeCycle]
    ManagedStorageType: NotRequired[ManagedStorageType]


class CreateModelPackageResponse(TypedDict):
    ModelPackageArn: str


class CreateModelQualityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str
    ModelQualityBaselineConfig: NotRequired[ModelQualityBaselineConfig]
    ModelQualityAppSpecification: ModelQualityAppSpecification
    ModelQualityJobInput: ModelQualityJobInput
    ModelQualityJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]
    Tags: NotRequired[list[Tag]]


class CreateModelQualityJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str


class CreateModelRequest(TypedDict):
    ModelName: str
    PrimaryContainer: NotRequired[ContainerDefinition]
    Containers: NotRequired[list[ContainerDefinition]]
    InferenceExecutionConfig: NotRequired[InferenceExecutionConfig]
    ExecutionRoleArn: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    VpcConfig: NotRequired[VpcConfig]
    EnableNetworkIsolation: NotRequired[bool]


class CreateModelResponse(TypedDict):
    ModelArn: str


class CreateMonitoringScheduleRequest(TypedDict):
    MonitoringScheduleName: str
    MonitoringScheduleConfig: MonitoringScheduleConfig
    Tags: NotRequired[list[Tag]]


class CreateMonitoringScheduleResponse(TypedDict):
    MonitoringScheduleArn: str


class CreatePipelineRequest(TypedDict):
    PipelineName: str
    PipelineDisplayName: NotRequired[str]
    PipelineDefinition: NotRequired[str]
    PipelineDefinitionS3Location: NotRequired[PipelineDefinitionS3Location]
    PipelineDescription: NotRequired[str]
    ClientRequestToken: str
    RoleArn: str
    Tags: NotRequired[list[Tag]]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    PipelineVersionAliases: NotRequired[list[str]]


class CreatePipelineResponse(TypedDict):
    PipelineArn: NotRequired[str]


class CreatePresignedMlflowTrackingServerUrlRequest(TypedDict):
    TrackingServerName: str
    ExpiresInSeconds: NotRequired[int]
    SessionExpirationDurationInSeconds: NotRequired[int]


class CreatePresignedMlflowTrackingServerUrlResponse(TypedDict):
    AuthorizedUrl: NotRequired[str]


class CreateProcessingJobRequest(TypedDict):
    ProcessingInputs: NotRequired[list[ProcessingInput]]
    ProcessingOutputConfig: NotRequired[ProcessingOutputConfig]
    ProcessingJobName: str
    ProcessingResources: ProcessingResources
    StoppingCondition: NotRequired[ProcessingStoppingCondition]
    AppSpecification: AppSpecification
    Environment: NotRequired[dict[str, str]]
    NetworkConfig: NotRequired[NetworkConfig]
    RoleArn: str
    Tags: NotRequired[list[Tag]]
    ExperimentConfig: NotRequired[ExperimentConfig]


class CreateProcessingJobResponse(TypedDict):
    ProcessingJobArn: str


class CreateProjectRequest(TypedDict):
    ProjectName: str
    ProjectDescription: NotRequired[str]
    ServiceCatalogProvisioningDetails: NotRequired[ServiceCatalogProvisioningDetails]
    Tags: NotRequired[list[Tag]]
    TemplateProviders: NotRequired[list[CreateTemplateProvider]]


class CreateProjectResponse(TypedDict):
    ProjectArn: str
    ProjectId: str


class CreateTemplateProvider(TypedDict):
    CfnTemplateProvider: NotRequired[CfnCreateTemplateProvider]


class CreateTrainingJobRequest(TypedDict):
    TrainingJobName: str
    HyperParameters: NotRequired[dict[str, str]]
    AlgorithmSpecification: NotRequired[AlgorithmSpecification]
    RoleArn: str
    InputDataConfig: NotRequired[list[Channel]]
    OutputDataConfig: OutputDataConfig
    ResourceConfig: NotRequired[ResourceConfig]
    VpcConfig: NotRequired[VpcConfig]
    StoppingCondition: NotRequired[StoppingCondition]
    Tags: NotRequired[list[Tag]]
    EnableNetworkIsolation: NotRequired[bool]
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    EnableManagedSpotTraining: NotRequired[bool]
    CheckpointConfig: NotRequired[CheckpointConfig]
    DebugHookConfig: NotRequired[DebugHookConfig]
    DebugRuleConfigurations: NotRequired[list[DebugRuleConfiguration]]
    TensorBoardOutputConfig: NotRequired[TensorBoardOutputConfig]
    ExperimentConfig: NotRequired[ExperimentConfig]
    ProfilerConfig: NotRequired[ProfilerConfig]
    ProfilerRuleConfigurations: NotRequired[list[ProfilerRuleConfiguration]]
    Environment: NotRequired[dict[str, str]]
    RetryStrategy: NotRequired[RetryStrategy]
    RemoteDebugConfig: NotRequired[RemoteDebugConfig]
    InfraCheckConfig: NotRequired[InfraCheckConfig]
    SessionChainingConfig: NotRequired[SessionChainingConfig]
    ServerlessJobConfig: NotRequired[ServerlessJobConfig]
    MlflowConfig: NotRequired[MlflowConfig]
    ModelPackageConfig: NotRequired[ModelPackageConfig]


class CreateTrainingJobResponse(TypedDict):
    TrainingJobArn: str


class CreateTransformJobRequest(TypedDict):
    TransformJobName: str
    ModelName: str
    MaxConcurrentTransforms: NotRequired[int]
    ModelClientConfig: NotRequired[ModelClientConfig]
    MaxPayloadInMB: NotRequired[int]
    BatchStrategy: NotRequired[BatchStrategy]
    Environment: NotRequired[dict[str, str]]
    TransformInput: TransformInput
    TransformOutput: TransformOutput
    DataCaptureConfig: NotRequired[BatchDataCaptureConfig]
    TransformResources: TransformResources
    DataProcessing: NotRequired[DataProcessing]
    Tags: NotRequired[list[Tag]]
    ExperimentConfig: NotRequired[ExperimentConfig]


class CreateTransformJobResponse(TypedDict):
    TransformJobArn: str


class CreateTrialComponentRequest(TypedDict):
    TrialComponentName: str
    DisplayName: NotRequired[str]
    Status: NotRequired[TrialComponentStatus]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    Parameters: NotRequired[dict[str, TrialComponentParameterValue]]
    InputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    OutputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    MetadataProperties: NotRequired[MetadataProperties]
    Tags: NotRequired[list[Tag]]


class CreateTrialComponentResponse(TypedDict):
    TrialComponentArn: NotRequired[str]


class CreateTrialRequest(TypedDict):
    TrialName: str
    DisplayName: NotRequired[str]
    ExperimentName: str
    MetadataProperties: NotRequired[MetadataProperties]
    Tags: NotRequired[list[Tag]]


class CreateTrialResponse(TypedDict):
    TrialArn: NotRequired[str]


CrossAccountFilterOption: TypeAlias = Literal[
    "SameAccount", "CrossAccount"
]


class CrossRegionTrafficConfig(TypedDict):
    MaxInvocationsPerSecondPerInstance: int
    MaxCrossRegionPercentPerEndpoint: int


CustomizationTechnique: TypeAlias = Literal[
    "SFT", "DPO", "RLVR", "RLAIF"
]


class DataCaptureConfig(TypedDict):
    EnableCapture: NotRequired[bool]
    InitialSamplingPercentage: int
    DestinationS3Uri: str
    KmsKeyId: NotRequired[str]
    CaptureOptions: list[CaptureOption]
    CaptureContentTypeHeader: NotRequired[CaptureContentTypeHeader]


class DataCaptureConfigSummary(TypedDict):
    EnableCapture: bool
    CaptureStatus: CaptureStatus
    CurrentSamplingPercentage: int
    DestinationS3Uri: str
    KmsKeyId: str


class DataCatalogConfig(TypedDict):
    TableName: str
    Catalog: str
    Database: str


DataDistributionType: TypeAlias = Literal[
    "FullyReplicated", "ShardedByS3Key"
]


class DataProcessing(TypedDict):
    InputFilter: NotRequired[str]
    OutputFilter: NotRequired[str]
    JoinSource: NotRequired[JoinSource]


class DataQualityAppSpecification(TypedDict):
    ImageUri: str
    ContainerEntrypoint: NotRequired[list[str]]
    ContainerArguments: NotRequired[list[str]]
    RecordPreprocessorSourceUri: NotRequired[str]
    PostAnalyticsProcessorSourceUri: NotRequired[str]
    Environment: NotRequired[dict[str, str]]


class DataQualityBaselineConfig(TypedDict):
    BaseliningJobName: NotRequired[str]
    ConstraintsResource: NotRequired[MonitoringConstraintsResource]
    StatisticsResource: NotRequired[MonitoringStatisticsResource]


class DataQualityJobInput(TypedDict):
    EndpointInput: NotRequired[EndpointInput]
    BatchTransformInput: NotRequired[BatchTransformInput]


class DataSource(TypedDict):
    S3DataSource: NotRequired[S3DataSource]
    FileSystemDataSource: NotRequired[FileSystemDataSource]
    DatasetSource: NotRequired[DatasetSource]


class DatasetDefinition(TypedDict):
    AthenaDatasetDefinition: NotRequired[AthenaDatasetDefinition]
    RedshiftDatasetDefinition: NotRequired[RedshiftDatasetDefinition]
    LocalPath: NotRequired[str]
    DataDistributionType: NotRequired[DataDistributionType]
    InputMode: NotRequired[InputMode]


class DatasetSource(TypedDict):
    DatasetArn: str


class DebugHookConfig(TypedDict):
    LocalPath: NotRequired[str]
    S3OutputPath: str
    HookParameters: NotRequired[dict[str, str]]
    CollectionConfigurations: NotRequired[list[CollectionConfiguration]]


class DebugRuleConfiguration(TypedDict):
    RuleConfigurationName: str
    LocalPath: NotRequired[str]
    S3OutputPath: NotRequired[str]
    RuleEvaluatorImage: str
    InstanceType: NotRequired[ProcessingInstanceType]
    VolumeSizeInGB: NotRequired[int]
    RuleParameters: NotRequired[dict[str, str]]


class DebugRuleEvaluationStatus(TypedDict):
    RuleConfigurationName: NotRequired[str]
    RuleEvaluationJobArn: NotRequired[str]
    RuleEvaluationStatus: NotRequired[RuleEvaluationStatus]
    StatusDetails: NotRequired[str]
    LastModifiedTime: NotRequired[float]


class DeleteActionRequest(TypedDict):
    ActionName: str


class DeleteActionResponse(TypedDict):
    ActionArn: NotRequired[str]


class DeleteArtifactRequest(TypedDict):
    ArtifactArn: NotRequired[str]
    Source: NotRequired[ArtifactSource]


class DeleteArtifactResponse(TypedDict):
    ArtifactArn: NotRequired[str]


class DeleteAssociationRequest(TypedDict):
    SourceArn: str
    DestinationArn: str


class DeleteAssociationResponse(TypedDict):
    SourceArn: NotRequired[str]
    DestinationArn: NotRequired[str]


class DeleteCodeRepositoryRequest(TypedDict):
    CodeRepositoryName: str


class DeleteCodeRepositoryResponse(TypedDict):
    pass


class DeleteContextRequest(TypedDict):
    ContextName: str


class DeleteContextResponse(TypedDict):
    ContextArn: NotRequired[str]


class DeleteDataQualityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DeleteDataQualityJobDefinitionResponse(TypedDict):
    pass


class DeleteEndpointConfigRequest(TypedDict):
    EndpointConfigName: str


class DeleteEndpointConfigResponse(TypedDict):
    pass


class DeleteEndpointRequest(TypedDict):
    EndpointName: str


class DeleteEndpointResponse(TypedDict):
    pass


class DeleteExperimentRequest(TypedDict):
    ExperimentName: str


class DeleteExperimentResponse(TypedDict):
    ExperimentArn: NotRequired[str]


class DeleteFeatureGroupRequest(TypedDict):
    FeatureGroupName: str


class DeleteFeatureGroupResponse(TypedDict):
    pass


class DeleteHyperParameterTuningJobRequest(TypedDict):
    HyperParameterTuningJobName: str


class DeleteHyperParameterTuningJobResponse(TypedDict):
    pass


class DeleteImageRequest(TypedDict):
    ImageName: str


class DeleteImageResponse(TypedDict):
    pass


class DeleteImageVersionRequest(TypedDict):
    ImageName: str
    Version: NotRequired[int]
    Alias: NotRequired[str]


class DeleteImageVersionResponse(TypedDict):
    pass


class DeleteInferenceComponentRequest(TypedDict):
    InferenceComponentName: str


class DeleteInferenceComponentResponse(TypedDict):
    pass


class DeleteInferenceExperimentRequest(TypedDict):
    Name: str


class DeleteInferenceExperimentResponse(TypedDict):
    InferenceExperimentArn: str


class DeleteMlflowTrackingServerRequest(TypedDict):
    TrackingServerName: str


class DeleteMlflowTrackingServerResponse(TypedDict):
    TrackingServerArn: NotRequired[str]


class DeleteModelBiasJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DeleteModelBiasJobDefinitionResponse(TypedDict):
    pass


class DeleteModelCardRequest(TypedDict):
    ModelCardName: str


class DeleteModelCardResponse(TypedDict):
    pass


class DeleteModelExplainabilityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DeleteModelExplainabilityJobDefinitionResponse(TypedDict):
    pass


class DeleteModelPackageGroupPolicyRequest(TypedDict):
    ModelPackageGroupName: str


class DeleteModelPackageGroupPolicyResponse(TypedDict):
    pass


class DeleteModelPackageGroupRequest(TypedDict):
    ModelPackageGroupName: str


class DeleteModelPackageGroupResponse(TypedDict):
    pass


class DeleteModelPackageRequest(TypedDict):
    ModelPackageName: str


class DeleteModelPackageResponse(TypedDict):
    pass


class DeleteModelQualityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DeleteModelQualityJobDefinitionResponse(TypedDict):
    pass


class DeleteModelRequest(TypedDict):
    ModelName: str


class DeleteModelResponse(TypedDict):
    pass


class DeleteMonitoringScheduleRequest(TypedDict):
    MonitoringScheduleName: str


class DeleteMonitoringScheduleResponse(TypedDict):
    pass


class DeletePipelineRequest(TypedDict):
    PipelineName: str
    ClientRequestToken: str


class DeletePipelineResponse(TypedDict):
    PipelineArn: NotRequired[str]


class DeleteProcessingJobRequest(TypedDict):
    ProcessingJobName: str


class DeleteProcessingJobResponse(TypedDict):
    pass


class DeleteProjectRequest(TypedDict):
    ProjectName: str


class DeleteProjectResponse(TypedDict):
    pass


class DeleteRecordRequest(TypedDict):
    FeatureGroupName: str
    RecordIdentifierValueAsString: str
    EventTime: str
    TargetStores: NotRequired[list[TargetStore]]
    DeletionMode: NotRequired[DeletionMode]


class DeleteRecordResponse(TypedDict):
    pass


class DeleteTagsRequest(TypedDict):
    ResourceArn: str
    TagKeys: list[str]


class DeleteTagsResponse(TypedDict):
    pass


class DeleteTrainingJobRequest(TypedDict):
    TrainingJobName: str


class DeleteTrainingJobResponse(TypedDict):
    pass


class DeleteTrialComponentRequest(TypedDict):
    TrialComponentName: str


class DeleteTrialComponentResponse(TypedDict):
    TrialComponentArn: NotRequired[str]


class DeleteTrialRequest(TypedDict):
    TrialName: str


class DeleteTrialResponse(TypedDict):
    TrialArn: NotRequired[str]


DeletionMode: TypeAlias = Literal[
    "SoftDelete", "HardDelete"
]


class DeployedImage(TypedDict):
    SpecifiedImage: NotRequired[str]
    ResolvedImage: NotRequired[str]
    ResolutionTime: NotRequired[float]


class DeploymentConfig(TypedDict):
    BlueGreenUpdatePolicy: NotRequired[BlueGreenUpdatePolicy]
    RollingUpdatePolicy: NotRequired[RollingUpdatePolicy]
    AutoRollbackConfiguration: NotRequired[AutoRollbackConfig]


class DeploymentRecommendation(TypedDict):
    RecommendationStatus: RecommendationStatus
    RealTimeInferenceRecommendations: NotRequired[list[RealTimeInferenceRecommendation]]


class DescribeActionRequest(TypedDict):
    ActionName: str


class DescribeActionResponse(TypedDict):
    ActionName: NotRequired[str]
    ActionArn: NotRequired[str]
    Source: NotRequired[ActionSource]
    ActionType: NotRequired[str]
    Description: NotRequired[str]
    Status: NotRequired[ActionStatus]
    Properties: NotRequired[dict[str, str]]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    MetadataProperties: NotRequired[MetadataProperties]
    LineageGroupArn: NotRequired[str]


class DescribeArtifactRequest(TypedDict):
    ArtifactArn: str


class DescribeArtifactResponse(TypedDict):
    ArtifactName: NotRequired[str]
    ArtifactArn: NotRequired[str]
    Source: NotRequired[ArtifactSource]
    ArtifactType: NotRequired[str]
    Properties: NotRequired[dict[str, str]]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    MetadataProperties: NotRequired[MetadataProperties]
    LineageGroupArn: NotRequired[str]


class DescribeAutoMLJobRequest(TypedDict):
    AutoMLJobName: str


class DescribeAutoMLJobResponse(TypedDict):
    AutoMLJobName: str
    AutoMLJobArn: str
    InputDataConfig: list[AutoMLChannel]
    OutputDataConfig: AutoMLOutputDataConfig
    RoleArn: str
    AutoMLJobObjective: NotRequired[AutoMLJobObjective]
    ProblemType: NotRequired[ProblemType]
    AutoMLJobConfig: NotRequired[AutoMLJobConfig]
    CreationTime: float
    EndTime: NotRequired[float]
    LastModifiedTime: float
    FailureReason: NotRequired[str]
    PartialFailureReasons: NotRequired[list[AutoMLPartialFailureReason]]
    BestCandidate: NotRequired[AutoMLCandidate]
    AutoMLJobStatus: AutoMLJobStatus
    AutoMLJobSecondaryStatus: AutoMLJobSecondaryStatus
    GenerateCandidateDefinitionsOnly: NotRequired[bool]
    AutoMLJobArtifacts: NotRequired[AutoMLJobArtifacts]
    ResolvedAttributes: NotRequired[ResolvedAttributes]
    ModelDeployConfig: NotRequired[ModelDeployConfig]
    ModelDeployResult: NotRequired[ModelDeployResult]


class DescribeAutoMLJobV2Request(TypedDict):
    AutoMLJobName: str


class DescribeAutoMLJobV2Response(TypedDict):
    AutoMLJobName: str
    AutoMLJobArn: str
    AutoMLJobInputDataConfig: list[AutoMLJobChannel]
    OutputDataConfig: AutoMLOutputDataConfig
    RoleArn: str
    AutoMLJobObjective: NotRequired[AutoMLJobObjective]
    AutoMLProblemTypeConfig: NotRequired[AutoMLProblemTypeConfig]
    AutoMLProblemTypeConfigName: NotRequired[AutoMLProblemTypeConfigName]
    CreationTime: float
    EndTime: NotRequired[float]
    LastModifiedTime: float
    FailureReason: NotRequired[str]
    PartialFailureReasons: NotRequired[list[AutoMLPartialFailureReason]]
    BestCandidate: NotRequired[AutoMLCandidate]
    AutoMLJobStatus: AutoMLJobStatus
    AutoMLJobSecondaryStatus: AutoMLJobSecondaryStatus
    AutoMLJobArtifacts: NotRequired[AutoMLJobArtifacts]
    ResolvedAttributes: NotRequired[AutoMLResolvedAttributes]
    ModelDeployConfig: NotRequired[ModelDeployConfig]
    ModelDeployResult: NotRequired[ModelDeployResult]
    DataSplitConfig: NotRequired[AutoMLDataSplitConfig]
    SecurityConfig: NotRequired[AutoMLSecurityConfig]
    AutoMLComputeConfig: NotRequired[AutoMLComputeConfig]


class DescribeCodeRepositoryRequest(TypedDict):
    CodeRepositoryName: str


class DescribeCodeRepositoryResponse(TypedDict):
    CodeRepositoryName: str
    CodeRepositoryArn: str
    CreationTime: float
    LastModifiedTime: float
    GitConfig: NotRequired[GitConfig]


class DescribeContextRequest(TypedDict):
    ContextName: str


class DescribeContextResponse(TypedDict):
    ContextName: NotRequired[str]
    ContextArn: NotRequired[str]
    Source: NotRequired[ContextSource]
    ContextType: NotRequired[str]
    Description: NotRequired[str]
    Properties: NotRequired[dict[str, str]]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    LineageGroupArn: NotRequired[str]


class DescribeDataQualityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DescribeDataQualityJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str
    JobDefinitionName: str
    CreationTime: float
    DataQualityBaselineConfig: NotRequired[DataQualityBaselineConfig]
    DataQualityAppSpecification: DataQualityAppSpecification
    DataQualityJobInput: DataQualityJobInput
    DataQualityJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]


class DescribeEndpointConfigRequest(TypedDict):
    EndpointConfigName: str


class DescribeEndpointConfigResponse(TypedDict):
    EndpointConfigName: str
    EndpointConfigArn: str
    ProductionVariants: list[ProductionVariant]
    DataCaptureConfig: NotRequired[DataCaptureConfig]
    KmsKeyId: NotRequired[str]
    CreationTime: float
    AsyncInferenceConfig: NotRequired[AsyncInferenceConfig]
    ExplainerConfig: NotRequired[ExplainerConfig]
    ShadowProductionVariants: NotRequired[list[ProductionVariant]]
    ExecutionRoleArn: NotRequired[str]
    VpcConfig: NotRequired[VpcConfig]
    EnableNetworkIsolation: NotRequired[bool]
    MetricsConfig: NotRequired[MetricsConfig]
    CrossRegionTrafficConfig: NotRequired[CrossRegionTrafficConfig]


class DescribeEndpointRequest(TypedDict):
    EndpointName: str


class DescribeEndpointResponse(TypedDict):
    EndpointName: str
    EndpointArn: str
    EndpointConfigName: NotRequired[str]
    ProductionVariants: NotRequired[list[ProductionVariantSummary]]
    DataCaptureConfig: NotRequired[DataCaptureConfigSummary]
    EndpointStatus: EndpointStatus
    FailureReason: NotRequired[str]
    CreationTime: float
    LastModifiedTime: float
    LastDeploymentConfig: NotRequired[DeploymentConfig]
    AsyncInferenceConfig: NotRequired[AsyncInferenceConfig]
    PendingDeploymentSummary: NotRequired[PendingDeploymentSummary]
    ExplainerConfig: NotRequired[ExplainerConfig]
    ShadowProductionVariants: NotRequired[list[ProductionVariantSummary]]
    MetricsConfig: NotRequired[MetricsConfig]
    CrossRegionTrafficConfig: NotRequired[CrossRegionTrafficConfig]


class DescribeExperimentRequest(TypedDict):
    ExperimentName: str


class DescribeExperimentResponse(TypedDict):
    ExperimentName: NotRequired[str]
    ExperimentArn: NotRequired[str]
    DisplayName: NotRequired[str]
    Source: NotRequired[ExperimentSource]
    Description: NotRequired[str]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]


class DescribeFeatureGroupRequest(TypedDict):
    FeatureGroupName: str
    NextToken: NotRequired[str]


class DescribeFeatureGroupResponse(TypedDict):
    FeatureGroupArn: str
    FeatureGroupName: str
    RecordIdentifierFeatureName: str
    EventTimeFeatureName: str
    FeatureDefinitions: list[FeatureDefinition]
    CreationTime: float
    LastModifiedTime: NotRequired[float]
    OnlineStoreConfig: NotRequired[OnlineStoreConfig]
    OfflineStoreConfig: NotRequired[OfflineStoreConfig]
    ThroughputConfig: NotRequired[ThroughputConfigDescription]
    RoleArn: NotRequired[str]
    FeatureGroupStatus: NotRequired[FeatureGroupStatus]
    OfflineStoreStatus: NotRequired[OfflineStoreStatus]
    LastUpdateStatus: NotRequired[LastUpdateStatus]
    FailureReason: NotRequired[str]
    Description: NotRequired[str]
    NextToken: str
    OnlineStoreTotalSizeBytes: NotRequired[int]


class DescribeFeatureMetadataRequest(TypedDict):
    FeatureGroupName: str
    FeatureName: str


class DescribeFeatureMetadataResponse(TypedDict):
    FeatureGroupArn: str
    FeatureGroupName: str
    FeatureName: str
    FeatureType: FeatureType
    CreationTime: float
    LastModifiedTime: float
    Description: NotRequired[str]
    Parameters: NotRequired[list[FeatureParameter]]


class DescribeHyperParameterTuningJobRequest(TypedDict):
    HyperParameterTuningJobName: str


class DescribeHyperParameterTuningJobResponse(TypedDict):
    HyperParameterTuningJobName: str
    HyperParameterTuningJobArn: str
    HyperParameterTuningJobConfig: HyperParameterTuningJobConfig
    TrainingJobDefinition: NotRequired[HyperParameterTrainingJobDefinition]
    TrainingJobDefinitions: NotRequired[list[HyperParameterTrainingJobDefinition]]
    HyperParameterTuningJobStatus: HyperParameterTuningJobStatus
    CreationTime: float
    HyperParameterTuningEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    TrainingJobStatusCounters: TrainingJobStatusCounters
    ObjectiveStatusCounters: ObjectiveStatusCounters
    BestTrainingJob: NotRequired[HyperParameterTrainingJobSummary]
    OverallBestTrainingJob: NotRequired[HyperParameterTrainingJobSummary]
    WarmStartConfig: NotRequired[HyperParameterTuningJobWarmStartConfig]
    Autotune: NotRequired[Autotune]
    FailureReason: NotRequired[str]
    TuningJobCompletionDetails: NotRequired[HyperParameterTuningJobCompletionDetails]
    ConsumedResources: NotRequired[HyperParameterTuningJobConsumedResources]


class DescribeImageRequest(TypedDict):
    ImageName: str


class DescribeImageResponse(TypedDict):
    CreationTime: NotRequired[float]
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    FailureReason: NotRequired[str]
    ImageArn: NotRequired[str]
    ImageName: NotRequired[str]
    ImageStatus: NotRequired[ImageStatus]
    LastModifiedTime: NotRequired[float]
    RoleArn: NotRequired[str]


class DescribeImageVersionRequest(TypedDict):
    ImageName: str
    Version: NotRequired[int]
    Alias: NotRequired[str]


class DescribeImageVersionResponse(TypedDict):
    BaseImage: NotRequired[str]
    ContainerImage: NotRequired[str]
    CreationTime: NotRequired[float]
    FailureReason: NotRequired[str]
    ImageArn: NotRequired[str]
    ImageVersionArn: NotRequired[str]
    ImageVersionStatus: NotRequired[ImageVersionStatus]
    LastModifiedTime: NotRequired[float]
    Version: NotRequired[int]
    VendorGuidance: NotRequired[VendorGuidance]
    JobType: NotRequired[JobType]
    MLFramework: NotRequired[str]
    ProgrammingLang: NotRequired[str]
    Processor: NotRequired[Processor]
    Horovod: NotRequired[bool]
    ReleaseNotes: NotRequired[str]


class DescribeInferenceComponentRequest(TypedDict):
    InferenceComponentName: str


class DescribeInferenceComponentResponse(TypedDict):
    InferenceComponentName: str
    InferenceComponentArn: str
    EndpointName: str
    EndpointArn: str
    VariantName: NotRequired[str]
    FailureReason: NotRequired[str]
    Specification: NotRequired[InferenceComponentSpecificationSummary]
    Specifications: NotRequired[list[InferenceComponentSpecificationSummary]]
    RuntimeConfig: NotRequired[InferenceComponentRuntimeConfigSummary]
    CreationTime: float
    LastModifiedTime: float
    InferenceComponentStatus: NotRequired[InferenceComponentStatus]
    LastDeploymentConfig: NotRequired[InferenceComponentDeploymentConfig]


class DescribeInferenceExperimentRequest(TypedDict):
    Name: str


class DescribeInferenceExperimentResponse(TypedDict):
    Arn: str
    Name: str
    Type: InferenceExperimentType
    Schedule: NotRequired[InferenceExperimentSchedule]
    Status: InferenceExperimentStatus
    StatusReason: NotRequired[str]
    Description: NotRequired[str]
    CreationTime: NotRequired[float]
    CompletionTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    RoleArn: NotRequired[str]
    EndpointMetadata: EndpointMetadata
    ModelVariants: list[ModelVariantConfigSummary]
    DataStorageConfig: NotRequired[InferenceExperimentDataStorageConfig]
    ShadowModeConfig: NotRequired[ShadowModeConfig]
    KmsKey: NotRequired[str]


class DescribeInferenceRecommendationsJobRequest(TypedDict):
    JobName: str


class DescribeInferenceRecommendationsJobResponse(TypedDict):
    JobName: str
    JobDescription: NotRequired[str]
    JobType: RecommendationJobType
    JobArn: str
    RoleArn: str
    Status: RecommendationJobStatus
    CreationTime: float
    CompletionTime: NotRequired[float]
    LastModifiedTime: float
    FailureReason: NotRequired[str]
    InputConfig: RecommendationJobInputConfig
    StoppingConditions: NotRequired[RecommendationJobStoppingConditions]
    InferenceRecommendations: NotRequired[list[InferenceRecommendation]]
    EndpointPerformances: NotRequired[list[EndpointPerformance]]


class DescribeLineageGroupRequest(TypedDict):
    LineageGroupName: str


class DescribeLineageGroupResponse(TypedDict):
    LineageGroupName: NotRequired[str]
    LineageGroupArn: NotRequired[str]
    DisplayName: NotRequired[str]
    Description: NotRequired[str]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]


class DescribeMlflowTrackingServerRequest(TypedDict):
    TrackingServerName: str


class DescribeMlflowTrackingServerResponse(TypedDict):
    TrackingServerArn: NotRequired[str]
    TrackingServerName: NotRequired[str]
    ArtifactStoreUri: NotRequired[str]
    TrackingServerSize: NotRequired[TrackingServerSize]
    MlflowVersion: NotRequired[str]
    RoleArn: NotRequired[str]
    TrackingServerStatus: NotRequired[TrackingServerStatus]
    TrackingServerMaintenanceStatus: NotRequired[TrackingServerMaintenanceStatus]
    IsActive: NotRequired[IsTrackingServerActive]
    TrackingServerUrl: NotRequired[str]
    WeeklyMaintenanceWindowStart: NotRequired[str]
    AutomaticModelRegistration: NotRequired[bool]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    S3BucketOwnerAccountId: NotRequired[str]
    S3BucketOwnerVerification: NotRequired[bool]


class DescribeModelBiasJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DescribeModelBiasJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str
    JobDefinitionName: str
    CreationTime: float
    ModelBiasBaselineConfig: NotRequired[ModelBiasBaselineConfig]
    ModelBiasAppSpecification: ModelBiasAppSpecification
    ModelBiasJobInput: ModelBiasJobInput
    ModelBiasJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]


class DescribeModelCardExportJobRequest(TypedDict):
    ModelCardExportJobArn: str


class DescribeModelCardExportJobResponse(TypedDict):
    ModelCardExportJobName: str
    ModelCardExportJobArn: str
    Status: ModelCardExportJobStatus
    ModelCardName: str
    ModelCardVersion: int
    OutputConfig: ModelCardExportOutputConfig
    CreatedAt: float
    LastModifiedAt: float
    FailureReason: NotRequired[str]
    ExportArtifacts: NotRequired[ModelCardExportArtifacts]


class DescribeModelCardRequest(TypedDict):
    ModelCardName: str
    ModelCardVersion: NotRequired[int]
    IncludedData: NotRequired[IncludedData]


class DescribeModelCardResponse(TypedDict):
    ModelCardArn: str
    ModelCardName: str
    ModelCardVersion: int
    Content: str
    ModelCardStatus: ModelCardStatus
    SecurityConfig: NotRequired[ModelCardSecurityConfig]
    CreationTime: float
    CreatedBy: UserContext
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    ModelCardProcessingStatus: NotRequired[ModelCardProcessingStatus]


class DescribeModelExplainabilityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DescribeModelExplainabilityJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str
    JobDefinitionName: str
    CreationTime: float
    ModelExplainabilityBaselineConfig: NotRequired[ModelExplainabilityBaselineConfig]
    ModelExplainabilityAppSpecification: ModelExplainabilityAppSpecification
    ModelExplainabilityJobInput: ModelExplainabilityJobInput
    ModelExplainabilityJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]


class DescribeModelPackageGroupRequest(TypedDict):
    ModelPackageGroupName: str


class DescribeModelPackageGroupResponse(TypedDict):
    ModelPackageGroupName: str
    ModelPackageGroupArn: str
    ModelPackageGroupDescription: NotRequired[str]
    CreationTime: float
    CreatedBy: UserContext
    ModelPackageGroupStatus: ModelPackageGroupStatus
    ManagedConfiguration: NotRequired[ManagedConfiguration]


class DescribeModelPackageRequest(TypedDict):
    ModelPackageName: str
    IncludedData: NotRequired[IncludedData]


class DescribeModelPackageResponse(TypedDict):
    ModelPackageName: str
    ModelPackageGroupName: NotRequired[str]
    ModelPackageVersion: NotRequired[int]
    ModelPackageRegistrationType: NotRequired[ModelPackageRegistrationType]
    ModelPackageArn: str
    ModelPackageDescription: NotRequired[str]
    CreationTime: float
    InferenceSpecification: NotRequired[InferenceSpecification]
    SourceAlgorithmSpecification: NotRequired[SourceAlgorithmSpecification]
    ValidationSpecification: NotRequired[ModelPackageValidationSpecification]
    ModelPackageStatus: ModelPackageStatus
    ModelPackageStatusDetails: ModelPackageStatusDetails
    CertifyForMarketplace: NotRequired[bool]
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    CreatedBy: NotRequired[UserContext]
    MetadataProperties: NotRequired[MetadataProperties]
    ModelMetrics: NotRequired[ModelMetrics]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    ApprovalDescription: NotRequired[str]
    Domain: NotRequired[str]
    Task: NotRequired[str]
    SamplePayloadUrl: NotRequired[str]
    CustomerMetadataProperties: NotRequired[dict[str, str]]
    DriftCheckBaselines: NotRequired[DriftCheckBaselines]
    AdditionalInferenceSpecifications: NotRequired[list[AdditionalInferenceSpecificationDefinition]]
    SkipModelValidation: NotRequired[SkipModelValidation]
    SourceUri: NotRequired[str]
    SecurityConfig: NotRequired[ModelPackageSecurityConfig]
    ModelCard: NotRequired[ModelPackageModelCard]
    ModelLifeCycle: NotRequired[ModelLifeCycle]
    ManagedStorageType: NotRequired[ManagedStorageType]


class DescribeModelQualityJobDefinitionRequest(TypedDict):
    JobDefinitionName: str


class DescribeModelQualityJobDefinitionResponse(TypedDict):
    JobDefinitionArn: str
    JobDefinitionName: str
    CreationTime: float
    ModelQualityBaselineConfig: NotRequired[ModelQualityBaselineConfig]
    ModelQualityAppSpecification: ModelQualityAppSpecification
    ModelQualityJobInput: ModelQualityJobInput
    ModelQualityJobOutputConfig: MonitoringOutputConfig
    JobResources: MonitoringResources
    NetworkConfig: NotRequired[MonitoringNetworkConfig]
    RoleArn: str
    StoppingCondition: NotRequired[MonitoringStoppingCondition]


class DescribeModelRequest(TypedDict):
    ModelName: str


class DescribeModelResponse(TypedDict):
    ModelName: str
    PrimaryContainer: NotRequired[ContainerDefinition]
    Containers: NotRequired[list[ContainerDefinition]]
    InferenceExecutionConfig: NotRequired[InferenceExecutionConfig]
    ExecutionRoleArn: NotRequired[str]
    VpcConfig: NotRequired[VpcConfig]
    CreationTime: float
    ModelArn: str
    EnableNetworkIsolation: NotRequired[bool]
    DeploymentRecommendation: NotRequired[DeploymentRecommendation]


class DescribeMonitoringScheduleRequest(TypedDict):
    MonitoringScheduleName: str


class DescribeMonitoringScheduleResponse(TypedDict):
    MonitoringScheduleArn: str
    MonitoringScheduleName: str
    MonitoringScheduleStatus: ScheduleStatus
    MonitoringType: NotRequired[MonitoringType]
    FailureReason: NotRequired[str]
    CreationTime: float
    LastModifiedTime: float
    MonitoringScheduleConfig: MonitoringScheduleConfig
    EndpointName: NotRequired[str]
    LastMonitoringExecutionSummary: NotRequired[MonitoringExecutionSummary]


class DescribePipelineDefinitionForExecutionRequest(TypedDict):
    PipelineExecutionArn: str


class DescribePipelineDefinitionForExecutionResponse(TypedDict):
    PipelineDefinition: NotRequired[str]
    CreationTime: NotRequired[float]


class DescribePipelineExecutionRequest(TypedDict):
    PipelineExecutionArn: str


class DescribePipelineExecutionResponse(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineExecutionArn: NotRequired[str]
    PipelineExecutionDisplayName: NotRequired[str]
    PipelineExecutionStatus: NotRequired[PipelineExecutionStatus]
    PipelineExecutionDescription: NotRequired[str]
    PipelineExperimentConfig: NotRequired[PipelineExperimentConfig]
    FailureReason: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedBy: NotRequired[UserContext]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    SelectiveExecutionConfig: NotRequired[SelectiveExecutionConfig]
    PipelineVersionId: NotRequired[int]
    MLflowConfig: NotRequired[MLflowConfiguration]
    PipelineVersionAliases: NotRequired[list[str]]
    RoleArn: NotRequired[str]


class DescribePipelineRequest(TypedDict):
    PipelineName: str
    PipelineVersionId: NotRequired[int]
    PipelineVersionAlias: NotRequired[str]


class DescribePipelineResponse(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineName: NotRequired[str]
    PipelineDisplayName: NotRequired[str]
    PipelineDefinition: NotRequired[str]
    PipelineDescription: NotRequired[str]
    RoleArn: NotRequired[str]
    PipelineStatus: NotRequired[PipelineStatus]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastRunTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedBy: NotRequired[UserContext]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    PipelineVersionDisplayName: NotRequired[str]
    PipelineVersionDescription: NotRequired[str]
    PipelineVersionAliases: NotRequired[list[str]]


class DescribeProcessingJobRequest(TypedDict):
    ProcessingJobName: str


class DescribeProcessingJobResponse(TypedDict):
    ProcessingInputs: NotRequired[list[ProcessingInput]]
    ProcessingOutputConfig: NotRequired[ProcessingOutputConfig]
    ProcessingJobName: str
    ProcessingResources: ProcessingResources
    StoppingCondition: NotRequired[ProcessingStoppingCondition]
    AppSpecification: AppSpecification
    Environment: NotRequired[dict[str, str]]
    NetworkConfig: NotRequired[NetworkConfig]
    RoleArn: NotRequired[str]
    ExperimentConfig: NotRequired[ExperimentConfig]
    ProcessingJobArn: str
    ProcessingJobStatus: ProcessingJobStatus
    ExitMessage: NotRequired[str]
    FailureReason: NotRequired[str]
    ProcessingEndTime: NotRequired[float]
    ProcessingStartTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    CreationTime: float
    MonitoringScheduleArn: NotRequired[str]
    AutoMLJobArn: NotRequired[str]
    TrainingJobArn: NotRequired[str]


class DescribeProjectRequest(TypedDict):
    ProjectName: str


class DescribeProjectResponse(TypedDict):
    ProjectArn: str
    ProjectName: str
    ProjectId: str
    ProjectDescription: NotRequired[str]
    ServiceCatalogProvisioningDetails: NotRequired[ServiceCatalogProvisioningDetails]
    ServiceCatalogProvisionedProductDetails: NotRequired[ServiceCatalogProvisionedProductDetails]
    ProjectStatus: ProjectStatus
    TemplateProviderDetails: NotRequired[list[TemplateProviderDetail]]
    CreatedBy: NotRequired[UserContext]
    CreationTime: float
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]


class DescribeTrainingJobRequest(TypedDict):
    TrainingJobName: str


class DescribeTrainingJobResponse(TypedDict):
    TrainingJobName: str
    TrainingJobArn: str
    TuningJobArn: NotRequired[str]
    LabelingJobArn: NotRequired[str]
    AutoMLJobArn: NotRequired[str]
    ModelArtifacts: ModelArtifacts
    TrainingJobStatus: TrainingJobStatus
    SecondaryStatus: SecondaryStatus
    FailureReason: NotRequired[str]
    HyperParameters: NotRequired[dict[str, str]]
    AlgorithmSpecification: NotRequired[AlgorithmSpecification]
    RoleArn: NotRequired[str]
    InputDataConfig: NotRequired[list[Channel]]
    OutputDataConfig: NotRequired[OutputDataConfig]
    ResourceConfig: NotRequired[ResourceConfig]
    WarmPoolStatus: NotRequired[WarmPoolStatus]
    VpcConfig: NotRequired[VpcConfig]
    StoppingCondition: StoppingCondition
    CreationTime: float
    TrainingStartTime: NotRequired[float]
    TrainingEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    SecondaryStatusTransitions: NotRequired[list[SecondaryStatusTransition]]
    FinalMetricDataList: NotRequired[list[MetricData]]
    EnableNetworkIsolation: NotRequired[bool]
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    EnableManagedSpotTraining: NotRequired[bool]
    CheckpointConfig: NotRequired[CheckpointConfig]
    TrainingTimeInSeconds: NotRequired[int]
    BillableTimeInSeconds: NotRequired[int]
    BillableTokenCount: NotRequired[int]
    DebugHookConfig: NotRequired[DebugHookConfig]
    ExperimentConfig: NotRequired[ExperimentConfig]
    DebugRuleConfigurations: NotRequired[list[DebugRuleConfiguration]]
    TensorBoardOutputConfig: NotRequired[TensorBoardOutputConfig]
    DebugRuleEvaluationStatuses: NotRequired[list[DebugRuleEvaluationStatus]]
    ProfilerConfig: NotRequired[ProfilerConfig]
    ProfilerRuleConfigurations: NotRequired[list[ProfilerRuleConfiguration]]
    ProfilerRuleEvaluationStatuses: NotRequired[list[ProfilerRuleEvaluationStatus]]
    ProfilingStatus: NotRequired[ProfilingStatus]
    Environment: NotRequired[dict[str, str]]
    RetryStrategy: NotRequired[RetryStrategy]
    RemoteDebugConfig: NotRequired[RemoteDebugConfig]
    InfraCheckConfig: NotRequired[InfraCheckConfig]
    ServerlessJobConfig: NotRequired[ServerlessJobConfig]
    MlflowConfig: NotRequired[MlflowConfig]
    ModelPackageConfig: NotRequired[ModelPackageConfig]
    MlflowDetails: NotRequired[MlflowDetails]
    ProgressInfo: NotRequired[TrainingProgressInfo]
    OutputModelPackageArn: NotRequired[str]


class DescribeTransformJobRequest(TypedDict):
    TransformJobName: str


class DescribeTransformJobResponse(TypedDict):
    TransformJobName: str
    TransformJobArn: str
    TransformJobStatus: TransformJobStatus
    FailureReason: NotRequired[str]
    ModelName: str
    MaxConcurrentTransforms: NotRequired[int]
    ModelClientConfig: NotRequired[ModelClientConfig]
    MaxPayloadInMB: NotRequired[int]
    BatchStrategy: NotRequired[BatchStrategy]
    Environment: NotRequired[dict[str, str]]
    TransformInput: TransformInput
    TransformOutput: NotRequired[TransformOutput]
    DataCaptureConfig: NotRequired[BatchDataCaptureConfig]
    TransformResources: TransformResources
    CreationTime: float
    TransformStartTime: NotRequired[float]
    TransformEndTime: NotRequired[float]
    LabelingJobArn: NotRequired[str]
    AutoMLJobArn: NotRequired[str]
    DataProcessing: NotRequired[DataProcessing]
    ExperimentConfig: NotRequired[ExperimentConfig]


class DescribeTrialComponentRequest(TypedDict):
    TrialComponentName: str


class DescribeTrialComponentResponse(TypedDict):
    TrialComponentName: NotRequired[str]
    TrialComponentArn: NotRequired[str]
    DisplayName: NotRequired[str]
    Source: NotRequired[TrialComponentSource]
    Status: NotRequired[TrialComponentStatus]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    Parameters: NotRequired[dict[str, TrialComponentParameterValue]]
    InputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    OutputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    MetadataProperties: NotRequired[MetadataProperties]
    Metrics: NotRequired[list[TrialComponentMetricSummary]]
    LineageGroupArn: NotRequired[str]
    Sources: NotRequired[list[TrialComponentSource]]


class DescribeTrialRequest(TypedDict):
    TrialName: str


class DescribeTrialResponse(TypedDict):
    TrialName: NotRequired[str]
    TrialArn: NotRequired[str]
    DisplayName: NotRequired[str]
    ExperimentName: NotRequired[str]
    Source: NotRequired[TrialSource]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    MetadataProperties: NotRequired[MetadataProperties]


class DesiredWeightAndCapacity(TypedDict):
    VariantName: str
    DesiredWeight: NotRequired[float]
    DesiredInstanceCount: NotRequired[int]
    ServerlessUpdateConfig: NotRequired[ProductionVariantServerlessUpdateConfig]


DetailedModelPackageStatus: TypeAlias = Literal[
    "NotStarted", "InProgress", "Completed", "Failed"
]


Direction: TypeAlias = Literal[
    "Both", "Ascendants", "Descendants"
]


class DisassociateTrialComponentRequest(TypedDict):
    TrialComponentName: str
    TrialName: str


class DisassociateTrialComponentResponse(TypedDict):
    TrialComponentArn: NotRequired[str]
    TrialArn: NotRequired[str]


class DriftCheckBaselines(TypedDict):
    Bias: NotRequired[DriftCheckBias]
    Explainability: NotRequired[DriftCheckExplainability]
    ModelQuality: NotRequired[DriftCheckModelQuality]
    ModelDataQuality: NotRequired[DriftCheckModelDataQuality]


class DriftCheckBias(TypedDict):
    ConfigFile: NotRequired[FileSource]
    PreTrainingConstraints: NotRequired[MetricsSource]
    PostTrainingConstraints: NotRequired[MetricsSource]


class DriftCheckExplainability(TypedDict):
    Constraints: NotRequired[MetricsSource]
    ConfigFile: NotRequired[FileSource]


class DriftCheckModelDataQuality(TypedDict):
    Statistics: NotRequired[MetricsSource]
    Constraints: NotRequired[MetricsSource]


class DriftCheckModelQuality(TypedDict):
    Statistics: NotRequired[MetricsSource]
    Constraints: NotRequired[MetricsSource]


class EMRServerlessStepMetadata(TypedDict):
    ApplicationId: NotRequired[str]
    JobRunId: NotRequired[str]
    JobRunName: NotRequired[str]
    LogFilePath: NotRequired[str]


class EMRStepMetadata(TypedDict):
    ClusterId: NotRequired[str]
    StepId: NotRequired[str]
    StepName: NotRequired[str]
    LogFilePath: NotRequired[str]


class Ec2CapacityReservation(TypedDict):
    Ec2CapacityReservationId: NotRequired[str]
    TotalInstanceCount: NotRequired[int]
    AvailableInstanceCount: NotRequired[int]
    UsedByCurrentEndpoint: NotRequired[int]


class Edge(TypedDict):
    SourceArn: NotRequired[str]
    DestinationArn: NotRequired[str]
    AssociationType: NotRequired[AssociationEdgeType]


class EmrServerlessComputeConfig(TypedDict):
    ExecutionRoleARN: str


class Endpoint(TypedDict):
    EndpointName: str
    EndpointArn: str
    EndpointConfigName: str
    ProductionVariants: NotRequired[list[ProductionVariantSummary]]
    DataCaptureConfig: NotRequired[DataCaptureConfigSummary]
    EndpointStatus: EndpointStatus
    FailureReason: NotRequired[str]
    CreationTime: float
    LastModifiedTime: float
    MonitoringSchedules: NotRequired[list[MonitoringSchedule]]
    Tags: NotRequired[list[Tag]]
    ShadowProductionVariants: NotRequired[list[ProductionVariantSummary]]


EndpointConfigSortKey: TypeAlias = Literal[
    "Name", "CreationTime"
]


class EndpointConfigStepMetadata(TypedDict):
    Arn: NotRequired[str]


class EndpointConfigSummary(TypedDict):
    EndpointConfigName: str
    EndpointConfigArn: str
    CreationTime: float


class EndpointInfo(TypedDict):
    EndpointName: NotRequired[str]


class EndpointInput(TypedDict):
    EndpointName: str
    LocalPath: str
    S3InputMode: NotRequired[ProcessingS3InputMode]
    S3DataDistributionType: NotRequired[ProcessingS3DataDistributionType]
    FeaturesAttribute: NotRequired[str]
    InferenceAttribute: NotRequired[str]
    ProbabilityAttribute: NotRequired[str]
    ProbabilityThresholdAttribute: NotRequired[float]
    StartTimeOffset: NotRequired[str]
    EndTimeOffset: NotRequired[str]
    ExcludeFeaturesAttribute: NotRequired[str]


class EndpointInputConfiguration(TypedDict):
    InstanceType: NotRequired[ProductionVariantInstanceType]
    ServerlessConfig: NotRequired[ProductionVariantServerlessConfig]
    InferenceSpecificationName: NotRequired[str]
    EnvironmentParameterRanges: NotRequired[EnvironmentParameterRanges]


class EndpointMetadata(TypedDict):
    EndpointName: str
    EndpointConfigName: NotRequired[str]
    EndpointStatus: NotRequired[EndpointStatus]
    FailureReason: NotRequired[str]


class EndpointOutputConfiguration(TypedDict):
    EndpointName: str
    VariantName: str
    InstanceType: NotRequired[ProductionVariantInstanceType]
    InitialInstanceCount: NotRequired[int]
    ServerlessConfig: NotRequired[ProductionVariantServerlessConfig]


class EndpointPerformance(TypedDict):
    Metrics: InferenceMetrics
    EndpointInfo: EndpointInfo


EndpointSortKey: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


EndpointStatus: TypeAlias = Literal[
    "OutOfService", "Creating", "Updating", "SystemUpdating", "RollingBack", "InService", "Deleting", "Failed",
    "UpdateRollbackFailed"
]


class EndpointStepMetadata(TypedDict):
    Arn: NotRequired[str]


class EndpointSummary(TypedDict):
    EndpointName: str
    EndpointArn: str
    CreationTime: float
    LastModifiedTime: float
    EndpointStatus: EndpointStatus


class EnvironmentParameter(TypedDict):
    Key: str
    ValueType: str
    Value: str


class EnvironmentParameterRanges(TypedDict):
    CategoricalParameterRanges: NotRequired[list[CategoricalParameter]]


EvaluationType: TypeAlias = Literal[
    "LLMAJEvaluation", "CustomScorerEvaluation", "BenchmarkEvaluation"
]


ExecutionStatus: TypeAlias = Literal[
    "Pending", "Completed", "CompletedWithViolations", "InProgress", "Failed", "Stopping", "Stopped"
]


class Experiment(TypedDict):
    ExperimentName: NotRequired[str]
    ExperimentArn: NotRequired[str]
    DisplayName: NotRequired[str]
    Source: NotRequired[ExperimentSource]
    Description: NotRequired[str]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    Tags: NotRequired[list[Tag]]


class ExperimentConfig(TypedDict):
    ExperimentName: NotRequired[str]
    TrialName: NotRequired[str]
    TrialComponentDisplayName: NotRequired[str]
    RunName: NotRequired[str]


class ExperimentSource(TypedDict):
    SourceArn: str
    SourceType: NotRequired[str]


class ExperimentSummary(TypedDict):
    ExperimentArn: NotRequired[str]
    ExperimentName: NotRequired[str]
    DisplayName: NotRequired[str]
    ExperimentSource: NotRequired[ExperimentSource]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


ExpirationTimeResponse: TypeAlias = Literal[
    "Enabled", "Disabled"
]


class Explainability(TypedDict):
    Report: NotRequired[MetricsSource]


class ExplainerConfig(TypedDict):
    ClarifyExplainerConfig: NotRequired[ClarifyExplainerConfig]


class FailStepMetadata(TypedDict):
    ErrorMessage: NotRequired[str]


class FeatureDefinition(TypedDict):
    FeatureName: str
    FeatureType: FeatureType
    CollectionType: NotRequired[CollectionType]
    CollectionConfig: NotRequired[CollectionConfig]


class FeatureGroup(TypedDict):
    FeatureGroupArn: NotRequired[str]
    FeatureGroupName: NotRequired[str]
    RecordIdentifierFeatureName: NotRequired[str]
    EventTimeFeatureName: NotRequired[str]
    FeatureDefinitions: NotRequired[list[FeatureDefinition]]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    OnlineStoreConfig: NotRequired[OnlineStoreConfig]
    OfflineStoreConfig: NotRequired[OfflineStoreConfig]
    RoleArn: NotRequired[str]
    FeatureGroupStatus: NotRequired[FeatureGroupStatus]
    OfflineStoreStatus: NotRequired[OfflineStoreStatus]
    LastUpdateStatus: NotRequired[LastUpdateStatus]
    FailureReason: NotRequired[str]
    Description: NotRequired[str]
    Tags: NotRequired[list[Tag]]


FeatureGroupSortBy: TypeAlias = Literal[
    "Name", "FeatureGroupStatus", "OfflineStoreStatus", "CreationTime"
]


FeatureGroupSortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


FeatureGroupStatus: TypeAlias = Literal[
    "Creating", "Created", "CreateFailed", "Deleting", "DeleteFailed"
]


class FeatureGroupSummary(TypedDict):
    FeatureGroupName: str
    FeatureGroupArn: str
    CreationTime: float
    FeatureGroupStatus: NotRequired[FeatureGroupStatus]
    OfflineStoreStatus: NotRequired[OfflineStoreStatus]


class FeatureMetadata(TypedDict):
    FeatureGroupArn: NotRequired[str]
    FeatureGroupName: NotRequired[str]
    FeatureName: NotRequired[str]
    FeatureType: NotRequired[FeatureType]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    Description: NotRequired[str]
    Parameters: NotRequired[list[FeatureParameter]]


class FeatureParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]


FeatureType: TypeAlias = Literal[
    "Integral", "Fractional", "String"
]


class FeatureValue(TypedDict):
    FeatureName: str
    ValueAsString: NotRequired[str]
    ValueAsStringList: NotRequired[list[str]]


class FileSource(TypedDict):
    ContentType: NotRequired[str]
    ContentDigest: NotRequired[str]
    S3Uri: str


FileSystemAccessMode: TypeAlias = Literal[
    "rw", "ro"
]


class FileSystemDataSource(TypedDict):
    FileSystemId: str
    FileSystemAccessMode: FileSystemAccessMode
    FileSystemType: FileSystemType
    DirectoryPath: str


FileSystemType: TypeAlias = Literal[
    "EFS", "FSxLustre"
]


class Filter(TypedDict):
    Name: str
    Operator: NotRequired[Operator]
    Value: NotRequired[str]


class FinalAutoMLJobObjectiveMetric(TypedDict):
    Type: NotRequired[AutoMLJobObjectiveType]
    MetricName: AutoMLMetricEnum
    Value: float
    StandardMetricName: NotRequired[AutoMLMetricEnum]


class FinalHyperParameterTuningJobObjectiveMetric(TypedDict):
    Type: NotRequired[HyperParameterTuningJobObjectiveType]
    MetricName: str
    Value: float


FlatInvocations: TypeAlias = Literal[
    "Continue", "Stop"
]


class ForEachSelectorResult(TypedDict):
    StepName: NotRequired[str]
    Index: NotRequired[int]


ForEachStatus: TypeAlias = Literal[
    "Succeeded", "Failed", "Stopped"
]


class ForEachStepMetadata(TypedDict):
    Status: NotRequired[ForEachStatus]
    InputItemCount: NotRequired[int]
    TotalStepCount: NotRequired[int]
    SucceededStepCount: NotRequired[int]
    FailedStepCount: NotRequired[int]
    StoppedStepCount: NotRequired[int]
    Selector: NotRequired[ForEachSelectorResult]


class GetLineageGroupPolicyRequest(TypedDict):
    LineageGroupName: str


class GetLineageGroupPolicyResponse(TypedDict):
    LineageGroupArn: NotRequired[str]
    ResourcePolicy: NotRequired[str]


class GetModelPackageGroupPolicyRequest(TypedDict):
    ModelPackageGroupName: str


class GetModelPackageGroupPolicyResponse(TypedDict):
    ResourcePolicy: str


class GetRecordRequest(TypedDict):
    FeatureGroupName: str
    RecordIdentifierValueAsString: str
    FeatureNames: NotRequired[list[str]]
    ExpirationTimeResponse: NotRequired[ExpirationTimeResponse]


class GetRecordResponse(TypedDict):
    Record: NotRequired[list[FeatureValue]]
    ExpiresAt: NotRequired[str]


class GetSearchSuggestionsRequest(TypedDict):
    Resource: ResourceType
    SuggestionQuery: NotRequired[SuggestionQuery]


class GetSearchSuggestionsResponse(TypedDict):
    PropertyNameSuggestions: NotRequired[list[PropertyNameSuggestion]]


class GitConfig(TypedDict):
    RepositoryUrl: str
    Branch: NotRequired[str]
    SecretArn: NotRequired[str]


class GitConfigForUpdate(TypedDict):
    SecretArn: NotRequired[str]


class HolidayConfigAttributes(TypedDict):
    CountryCode: NotRequired[str]


class HubAccessConfig(TypedDict):
    HubContentArn: str


class HubContent(TypedDict):
    HubContentName: str
    HubContentArn: str
    HubContentVersion: str
    HubContentType: HubContentType
    DocumentSchemaVersion: str
    HubName: str
    HubArn: str
    HubContentDisplayName: NotRequired[str]
    HubContentDescription: NotRequired[str]
    HubContentMarkdown: NotRequired[str]
    HubContentDocument: NotRequired[str]
    SageMakerPublicHubContentArn: NotRequired[str]
    ReferenceMinVersion: NotRequired[str]
    SupportStatus: NotRequired[HubContentSupportStatus]
    HubContentSearchKeywords: NotRequired[list[str]]
    HubContentDependencies: NotRequired[list[HubContentDependency]]
    HubContentStatus: HubContentStatus
    FailureReason: NotRequired[str]
    CreationTime: float
    LastModifiedTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedBy: NotRequired[UserContext]
    Tags: NotRequired[list[Tag]]


class HubContentDependency(TypedDict):
    DependencyOriginPath: NotRequired[str]
    DependencyCopyPath: NotRequired[str]


HubContentStatus: TypeAlias = Literal[
    "Available", "Importing", "Deleting", "ImportFailed", "DeleteFailed", "PendingImport", "PendingDelete"
]


class HubContentStepMetadata(TypedDict):
    HubArn: NotRequired[str]
    HubContentArn: NotRequired[str]


HubContentSupportStatus: TypeAlias = Literal[
    "Supported", "Deprecated", "Restricted"
]


HubContentType: TypeAlias = Literal[
    "Model", "Notebook", "ModelReference", "DataSet", "JsonDoc"
]


class HyperParameterAlgorithmSpecification(TypedDict):
    TrainingImage: NotRequired[str]
    TrainingInputMode: TrainingInputMode
    AlgorithmName: NotRequired[str]
    MetricDefinitions: NotRequired[list[MetricDefinition]]


HyperParameterScalingType: TypeAlias = Literal[
    "Auto", "Linear", "Logarithmic", "ReverseLogarithmic"
]


class HyperParameterTrainingJobDefinition(TypedDict):
    DefinitionName: NotRequired[str]
    TuningObjective: NotRequired[HyperParameterTuningJobObjective]
    HyperParameterRanges: NotRequired[ParameterRanges]
    StaticHyperParameters: NotRequired[dict[str, str]]
    AlgorithmSpecification: HyperParameterAlgorithmSpecification
    RoleArn: str
    InputDataConfig: NotRequired[list[Channel]]
    VpcConfig: NotRequired[VpcConfig]
    OutputDataConfig: OutputDataConfig
    ResourceConfig: NotRequired[ResourceConfig]
    HyperParameterTuningResourceConfig: NotRequired[HyperParameterTuningResourceConfig]
    StoppingCondition: StoppingCondition
    EnableNetworkIsolation: NotRequired[bool]
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    EnableManagedSpotTraining: NotRequired[bool]
    CheckpointConfig: NotRequired[CheckpointConfig]
    RetryStrategy: NotRequired[RetryStrategy]
    Environment: NotRequired[dict[str, str]]


class HyperParameterTrainingJobSummary(TypedDict):
    TrainingJobDefinitionName: NotRequired[str]
    TrainingJobName: str
    TrainingJobArn: str
    TuningJobName: NotRequired[str]
    CreationTime: float
    TrainingStartTime: NotRequired[float]
    TrainingEndTime: NotRequired[float]
    TrainingJobStatus: TrainingJobStatus
    TunedHyperParameters: dict[str, str]
    FailureReason: NotRequired[str]
    FinalHyperParameterTuningJobObjectiveMetric: NotRequired[FinalHyperParameterTuningJobObjectiveMetric]
    ObjectiveStatus: NotRequired[ObjectiveStatus]


HyperParameterTuningAllocationStrategy: TypeAlias = Literal[
    "Prioritized"
]


class HyperParameterTuningInstanceConfig(TypedDict):
    InstanceType: TrainingInstanceType
    InstanceCount: int
    VolumeSizeInGB: int


class HyperParameterTuningJobCompletionDetails(TypedDict):
    NumberOfTrainingJobsObjectiveNotImproving: NotRequired[int]
    ConvergenceDetectedTime: NotRequired[float]


class HyperParameterTuningJobConfig(TypedDict):
    Strategy: HyperParameterTuningJobStrategyType
    StrategyConfig: NotRequired[HyperParameterTuningJobStrategyConfig]
    HyperParameterTuningJobObjective: NotRequired[HyperParameterTuningJobObjective]
    ResourceLimits: ResourceLimits
    ParameterRanges: NotRequired[ParameterRanges]
    TrainingJobEarlyStoppingType: NotRequired[TrainingJobEarlyStoppingType]
    TuningJobCompletionCriteria: NotRequired[TuningJobCompletionCriteria]
    RandomSeed: NotRequired[int]


class HyperParameterTuningJobConsumedResources(TypedDict):
    RuntimeInSeconds: NotRequired[int]


class HyperParameterTuningJobObjective(TypedDict):
    Type: HyperParameterTuningJobObjectiveType
    MetricName: str


HyperParameterTuningJobObjectiveType: TypeAlias = Literal[
    "Maximize", "Minimize"
]


class HyperParameterTuningJobSearchEntity(TypedDict):
    HyperParameterTuningJobName: NotRequired[str]
    HyperParameterTuningJobArn: NotRequired[str]
    HyperParameterTuningJobConfig: NotRequired[HyperParameterTuningJobConfig]
    TrainingJobDefinition: NotRequired[HyperParameterTrainingJobDefinition]
    TrainingJobDefinitions: NotRequired[list[HyperParameterTrainingJobDefinition]]
    HyperParameterTuningJobStatus: NotRequired[HyperParameterTuningJobStatus]
    CreationTime: NotRequired[float]
    HyperParameterTuningEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    TrainingJobStatusCounters: NotRequired[TrainingJobStatusCounters]
    ObjectiveStatusCounters: NotRequired[ObjectiveStatusCounters]
    BestTrainingJob: NotRequired[HyperParameterTrainingJobSummary]
    OverallBestTrainingJob: NotRequired[HyperParameterTrainingJobSummary]
    WarmStartConfig: NotRequired[HyperParameterTuningJobWarmStartConfig]
    FailureReason: NotRequired[str]
    TuningJobCompletionDetails: NotRequired[HyperParameterTuningJobCompletionDetails]
    ConsumedResources: NotRequired[HyperParameterTuningJobConsumedResources]
    Tags: NotRequired[list[Tag]]


HyperParameterTuningJobSortByOptions: TypeAlias = Literal[
    "Name", "Status", "CreationTime"
]


HyperParameterTuningJobStatus: TypeAlias = Literal[
    "Completed", "InProgress", "Failed", "Stopped", "Stopping", "Deleting", "DeleteFailed"
]


class HyperParameterTuningJobStrategyConfig(TypedDict):
    HyperbandStrategyConfig: NotRequired[HyperbandStrategyConfig]


HyperParameterTuningJobStrategyType: TypeAlias = Literal[
    "Bayesian", "Random", "Hyperband", "Grid"
]


class HyperParameterTuningJobSummary(TypedDict):
    HyperParameterTuningJobName: str
    HyperParameterTuningJobArn: str
    HyperParameterTuningJobStatus: HyperParameterTuningJobStatus
    Strategy: HyperParameterTuningJobStrategyType
    CreationTime: float
    HyperParameterTuningEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    TrainingJobStatusCounters: TrainingJobStatusCounters
    ObjectiveStatusCounters: ObjectiveStatusCounters
    ResourceLimits: NotRequired[ResourceLimits]


class HyperParameterTuningJobWarmStartConfig(TypedDict):
    ParentHyperParameterTuningJobs: list[ParentHyperParameterTuningJob]
    WarmStartType: HyperParameterTuningJobWarmStartType


HyperParameterTuningJobWarmStartType: TypeAlias = Literal[
    "IdenticalDataAndAlgorithm", "TransferLearning"
]


class HyperParameterTuningResourceConfig(TypedDict):
    InstanceType: NotRequired[TrainingInstanceType]
    InstanceCount: NotRequired[int]
    VolumeSizeInGB: NotRequired[int]
    VolumeKmsKeyId: NotRequired[str]
    AllocationStrategy: NotRequired[HyperParameterTuningAllocationStrategy]
    InstanceConfigs: NotRequired[list[HyperParameterTuningInstanceConfig]]


class HyperbandStrategyConfig(TypedDict):
    MinResource: NotRequired[int]
    MaxResource: NotRequired[int]


class IamIdentity(TypedDict):
    Arn: NotRequired[str]
    PrincipalId: NotRequired[str]
    SourceIdentity: NotRequired[str]


class Image(TypedDict):
    CreationTime: float
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    FailureReason: NotRequired[str]
    ImageArn: str
    ImageName: str
    ImageStatus: ImageStatus
    LastModifiedTime: float


class ImageClassificationJobConfig(TypedDict):
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]


class ImageConfig(TypedDict):
    RepositoryAccessMode: RepositoryAccessMode
    RepositoryAuthConfig: NotRequired[RepositoryAuthConfig]


ImageSortBy: TypeAlias = Literal[
    "CREATION_TIME", "LAST_MODIFIED_TIME", "IMAGE_NAME"
]


ImageSortOrder: TypeAlias = Literal[
    "ASCENDING", "DESCENDING"
]


ImageStatus: TypeAlias = Literal[
    "CREATING", "CREATED", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "DELETE_FAILED"
]


class ImageVersion(TypedDict):
    CreationTime: float
    FailureReason: NotRequired[str]
    ImageArn: str
    ImageVersionArn: str
    ImageVersionStatus: ImageVersionStatus
    LastModifiedTime: float
    Version: int


ImageVersionSortBy: TypeAlias = Literal[
    "CREATION_TIME", "LAST_MODIFIED_TIME", "VERSION"
]


ImageVersionSortOrder: TypeAlias = Literal[
    "ASCENDING", "DESCENDING"
]


ImageVersionStatus: TypeAlias = Literal[
    "CREATING", "CREATED", "CREATE_FAILED", "DELETING", "DELETE_FAILED"
]


IncludedData: TypeAlias = Literal[
    "AllData", "MetadataOnly"
]


class InferenceComponentAvailabilityZoneBalance(TypedDict):
    EnforcementMode: AvailabilityZoneBalanceEnforcementMode
    MaxImbalance: NotRequired[int]


class InferenceComponentCapacitySize(TypedDict):
    Type: InferenceComponentCapacitySizeType
    Value: int


InferenceComponentCapacitySizeType: TypeAlias = Literal[
    "COPY_COUNT", "CAPACITY_PERCENT"
]


class InferenceComponentComputeResourceRequirements(TypedDict):
    NumberOfCpuCoresRequired: NotRequired[float]
    NumberOfAcceleratorDevicesRequired: NotRequired[float]
    MinMemoryRequiredInMb: int
    MaxMemoryRequiredInMb: NotRequired[int]
    AcceleratorPartitionType: NotRequired[str]


class InferenceComponentContainerSpecification(TypedDict):
    Image: NotRequired[str]
    ArtifactUrl: NotRequired[str]
    Environment: NotRequired[dict[str, str]]
    ContainerMetricsConfig: NotRequired[ContainerMetricsConfig]


class InferenceComponentContainerSpecificationSummary(TypedDict):
    DeployedImage: NotRequired[DeployedImage]
    ArtifactUrl: NotRequired[str]
    Environment: NotRequired[dict[str, str]]
    ContainerMetricsConfig: NotRequired[ContainerMetricsConfig]


class InferenceComponentDataCacheConfig(TypedDict):
    EnableCaching: bool


class InferenceComponentDataCacheConfigSummary(TypedDict):
    EnableCaching: bool


class InferenceComponentDeploymentConfig(TypedDict):
    RollingUpdatePolicy: InferenceComponentRollingUpdatePolicy
    AutoRollbackConfiguration: NotRequired[AutoRollbackConfig]


class InferenceComponentMetadata(TypedDict):
    Arn: NotRequired[str]


class InferenceComponentPlacementStatus(TypedDict):
    InstanceType: ProductionVariantInstanceType
    CurrentCopyCount: int


InferenceComponentPlacementStrategy: TypeAlias = Literal[
    "SPREAD", "BINPACK"
]


class InferenceComponentRollingUpdatePolicy(TypedDict):
    MaximumBatchSize: InferenceComponentCapacitySize
    WaitIntervalInSeconds: int
    MaximumExecutionTimeoutInSeconds: NotRequired[int]
    RollbackMaximumBatchSize: NotRequired[InferenceComponentCapacitySize]


class InferenceComponentRuntimeConfig(TypedDict):
    CopyCount: int


class InferenceComponentRuntimeConfigSummary(TypedDict):
    DesiredCopyCount: NotRequired[int]
    CurrentCopyCount: NotRequired[int]
    PlacementStatus: NotRequired[list[InferenceComponentPlacementStatus]]


class InferenceComponentSchedulingConfig(TypedDict):
    PlacementStrategy: InferenceComponentPlacementStrategy
    AvailabilityZoneBalance: NotRequired[InferenceComponentAvailabilityZoneBalance]


InferenceComponentSortKey: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


class InferenceComponentSpecification(TypedDict):
    InstanceType: NotRequired[ProductionVariantInstanceType]
    ModelName: NotRequired[str]
    Container: NotRequired[InferenceComponentContainerSpecification]
    StartupParameters: NotRequired[InferenceComponentStartupParameters]
    ComputeResourceRequirements: NotRequired[InferenceComponentComputeResourceRequirements]
    BaseInferenceComponentName: NotRequired[str]
    DataCacheConfig: NotRequired[InferenceComponentDataCacheConfig]
    SchedulingConfig: NotRequired[InferenceComponentSchedulingConfig]


class InferenceComponentSpecificationSummary(TypedDict):
    InstanceType: NotRequired[ProductionVariantInstanceType]
    ModelName: NotRequired[str]
    Container: NotRequired[InferenceComponentContainerSpecificationSummary]
    StartupParameters: NotRequired[InferenceComponentStartupParameters]
    ComputeResourceRequirements: NotRequired[InferenceComponentComputeResourceRequirements]
    BaseInferenceComponentName: NotRequired[str]
    DataCacheConfig: NotRequired[InferenceComponentDataCacheConfigSummary]
    SchedulingConfig: NotRequired[InferenceComponentSchedulingConfig]


class InferenceComponentStartupParameters(TypedDict):
    ModelDataDownloadTimeoutInSeconds: NotRequired[int]
    ContainerStartupHealthCheckTimeoutInSeconds: NotRequired[int]


InferenceComponentStatus: TypeAlias = Literal[
    "InService", "Creating", "Updating", "Failed", "Deleting"
]


class InferenceComponentSummary(TypedDict):
    CreationTime: float
    InferenceComponentArn: str
    InferenceComponentName: str
    EndpointArn: str
    EndpointName: str
    VariantName: str
    InferenceComponentStatus: NotRequired[InferenceComponentStatus]
    LastModifiedTime: float


class InferenceExecutionConfig(TypedDict):
    Mode: InferenceExecutionMode


InferenceExecutionMode: TypeAlias = Literal[
    "Serial", "Direct"
]


class InferenceExperimentDataStorageConfig(TypedDict):
    Destination: str
    KmsKey: NotRequired[str]
    ContentType: NotRequired[CaptureContentTypeHeader]


class InferenceExperimentSchedule(TypedDict):
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]


InferenceExperimentStatus: TypeAlias = Literal[
    "Creating", "Created", "Updating", "Running", "Starting", "Stopping", "Completed", "Cancelled"
]


InferenceExperimentStopDesiredState: TypeAlias = Literal[
    "Completed", "Cancelled"
]


class InferenceExperimentSummary(TypedDict):
    Name: str
    Type: InferenceExperimentType
    Schedule: NotRequired[InferenceExperimentSchedule]
    Status: InferenceExperimentStatus
    StatusReason: NotRequired[str]
    Description: NotRequired[str]
    CreationTime: float
    CompletionTime: NotRequired[float]
    LastModifiedTime: float
    RoleArn: NotRequired[str]


InferenceExperimentType: TypeAlias = Literal[
    "ShadowMode"
]


class InferenceHubAccessConfig(TypedDict):
    HubContentArn: str


class InferenceMetrics(TypedDict):
    MaxInvocations: int
    ModelLatency: int


class InferenceRecommendation(TypedDict):
    RecommendationId: NotRequired[str]
    Metrics: NotRequired[RecommendationMetrics]
    EndpointConfiguration: EndpointOutputConfiguration
    ModelConfiguration: ModelConfiguration
    InvocationEndTime: NotRequired[float]
    InvocationStartTime: NotRequired[float]


class InferenceRecommendationsJob(TypedDict):
    JobName: str
    JobDescription: str
    JobType: RecommendationJobType
    JobArn: str
    Status: RecommendationJobStatus
    CreationTime: float
    CompletionTime: NotRequired[float]
    RoleArn: str
    LastModifiedTime: float
    FailureReason: NotRequired[str]
    ModelName: NotRequired[str]
    SamplePayloadUrl: NotRequired[str]
    ModelPackageVersionArn: NotRequired[str]


class InferenceRecommendationsJobStep(TypedDict):
    StepType: RecommendationStepType
    JobName: str
    Status: RecommendationJobStatus
    InferenceBenchmark: NotRequired[RecommendationJobInferenceBenchmark]


class InferenceSpecification(TypedDict):
    Containers: list[ModelPackageContainerDefinition]
    SupportedTransformInstanceTypes: NotRequired[list[TransformInstanceType]]
    SupportedRealtimeInferenceInstanceTypes: NotRequired[list[ProductionVariantInstanceType]]
    SupportedContentTypes: NotRequired[list[str]]
    SupportedResponseMIMETypes: NotRequired[list[str]]


class InfraCheckConfig(TypedDict):
    EnableInfraCheck: NotRequired[bool]


InputMode: TypeAlias = Literal[
    "Pipe", "File"
]


class InstanceGroup(TypedDict):
    InstanceType: TrainingInstanceType
    InstanceCount: int
    InstanceGroupName: str


class InstancePlacementConfig(TypedDict):
    EnableMultipleJobs: NotRequired[bool]
    PlacementSpecifications: NotRequired[list[PlacementSpecification]]


class InstancePool(TypedDict):
    InstanceType: ProductionVariantInstanceType
    ModelNameOverride: NotRequired[str]
    Priority: int


class InstancePoolSummary(TypedDict):
    InstanceType: ProductionVariantInstanceType
    CurrentInstanceCount: int


class InstancePreference(TypedDict):
    InstanceType: TrainingInstanceType
    InstanceCount: NotRequired[int]
    TrainingPlanArns: NotRequired[list[str]]


class IntegerParameterRange(TypedDict):
    Name: str
    MinValue: str
    MaxValue: str
    ScalingType: NotRequired[HyperParameterScalingType]


class InvokeEndpointAsyncRequest(TypedDict):
    EndpointName: str
    ContentType: NotRequired[str]
    Accept: NotRequired[str]
    CustomAttributes: NotRequired[str]
    InferenceId: NotRequired[str]
    InputLocation: NotRequired[str]
    S3OutputPathExtension: NotRequired[str]
    Filename: NotRequired[str]
    RequestTTLSeconds: NotRequired[int]
    InvocationTimeoutSeconds: NotRequired[int]
    Body: NotRequired[bytes]


class InvokeEndpointAsyncResponse(TypedDict):
    InferenceId: NotRequired[str]
    OutputLocation: NotRequired[str]
    FailureLocation: NotRequired[str]


class InvokeEndpointRequest(TypedDict):
    EndpointName: str
    Body: bytes
    ContentType: NotRequired[str]
    Accept: NotRequired[str]
    CustomAttributes: NotRequired[str]
    TargetModel: NotRequired[str]
    TargetVariant: NotRequired[str]
    TargetContainerHostname: NotRequired[str]
    InferenceId: NotRequired[str]
    EnableExplanations: NotRequired[str]
    InferenceComponentName: NotRequired[str]
    SessionId: NotRequired[str]
    PrefixAwareId: NotRequired[str]


class InvokeEndpointResponse(TypedDict):
    Body: bytes
    ContentType: NotRequired[str]
    InvokedProductionVariant: NotRequired[str]
    CustomAttributes: NotRequired[str]
    NewSessionId: NotRequired[str]
    ClosedSessionId: NotRequired[str]


class InvokeEndpointWithResponseStreamRequest(TypedDict):
    EndpointName: str
    Body: bytes
    ContentType: NotRequired[str]
    Accept: NotRequired[str]
    CustomAttributes: NotRequired[str]
    TargetVariant: NotRequired[str]
    TargetContainerHostname: NotRequired[str]
    InferenceId: NotRequired[str]
    InferenceComponentName: NotRequired[str]
    SessionId: NotRequired[str]
    PrefixAwareId: NotRequired[str]


class InvokeEndpointWithResponseStreamResponse(TypedDict):
    Body: Json
    ContentType: NotRequired[str]
    InvokedProductionVariant: NotRequired[str]
    CustomAttributes: NotRequired[str]


IsTrackingServerActive: TypeAlias = Literal[
    "Active", "Inactive"
]


class IterationContext(TypedDict):
    ParentStepName: NotRequired[str]
    Index: NotRequired[int]
    Item: NotRequired[str]


class Job(TypedDict):
    JobName: NotRequired[str]
    JobArn: NotRequired[str]
    RoleArn: NotRequired[str]
    JobCategory: NotRequired[JobCategory]
    JobConfigSchemaVersion: NotRequired[str]
    JobConfigDocument: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    EndTime: NotRequired[float]
    JobStatus: NotRequired[JobStatus]
    SecondaryStatus: NotRequired[JobSecondaryStatus]
    SecondaryStatusTransitions: NotRequired[list[JobSecondaryStatusTransition]]
    FailureReason: NotRequired[str]
    Tags: NotRequired[list[Tag]]


JobCategory: TypeAlias = Literal[
    "AgentRFT", "SyntheticDataGeneration", "DataQualityEvaluation", "AgentRFTEvaluation", "DataTransformation"
]


JobSecondaryStatus: TypeAlias = Literal[
    "Starting", "Downloading", "Training", "Uploading", "Stopping", "Stopped", "MaxRuntimeExceeded", "Interrupted",
    "Failed", "Completed", "Restarting", "Pending", "Generating", "PartialGeneration", "Evaluating", "Validating",
    "Preparing", "Executing", "Publishing", "Finalizing", "Transforming", "Deleting", "DeleteFailed"
]


class JobSecondaryStatusTransition(TypedDict):
    Status: JobSecondaryStatus
    StartTime: float
    EndTime: NotRequired[float]
    StatusMessage: NotRequired[str]


JobStatus: TypeAlias = Literal[
    "InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting", "DeleteFailed"
]


class JobStepMetadata(TypedDict):
    Arn: NotRequired[str]


JobType: TypeAlias = Literal[
    "TRAINING", "INFERENCE", "NOTEBOOK_KERNEL"
]


JoinSource: TypeAlias = Literal[
    "Input", "None"
]


class LambdaStepMetadata(TypedDict):
    Arn: NotRequired[str]
    OutputParameters: NotRequired[list[OutputParameter]]


class LastUpdateStatus(TypedDict):
    Status: LastUpdateStatusValue
    FailureReason: NotRequired[str]


LastUpdateStatusValue: TypeAlias = Literal[
    "Successful", "Failed", "InProgress"
]


class LineageGroupSummary(TypedDict):
    LineageGroupArn: NotRequired[str]
    LineageGroupName: NotRequired[str]
    DisplayName: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class LineageMetadata(TypedDict):
    ActionArns: NotRequired[dict[str, str]]
    ArtifactArns: NotRequired[dict[str, str]]
    ContextArns: NotRequired[dict[str, str]]
    Associations: NotRequired[list[AssociationInfo]]


LineageType: TypeAlias = Literal[
    "TrialComponent", "Artifact", "Context", "Action"
]


class ListActionsRequest(TypedDict):
    SourceUri: NotRequired[str]
    ActionType: NotRequired[str]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortActionsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListActionsResponse(TypedDict):
    ActionSummaries: NotRequired[list[ActionSummary]]
    NextToken: NotRequired[str]


class ListAliasesRequest(TypedDict):
    ImageName: str
    Alias: NotRequired[str]
    Version: NotRequired[int]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListAliasesResponse(TypedDict):
    SageMakerImageVersionAliases: NotRequired[list[str]]
    NextToken: NotRequired[str]


class ListArtifactsRequest(TypedDict):
    SourceUri: NotRequired[str]
    ArtifactType: NotRequired[str]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortArtifactsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListArtifactsResponse(TypedDict):
    ArtifactSummaries: NotRequired[list[ArtifactSummary]]
    NextToken: NotRequired[str]


class ListAssociationsRequest(TypedDict):
    SourceArn: NotRequired[str]
    DestinationArn: NotRequired[str]
    SourceType: NotRequired[str]
    DestinationType: NotRequired[str]
    AssociationType: NotRequired[AssociationEdgeType]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortAssociationsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListAssociationsResponse(TypedDict):
    AssociationSummaries: NotRequired[list[AssociationSummary]]
    NextToken: NotRequired[str]


class ListAutoMLJobsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    NameContains: NotRequired[str]
    StatusEquals: NotRequired[AutoMLJobStatus]
    SortOrder: NotRequired[AutoMLSortOrder]
    SortBy: NotRequired[AutoMLSortBy]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListAutoMLJobsResponse(TypedDict):
    AutoMLJobSummaries: list[AutoMLJobSummary]
    NextToken: NotRequired[str]


class ListCandidatesForAutoMLJobRequest(TypedDict):
    AutoMLJobName: str
    StatusEquals: NotRequired[CandidateStatus]
    CandidateNameEquals: NotRequired[str]
    SortOrder: NotRequired[AutoMLSortOrder]
    SortBy: NotRequired[CandidateSortBy]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListCandidatesForAutoMLJobResponse(TypedDict):
    Candidates: list[AutoMLCandidate]
    NextToken: NotRequired[str]


class ListCodeRepositoriesRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    NextToken: NotRequired[str]
    SortBy: NotRequired[CodeRepositorySortBy]
    SortOrder: NotRequired[CodeRepositorySortOrder]


class ListCodeRepositoriesResponse(TypedDict):
    CodeRepositorySummaryList: list[CodeRepositorySummary]
    NextToken: NotRequired[str]


class ListContextsRequest(TypedDict):
    SourceUri: NotRequired[str]
    ContextType: NotRequired[str]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortContextsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListContextsResponse(TypedDict):
    ContextSummaries: NotRequired[list[ContextSummary]]
    NextToken: NotRequired[str]


class ListDataQualityJobDefinitionsRequest(TypedDict):
    EndpointName: NotRequired[str]
    SortBy: NotRequired[MonitoringJobDefinitionSortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]


class ListDataQualityJobDefinitionsResponse(TypedDict):
    JobDefinitionSummaries: list[MonitoringJobDefinitionSummary]
    NextToken: NotRequired[str]


class ListEndpointConfigsRequest(TypedDict):
    SortBy: NotRequired[EndpointConfigSortKey]
    SortOrder: NotRequired[OrderKey]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]


class ListEndpointConfigsResponse(TypedDict):
    EndpointConfigs: list[EndpointConfigSummary]
    NextToken: NotRequired[str]


class ListEndpointsRequest(TypedDict):
    SortBy: NotRequired[EndpointSortKey]
    SortOrder: NotRequired[OrderKey]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    StatusEquals: NotRequired[EndpointStatus]


class ListEndpointsResponse(TypedDict):
    Endpoints: list[EndpointSummary]
    NextToken: NotRequired[str]


class ListExperimentsRequest(TypedDict):
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortExperimentsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListExperimentsResponse(TypedDict):
    ExperimentSummaries: NotRequired[list[ExperimentSummary]]
    NextToken: NotRequired[str]


class ListFeatureGroupsRequest(TypedDict):
    NameContains: NotRequired[str]
    FeatureGroupStatusEquals: NotRequired[FeatureGroupStatus]
    OfflineStoreStatusEquals: NotRequired[OfflineStoreStatusValue]
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    SortOrder: NotRequired[FeatureGroupSortOrder]
    SortBy: NotRequired[FeatureGroupSortBy]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListFeatureGroupsResponse(TypedDict):
    FeatureGroupSummaries: list[FeatureGroupSummary]
    NextToken: NotRequired[str]


class ListHyperParameterTuningJobsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    SortBy: NotRequired[HyperParameterTuningJobSortByOptions]
    SortOrder: NotRequired[SortOrder]
    NameContains: NotRequired[str]
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    StatusEquals: NotRequired[HyperParameterTuningJobStatus]


class ListHyperParameterTuningJobsResponse(TypedDict):
    HyperParameterTuningJobSummaries: list[HyperParameterTuningJobSummary]
    NextToken: NotRequired[str]


class ListImageVersionsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    ImageName: str
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ImageVersionSortBy]
    SortOrder: NotRequired[ImageVersionSortOrder]


class ListImageVersionsResponse(TypedDict):
    ImageVersions: NotRequired[list[ImageVersion]]
    NextToken: NotRequired[str]


class ListImagesRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ImageSortBy]
    SortOrder: NotRequired[ImageSortOrder]


class ListImagesResponse(TypedDict):
    Images: NotRequired[list[Image]]
    NextToken: NotRequired[str]


class ListInferenceComponentsRequest(TypedDict):
    SortBy: NotRequired[InferenceComponentSortKey]
    SortOrder: NotRequired[OrderKey]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    StatusEquals: NotRequired[InferenceComponentStatus]
    EndpointNameEquals: NotRequired[str]
    VariantNameEquals: NotRequired[str]


class ListInferenceComponentsResponse(TypedDict):
    InferenceComponents: list[InferenceComponentSummary]
    NextToken: NotRequired[str]


class ListInferenceExperimentsRequest(TypedDict):
    NameContains: NotRequired[str]
    Type: NotRequired[InferenceExperimentType]
    StatusEquals: NotRequired[InferenceExperimentStatus]
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    SortBy: NotRequired[SortInferenceExperimentsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListInferenceExperimentsResponse(TypedDict):
    InferenceExperiments: NotRequired[list[InferenceExperimentSummary]]
    NextToken: NotRequired[str]


class ListInferenceRecommendationsJobStepsRequest(TypedDict):
    JobName: str
    Status: NotRequired[RecommendationJobStatus]
    StepType: NotRequired[RecommendationStepType]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListInferenceRecommendationsJobStepsResponse(TypedDict):
    Steps: NotRequired[list[InferenceRecommendationsJobStep]]
    NextToken: NotRequired[str]


class ListInferenceRecommendationsJobsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    NameContains: NotRequired[str]
    StatusEquals: NotRequired[RecommendationJobStatus]
    SortBy: NotRequired[ListInferenceRecommendationsJobsSortBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    ModelNameEquals: NotRequired[str]
    ModelPackageVersionArnEquals: NotRequired[str]


class ListInferenceRecommendationsJobsResponse(TypedDict):
    InferenceRecommendationsJobs: list[InferenceRecommendationsJob]
    NextToken: NotRequired[str]


ListInferenceRecommendationsJobsSortBy: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


class ListLineageGroupsRequest(TypedDict):
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortLineageGroupsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListLineageGroupsResponse(TypedDict):
    LineageGroupSummaries: NotRequired[list[LineageGroupSummary]]
    NextToken: NotRequired[str]


class ListMlflowTrackingServersRequest(TypedDict):
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    TrackingServerStatus: NotRequired[TrackingServerStatus]
    MlflowVersion: NotRequired[str]
    SortBy: NotRequired[SortTrackingServerBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListMlflowTrackingServersResponse(TypedDict):
    TrackingServerSummaries: NotRequired[list[TrackingServerSummary]]
    NextToken: NotRequired[str]


class ListModelBiasJobDefinitionsRequest(TypedDict):
    EndpointName: NotRequired[str]
    SortBy: NotRequired[MonitoringJobDefinitionSortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]


class ListModelBiasJobDefinitionsResponse(TypedDict):
    JobDefinitionSummaries: list[MonitoringJobDefinitionSummary]
    NextToken: NotRequired[str]


class ListModelCardExportJobsRequest(TypedDict):
    ModelCardName: str
    ModelCardVersion: NotRequired[int]
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    ModelCardExportJobNameContains: NotRequired[str]
    StatusEquals: NotRequired[ModelCardExportJobStatus]
    SortBy: NotRequired[ModelCardExportJobSortBy]
    SortOrder: NotRequired[ModelCardExportJobSortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListModelCardExportJobsResponse(TypedDict):
    ModelCardExportJobSummaries: list[ModelCardExportJobSummary]
    NextToken: NotRequired[str]


class ListModelCardVersionsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    ModelCardName: str
    ModelCardStatus: NotRequired[ModelCardStatus]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ModelCardVersionSortBy]
    SortOrder: NotRequired[ModelCardSortOrder]


class ListModelCardVersionsResponse(TypedDict):
    ModelCardVersionSummaryList: list[ModelCardVersionSummary]
    NextToken: NotRequired[str]


class ListModelCardsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    ModelCardStatus: NotRequired[ModelCardStatus]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ModelCardSortBy]
    SortOrder: NotRequired[ModelCardSortOrder]


class ListModelCardsResponse(TypedDict):
    ModelCardSummaries: list[ModelCardSummary]
    NextToken: NotRequired[str]


class ListModelExplainabilityJobDefinitionsRequest(TypedDict):
    EndpointName: NotRequired[str]
    SortBy: NotRequired[MonitoringJobDefinitionSortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]


class ListModelExplainabilityJobDefinitionsResponse(TypedDict):
    JobDefinitionSummaries: list[MonitoringJobDefinitionSummary]
    NextToken: NotRequired[str]


class ListModelMetadataRequest(TypedDict):
    SearchExpression: NotRequired[ModelMetadataSearchExpression]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListModelMetadataResponse(TypedDict):
    ModelMetadataSummaries: list[ModelMetadataSummary]
    NextToken: NotRequired[str]


class ListModelPackageGroupsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ModelPackageGroupSortBy]
    SortOrder: NotRequired[SortOrder]
    CrossAccountFilterOption: NotRequired[CrossAccountFilterOption]


class ListModelPackageGroupsResponse(TypedDict):
    ModelPackageGroupSummaryList: list[ModelPackageGroupSummary]
    NextToken: NotRequired[str]


class ListModelPackagesRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    ModelPackageGroupName: NotRequired[str]
    ModelPackageType: NotRequired[ModelPackageType]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ModelPackageSortBy]
    SortOrder: NotRequired[SortOrder]


class ListModelPackagesResponse(TypedDict):
    ModelPackageSummaryList: list[ModelPackageSummary]
    NextToken: NotRequired[str]


class ListModelQualityJobDefinitionsRequest(TypedDict):
    EndpointName: NotRequired[str]
    SortBy: NotRequired[MonitoringJobDefinitionSortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]


class ListModelQualityJobDefinitionsResponse(TypedDict):
    JobDefinitionSummaries: list[MonitoringJobDefinitionSummary]
    NextToken: NotRequired[str]


class ListModelsRequest(TypedDict):
    SortBy: NotRequired[ModelSortKey]
    SortOrder: NotRequired[OrderKey]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]


class ListModelsResponse(TypedDict):
    Models: list[ModelSummary]
    NextToken: NotRequired[str]


class ListMonitoringAlertHistoryRequest(TypedDict):
    MonitoringScheduleName: NotRequired[str]
    MonitoringAlertName: NotRequired[str]
    SortBy: NotRequired[MonitoringAlertHistorySortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]
    StatusEquals: NotRequired[MonitoringAlertStatus]


class ListMonitoringAlertHistoryResponse(TypedDict):
    MonitoringAlertHistory: NotRequired[list[MonitoringAlertHistorySummary]]
    NextToken: NotRequired[str]


class ListMonitoringAlertsRequest(TypedDict):
    MonitoringScheduleName: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListMonitoringAlertsResponse(TypedDict):
    MonitoringAlertSummaries: NotRequired[list[MonitoringAlertSummary]]
    NextToken: NotRequired[str]


class ListMonitoringExecutionsRequest(TypedDict):
    MonitoringScheduleName: NotRequired[str]
    EndpointName: NotRequired[str]
    SortBy: NotRequired[MonitoringExecutionSortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    ScheduledTimeBefore: NotRequired[float]
    ScheduledTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    StatusEquals: NotRequired[ExecutionStatus]
    MonitoringJobDefinitionName: NotRequired[str]
    MonitoringTypeEquals: NotRequired[MonitoringType]


class ListMonitoringExecutionsResponse(TypedDict):
    MonitoringExecutionSummaries: list[MonitoringExecutionSummary]
    NextToken: NotRequired[str]


class ListMonitoringSchedulesRequest(TypedDict):
    EndpointName: NotRequired[str]
    SortBy: NotRequired[MonitoringScheduleSortKey]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    CreationTimeBefore: NotRequired[float]
    CreationTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    StatusEquals: NotRequired[ScheduleStatus]
    MonitoringJobDefinitionName: NotRequired[str]
    MonitoringTypeEquals: NotRequired[MonitoringType]


class ListMonitoringSchedulesResponse(TypedDict):
    MonitoringScheduleSummaries: list[MonitoringScheduleSummary]
    NextToken: NotRequired[str]


class ListPipelineExecutionStepsRequest(TypedDict):
    PipelineExecutionArn: NotRequired[str]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    SortOrder: NotRequired[SortOrder]


class ListPipelineExecutionStepsResponse(TypedDict):
    PipelineExecutionSteps: NotRequired[list[PipelineExecutionStep]]
    NextToken: NotRequired[str]


class ListPipelineExecutionsRequest(TypedDict):
    PipelineName: str
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortPipelineExecutionsBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    PipelineVersionAlias: NotRequired[str]


class ListPipelineExecutionsResponse(TypedDict):
    PipelineExecutionSummaries: NotRequired[list[PipelineExecutionSummary]]
    NextToken: NotRequired[str]


class ListPipelineParametersForExecutionRequest(TypedDict):
    PipelineExecutionArn: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListPipelineParametersForExecutionResponse(TypedDict):
    PipelineParameters: NotRequired[list[Parameter]]
    NextToken: NotRequired[str]


class ListPipelineVersionsRequest(TypedDict):
    PipelineName: str
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListPipelineVersionsResponse(TypedDict):
    PipelineVersionSummaries: NotRequired[list[PipelineVersionSummary]]
    NextToken: NotRequired[str]


class ListPipelinesRequest(TypedDict):
    PipelineNamePrefix: NotRequired[str]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortPipelinesBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    ManagedBy: NotRequired[PipelineManagedBy]


class ListPipelinesResponse(TypedDict):
    PipelineSummaries: NotRequired[list[PipelineSummary]]
    NextToken: NotRequired[str]


class ListProcessingJobsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    NameContains: NotRequired[str]
    StatusEquals: NotRequired[ProcessingJobStatus]
    SortBy: NotRequired[SortBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListProcessingJobsResponse(TypedDict):
    ProcessingJobSummaries: list[ProcessingJobSummary]
    NextToken: NotRequired[str]


class ListProjectsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    MaxResults: NotRequired[int]
    NameContains: NotRequired[str]
    NextToken: NotRequired[str]
    SortBy: NotRequired[ProjectSortBy]
    SortOrder: NotRequired[ProjectSortOrder]


class ListProjectsResponse(TypedDict):
    ProjectSummaryList: list[ProjectSummary]
    NextToken: NotRequired[str]


class ListRecordsRequest(TypedDict):
    FeatureGroupName: str
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]
    IncludeSoftDeletedRecords: NotRequired[bool]


class ListRecordsResponse(TypedDict):
    RecordIdentifiers: list[str]
    NextToken: NotRequired[str]


class ListTagsRequest(TypedDict):
    ResourceArn: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListTagsResponse(TypedDict):
    Tags: NotRequired[list[Tag]]
    NextToken: NotRequired[str]


class ListTrainingJobsForHyperParameterTuningJobRequest(TypedDict):
    HyperParameterTuningJobName: str
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    StatusEquals: NotRequired[TrainingJobStatus]
    SortBy: NotRequired[TrainingJobSortByOptions]
    SortOrder: NotRequired[SortOrder]


class ListTrainingJobsForHyperParameterTuningJobResponse(TypedDict):
    TrainingJobSummaries: list[HyperParameterTrainingJobSummary]
    NextToken: NotRequired[str]


class ListTrainingJobsRequest(TypedDict):
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    NameContains: NotRequired[str]
    StatusEquals: NotRequired[TrainingJobStatus]
    SortBy: NotRequired[SortBy]
    SortOrder: NotRequired[SortOrder]
    WarmPoolStatusEquals: NotRequired[WarmPoolResourceStatus]
    TrainingPlanArnEquals: NotRequired[str]


class ListTrainingJobsResponse(TypedDict):
    TrainingJobSummaries: list[TrainingJobSummary]
    NextToken: NotRequired[str]


class ListTransformJobsRequest(TypedDict):
    CreationTimeAfter: NotRequired[float]
    CreationTimeBefore: NotRequired[float]
    LastModifiedTimeAfter: NotRequired[float]
    LastModifiedTimeBefore: NotRequired[float]
    NameContains: NotRequired[str]
    StatusEquals: NotRequired[TransformJobStatus]
    SortBy: NotRequired[SortBy]
    SortOrder: NotRequired[SortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]


class ListTransformJobsResponse(TypedDict):
    TransformJobSummaries: list[TransformJobSummary]
    NextToken: NotRequired[str]


class ListTrialComponentsRequest(TypedDict):
    ExperimentName: NotRequired[str]
    TrialName: NotRequired[str]
    SourceArn: NotRequired[str]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortTrialComponentsBy]
    SortOrder: NotRequired[SortOrder]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListTrialComponentsResponse(TypedDict):
    TrialComponentSummaries: NotRequired[list[TrialComponentSummary]]
    NextToken: NotRequired[str]


class ListTrialsRequest(TypedDict):
    ExperimentName: NotRequired[str]
    TrialComponentName: NotRequired[str]
    CreatedAfter: NotRequired[float]
    CreatedBefore: NotRequired[float]
    SortBy: NotRequired[SortTrialsBy]
    SortOrder: NotRequired[SortOrder]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class ListTrialsResponse(TypedDict):
    TrialSummaries: NotRequired[list[TrialSummary]]
    NextToken: NotRequired[str]


class MLflowConfiguration(TypedDict):
    MlflowResourceArn: NotRequired[str]
    MlflowExperimentName: NotRequired[str]


class ManagedConfiguration(TypedDict):
    ManagedStorageType: NotRequired[ManagedStorageType]


ManagedInstanceScalingScaleInStrategy: TypeAlias = Literal[
    "IDLE_RELEASE", "CONSOLIDATION"
]


ManagedInstanceScalingStatus: TypeAlias = Literal[
    "ENABLED", "DISABLED"
]


ManagedStorageType: TypeAlias = Literal[
    "Restricted"
]


class MetadataProperties(TypedDict):
    CommitId: NotRequired[str]
    Repository: NotRequired[str]
    GeneratedBy: NotRequired[str]
    ProjectId: NotRequired[str]


class MetricData(TypedDict):
    MetricName: NotRequired[str]
    Value: NotRequired[float]
    Timestamp: NotRequired[float]


class MetricDatum(TypedDict):
    MetricName: NotRequired[AutoMLMetricEnum]
    StandardMetricName: NotRequired[AutoMLMetricExtendedEnum]
    Value: NotRequired[float]
    Set: NotRequired[MetricSetSource]


class MetricDefinition(TypedDict):
    Name: str
    Regex: str


class MetricQuery(TypedDict):
    MetricName: str
    ResourceArn: str
    MetricStat: MetricStatistic
    Period: Period
    XAxisType: XAxisType
    Start: NotRequired[int]
    End: NotRequired[int]


class MetricQueryResult(TypedDict):
    Status: MetricQueryResultStatus
    Message: NotRequired[str]
    XAxisValues: list[int]
    MetricValues: list[float]


MetricQueryResultStatus: TypeAlias = Literal[
    "Complete", "Truncated", "InternalError", "ValidationError"
]


MetricSetSource: TypeAlias = Literal[
    "Train", "Validation", "Test"
]


MetricStatistic: TypeAlias = Literal[
    "Min", "Max", "Avg", "Count", "StdDev", "Last"
]


class MetricsConfig(TypedDict):
    EnableEnhancedMetrics: NotRequired[bool]
    EnableDetailedObservability: NotRequired[bool]
    MetricPublishFrequencyInSeconds: NotRequired[int]


class MetricsEndpoint(TypedDict):
    MetricsEndpointPath: str
    MetricPublishFrequencyInSeconds: NotRequired[int]


class MetricsSource(TypedDict):
    ContentType: str
    ContentDigest: NotRequired[str]
    S3Uri: str


class MlflowConfig(TypedDict):
    MlflowResourceArn: str
    MlflowExperimentName: NotRequired[str]
    MlflowRunName: NotRequired[str]


class MlflowDetails(TypedDict):
    MlflowExperimentId: NotRequired[str]
    MlflowRunId: NotRequired[str]


class Model(TypedDict):
    ModelName: NotRequired[str]
    PrimaryContainer: NotRequired[ContainerDefinition]
    Containers: NotRequired[list[ContainerDefinition]]
    InferenceExecutionConfig: NotRequired[InferenceExecutionConfig]
    ExecutionRoleArn: NotRequired[str]
    VpcConfig: NotRequired[VpcConfig]
    CreationTime: NotRequired[float]
    ModelArn: NotRequired[str]
    EnableNetworkIsolation: NotRequired[bool]
    Tags: NotRequired[list[Tag]]
    DeploymentRecommendation: NotRequired[DeploymentRecommendation]


class ModelAccessConfig(TypedDict):
    AcceptEula: bool


ModelApprovalStatus: TypeAlias = Literal[
    "Approved", "Rejected", "PendingManualApproval"
]


class ModelArtifacts(TypedDict):
    S3ModelArtifacts: str


class ModelBiasAppSpecification(TypedDict):
    ImageUri: str
    ConfigUri: str
    Environment: NotRequired[dict[str, str]]


class ModelBiasBaselineConfig(TypedDict):
    BaseliningJobName: NotRequired[str]
    ConstraintsResource: NotRequired[MonitoringConstraintsResource]


class ModelBiasJobInput(TypedDict):
    EndpointInput: NotRequired[EndpointInput]
    BatchTransformInput: NotRequired[BatchTransformInput]
    GroundTruthS3Input: MonitoringGroundTruthS3Input


ModelCacheSetting: TypeAlias = Literal[
    "Enabled", "Disabled"
]


class ModelCard(TypedDict):
    ModelCardArn: NotRequired[str]
    ModelCardName: NotRequired[str]
    ModelCardVersion: NotRequired[int]
    Content: NotRequired[str]
    ModelCardStatus: NotRequired[ModelCardStatus]
    SecurityConfig: NotRequired[ModelCardSecurityConfig]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    Tags: NotRequired[list[Tag]]
    ModelId: NotRequired[str]
    RiskRating: NotRequired[str]
    ModelPackageGroupName: NotRequired[str]


class ModelCardExportArtifacts(TypedDict):
    S3ExportArtifacts: str


ModelCardExportJobSortBy: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


ModelCardExportJobSortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


ModelCardExportJobStatus: TypeAlias = Literal[
    "InProgress", "Completed", "Failed"
]


class ModelCardExportJobSummary(TypedDict):
    ModelCardExportJobName: str
    ModelCardExportJobArn: str
    Status: ModelCardExportJobStatus
    ModelCardName: str
    ModelCardVersion: int
    CreatedAt: float
    LastModifiedAt: float


class ModelCardExportOutputConfig(TypedDict):
    S3OutputPath: str


ModelCardProcessingStatus: TypeAlias = Literal[
    "DeleteInProgress", "DeletePending", "ContentDeleted", "ExportJobsDeleted", "DeleteCompleted", "DeleteFailed"
]


class ModelCardSecurityConfig(TypedDict):
    KmsKeyId: NotRequired[str]


ModelCardSortBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


ModelCardSortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


ModelCardStatus: TypeAlias = Literal[
    "Draft", "PendingReview", "Approved", "Archived"
]


class ModelCardSummary(TypedDict):
    ModelCardName: str
    ModelCardArn: str
    ModelCardStatus: ModelCardStatus
    CreationTime: float
    LastModifiedTime: NotRequired[float]


ModelCardVersionSortBy: TypeAlias = Literal[
    "Version"
]


class ModelCardVersionSummary(TypedDict):
    ModelCardName: str
    ModelCardArn: str
    ModelCardStatus: ModelCardStatus
    ModelCardVersion: int
    CreationTime: float
    LastModifiedTime: NotRequired[float]


class ModelClientConfig(TypedDict):
    InvocationsTimeoutInSeconds: NotRequired[int]
    InvocationsMaxRetries: NotRequired[int]


ModelCompressionType: TypeAlias = Literal[
    "None", "Gzip"
]


class ModelConfiguration(TypedDict):
    InferenceSpecificationName: NotRequired[str]
    EnvironmentParameters: NotRequired[list[EnvironmentParameter]]
    CompilationJobName: NotRequired[str]


class ModelDashboardEndpoint(TypedDict):
    EndpointName: str
    EndpointArn: str
    CreationTime: float
    LastModifiedTime: float
    EndpointStatus: EndpointStatus


class ModelDashboardIndicatorAction(TypedDict):
    Enabled: NotRequired[bool]


class ModelDashboardModel(TypedDict):
    Model: NotRequired[Model]
    Endpoints: NotRequired[list[ModelDashboardEndpoint]]
    LastBatchTransformJob: NotRequired[TransformJob]
    MonitoringSchedules: NotRequired[list[ModelDashboardMonitoringSchedule]]
    ModelCard: NotRequired[ModelDashboardModelCard]


class ModelDashboardModelCard(TypedDict):
    ModelCardArn: NotRequired[str]
    ModelCardName: NotRequired[str]
    ModelCardVersion: NotRequired[int]
    ModelCardStatus: NotRequired[ModelCardStatus]
    SecurityConfig: NotRequired[ModelCardSecurityConfig]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    Tags: NotRequired[list[Tag]]
    ModelId: NotRequired[str]
    RiskRating: NotRequired[str]


class ModelDashboardMonitoringSchedule(TypedDict):
    MonitoringScheduleArn: NotRequired[str]
    MonitoringScheduleName: NotRequired[str]
    MonitoringScheduleStatus: NotRequired[ScheduleStatus]
    MonitoringType: NotRequired[MonitoringType]
    FailureReason: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    MonitoringScheduleConfig: NotRequired[MonitoringScheduleConfig]
    EndpointName: NotRequired[str]
    MonitoringAlertSummaries: NotRequired[list[MonitoringAlertSummary]]
    LastMonitoringExecutionSummary: NotRequired[MonitoringExecutionSummary]
    BatchTransformInput: NotRequired[BatchTransformInput]


class ModelDataQuality(TypedDict):
    Statistics: NotRequired[MetricsSource]
    Constraints: NotRequired[MetricsSource]


class ModelDataSource(TypedDict):
    S3DataSource: NotRequired[S3ModelDataSource]


class ModelDeployConfig(TypedDict):
    AutoGenerateEndpointName: NotRequired[bool]
    EndpointName: NotRequired[str]


class ModelDeployResult(TypedDict):
    EndpointName: NotRequired[str]


class ModelExplainabilityAppSpecification(TypedDict):
    ImageUri: str
    ConfigUri: str
    Environment: NotRequired[dict[str, str]]


class ModelExplainabilityBaselineConfig(TypedDict):
    BaseliningJobName: NotRequired[str]
    ConstraintsResource: NotRequired[MonitoringConstraintsResource]


class ModelExplainabilityJobInput(TypedDict):
    EndpointInput: NotRequired[EndpointInput]
    BatchTransformInput: NotRequired[BatchTransformInput]


class ModelInfrastructureConfig(TypedDict):
    InfrastructureType: ModelInfrastructureType
    RealTimeInferenceConfig: RealTimeInferenceConfig


ModelInfrastructureType: TypeAlias = Literal[
    "RealTimeInference"
]


class ModelInput(TypedDict):
    DataInputConfig: str


class ModelLatencyThreshold(TypedDict):
    Percentile: NotRequired[str]
    ValueInMilliseconds: NotRequired[int]


class ModelLifeCycle(TypedDict):
    Stage: str
    StageStatus: str
    StageDescription: NotRequired[str]


class ModelMetadataFilter(TypedDict):
    Name: ModelMetadataFilterType
    Value: str


ModelMetadataFilterType: TypeAlias = Literal[
    "Domain", "Framework", "Task", "FrameworkVersion"
]


class ModelMetadataSearchExpression(TypedDict):
    Filters: NotRequired[list[ModelMetadataFilter]]


class ModelMetadataSummary(TypedDict):
    Domain: str
    Framework: str
    Task: str
    Model: str
    FrameworkVersion: str


class ModelMetrics(TypedDict):
    ModelQuality: NotRequired[ModelQuality]
    ModelDataQuality: NotRequired[ModelDataQuality]
    Bias: NotRequired[Bias]
    Explainability: NotRequired[Explainability]


class ModelPackage(TypedDict):
    ModelPackageName: NotRequired[str]
    ModelPackageGroupName: NotRequired[str]
    ModelPackageVersion: NotRequired[int]
    ModelPackageRegistrationType: NotRequired[ModelPackageRegistrationType]
    ModelPackageArn: NotRequired[str]
    ModelPackageDescription: NotRequired[str]
    CreationTime: NotRequired[float]
    InferenceSpecification: NotRequired[InferenceSpecification]
    SourceAlgorithmSpecification: NotRequired[SourceAlgorithmSpecification]
    ValidationSpecification: NotRequired[ModelPackageValidationSpecification]
    ModelPackageStatus: NotRequired[ModelPackageStatus]
    ModelPackageStatusDetails: NotRequired[ModelPackageStatusDetails]
    CertifyForMarketplace: NotRequired[bool]
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    CreatedBy: NotRequired[UserContext]
    MetadataProperties: NotRequired[MetadataProperties]
    ModelMetrics: NotRequired[ModelMetrics]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    ApprovalDescription: NotRequired[str]
    Domain: NotRequired[str]
    Task: NotRequired[str]
    SamplePayloadUrl: NotRequired[str]
    AdditionalInferenceSpecifications: NotRequired[list[AdditionalInferenceSpecificationDefinition]]
    SourceUri: NotRequired[str]
    SecurityConfig: NotRequired[ModelPackageSecurityConfig]
    ModelCard: NotRequired[ModelPackageModelCard]
    ModelLifeCycle: NotRequired[ModelLifeCycle]
    Tags: NotRequired[list[Tag]]
    CustomerMetadataProperties: NotRequired[dict[str, str]]
    DriftCheckBaselines: NotRequired[DriftCheckBaselines]
    SkipModelValidation: NotRequired[SkipModelValidation]


class ModelPackageConfig(TypedDict):
    ModelPackageGroupArn: str
    SourceModelPackageArn: NotRequired[str]


class ModelPackageContainerDefinition(TypedDict):
    ContainerHostname: NotRequired[str]
    Image: NotRequired[str]
    ImageDigest: NotRequired[str]
    ModelDataUrl: NotRequired[str]
    ModelDataSource: NotRequired[ModelDataSource]
    ProductId: NotRequired[str]
    Environment: NotRequired[dict[str, str]]
    ModelInput: NotRequired[ModelInput]
    Framework: NotRequired[str]
    FrameworkVersion: NotRequired[str]
    NearestModelName: NotRequired[str]
    AdditionalModelDataSources: NotRequired[list[AdditionalModelDataSource]]
    AdditionalS3DataSource: NotRequired[AdditionalS3DataSource]
    ModelDataETag: NotRequired[str]
    IsCheckpoint: NotRequired[bool]
    BaseModel: NotRequired[BaseModel]


class ModelPackageGroup(TypedDict):
    ModelPackageGroupName: NotRequired[str]
    ModelPackageGroupArn: NotRequired[str]
    ModelPackageGroupDescription: NotRequired[str]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    ModelPackageGroupStatus: NotRequired[ModelPackageGroupStatus]
    Tags: NotRequired[list[Tag]]


ModelPackageGroupSortBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


ModelPackageGroupStatus: TypeAlias = Literal[
    "Pending", "InProgress", "Completed", "Failed", "Deleting", "DeleteFailed"
]


class ModelPackageGroupSummary(TypedDict):
    ModelPackageGroupName: str
    ModelPackageGroupArn: str
    ModelPackageGroupDescription: NotRequired[str]
    CreationTime: float
    ModelPackageGroupStatus: ModelPackageGroupStatus
    ManagedConfiguration: NotRequired[ManagedConfiguration]


class ModelPackageModelCard(TypedDict):
    ModelCardContent: NotRequired[str]
    ModelCardStatus: NotRequired[ModelCardStatus]


ModelPackageRegistrationType: TypeAlias = Literal[
    "Logged", "Registered"
]


class ModelPackageSecurityConfig(TypedDict):
    KmsKeyId: str


ModelPackageSortBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


ModelPackageStatus: TypeAlias = Literal[
    "Pending", "InProgress", "Completed", "Failed", "Deleting"
]


class ModelPackageStatusDetails(TypedDict):
    ValidationStatuses: list[ModelPackageStatusItem]
    ImageScanStatuses: NotRequired[list[ModelPackageStatusItem]]


class ModelPackageStatusItem(TypedDict):
    Name: str
    Status: DetailedModelPackageStatus
    FailureReason: NotRequired[str]


class ModelPackageSummary(TypedDict):
    ModelPackageName: NotRequired[str]
    ModelPackageGroupName: NotRequired[str]
    ModelPackageVersion: NotRequired[int]
    ModelPackageArn: str
    ModelPackageDescription: NotRequired[str]
    CreationTime: float
    ModelPackageStatus: ModelPackageStatus
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    ModelLifeCycle: NotRequired[ModelLifeCycle]
    ModelPackageRegistrationType: NotRequired[ModelPackageRegistrationType]


ModelPackageType: TypeAlias = Literal[
    "Versioned", "Unversioned", "Both"
]


class ModelPackageValidationProfile(TypedDict):
    ProfileName: str
    TransformJobDefinition: TransformJobDefinition


class ModelPackageValidationSpecification(TypedDict):
    ValidationRole: str
    ValidationProfiles: list[ModelPackageValidationProfile]


class ModelQuality(TypedDict):
    Statistics: NotRequired[MetricsSource]
    Constraints: NotRequired[MetricsSource]


class ModelQualityAppSpecification(TypedDict):
    ImageUri: str
    ContainerEntrypoint: NotRequired[list[str]]
    ContainerArguments: NotRequired[list[str]]
    RecordPreprocessorSourceUri: NotRequired[str]
    PostAnalyticsProcessorSourceUri: NotRequired[str]
    ProblemType: NotRequired[MonitoringProblemType]
    Environment: NotRequired[dict[str, str]]


class ModelQualityBaselineConfig(TypedDict):
    BaseliningJobName: NotRequired[str]
    ConstraintsResource: NotRequired[MonitoringConstraintsResource]


class ModelQualityJobInput(TypedDict):
    EndpointInput: NotRequired[EndpointInput]
    BatchTransformInput: NotRequired[BatchTransformInput]
    GroundTruthS3Input: MonitoringGroundTruthS3Input


ModelSortKey: TypeAlias = Literal[
    "Name", "CreationTime"
]


class ModelStepMetadata(TypedDict):
    Arn: NotRequired[str]


class ModelSummary(TypedDict):
    ModelName: str
    ModelArn: str
    CreationTime: float


ModelVariantAction: TypeAlias = Literal[
    "Retain", "Remove", "Promote"
]


class ModelVariantConfig(TypedDict):
    ModelName: str
    VariantName: str
    InfrastructureConfig: ModelInfrastructureConfig


class ModelVariantConfigSummary(TypedDict):
    ModelName: str
    VariantName: str
    InfrastructureConfig: ModelInfrastructureConfig
    Status: ModelVariantStatus


ModelVariantStatus: TypeAlias = Literal[
    "Creating", "Updating", "InService", "Deleting", "Deleted"
]


class MonitoringAlertActions(TypedDict):
    ModelDashboardIndicator: NotRequired[ModelDashboardIndicatorAction]


MonitoringAlertHistorySortKey: TypeAlias = Literal[
    "CreationTime", "Status"
]


class MonitoringAlertHistorySummary(TypedDict):
    MonitoringScheduleName: str
    MonitoringAlertName: str
    CreationTime: float
    AlertStatus: MonitoringAlertStatus


MonitoringAlertStatus: TypeAlias = Literal[
    "InAlert", "OK"
]


class MonitoringAlertSummary(TypedDict):
    MonitoringAlertName: str
    CreationTime: float
    LastModifiedTime: float
    AlertStatus: MonitoringAlertStatus
    DatapointsToAlert: int
    EvaluationPeriod: int
    Actions: MonitoringAlertActions


class MonitoringAppSpecification(TypedDict):
    ImageUri: str
    ContainerEntrypoint: NotRequired[list[str]]
    ContainerArguments: NotRequired[list[str]]
    RecordPreprocessorSourceUri: NotRequired[str]
    PostAnalyticsProcessorSourceUri: NotRequired[str]


class MonitoringBaselineConfig(TypedDict):
    BaseliningJobName: NotRequired[str]
    ConstraintsResource: NotRequired[MonitoringConstraintsResource]
    StatisticsResource: NotRequired[MonitoringStatisticsResource]


class MonitoringClusterConfig(TypedDict):
    InstanceCount: int
    InstanceType: ProcessingInstanceType
    VolumeSizeInGB: int
    VolumeKmsKeyId: NotRequired[str]


class MonitoringConstraintsResource(TypedDict):
    S3Uri: NotRequired[str]


class MonitoringCsvDatasetFormat(TypedDict):
    Header: NotRequired[bool]


class MonitoringDatasetFormat(TypedDict):
    Csv: NotRequired[MonitoringCsvDatasetFormat]
    Json: NotRequired[MonitoringJsonDatasetFormat]
    Parquet: NotRequired[MonitoringParquetDatasetFormat]


MonitoringExecutionSortKey: TypeAlias = Literal[
    "CreationTime", "ScheduledTime", "Status"
]


class MonitoringExecutionSummary(TypedDict):
    MonitoringScheduleName: str
    ScheduledTime: float
    CreationTime: float
    LastModifiedTime: float
    MonitoringExecutionStatus: ExecutionStatus
    ProcessingJobArn: NotRequired[str]
    EndpointName: NotRequired[str]
    FailureReason: NotRequired[str]
    MonitoringJobDefinitionName: NotRequired[str]
    MonitoringType: NotRequired[MonitoringType]


class MonitoringGroundTruthS3Input(TypedDict):
    S3Uri: NotRequired[str]


class MonitoringInput(TypedDict):
    EndpointInput: NotRequired[EndpointInput]
    BatchTransformInput: NotRequired[BatchTransformInput]


class MonitoringJobDefinition(TypedDict):
    BaselineConfig: NotRequired[MonitoringBaselineConfig]
    MonitoringInputs: list[MonitoringInput]
    MonitoringOutputConfig: MonitoringOutputConfig
    MonitoringResources: MonitoringResources
    MonitoringAppSpecification: MonitoringAppSpecification
    StoppingCondition: NotRequired[MonitoringStoppingCondition]
    Environment: NotRequired[dict[str, str]]
    NetworkConfig: NotRequired[NetworkConfig]
    RoleArn: str


MonitoringJobDefinitionSortKey: TypeAlias = Literal[
    "Name", "CreationTime"
]


class MonitoringJobDefinitionSummary(TypedDict):
    MonitoringJobDefinitionName: str
    MonitoringJobDefinitionArn: str
    CreationTime: float
    EndpointName: str


class MonitoringJsonDatasetFormat(TypedDict):
    Line: NotRequired[bool]


class MonitoringNetworkConfig(TypedDict):
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    EnableNetworkIsolation: NotRequired[bool]
    VpcConfig: NotRequired[VpcConfig]


class MonitoringOutput(TypedDict):
    S3Output: MonitoringS3Output


class MonitoringOutputConfig(TypedDict):
    MonitoringOutputs: list[MonitoringOutput]
    KmsKeyId: NotRequired[str]


class MonitoringParquetDatasetFormat(TypedDict):
    pass


MonitoringProblemType: TypeAlias = Literal[
    "BinaryClassification", "MulticlassClassification", "Regression"
]


class MonitoringResources(TypedDict):
    ClusterConfig: MonitoringClusterConfig


class MonitoringS3Output(TypedDict):
    S3Uri: str
    LocalPath: str
    S3UploadMode: NotRequired[ProcessingS3UploadMode]


class MonitoringSchedule(TypedDict):
    MonitoringScheduleArn: NotRequired[str]
    MonitoringScheduleName: NotRequired[str]
    MonitoringScheduleStatus: NotRequired[ScheduleStatus]
    MonitoringType: NotRequired[MonitoringType]
    FailureReason: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    MonitoringScheduleConfig: NotRequired[MonitoringScheduleConfig]
    EndpointName: NotRequired[str]
    LastMonitoringExecutionSummary: NotRequired[MonitoringExecutionSummary]
    Tags: NotRequired[list[Tag]]


class MonitoringScheduleConfig(TypedDict):
    ScheduleConfig: NotRequired[ScheduleConfig]
    MonitoringJobDefinition: NotRequired[MonitoringJobDefinition]
    MonitoringJobDefinitionName: NotRequired[str]
    MonitoringType: NotRequired[MonitoringType]


MonitoringScheduleSortKey: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


class MonitoringScheduleSummary(TypedDict):
    MonitoringScheduleName: str
    MonitoringScheduleArn: str
    CreationTime: float
    LastModifiedTime: float
    MonitoringScheduleStatus: ScheduleStatus
    EndpointName: NotRequired[str]
    MonitoringJobDefinitionName: NotRequired[str]
    MonitoringType: NotRequired[MonitoringType]


class MonitoringStatisticsResource(TypedDict):
    S3Uri: NotRequired[str]


class MonitoringStoppingCondition(TypedDict):
    MaxRuntimeInSeconds: int


MonitoringType: TypeAlias = Literal[
    "DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"
]


class MultiModelConfig(TypedDict):
    ModelCacheSetting: NotRequired[ModelCacheSetting]


class NestedFilters(TypedDict):
    NestedPropertyName: str
    Filters: list[Filter]


class NetworkConfig(TypedDict):
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    EnableNetworkIsolation: NotRequired[bool]
    VpcConfig: NotRequired[VpcConfig]


ObjectiveStatus: TypeAlias = Literal[
    "Succeeded", "Pending", "Failed"
]


class ObjectiveStatusCounters(TypedDict):
    Succeeded: NotRequired[int]
    Pending: NotRequired[int]
    Failed: NotRequired[int]


class OfflineStoreConfig(TypedDict):
    S3StorageConfig: S3StorageConfig
    DisableGlueTableCreation: NotRequired[bool]
    DataCatalogConfig: NotRequired[DataCatalogConfig]
    TableFormat: NotRequired[TableFormat]


class OfflineStoreStatus(TypedDict):
    Status: OfflineStoreStatusValue
    BlockedReason: NotRequired[str]


OfflineStoreStatusValue: TypeAlias = Literal[
    "Active", "Blocked", "Disabled"
]


class OnlineStoreConfig(TypedDict):
    SecurityConfig: NotRequired[OnlineStoreSecurityConfig]
    EnableOnlineStore: NotRequired[bool]
    TtlDuration: NotRequired[TtlDuration]
    StorageType: NotRequired[StorageType]


class OnlineStoreConfigUpdate(TypedDict):
    TtlDuration: NotRequired[TtlDuration]
    StorageType: NotRequired[StorageType]


class OnlineStoreSecurityConfig(TypedDict):
    KmsKeyId: NotRequired[str]


Operator: TypeAlias = Literal[
    "Equals", "NotEquals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo", "Contains", "Exists",
    "NotExists", "In"
]


OrderKey: TypeAlias = Literal[
    "Ascending", "Descending"
]


OutputCompressionType: TypeAlias = Literal[
    "GZIP", "NONE"
]


class OutputDataConfig(TypedDict):
    KmsKeyId: NotRequired[str]
    S3OutputPath: str
    CompressionType: NotRequired[OutputCompressionType]


class OutputParameter(TypedDict):
    Name: str
    Value: str


class ParallelismConfiguration(TypedDict):
    MaxParallelExecutionSteps: int


class Parameter(TypedDict):
    Name: str
    Value: str


class ParameterRanges(TypedDict):
    IntegerParameterRanges: NotRequired[list[IntegerParameterRange]]
    ContinuousParameterRanges: NotRequired[list[ContinuousParameterRange]]
    CategoricalParameterRanges: NotRequired[list[CategoricalParameterRange]]
    AutoParameters: NotRequired[list[AutoParameter]]


class Parent(TypedDict):
    TrialName: NotRequired[str]
    ExperimentName: NotRequired[str]


class ParentHyperParameterTuningJob(TypedDict):
    HyperParameterTuningJobName: NotRequired[str]


Peft: TypeAlias = Literal[
    "LORA"
]


class PendingDeploymentSummary(TypedDict):
    EndpointConfigName: str
    ProductionVariants: NotRequired[list[PendingProductionVariantSummary]]
    StartTime: NotRequired[float]
    ShadowProductionVariants: NotRequired[list[PendingProductionVariantSummary]]


class PendingProductionVariantSummary(TypedDict):
    VariantName: str
    DeployedImages: NotRequired[list[DeployedImage]]
    CurrentWeight: NotRequired[float]
    DesiredWeight: NotRequired[float]
    CurrentInstanceCount: NotRequired[int]
    DesiredInstanceCount: NotRequired[int]
    InstanceType: NotRequired[ProductionVariantInstanceType]
    InstancePools: NotRequired[list[InstancePoolSummary]]
    AcceleratorType: NotRequired[ProductionVariantAcceleratorType]
    VariantStatus: NotRequired[list[ProductionVariantStatus]]
    CurrentServerlessConfig: NotRequired[ProductionVariantServerlessConfig]
    DesiredServerlessConfig: NotRequired[ProductionVariantServerlessConfig]
    ManagedInstanceScaling: NotRequired[ProductionVariantManagedInstanceScaling]
    RoutingConfig: NotRequired[ProductionVariantRoutingConfig]
    AcceleratorPartitionLayouts: NotRequired[list[AcceleratorPartitionLayout]]


Period: TypeAlias = Literal[
    "OneMinute", "FiveMinute", "OneHour", "IterationNumber"
]


class Phase(TypedDict):
    InitialNumberOfUsers: NotRequired[int]
    SpawnRate: NotRequired[int]
    DurationInSeconds: NotRequired[int]


class Pipeline(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineName: NotRequired[str]
    PipelineDisplayName: NotRequired[str]
    PipelineDescription: NotRequired[str]
    RoleArn: NotRequired[str]
    PipelineStatus: NotRequired[PipelineStatus]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastRunTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedBy: NotRequired[UserContext]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    Tags: NotRequired[list[Tag]]


class PipelineDefinitionS3Location(TypedDict):
    Bucket: str
    ObjectKey: str
    VersionId: NotRequired[str]


class PipelineExecution(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineExecutionArn: NotRequired[str]
    PipelineExecutionDisplayName: NotRequired[str]
    PipelineExecutionStatus: NotRequired[PipelineExecutionStatus]
    PipelineExecutionDescription: NotRequired[str]
    PipelineExperimentConfig: NotRequired[PipelineExperimentConfig]
    FailureReason: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedBy: NotRequired[UserContext]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    SelectiveExecutionConfig: NotRequired[SelectiveExecutionConfig]
    PipelineParameters: NotRequired[list[Parameter]]
    PipelineVersionId: NotRequired[int]
    PipelineVersionDisplayName: NotRequired[str]


PipelineExecutionStatus: TypeAlias = Literal[
    "Executing", "Stopping", "Stopped", "Failed", "Succeeded", "CompletedWithFailures"
]


class PipelineExecutionStep(TypedDict):
    StepName: NotRequired[str]
    StepDisplayName: NotRequired[str]
    StepDescription: NotRequired[str]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    StepStatus: NotRequired[StepStatus]
    CacheHitResult: NotRequired[CacheHitResult]
    FailureReason: NotRequired[str]
    Metadata: NotRequired[PipelineExecutionStepMetadata]
    AttemptCount: NotRequired[int]
    SelectiveExecutionResult: NotRequired[SelectiveExecutionResult]
    IterationContext: NotRequired[IterationContext]


class PipelineExecutionStepMetadata(TypedDict):
    TrainingJob: NotRequired[TrainingJobStepMetadata]
    ProcessingJob: NotRequired[ProcessingJobStepMetadata]
    TransformJob: NotRequired[TransformJobStepMetadata]
    TuningJob: NotRequired[TuningJobStepMetaData]
    Model: NotRequired[ModelStepMetadata]
    RegisterModel: NotRequired[RegisterModelStepMetadata]
    Condition: NotRequired[ConditionStepMetadata]
    Callback: NotRequired[CallbackStepMetadata]
    Lambda: NotRequired[LambdaStepMetadata]
    EMR: NotRequired[EMRStepMetadata]
    EMRServerless: NotRequired[EMRServerlessStepMetadata]
    QualityCheck: NotRequired[QualityCheckStepMetadata]
    ClarifyCheck: NotRequired[ClarifyCheckStepMetadata]
    Fail: NotRequired[FailStepMetadata]
    AutoMLJob: NotRequired[AutoMLJobStepMetadata]
    Endpoint: NotRequired[EndpointStepMetadata]
    EndpointConfig: NotRequired[EndpointConfigStepMetadata]
    BedrockCustomModel: NotRequired[BedrockCustomModelMetadata]
    BedrockCustomModelDeployment: NotRequired[BedrockCustomModelDeploymentMetadata]
    BedrockProvisionedModelThroughput: NotRequired[BedrockProvisionedModelThroughputMetadata]
    BedrockModelImport: NotRequired[BedrockModelImportMetadata]
    InferenceComponent: NotRequired[InferenceComponentMetadata]
    Lineage: NotRequired[LineageMetadata]
    Job: NotRequired[JobStepMetadata]
    Athena: NotRequired[AthenaStepMetadata]
    Cleanup: NotRequired[CleanupStepMetadata]
    ForEach: NotRequired[ForEachStepMetadata]
    HubContent: NotRequired[HubContentStepMetadata]


class PipelineExecutionSummary(TypedDict):
    PipelineExecutionArn: NotRequired[str]
    StartTime: NotRequired[float]
    PipelineExecutionStatus: NotRequired[PipelineExecutionStatus]
    PipelineExecutionDescription: NotRequired[str]
    PipelineExecutionDisplayName: NotRequired[str]
    PipelineExecutionFailureReason: NotRequired[str]
    PipelineVersionAliases: NotRequired[list[str]]


class PipelineExperimentConfig(TypedDict):
    ExperimentName: NotRequired[str]
    TrialName: NotRequired[str]


PipelineManagedBy: TypeAlias = Literal[
    "AWS", "CUSTOMER"
]


PipelineStatus: TypeAlias = Literal[
    "Active", "Deleting"
]


class PipelineSummary(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineName: NotRequired[str]
    PipelineDisplayName: NotRequired[str]
    PipelineDescription: NotRequired[str]
    RoleArn: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    LastExecutionTime: NotRequired[float]


class PipelineVersion(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineVersionId: NotRequired[int]
    PipelineVersionDisplayName: NotRequired[str]
    PipelineVersionDescription: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedBy: NotRequired[UserContext]
    LastExecutedPipelineExecutionArn: NotRequired[str]
    LastExecutedPipelineExecutionDisplayName: NotRequired[str]
    LastExecutedPipelineExecutionStatus: NotRequired[PipelineExecutionStatus]
    PipelineVersionAliases: NotRequired[list[str]]


class PipelineVersionSummary(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineVersionId: NotRequired[int]
    CreationTime: NotRequired[float]
    PipelineVersionDescription: NotRequired[str]
    PipelineVersionDisplayName: NotRequired[str]
    LastExecutionPipelineExecutionArn: NotRequired[str]
    PipelineVersionAliases: NotRequired[list[str]]


class PlacementSpecification(TypedDict):
    UltraServerId: NotRequired[str]
    InstanceCount: int


class PrefixAwareRoutingConfig(TypedDict):
    PrefixLength: NotRequired[int]
    ConcurrencyThreshold: NotRequired[int]


ProblemType: TypeAlias = Literal[
    "BinaryClassification", "MulticlassClassification", "Regression"
]


class ProcessingClusterConfig(TypedDict):
    InstanceCount: NotRequired[int]
    InstanceType: NotRequired[ProcessingInstanceType]
    VolumeSizeInGB: int
    VolumeKmsKeyId: NotRequired[str]
    InstancePreferences: NotRequired[list[ProcessingInstancePreference]]
    SelectedInstanceType: NotRequired[ProcessingInstanceType]
    SelectedInstanceCount: NotRequired[int]


class ProcessingFeatureStoreOutput(TypedDict):
    FeatureGroupName: str


class ProcessingInput(TypedDict):
    InputName: str
    AppManaged: NotRequired[bool]
    S3Input: NotRequired[ProcessingS3Input]
    DatasetDefinition: NotRequired[DatasetDefinition]


class ProcessingInstancePreference(TypedDict):
    InstanceType: ProcessingInstanceType
    InstanceCount: NotRequired[int]


ProcessingInstanceType: TypeAlias = Literal[
    "ml.t3.medium", "ml.t3.large", "ml.t3.xlarge", "ml.t3.2xlarge", "ml.m4.xlarge", "ml.m4.2xlarge", "ml.m4.4xlarge",
    "ml.m4.10xlarge", "ml.m4.16xlarge", "ml.c4.xlarge", "ml.c4.2xlarge", "ml.c4.4xlarge", "ml.c4.8xlarge",
    "ml.p2.xlarge", "ml.p2.8xlarge", "ml.p2.16xlarge", "ml.p3.2xlarge", "ml.p3.8xlarge", "ml.p3.16xlarge",
    "ml.c5.xlarge", "ml.c5.2xlarge", "ml.c5.4xlarge", "ml.c5.9xlarge", "ml.c5.18xlarge", "ml.m5.large", "ml.m5.xlarge",
    "ml.m5.2xlarge", "ml.m5.4xlarge", "ml.m5.12xlarge", "ml.m5.24xlarge", "ml.r5.large", "ml.r5.xlarge",
    "ml.r5.2xlarge", "ml.r5.4xlarge", "ml.r5.8xlarge", "ml.r5.12xlarge", "ml.r5.16xlarge", "ml.r5.24xlarge",
    "ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g4dn.4xlarge", "ml.g4dn.8xlarge", "ml.g4dn.12xlarge", "ml.g4dn.16xlarge",
    "ml.g5.xlarge", "ml.g5.2xlarge", "ml.g5.4xlarge", "ml.g5.8xlarge", "ml.g5.16xlarge", "ml.g5.12xlarge",
    "ml.g5.24xlarge", "ml.g5.48xlarge", "ml.r5d.large", "ml.r5d.xlarge", "ml.r5d.2xlarge", "ml.r5d.4xlarge",
    "ml.r5d.8xlarge", "ml.r5d.12xlarge", "ml.r5d.16xlarge", "ml.r5d.24xlarge", "ml.g6.xlarge", "ml.g6.2xlarge",
    "ml.g6.4xlarge", "ml.g6.8xlarge", "ml.g6.12xlarge", "ml.g6.16xlarge", "ml.g6.24xlarge", "ml.g6.48xlarge",
    "ml.g6e.xlarge", "ml.g6e.2xlarge", "ml.g6e.4xlarge", "ml.g6e.8xlarge", "ml.g6e.12xlarge", "ml.g6e.16xlarge",
    "ml.g6e.24xlarge", "ml.g6e.48xlarge", "ml.m6i.large", "ml.m6i.xlarge", "ml.m6i.2xlarge", "ml.m6i.4xlarge",
    "ml.m6i.8xlarge", "ml.m6i.12xlarge", "ml.m6i.16xlarge", "ml.m6i.24xlarge", "ml.m6i.32xlarge", "ml.c6i.xlarge",
    "ml.c6i.2xlarge", "ml.c6i.4xlarge", "ml.c6i.8xlarge", "ml.c6i.12xlarge", "ml.c6i.16xlarge", "ml.c6i.24xlarge",
    "ml.c6i.32xlarge", "ml.m7i.large", "ml.m7i.xlarge", "ml.m7i.2xlarge", "ml.m7i.4xlarge", "ml.m7i.8xlarge",
    "ml.m7i.12xlarge", "ml.m7i.16xlarge", "ml.m7i.24xlarge", "ml.m7i.48xlarge", "ml.c7i.large", "ml.c7i.xlarge",
    "ml.c7i.2xlarge", "ml.c7i.4xlarge", "ml.c7i.8xlarge", "ml.c7i.12xlarge", "ml.c7i.16xlarge", "ml.c7i.24xlarge",
    "ml.c7i.48xlarge", "ml.r7i.large", "ml.r7i.xlarge", "ml.r7i.2xlarge", "ml.r7i.4xlarge", "ml.r7i.8xlarge",
    "ml.r7i.12xlarge", "ml.r7i.16xlarge", "ml.r7i.24xlarge", "ml.r7i.48xlarge", "ml.p5.4xlarge", "ml.g7e.2xlarge",
    "ml.g7e.4xlarge", "ml.g7e.8xlarge", "ml.g7e.12xlarge", "ml.g7e.24xlarge", "ml.g7e.48xlarge", "ml.g7.2xlarge",
    "ml.g7.4xlarge", "ml.g7.8xlarge", "ml.g7.12xlarge", "ml.g7.24xlarge", "ml.g7.48xlarge", "ml.r6i.large",
    "ml.r6i.xlarge", "ml.r6i.2xlarge", "ml.r6i.4xlarge", "ml.r6i.8xlarge", "ml.r6i.12xlarge", "ml.r6i.16xlarge",
    "ml.r6i.24xlarge", "ml.r6i.32xlarge", "ml.m8i.large", "ml.m8i.xlarge", "ml.m8i.2xlarge", "ml.m8i.4xlarge",
    "ml.m8i.8xlarge", "ml.m8i.12xlarge", "ml.m8i.16xlarge", "ml.m8i.24xlarge", "ml.m8i.32xlarge", "ml.m8i.48xlarge",
    "ml.m8i.96xlarge", "ml.c8i.xlarge", "ml.c8i.2xlarge", "ml.c8i.4xlarge", "ml.c8i.8xlarge", "ml.c8i.12xlarge",
    "ml.c8i.16xlarge", "ml.c8i.24xlarge", "ml.c8i.32xlarge", "ml.c8i.48xlarge", "ml.c8i.96xlarge", "ml.r8i.large",
    "ml.r8i.xlarge", "ml.r8i.2xlarge", "ml.r8i.4xlarge", "ml.r8i.8xlarge", "ml.r8i.12xlarge", "ml.r8i.16xlarge",
    "ml.r8i.24xlarge", "ml.r8i.32xlarge", "ml.r8i.48xlarge", "ml.r8i.96xlarge", "ml.m7i-flex.large",
    "ml.m7i-flex.xlarge", "ml.m7i-flex.2xlarge", "ml.m7i-flex.4xlarge", "ml.m7i-flex.8xlarge", "ml.m7i-flex.12xlarge",
    "ml.m7i-flex.16xlarge", "ml.c7i-flex.xlarge", "ml.c7i-flex.2xlarge", "ml.c7i-flex.4xlarge", "ml.c7i-flex.8xlarge",
    "ml.c7i-flex.12xlarge", "ml.c7i-flex.16xlarge", "ml.m8i-flex.large", "ml.m8i-flex.xlarge", "ml.m8i-flex.2xlarge",
    "ml.m8i-flex.4xlarge", "ml.m8i-flex.8xlarge", "ml.m8i-flex.12xlarge", "ml.m8i-flex.16xlarge", "ml.c8i-flex.xlarge",
    "ml.c8i-flex.2xlarge", "ml.c8i-flex.4xlarge", "ml.c8i-flex.8xlarge", "ml.c8i-flex.12xlarge", "ml.c8i-flex.16xlarge",
    "ml.r8i-flex.large", "ml.r8i-flex.xlarge", "ml.r8i-flex.2xlarge", "ml.r8i-flex.4xlarge", "ml.r8i-flex.8xlarge",
    "ml.r8i-flex.12xlarge", "ml.r8i-flex.16xlarge"
]


class ProcessingJob(TypedDict):
    ProcessingInputs: NotRequired[list[ProcessingInput]]
    ProcessingOutputConfig: NotRequired[ProcessingOutputConfig]
    ProcessingJobName: NotRequired[str]
    ProcessingResources: NotRequired[ProcessingResources]
    StoppingCondition: NotRequired[ProcessingStoppingCondition]
    AppSpecification: NotRequired[AppSpecification]
    Environment: NotRequired[dict[str, str]]
    NetworkConfig: NotRequired[NetworkConfig]
    RoleArn: NotRequired[str]
    ExperimentConfig: NotRequired[ExperimentConfig]
    ProcessingJobArn: NotRequired[str]
    ProcessingJobStatus: NotRequired[ProcessingJobStatus]
    ExitMessage: NotRequired[str]
    FailureReason: NotRequired[str]
    ProcessingEndTime: NotRequired[float]
    ProcessingStartTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    CreationTime: NotRequired[float]
    MonitoringScheduleArn: NotRequired[str]
    AutoMLJobArn: NotRequired[str]
    TrainingJobArn: NotRequired[str]
    Tags: NotRequired[list[Tag]]


ProcessingJobStatus: TypeAlias = Literal[
    "InProgress", "Completed", "Failed", "Stopping", "Stopped"
]


class ProcessingJobStepMetadata(TypedDict):
    Arn: NotRequired[str]


class ProcessingJobSummary(TypedDict):
    ProcessingJobName: str
    ProcessingJobArn: str
    CreationTime: float
    ProcessingEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    ProcessingJobStatus: ProcessingJobStatus
    FailureReason: NotRequired[str]
    ExitMessage: NotRequired[str]


class ProcessingOutput(TypedDict):
    OutputName: str
    S3Output: NotRequired[ProcessingS3Output]
    FeatureStoreOutput: NotRequired[ProcessingFeatureStoreOutput]
    AppManaged: NotRequired[bool]


class ProcessingOutputConfig(TypedDict):
    Outputs: list[ProcessingOutput]
    KmsKeyId: NotRequired[str]


class ProcessingResources(TypedDict):
    ClusterConfig: ProcessingClusterConfig


ProcessingS3CompressionType: TypeAlias = Literal[
    "None", "Gzip"
]


ProcessingS3DataDistributionType: TypeAlias = Literal[
    "FullyReplicated", "ShardedByS3Key"
]


ProcessingS3DataType: TypeAlias = Literal[
    "ManifestFile", "S3Prefix"
]


class ProcessingS3Input(TypedDict):
    S3Uri: str
    LocalPath: NotRequired[str]
    S3DataType: ProcessingS3DataType
    S3InputMode: NotRequired[ProcessingS3InputMode]
    S3DataDistributionType: NotRequired[ProcessingS3DataDistributionType]
    S3CompressionType: NotRequired[ProcessingS3CompressionType]


ProcessingS3InputMode: TypeAlias = Literal[
    "Pipe", "File"
]


class ProcessingS3Output(TypedDict):
    S3Uri: str
    LocalPath: NotRequired[str]
    S3UploadMode: ProcessingS3UploadMode


ProcessingS3UploadMode: TypeAlias = Literal[
    "Continuous", "EndOfJob"
]


class ProcessingStoppingCondition(TypedDict):
    MaxRuntimeInSeconds: int


Processor: TypeAlias = Literal[
    "CPU", "GPU"
]


class ProductionVariant(TypedDict):
    VariantName: str
    ModelName: NotRequired[str]
    InitialInstanceCount: NotRequired[int]
    InstanceType: NotRequired[ProductionVariantInstanceType]
    InstancePools: NotRequired[list[InstancePool]]
    VariantInstanceProvisionTimeoutInSeconds: NotRequired[int]
    InitialVariantWeight: NotRequired[float]
    AcceleratorType: NotRequired[ProductionVariantAcceleratorType]
    CoreDumpConfig: NotRequired[ProductionVariantCoreDumpConfig]
    ServerlessConfig: NotRequired[ProductionVariantServerlessConfig]
    VolumeSizeInGB: NotRequired[int]
    ModelDataDownloadTimeoutInSeconds: NotRequired[int]
    ContainerStartupHealthCheckTimeoutInSeconds: NotRequired[int]
    EnableSSMAccess: NotRequired[bool]
    ManagedInstanceScaling: NotRequired[ProductionVariantManagedInstanceScaling]
    RoutingConfig: NotRequired[ProductionVariantRoutingConfig]
    InferenceAmiVersion: NotRequired[ProductionVariantInferenceAmiVersion]
    CapacityReservationConfig: NotRequired[ProductionVariantCapacityReservationConfig]
    AcceleratorPartitionLayouts: NotRequired[list[AcceleratorPartitionLayout]]


ProductionVariantAcceleratorType: TypeAlias = Literal[
    "ml.eia1.medium", "ml.eia1.large", "ml.eia1.xlarge", "ml.eia2.medium", "ml.eia2.large", "ml.eia2.xlarge"
]


class ProductionVariantCapacityReservationConfig(TypedDict):
    CapacityReservationPreference: NotRequired[CapacityReservationPreference]
    MlReservationArn: NotRequired[str]


class ProductionVariantCapacityReservationSummary(TypedDict):
    MlReservationArn: NotRequired[str]
    CapacityReservationPreference: NotRequired[CapacityReservationPreference]
    TotalInstanceCount: NotRequired[int]
    AvailableInstanceCount: NotRequired[int]
    UsedByCurrentEndpoint: NotRequired[int]
    Ec2CapacityReservations: NotRequired[list[Ec2CapacityReservation]]


class ProductionVariantCoreDumpConfig(TypedDict):
    DestinationS3Uri: str
    KmsKeyId: NotRequired[str]


ProductionVariantInferenceAmiVersion: TypeAlias = Literal[
    "al2-ami-sagemaker-inference-gpu-2", "al2-ami-sagemaker-inference-gpu-2-1", "al2-ami-sagemaker-inference-gpu-3-1",
    "al2-ami-sagemaker-inference-neuron-2", "al2023-ami-sagemaker-inference-gpu-4-1"
]


ProductionVariantInstanceType: TypeAlias = Literal[
    "ml.t2.medium", "ml.t2.large", "ml.t2.xlarge", "ml.t2.2xlarge", "ml.m4.xlarge", "ml.m4.2xlarge", "ml.m4.4xlarge",
    "ml.m4.10xlarge", "ml.m4.16xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge",
    "ml.m5.12xlarge", "ml.m5.24xlarge", "ml.m5d.large", "ml.m5d.xlarge", "ml.m5d.2xlarge", "ml.m5d.4xlarge",
    "ml.m5d.12xlarge", "ml.m5d.24xlarge", "ml.c4.large", "ml.c4.xlarge", "ml.c4.2xlarge", "ml.c4.4xlarge",
    "ml.c4.8xlarge", "ml.p2.xlarge", "ml.p2.8xlarge", "ml.p2.16xlarge", "ml.p3.2xlarge", "ml.p3.8xlarge",
    "ml.p3.16xlarge", "ml.c5.large", "ml.c5.xlarge", "ml.c5.2xlarge", "ml.c5.4xlarge", "ml.c5.9xlarge",
    "ml.c5.18xlarge", "ml.c5d.large", "ml.c5d.xlarge", "ml.c5d.2xlarge", "ml.c5d.4xlarge", "ml.c5d.9xlarge",
    "ml.c5d.18xlarge", "ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g4dn.4xlarge", "ml.g4dn.8xlarge", "ml.g4dn.12xlarge",
    "ml.g4dn.16xlarge", "ml.r5.large", "ml.r5.xlarge", "ml.r5.2xlarge", "ml.r5.4xlarge", "ml.r5.12xlarge",
    "ml.r5.24xlarge", "ml.r5d.large", "ml.r5d.xlarge", "ml.r5d.2xlarge", "ml.r5d.4xlarge", "ml.r5d.12xlarge",
    "ml.r5d.24xlarge", "ml.inf1.xlarge", "ml.inf1.2xlarge", "ml.inf1.6xlarge", "ml.inf1.24xlarge", "ml.dl1.24xlarge",
    "ml.c6i.large", "ml.c6i.xlarge", "ml.c6i.2xlarge", "ml.c6i.4xlarge", "ml.c6i.8xlarge", "ml.c6i.12xlarge",
    "ml.c6i.16xlarge", "ml.c6i.24xlarge", "ml.c6i.32xlarge", "ml.m6i.large", "ml.m6i.xlarge", "ml.m6i.2xlarge",
    "ml.m6i.4xlarge", "ml.m6i.8xlarge", "ml.m6i.12xlarge", "ml.m6i.16xlarge", "ml.m6i.24xlarge", "ml.m6i.32xlarge",
    "ml.r6i.large", "ml.r6i.xlarge", "ml.r6i.2xlarge", "ml.r6i.4xlarge", "ml.r6i.8xlarge", "ml.r6i.12xlarge",
    "ml.r6i.16xlarge", "ml.r6i.24xlarge", "ml.r6i.32xlarge", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.g5.4xlarge",
    "ml.g5.8xlarge", "ml.g5.12xlarge", "ml.g5.16xlarge", "ml.g5.24xlarge", "ml.g5.48xlarge", "ml.g6.xlarge",
    "ml.g6.2xlarge", "ml.g6.4xlarge", "ml.g6.8xlarge", "ml.g6.12xlarge", "ml.g6.16xlarge", "ml.g6.24xlarge",
    "ml.g6.48xlarge", "ml.r8g.medium", "ml.r8g.large", "ml.r8g.xlarge", "ml.r8g.2xlarge", "ml.r8g.4xlarge",
    "ml.r8g.8xlarge", "ml.r8g.12xlarge", "ml.r8g.16xlarge", "ml.r8g.24xlarge", "ml.r8g.48xlarge", "ml.g6e.xlarge",
    "ml.g6e.2xlarge", "ml.g6e.4xlarge", "ml.g6e.8xlarge", "ml.g6e.12xlarge", "ml.g6e.16xlarge", "ml.g6e.24xlarge",
    "ml.g6e.48xlarge", "ml.g7e.2xlarge", "ml.g7e.4xlarge", "ml.g7e.8xlarge", "ml.g7e.12xlarge", "ml.g7e.24xlarge",
    "ml.g7e.48xlarge", "ml.g7.2xlarge", "ml.g7.4xlarge", "ml.g7.8xlarge", "ml.g7.12xlarge", "ml.g7.24xlarge",
    "ml.g7.48xlarge", "ml.p4d.24xlarge", "ml.c7g.large", "ml.c7g.xlarge", "ml.c7g.2xlarge", "ml.c7g.4xlarge",
    "ml.c7g.8xlarge", "ml.c7g.12xlarge", "ml.c7g.16xlarge", "ml.m6g.large", "ml.m6g.xlarge", "ml.m6g.2xlarge",
    "ml.m6g.4xlarge", "ml.m6g.8xlarge", "ml.m6g.12xlarge", "ml.m6g.16xlarge", "ml.m6gd.large", "ml.m6gd.xlarge",
    "ml.m6gd.2xlarge", "ml.m6gd.4xlarge", "ml.m6gd.8xlarge", "ml.m6gd.12xlarge", "ml.m6gd.16xlarge", "ml.c6g.large",
    "ml.c6g.xlarge", "ml.c6g.2xlarge", "ml.c6g.4xlarge", "ml.c6g.8xlarge", "ml.c6g.12xlarge", "ml.c6g.16xlarge",
    "ml.c6gd.large", "ml.c6gd.xlarge", "ml.c6gd.2xlarge", "ml.c6gd.4xlarge", "ml.c6gd.8xlarge", "ml.c6gd.12xlarge",
    "ml.c6gd.16xlarge", "ml.c6gn.large", "ml.c6gn.xlarge", "ml.c6gn.2xlarge", "ml.c6gn.4xlarge", "ml.c6gn.8xlarge",
    "ml.c6gn.12xlarge", "ml.c6gn.16xlarge", "ml.r6g.large", "ml.r6g.xlarge", "ml.r6g.2xlarge", "ml.r6g.4xlarge",
    "ml.r6g.8xlarge", "ml.r6g.12xlarge", "ml.r6g.16xlarge", "ml.r6gd.large", "ml.r6gd.xlarge", "ml.r6gd.2xlarge",
    "ml.r6gd.4xlarge", "ml.r6gd.8xlarge", "ml.r6gd.12xlarge", "ml.r6gd.16xlarge", "ml.p4de.24xlarge", "ml.trn1.2xlarge",
    "ml.trn1.32xlarge", "ml.trn1n.32xlarge", "ml.trn2.48xlarge", "ml.inf2.xlarge", "ml.inf2.8xlarge",
    "ml.inf2.24xlarge", "ml.inf2.48xlarge", "ml.p5.48xlarge", "ml.p5e.48xlarge", "ml.p5en.48xlarge", "ml.m7i.large",
    "ml.m7i.xlarge", "ml.m7i.2xlarge", "ml.m7i.4xlarge", "ml.m7i.8xlarge", "ml.m7i.12xlarge", "ml.m7i.16xlarge",
    "ml.m7i.24xlarge", "ml.m7i.48xlarge", "ml.c7i.large", "ml.c7i.xlarge", "ml.c7i.2xlarge", "ml.c7i.4xlarge",
    "ml.c7i.8xlarge", "ml.c7i.12xlarge", "ml.c7i.16xlarge", "ml.c7i.24xlarge", "ml.c7i.48xlarge", "ml.r7i.large",
    "ml.r7i.xlarge", "ml.r7i.2xlarge", "ml.r7i.4xlarge", "ml.r7i.8xlarge", "ml.r7i.12xlarge", "ml.r7i.16xlarge",
    "ml.r7i.24xlarge", "ml.r7i.48xlarge", "ml.c8g.medium", "ml.c8g.large", "ml.c8g.xlarge", "ml.c8g.2xlarge",
    "ml.c8g.4xlarge", "ml.c8g.8xlarge", "ml.c8g.12xlarge", "ml.c8g.16xlarge", "ml.c8g.24xlarge", "ml.c8g.48xlarge",
    "ml.r7gd.medium", "ml.r7gd.large", "ml.r7gd.xlarge", "ml.r7gd.2xlarge", "ml.r7gd.4xlarge", "ml.r7gd.8xlarge",
    "ml.r7gd.12xlarge", "ml.r7gd.16xlarge", "ml.m8g.medium", "ml.m8g.large", "ml.m8g.xlarge", "ml.m8g.2xlarge",
    "ml.m8g.4xlarge", "ml.m8g.8xlarge", "ml.m8g.12xlarge", "ml.m8g.16xlarge", "ml.m8g.24xlarge", "ml.m8g.48xlarge",
    "ml.c6in.large", "ml.c6in.xlarge", "ml.c6in.2xlarge", "ml.c6in.4xlarge", "ml.c6in.8xlarge", "ml.c6in.12xlarge",
    "ml.c6in.16xlarge", "ml.c6in.24xlarge", "ml.c6in.32xlarge", "ml.p6-b200.48xlarge", "ml.p6-b300.48xlarge",
    "ml.p6e-gb200.36xlarge", "ml.p5.4xlarge"
]


class ProductionVariantManagedInstanceScaling(TypedDict):
    Status: NotRequired[ManagedInstanceScalingStatus]
    MinInstanceCount: NotRequired[int]
    MaxInstanceCount: NotRequired[int]
    ScaleInPolicy: NotRequired[ProductionVariantManagedInstanceScalingScaleInPolicy]


class ProductionVariantManagedInstanceScalingScaleInPolicy(TypedDict):
    Strategy: ManagedInstanceScalingScaleInStrategy
    MaximumStepSize: NotRequired[int]
    CooldownInMinutes: NotRequired[int]


class ProductionVariantRoutingConfig(TypedDict):
    RoutingStrategy: RoutingStrategy
    PrefixAwareRoutingConfig: NotRequired[PrefixAwareRoutingConfig]


class ProductionVariantServerlessConfig(TypedDict):
    MemorySizeInMB: int
    MaxConcurrency: int
    ProvisionedConcurrency: NotRequired[int]


class ProductionVariantServerlessUpdateConfig(TypedDict):
    MaxConcurrency: NotRequired[int]
    ProvisionedConcurrency: NotRequired[int]


class ProductionVariantStatus(TypedDict):
    Status: VariantStatus
    StatusMessage: NotRequired[str]
    StartTime: NotRequired[float]


class ProductionVariantSummary(TypedDict):
    VariantName: str
    DeployedImages: NotRequired[list[DeployedImage]]
    CurrentWeight: NotRequired[float]
    DesiredWeight: NotRequired[float]
    CurrentInstanceCount: NotRequired[int]
    DesiredInstanceCount: NotRequired[int]
    InstancePools: NotRequired[list[InstancePoolSummary]]
    VariantStatus: NotRequired[list[ProductionVariantStatus]]
    CurrentServerlessConfig: NotRequired[ProductionVariantServerlessConfig]
    DesiredServerlessConfig: NotRequired[ProductionVariantServerlessConfig]
    ManagedInstanceScaling: NotRequired[ProductionVariantManagedInstanceScaling]
    RoutingConfig: NotRequired[ProductionVariantRoutingConfig]
    CapacityReservationConfig: NotRequired[ProductionVariantCapacityReservationSummary]
    AcceleratorPartitionLayouts: NotRequired[list[AcceleratorPartitionLayout]]


class ProfilerConfig(TypedDict):
    S3OutputPath: NotRequired[str]
    ProfilingIntervalInMilliseconds: NotRequired[int]
    ProfilingParameters: NotRequired[dict[str, str]]
    DisableProfiler: NotRequired[bool]


class ProfilerRuleConfiguration(TypedDict):
    RuleConfigurationName: str
    LocalPath: NotRequired[str]
    S3OutputPath: NotRequired[str]
    RuleEvaluatorImage: str
    InstanceType: NotRequired[ProcessingInstanceType]
    VolumeSizeInGB: NotRequired[int]
    RuleParameters: NotRequired[dict[str, str]]


class ProfilerRuleEvaluationStatus(TypedDict):
    RuleConfigurationName: NotRequired[str]
    RuleEvaluationJobArn: NotRequired[str]
    RuleEvaluationStatus: NotRequired[RuleEvaluationStatus]
    StatusDetails: NotRequired[str]
    LastModifiedTime: NotRequired[float]


ProfilingStatus: TypeAlias = Literal[
    "Enabled", "Disabled"
]


class Project(TypedDict):
    ProjectArn: NotRequired[str]
    ProjectName: NotRequired[str]
    ProjectId: NotRequired[str]
    ProjectDescription: NotRequired[str]
    ServiceCatalogProvisioningDetails: NotRequired[ServiceCatalogProvisioningDetails]
    ServiceCatalogProvisionedProductDetails: NotRequired[ServiceCatalogProvisionedProductDetails]
    ProjectStatus: NotRequired[ProjectStatus]
    CreatedBy: NotRequired[UserContext]
    CreationTime: NotRequired[float]
    TemplateProviderDetails: NotRequired[list[TemplateProviderDetail]]
    Tags: NotRequired[list[Tag]]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]


ProjectSortBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


ProjectSortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


ProjectStatus: TypeAlias = Literal[
    "Pending", "CreateInProgress", "CreateCompleted", "CreateFailed", "DeleteInProgress", "DeleteFailed",
    "DeleteCompleted", "UpdateInProgress", "UpdateCompleted", "UpdateFailed"
]


class ProjectSummary(TypedDict):
    ProjectName: str
    ProjectDescription: NotRequired[str]
    ProjectArn: str
    ProjectId: str
    CreationTime: float
    ProjectStatus: ProjectStatus


class PropertyNameQuery(TypedDict):
    PropertyNameHint: str


class PropertyNameSuggestion(TypedDict):
    PropertyName: NotRequired[str]


class ProvisioningParameter(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]


PutMetricsErrorCode: TypeAlias = Literal[
    "METRIC_LIMIT_EXCEEDED", "INTERNAL_ERROR", "VALIDATION_ERROR", "CONFLICT_ERROR"
]


class PutModelPackageGroupPolicyRequest(TypedDict):
    ModelPackageGroupName: str
    ResourcePolicy: str


class PutModelPackageGroupPolicyResponse(TypedDict):
    ModelPackageGroupArn: str


class PutRecordRequest(TypedDict):
    FeatureGroupName: str
    Record: list[FeatureValue]
    TargetStores: NotRequired[list[TargetStore]]
    TtlDuration: NotRequired[SagemakerFeaturestoreRuntimeTtlDuration]


class PutRecordResponse(TypedDict):
    pass


class QualityCheckStepMetadata(TypedDict):
    CheckType: NotRequired[str]
    BaselineUsedForDriftCheckStatistics: NotRequired[str]
    BaselineUsedForDriftCheckConstraints: NotRequired[str]
    CalculatedBaselineStatistics: NotRequired[str]
    CalculatedBaselineConstraints: NotRequired[str]
    ModelPackageGroupName: NotRequired[str]
    ViolationReport: NotRequired[str]
    CheckJobArn: NotRequired[str]
    SkipCheck: NotRequired[bool]
    RegisterNewBaseline: NotRequired[bool]


class QueryFilters(TypedDict):
    Types: NotRequired[list[str]]
    LineageTypes: NotRequired[list[LineageType]]
    CreatedBefore: NotRequired[float]
    CreatedAfter: NotRequired[float]
    ModifiedBefore: NotRequired[float]
    ModifiedAfter: NotRequired[float]
    Properties: NotRequired[dict[str, str]]


class QueryLineageRequest(TypedDict):
    StartArns: NotRequired[list[str]]
    Direction: NotRequired[Direction]
    IncludeEdges: NotRequired[bool]
    Filters: NotRequired[QueryFilters]
    MaxDepth: NotRequired[int]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class QueryLineageResponse(TypedDict):
    Vertices: NotRequired[list[Vertex]]
    Edges: NotRequired[list[Edge]]
    NextToken: NotRequired[str]


class RawMetricData(TypedDict):
    MetricName: str
    Timestamp: float
    Step: NotRequired[int]
    Value: float


class RealTimeInferenceConfig(TypedDict):
    InstanceType: ProductionVariantInstanceType
    InstanceCount: int


class RealTimeInferenceRecommendation(TypedDict):
    RecommendationId: str
    InstanceType: ProductionVariantInstanceType
    Environment: NotRequired[dict[str, str]]


class RecommendationJobCompiledOutputConfig(TypedDict):
    S3OutputUri: NotRequired[str]


class RecommendationJobContainerConfig(TypedDict):
    Domain: NotRequired[str]
    Task: NotRequired[str]
    Framework: NotRequired[str]
    FrameworkVersion: NotRequired[str]
    PayloadConfig: NotRequired[RecommendationJobPayloadConfig]
    NearestModelName: NotRequired[str]
    SupportedInstanceTypes: NotRequired[list[str]]
    SupportedEndpointType: NotRequired[RecommendationJobSupportedEndpointType]
    DataInputConfig: NotRequired[str]
    SupportedResponseMIMETypes: NotRequired[list[str]]


class RecommendationJobInferenceBenchmark(TypedDict):
    Metrics: NotRequired[RecommendationMetrics]
    EndpointMetrics: NotRequired[InferenceMetrics]
    EndpointConfiguration: NotRequired[EndpointOutputConfiguration]
    ModelConfiguration: ModelConfiguration
    FailureReason: NotRequired[str]
    InvocationEndTime: NotRequired[float]
    InvocationStartTime: NotRequired[float]


class RecommendationJobInputConfig(TypedDict):
    ModelPackageVersionArn: NotRequired[str]
    ModelName: NotRequired[str]
    JobDurationInSeconds: NotRequired[int]
    TrafficPattern: NotRequired[TrafficPattern]
    ResourceLimit: NotRequired[RecommendationJobResourceLimit]
    EndpointConfigurations: NotRequired[list[EndpointInputConfiguration]]
    VolumeKmsKeyId: NotRequired[str]
    ContainerConfig: NotRequired[RecommendationJobContainerConfig]
    Endpoints: NotRequired[list[EndpointInfo]]
    VpcConfig: NotRequired[RecommendationJobVpcConfig]


class RecommendationJobOutputConfig(TypedDict):
    KmsKeyId: NotRequired[str]
    CompiledOutputConfig: NotRequired[RecommendationJobCompiledOutputConfig]


class RecommendationJobPayloadConfig(TypedDict):
    SamplePayloadUrl: NotRequired[str]
    SupportedContentTypes: NotRequired[list[str]]


class RecommendationJobResourceLimit(TypedDict):
    MaxNumberOfTests: NotRequired[int]
    MaxParallelOfTests: NotRequired[int]


RecommendationJobStatus: TypeAlias = Literal[
    "PENDING", "IN_PROGRESS", "COMPLETED", "FAILED", "STOPPING", "STOPPED", "DELETING", "DELETED"
]


class RecommendationJobStoppingConditions(TypedDict):
    MaxInvocations: NotRequired[int]
    ModelLatencyThresholds: NotRequired[list[ModelLatencyThreshold]]
    FlatInvocations: NotRequired[FlatInvocations]


RecommendationJobSupportedEndpointType: TypeAlias = Literal[
    "RealTime", "Serverless"
]


RecommendationJobType: TypeAlias = Literal[
    "Default", "Advanced"
]


class RecommendationJobVpcConfig(TypedDict):
    SecurityGroupIds: list[str]
    Subnets: list[str]


class RecommendationMetrics(TypedDict):
    CostPerHour: NotRequired[float]
    CostPerInference: NotRequired[float]
    MaxInvocations: NotRequired[int]
    ModelLatency: NotRequired[int]
    CpuUtilization: NotRequired[float]
    MemoryUtilization: NotRequired[float]
    ModelSetupTime: NotRequired[int]


RecommendationStatus: TypeAlias = Literal[
    "IN_PROGRESS", "COMPLETED", "FAILED", "NOT_APPLICABLE"
]


RecommendationStepType: TypeAlias = Literal[
    "BENCHMARK"
]


RecordWrapper: TypeAlias = Literal[
    "None", "RecordIO"
]


class RedshiftDatasetDefinition(TypedDict):
    ClusterId: str
    Database: str
    DbUser: str
    QueryString: str
    ClusterRoleArn: str
    OutputS3Uri: str
    KmsKeyId: NotRequired[str]
    OutputFormat: RedshiftResultFormat
    OutputCompression: NotRequired[RedshiftResultCompressionType]


RedshiftResultCompressionType: TypeAlias = Literal[
    "None", "GZIP", "BZIP2", "ZSTD", "SNAPPY"
]


RedshiftResultFormat: TypeAlias = Literal[
    "PARQUET", "CSV"
]


class RegisterModelStepMetadata(TypedDict):
    Arn: NotRequired[str]


Relation: TypeAlias = Literal[
    "EqualTo", "GreaterThanOrEqualTo"
]


class RemoteDebugConfig(TypedDict):
    EnableRemoteDebug: NotRequired[bool]


RepositoryAccessMode: TypeAlias = Literal[
    "Platform", "Vpc"
]


class RepositoryAuthConfig(TypedDict):
    RepositoryCredentialsProviderArn: str


class ResolvedAttributes(TypedDict):
    AutoMLJobObjective: NotRequired[AutoMLJobObjective]
    ProblemType: NotRequired[ProblemType]
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]


class ResourceConfig(TypedDict):
    InstanceType: NotRequired[TrainingInstanceType]
    InstanceCount: NotRequired[int]
    VolumeSizeInGB: NotRequired[int]
    VolumeKmsKeyId: NotRequired[str]
    KeepAlivePeriodInSeconds: NotRequired[int]
    InstanceGroups: NotRequired[list[InstanceGroup]]
    TrainingPlanArn: NotRequired[str]
    InstancePlacementConfig: NotRequired[InstancePlacementConfig]
    InstancePreferences: NotRequired[list[InstancePreference]]
    SelectedInstanceType: NotRequired[TrainingInstanceType]
    SelectedInstanceCount: NotRequired[int]


class ResourceLimits(TypedDict):
    MaxNumberOfTrainingJobs: NotRequired[int]
    MaxParallelTrainingJobs: int
    MaxRuntimeInSeconds: NotRequired[int]


ResourceType: TypeAlias = Literal[
    "TrainingJob", "Experiment", "ExperimentTrial", "ExperimentTrialComponent", "Endpoint", "Model", "ModelPackage",
    "ModelPackageGroup", "Pipeline", "PipelineExecution", "FeatureGroup", "FeatureMetadata", "Image", "ImageVersion",
    "Project", "HyperParameterTuningJob", "ModelCard", "PipelineVersion", "Job", "HubContent"
]


class RetryPipelineExecutionRequest(TypedDict):
    PipelineExecutionArn: str
    ClientRequestToken: str
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]


class RetryPipelineExecutionResponse(TypedDict):
    PipelineExecutionArn: NotRequired[str]


class RetryStrategy(TypedDict):
    MaximumRetryAttempts: int


class RollingUpdatePolicy(TypedDict):
    MaximumBatchSize: CapacitySize
    WaitIntervalInSeconds: int
    MaximumExecutionTimeoutInSeconds: NotRequired[int]
    RollbackMaximumBatchSize: NotRequired[CapacitySize]


RoutingStrategy: TypeAlias = Literal[
    "LEAST_OUTSTANDING_REQUESTS", "RANDOM", "PREFIX_AWARE", "KV_AWARE"
]


RuleEvaluationStatus: TypeAlias = Literal[
    "InProgress", "NoIssuesFound", "IssuesFound", "Error", "Stopping", "Stopped"
]


S3DataDistribution: TypeAlias = Literal[
    "FullyReplicated", "ShardedByS3Key"
]


class S3DataSource(TypedDict):
    S3DataType: S3DataType
    S3Uri: str
    S3DataDistributionType: NotRequired[S3DataDistribution]
    AttributeNames: NotRequired[list[str]]
    InstanceGroupNames: NotRequired[list[str]]
    ModelAccessConfig: NotRequired[ModelAccessConfig]
    HubAccessConfig: NotRequired[HubAccessConfig]


S3DataType: TypeAlias = Literal[
    "ManifestFile", "S3Prefix", "AugmentedManifestFile", "Converse"
]


class S3ModelDataSource(TypedDict):
    S3Uri: str
    S3DataType: S3ModelDataType
    CompressionType: ModelCompressionType
    ModelAccessConfig: NotRequired[ModelAccessConfig]
    HubAccessConfig: NotRequired[InferenceHubAccessConfig]
    ManifestS3Uri: NotRequired[str]
    ETag: NotRequired[str]
    ManifestEtag: NotRequired[str]


S3ModelDataType: TypeAlias = Literal[
    "S3Prefix", "S3Object"
]


class S3StorageConfig(TypedDict):
    S3Uri: str
    KmsKeyId: NotRequired[str]
    ResolvedOutputS3Uri: NotRequired[str]


class SagemakerFeaturestoreRuntimeTtlDuration(TypedDict):
    Unit: TtlDurationUnit
    Value: int


class ScheduleConfig(TypedDict):
    ScheduleExpression: str
    DataAnalysisStartTime: NotRequired[str]
    DataAnalysisEndTime: NotRequired[str]


ScheduleStatus: TypeAlias = Literal[
    "Pending", "Failed", "Scheduled", "Stopped"
]


class SearchExpression(TypedDict):
    Filters: NotRequired[list[Filter]]
    NestedFilters: NotRequired[list[NestedFilters]]
    SubExpressions: NotRequired[list[SearchExpression]]
    Operator: NotRequired[BooleanOperator]


class SearchRecord(TypedDict):
    TrainingJob: NotRequired[TrainingJob]
    Experiment: NotRequired[Experiment]
    Trial: NotRequired[Trial]
    TrialComponent: NotRequired[TrialComponent]
    Endpoint: NotRequired[Endpoint]
    ModelPackage: NotRequired[ModelPackage]
    ModelPackageGroup: NotRequired[ModelPackageGroup]
    Pipeline: NotRequired[Pipeline]
    PipelineExecution: NotRequired[PipelineExecution]
    PipelineVersion: NotRequired[PipelineVersion]
    FeatureGroup: NotRequired[FeatureGroup]
    FeatureMetadata: NotRequired[FeatureMetadata]
    Project: NotRequired[Project]
    HyperParameterTuningJob: NotRequired[HyperParameterTuningJobSearchEntity]
    ModelCard: NotRequired[ModelCard]
    Model: NotRequired[ModelDashboardModel]
    Job: NotRequired[Job]
    HubContent: NotRequired[HubContent]


class SearchRequest(TypedDict):
    Resource: ResourceType
    SearchExpression: NotRequired[SearchExpression]
    SortBy: NotRequired[str]
    SortOrder: NotRequired[SearchSortOrder]
    NextToken: NotRequired[str]
    MaxResults: NotRequired[int]
    CrossAccountFilterOption: NotRequired[CrossAccountFilterOption]
    VisibilityConditions: NotRequired[list[VisibilityConditions]]


class SearchResponse(TypedDict):
    Results: NotRequired[list[SearchRecord]]
    NextToken: NotRequired[str]
    TotalHits: NotRequired[TotalHits]


SearchSortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


SecondaryStatus: TypeAlias = Literal[
    "Starting", "LaunchingMLInstances", "PreparingTrainingStack", "Downloading", "DownloadingTrainingImage", "Training",
    "Uploading", "Stopping", "Stopped", "MaxRuntimeExceeded", "Completed", "Failed", "Interrupted",
    "MaxWaitTimeExceeded", "Updating", "Restarting", "Pending"
]


class SecondaryStatusTransition(TypedDict):
    Status: SecondaryStatus
    StartTime: float
    EndTime: NotRequired[float]
    StatusMessage: NotRequired[str]


class SelectedStep(TypedDict):
    StepName: str


class SelectiveExecutionConfig(TypedDict):
    SourcePipelineExecutionArn: NotRequired[str]
    SelectedSteps: list[SelectedStep]


class SelectiveExecutionResult(TypedDict):
    SourcePipelineExecutionArn: NotRequired[str]


class SendPipelineExecutionStepFailureRequest(TypedDict):
    CallbackToken: str
    FailureReason: NotRequired[str]
    ClientRequestToken: NotRequired[str]


class SendPipelineExecutionStepFailureResponse(TypedDict):
    PipelineExecutionArn: NotRequired[str]


class SendPipelineExecutionStepSuccessRequest(TypedDict):
    CallbackToken: str
    OutputParameters: NotRequired[list[OutputParameter]]
    ClientRequestToken: NotRequired[str]


class SendPipelineExecutionStepSuccessResponse(TypedDict):
    PipelineExecutionArn: NotRequired[str]


class ServerlessJobConfig(TypedDict):
    BaseModelArn: str
    AcceptEula: NotRequired[bool]
    JobType: ServerlessJobType
    CustomizationTechnique: NotRequired[CustomizationTechnique]
    Peft: NotRequired[Peft]
    EvaluationType: NotRequired[EvaluationType]
    EvaluatorArn: NotRequired[str]
    SequenceLength: NotRequired[str]


ServerlessJobType: TypeAlias = Literal[
    "FineTuning", "Evaluation"
]


class ServiceCatalogProvisionedProductDetails(TypedDict):
    ProvisionedProductId: NotRequired[str]
    ProvisionedProductStatusMessage: NotRequired[str]


class ServiceCatalogProvisioningDetails(TypedDict):
    ProductId: str
    ProvisioningArtifactId: NotRequired[str]
    PathId: NotRequired[str]
    ProvisioningParameters: NotRequired[list[ProvisioningParameter]]


class ServiceCatalogProvisioningUpdateDetails(TypedDict):
    ProvisioningArtifactId: NotRequired[str]
    ProvisioningParameters: NotRequired[list[ProvisioningParameter]]


class SessionChainingConfig(TypedDict):
    EnableSessionTagChaining: NotRequired[bool]


class ShadowModeConfig(TypedDict):
    SourceModelVariantName: str
    ShadowModelVariants: list[ShadowModelVariantConfig]


class ShadowModelVariantConfig(TypedDict):
    ShadowModelVariantName: str
    SamplingPercentage: int


class ShuffleConfig(TypedDict):
    Seed: int


SkipModelValidation: TypeAlias = Literal[
    "All", "None"
]


SortActionsBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


SortArtifactsBy: TypeAlias = Literal[
    "CreationTime"
]


SortAssociationsBy: TypeAlias = Literal[
    "SourceArn", "DestinationArn", "SourceType", "DestinationType", "CreationTime"
]


SortBy: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


SortContextsBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


SortExperimentsBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


SortInferenceExperimentsBy: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


SortLineageGroupsBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


SortOrder: TypeAlias = Literal[
    "Ascending", "Descending"
]


SortPipelineExecutionsBy: TypeAlias = Literal[
    "CreationTime", "PipelineExecutionArn"
]


SortPipelinesBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


SortTrackingServerBy: TypeAlias = Literal[
    "Name", "CreationTime", "Status"
]


SortTrialComponentsBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


SortTrialsBy: TypeAlias = Literal[
    "Name", "CreationTime"
]


class SourceAlgorithm(TypedDict):
    ModelDataUrl: NotRequired[str]
    ModelDataSource: NotRequired[ModelDataSource]
    ModelDataETag: NotRequired[str]
    AlgorithmName: str


class SourceAlgorithmSpecification(TypedDict):
    SourceAlgorithms: list[SourceAlgorithm]


SplitType: TypeAlias = Literal[
    "None", "Line", "RecordIO", "TFRecord"
]


class Stairs(TypedDict):
    DurationInSeconds: NotRequired[int]
    NumberOfSteps: NotRequired[int]
    UsersPerStep: NotRequired[int]


class StartInferenceExperimentRequest(TypedDict):
    Name: str


class StartInferenceExperimentResponse(TypedDict):
    InferenceExperimentArn: str


class StartMlflowTrackingServerRequest(TypedDict):
    TrackingServerName: str


class StartMlflowTrackingServerResponse(TypedDict):
    TrackingServerArn: NotRequired[str]


class StartMonitoringScheduleRequest(TypedDict):
    MonitoringScheduleName: str


class StartMonitoringScheduleResponse(TypedDict):
    pass


class StartPipelineExecutionRequest(TypedDict):
    PipelineName: str
    PipelineExecutionDisplayName: NotRequired[str]
    PipelineParameters: NotRequired[list[Parameter]]
    PipelineExecutionDescription: NotRequired[str]
    ClientRequestToken: str
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    SelectiveExecutionConfig: NotRequired[SelectiveExecutionConfig]
    PipelineVersionId: NotRequired[int]
    MlflowExperimentName: NotRequired[str]
    PipelineVersionAlias: NotRequired[str]
    RoleArn: NotRequired[str]


class StartPipelineExecutionResponse(TypedDict):
    PipelineExecutionArn: NotRequired[str]


StepStatus: TypeAlias = Literal[
    "Starting", "Executing", "Stopping", "Stopped", "Failed", "Succeeded"
]


class StopAutoMLJobRequest(TypedDict):
    AutoMLJobName: str


class StopAutoMLJobResponse(TypedDict):
    pass


class StopHyperParameterTuningJobRequest(TypedDict):
    HyperParameterTuningJobName: str


class StopHyperParameterTuningJobResponse(TypedDict):
    pass


class StopInferenceExperimentRequest(TypedDict):
    Name: str
    ModelVariantActions: dict[str, ModelVariantAction]
    DesiredModelVariants: NotRequired[list[ModelVariantConfig]]
    DesiredState: NotRequired[InferenceExperimentStopDesiredState]
    Reason: NotRequired[str]


class StopInferenceExperimentResponse(TypedDict):
    InferenceExperimentArn: str


class StopInferenceRecommendationsJobRequest(TypedDict):
    JobName: str


class StopInferenceRecommendationsJobResponse(TypedDict):
    pass


class StopMlflowTrackingServerRequest(TypedDict):
    TrackingServerName: str


class StopMlflowTrackingServerResponse(TypedDict):
    TrackingServerArn: NotRequired[str]


class StopMonitoringScheduleRequest(TypedDict):
    MonitoringScheduleName: str


class StopMonitoringScheduleResponse(TypedDict):
    pass


class StopPipelineExecutionRequest(TypedDict):
    PipelineExecutionArn: str
    ClientRequestToken: str


class StopPipelineExecutionResponse(TypedDict):
    PipelineExecutionArn: NotRequired[str]


class StopProcessingJobRequest(TypedDict):
    ProcessingJobName: str


class StopProcessingJobResponse(TypedDict):
    pass


class StopTrainingJobRequest(TypedDict):
    TrainingJobName: str


class StopTrainingJobResponse(TypedDict):
    pass


class StopTransformJobRequest(TypedDict):
    TransformJobName: str


class StopTransformJobResponse(TypedDict):
    pass


class StoppingCondition(TypedDict):
    MaxRuntimeInSeconds: NotRequired[int]
    MaxWaitTimeInSeconds: NotRequired[int]
    MaxPendingTimeInSeconds: NotRequired[int]


StorageType: TypeAlias = Literal[
    "Standard", "Standard_V2", "InMemory"
]


class SuggestionQuery(TypedDict):
    PropertyNameQuery: NotRequired[PropertyNameQuery]


TableFormat: TypeAlias = Literal[
    "Default", "Glue", "Iceberg"
]


class TabularJobConfig(TypedDict):
    CandidateGenerationConfig: NotRequired[CandidateGenerationConfig]
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]
    FeatureSpecificationS3Uri: NotRequired[str]
    Mode: NotRequired[AutoMLMode]
    GenerateCandidateDefinitionsOnly: NotRequired[bool]
    ProblemType: NotRequired[ProblemType]
    TargetAttributeName: str
    SampleWeightAttributeName: NotRequired[str]


class TabularResolvedAttributes(TypedDict):
    ProblemType: NotRequired[ProblemType]


class Tag(TypedDict):
    Key: str
    Value: str


TargetStore: TypeAlias = Literal[
    "OnlineStore", "OfflineStore"
]


class TemplateProviderDetail(TypedDict):
    CfnTemplateProviderDetail: NotRequired[CfnTemplateProviderDetail]


class TensorBoardOutputConfig(TypedDict):
    LocalPath: NotRequired[str]
    S3OutputPath: str


class TextClassificationJobConfig(TypedDict):
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]
    ContentColumn: str
    TargetLabelColumn: str


class TextGenerationJobConfig(TypedDict):
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]
    BaseModelName: NotRequired[str]
    TextGenerationHyperParameters: NotRequired[dict[str, str]]
    ModelAccessConfig: NotRequired[ModelAccessConfig]


class TextGenerationResolvedAttributes(TypedDict):
    BaseModelName: NotRequired[str]


class ThroughputConfig(TypedDict):
    ThroughputMode: ThroughputMode
    ProvisionedReadCapacityUnits: NotRequired[int]
    ProvisionedWriteCapacityUnits: NotRequired[int]


class ThroughputConfigDescription(TypedDict):
    ThroughputMode: ThroughputMode
    ProvisionedReadCapacityUnits: NotRequired[int]
    ProvisionedWriteCapacityUnits: NotRequired[int]


class ThroughputConfigUpdate(TypedDict):
    ThroughputMode: NotRequired[ThroughputMode]
    ProvisionedReadCapacityUnits: NotRequired[int]
    ProvisionedWriteCapacityUnits: NotRequired[int]


ThroughputMode: TypeAlias = Literal[
    "OnDemand", "Provisioned"
]


class TimeSeriesConfig(TypedDict):
    TargetAttributeName: str
    TimestampAttributeName: str
    ItemIdentifierAttributeName: str
    GroupingAttributeNames: NotRequired[list[str]]


class TimeSeriesForecastingJobConfig(TypedDict):
    FeatureSpecificationS3Uri: NotRequired[str]
    CompletionCriteria: NotRequired[AutoMLJobCompletionCriteria]
    ForecastFrequency: str
    ForecastHorizon: int
    ForecastQuantiles: NotRequired[list[str]]
    Transformations: NotRequired[TimeSeriesTransformations]
    TimeSeriesConfig: TimeSeriesConfig
    HolidayConfig: NotRequired[list[HolidayConfigAttributes]]
    CandidateGenerationConfig: NotRequired[CandidateGenerationConfig]


class TimeSeriesTransformations(TypedDict):
    Filling: NotRequired[dict[str, dict[str, str]]]
    Aggregation: NotRequired[dict[str, AggregationTransformationValue]]


class TotalHits(TypedDict):
    Value: NotRequired[int]
    Relation: NotRequired[Relation]


TrackingServerMaintenanceStatus: TypeAlias = Literal[
    "MaintenanceInProgress", "MaintenanceComplete", "MaintenanceFailed"
]


TrackingServerSize: TypeAlias = Literal[
    "Small", "Medium", "Large"
]


TrackingServerStatus: TypeAlias = Literal[
    "Creating", "Created", "CreateFailed", "Updating", "Updated", "UpdateFailed", "Deleting", "DeleteFailed",
    "Stopping", "Stopped", "StopFailed", "Starting", "Started", "StartFailed", "MaintenanceInProgress",
    "MaintenanceComplete", "MaintenanceFailed"
]


class TrackingServerSummary(TypedDict):
    TrackingServerArn: NotRequired[str]
    TrackingServerName: NotRequired[str]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    TrackingServerStatus: NotRequired[TrackingServerStatus]
    IsActive: NotRequired[IsTrackingServerActive]
    MlflowVersion: NotRequired[str]


class TrafficPattern(TypedDict):
    TrafficType: NotRequired[TrafficType]
    Phases: NotRequired[list[Phase]]
    Stairs: NotRequired[Stairs]


class TrafficRoutingConfig(TypedDict):
    Type: TrafficRoutingConfigType
    WaitIntervalInSeconds: int
    CanarySize: NotRequired[CapacitySize]
    LinearStepSize: NotRequired[CapacitySize]


TrafficRoutingConfigType: TypeAlias = Literal[
    "ALL_AT_ONCE", "CANARY", "LINEAR"
]


TrafficType: TypeAlias = Literal[
    "PHASES", "STAIRS"
]


class TrainingImageConfig(TypedDict):
    TrainingRepositoryAccessMode: TrainingRepositoryAccessMode
    TrainingRepositoryAuthConfig: NotRequired[TrainingRepositoryAuthConfig]


TrainingInputMode: TypeAlias = Literal[
    "Pipe", "File", "FastFile"
]


TrainingInstanceType: TypeAlias = Literal[
    "ml.m4.xlarge", "ml.m4.2xlarge", "ml.m4.4xlarge", "ml.m4.10xlarge", "ml.m4.16xlarge", "ml.g4dn.xlarge",
    "ml.g4dn.2xlarge", "ml.g4dn.4xlarge", "ml.g4dn.8xlarge", "ml.g4dn.12xlarge", "ml.g4dn.16xlarge", "ml.m5.large",
    "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge", "ml.m5.12xlarge", "ml.m5.24xlarge", "ml.c4.xlarge",
    "ml.c4.2xlarge", "ml.c4.4xlarge", "ml.c4.8xlarge", "ml.p2.xlarge", "ml.p2.8xlarge", "ml.p2.16xlarge",
    "ml.p3.2xlarge", "ml.p3.8xlarge", "ml.p3.16xlarge", "ml.p3dn.24xlarge", "ml.p4d.24xlarge", "ml.p4de.24xlarge",
    "ml.p5.48xlarge", "ml.p5e.48xlarge", "ml.p5en.48xlarge", "ml.c5.xlarge", "ml.c5.2xlarge", "ml.c5.4xlarge",
    "ml.c5.9xlarge", "ml.c5.18xlarge", "ml.c5n.xlarge", "ml.c5n.2xlarge", "ml.c5n.4xlarge", "ml.c5n.9xlarge",
    "ml.c5n.18xlarge", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.g5.4xlarge", "ml.g5.8xlarge", "ml.g5.16xlarge",
    "ml.g5.12xlarge", "ml.g5.24xlarge", "ml.g5.48xlarge", "ml.g6.xlarge", "ml.g6.2xlarge", "ml.g6.4xlarge",
    "ml.g6.8xlarge", "ml.g6.16xlarge", "ml.g6.12xlarge", "ml.g6.24xlarge", "ml.g6.48xlarge", "ml.g6e.xlarge",
    "ml.g6e.2xlarge", "ml.g6e.4xlarge", "ml.g6e.8xlarge", "ml.g6e.16xlarge", "ml.g6e.12xlarge", "ml.g6e.24xlarge",
    "ml.g6e.48xlarge", "ml.trn1.2xlarge", "ml.trn1.32xlarge", "ml.trn1n.32xlarge", "ml.trn2.48xlarge", "ml.m6i.large",
    "ml.m6i.xlarge", "ml.m6i.2xlarge", "ml.m6i.4xlarge", "ml.m6i.8xlarge", "ml.m6i.12xlarge", "ml.m6i.16xlarge",
    "ml.m6i.24xlarge", "ml.m6i.32xlarge", "ml.c6i.xlarge", "ml.c6i.2xlarge", "ml.c6i.8xlarge", "ml.c6i.4xlarge",
    "ml.c6i.12xlarge", "ml.c6i.16xlarge", "ml.c6i.24xlarge", "ml.c6i.32xlarge", "ml.r5d.large", "ml.r5d.xlarge",
    "ml.r5d.2xlarge", "ml.r5d.4xlarge", "ml.r5d.8xlarge", "ml.r5d.12xlarge", "ml.r5d.16xlarge", "ml.r5d.24xlarge",
    "ml.t3.medium", "ml.t3.large", "ml.t3.xlarge", "ml.t3.2xlarge", "ml.r5.large", "ml.r5.xlarge", "ml.r5.2xlarge",
    "ml.r5.4xlarge", "ml.r5.8xlarge", "ml.r5.12xlarge", "ml.r5.16xlarge", "ml.r5.24xlarge", "ml.p6-b200.48xlarge",
    "ml.m7i.large", "ml.m7i.xlarge", "ml.m7i.2xlarge", "ml.m7i.4xlarge", "ml.m7i.8xlarge", "ml.m7i.12xlarge",
    "ml.m7i.16xlarge", "ml.m7i.24xlarge", "ml.m7i.48xlarge", "ml.c7i.large", "ml.c7i.xlarge", "ml.c7i.2xlarge",
    "ml.c7i.4xlarge", "ml.c7i.8xlarge", "ml.c7i.12xlarge", "ml.c7i.16xlarge", "ml.c7i.24xlarge", "ml.c7i.48xlarge",
    "ml.r7i.large", "ml.r7i.xlarge", "ml.r7i.2xlarge", "ml.r7i.4xlarge", "ml.r7i.8xlarge", "ml.r7i.12xlarge",
    "ml.r7i.16xlarge", "ml.r7i.24xlarge", "ml.r7i.48xlarge", "ml.p6e-gb200.36xlarge", "ml.p5.4xlarge",
    "ml.p6-b300.48xlarge", "ml.g7e.2xlarge", "ml.g7e.4xlarge", "ml.g7e.8xlarge", "ml.g7e.12xlarge", "ml.g7e.24xlarge",
    "ml.g7e.48xlarge", "ml.g7.2xlarge", "ml.g7.4xlarge", "ml.g7.8xlarge", "ml.g7.12xlarge", "ml.g7.24xlarge",
    "ml.g7.48xlarge", "ml.r6i.large", "ml.r6i.xlarge", "ml.r6i.2xlarge", "ml.r6i.4xlarge", "ml.r6i.8xlarge",
    "ml.r6i.12xlarge", "ml.r6i.16xlarge", "ml.r6i.24xlarge", "ml.r6i.32xlarge", "ml.m8i.large", "ml.m8i.xlarge",
    "ml.m8i.2xlarge", "ml.m8i.4xlarge", "ml.m8i.8xlarge", "ml.m8i.12xlarge", "ml.m8i.16xlarge", "ml.m8i.24xlarge",
    "ml.m8i.32xlarge", "ml.m8i.48xlarge", "ml.m8i.96xlarge", "ml.c8i.xlarge", "ml.c8i.2xlarge", "ml.c8i.4xlarge",
    "ml.c8i.8xlarge", "ml.c8i.12xlarge", "ml.c8i.16xlarge", "ml.c8i.24xlarge", "ml.c8i.32xlarge", "ml.c8i.48xlarge",
    "ml.c8i.96xlarge", "ml.r8i.large", "ml.r8i.xlarge", "ml.r8i.2xlarge", "ml.r8i.4xlarge", "ml.r8i.8xlarge",
    "ml.r8i.12xlarge", "ml.r8i.16xlarge", "ml.r8i.24xlarge", "ml.r8i.32xlarge", "ml.r8i.48xlarge", "ml.r8i.96xlarge",
    "ml.m7i-flex.large", "ml.m7i-flex.xlarge", "ml.m7i-flex.2xlarge", "ml.m7i-flex.4xlarge", "ml.m7i-flex.8xlarge",
    "ml.m7i-flex.12xlarge", "ml.m7i-flex.16xlarge", "ml.c7i-flex.xlarge", "ml.c7i-flex.2xlarge", "ml.c7i-flex.4xlarge",
    "ml.c7i-flex.8xlarge", "ml.c7i-flex.12xlarge", "ml.c7i-flex.16xlarge", "ml.m8i-flex.large", "ml.m8i-flex.xlarge",
    "ml.m8i-flex.2xlarge", "ml.m8i-flex.4xlarge", "ml.m8i-flex.8xlarge", "ml.m8i-flex.12xlarge", "ml.m8i-flex.16xlarge",
    "ml.c8i-flex.xlarge", "ml.c8i-flex.2xlarge", "ml.c8i-flex.4xlarge", "ml.c8i-flex.8xlarge", "ml.c8i-flex.12xlarge",
    "ml.c8i-flex.16xlarge", "ml.r8i-flex.large", "ml.r8i-flex.xlarge", "ml.r8i-flex.2xlarge", "ml.r8i-flex.4xlarge",
    "ml.r8i-flex.8xlarge", "ml.r8i-flex.12xlarge", "ml.r8i-flex.16xlarge"
]


class TrainingJob(TypedDict):
    TrainingJobName: NotRequired[str]
    TrainingJobArn: NotRequired[str]
    TuningJobArn: NotRequired[str]
    LabelingJobArn: NotRequired[str]
    AutoMLJobArn: NotRequired[str]
    ModelArtifacts: NotRequired[ModelArtifacts]
    TrainingJobStatus: NotRequired[TrainingJobStatus]
    SecondaryStatus: NotRequired[SecondaryStatus]
    FailureReason: NotRequired[str]
    HyperParameters: NotRequired[dict[str, str]]
    AlgorithmSpecification: NotRequired[AlgorithmSpecification]
    RoleArn: NotRequired[str]
    InputDataConfig: NotRequired[list[Channel]]
    OutputDataConfig: NotRequired[OutputDataConfig]
    ResourceConfig: NotRequired[ResourceConfig]
    WarmPoolStatus: NotRequired[WarmPoolStatus]
    VpcConfig: NotRequired[VpcConfig]
    StoppingCondition: NotRequired[StoppingCondition]
    CreationTime: NotRequired[float]
    TrainingStartTime: NotRequired[float]
    TrainingEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    SecondaryStatusTransitions: NotRequired[list[SecondaryStatusTransition]]
    FinalMetricDataList: NotRequired[list[MetricData]]
    EnableNetworkIsolation: NotRequired[bool]
    EnableInterContainerTrafficEncryption: NotRequired[bool]
    EnableManagedSpotTraining: NotRequired[bool]
    CheckpointConfig: NotRequired[CheckpointConfig]
    TrainingTimeInSeconds: NotRequired[int]
    BillableTimeInSeconds: NotRequired[int]
    DebugHookConfig: NotRequired[DebugHookConfig]
    ExperimentConfig: NotRequired[ExperimentConfig]
    DebugRuleConfigurations: NotRequired[list[DebugRuleConfiguration]]
    TensorBoardOutputConfig: NotRequired[TensorBoardOutputConfig]
    DebugRuleEvaluationStatuses: NotRequired[list[DebugRuleEvaluationStatus]]
    OutputModelPackageArn: NotRequired[str]
    ModelPackageConfig: NotRequired[ModelPackageConfig]
    ProfilerConfig: NotRequired[ProfilerConfig]
    Environment: NotRequired[dict[str, str]]
    RetryStrategy: NotRequired[RetryStrategy]
    Tags: NotRequired[list[Tag]]


TrainingJobEarlyStoppingType: TypeAlias = Literal[
    "Off", "Auto"
]


TrainingJobSortByOptions: TypeAlias = Literal[
    "Name", "CreationTime", "Status", "FinalObjectiveMetricValue"
]


TrainingJobStatus: TypeAlias = Literal[
    "InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"
]


class TrainingJobStatusCounters(TypedDict):
    Completed: NotRequired[int]
    InProgress: NotRequired[int]
    RetryableError: NotRequired[int]
    NonRetryableError: NotRequired[int]
    Stopped: NotRequired[int]


class TrainingJobStepMetadata(TypedDict):
    Arn: NotRequired[str]


class TrainingJobSummary(TypedDict):
    TrainingJobName: str
    TrainingJobArn: str
    CreationTime: float
    TrainingEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    TrainingJobStatus: TrainingJobStatus
    SecondaryStatus: NotRequired[SecondaryStatus]
    WarmPoolStatus: NotRequired[WarmPoolStatus]
    TrainingPlanArn: NotRequired[str]


class TrainingProgressInfo(TypedDict):
    TotalStepCountPerEpoch: NotRequired[int]
    CurrentStep: NotRequired[int]
    CurrentEpoch: NotRequired[int]
    MaxEpoch: NotRequired[int]


TrainingRepositoryAccessMode: TypeAlias = Literal[
    "Platform", "Vpc"
]


class TrainingRepositoryAuthConfig(TypedDict):
    TrainingRepositoryCredentialsProviderArn: str


class TransformDataSource(TypedDict):
    S3DataSource: TransformS3DataSource


class TransformInput(TypedDict):
    DataSource: TransformDataSource
    ContentType: NotRequired[str]
    CompressionType: NotRequired[CompressionType]
    SplitType: NotRequired[SplitType]


TransformInstanceType: TypeAlias = Literal[
    "ml.m4.xlarge", "ml.m4.2xlarge", "ml.m4.4xlarge", "ml.m4.10xlarge", "ml.m4.16xlarge", "ml.c4.xlarge",
    "ml.c4.2xlarge", "ml.c4.4xlarge", "ml.c4.8xlarge", "ml.p2.xlarge", "ml.p2.8xlarge", "ml.p2.16xlarge",
    "ml.p3.2xlarge", "ml.p3.8xlarge", "ml.p3.16xlarge", "ml.c5.xlarge", "ml.c5.2xlarge", "ml.c5.4xlarge",
    "ml.c5.9xlarge", "ml.c5.18xlarge", "ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge",
    "ml.m5.12xlarge", "ml.m5.24xlarge", "ml.m6i.large", "ml.m6i.xlarge", "ml.m6i.2xlarge", "ml.m6i.4xlarge",
    "ml.m6i.8xlarge", "ml.m6i.12xlarge", "ml.m6i.16xlarge", "ml.m6i.24xlarge", "ml.m6i.32xlarge", "ml.c6i.large",
    "ml.c6i.xlarge", "ml.c6i.2xlarge", "ml.c6i.4xlarge", "ml.c6i.8xlarge", "ml.c6i.12xlarge", "ml.c6i.16xlarge",
    "ml.c6i.24xlarge", "ml.c6i.32xlarge", "ml.r6i.large", "ml.r6i.xlarge", "ml.r6i.2xlarge", "ml.r6i.4xlarge",
    "ml.r6i.8xlarge", "ml.r6i.12xlarge", "ml.r6i.16xlarge", "ml.r6i.24xlarge", "ml.r6i.32xlarge", "ml.m7i.large",
    "ml.m7i.xlarge", "ml.m7i.2xlarge", "ml.m7i.4xlarge", "ml.m7i.8xlarge", "ml.m7i.12xlarge", "ml.m7i.16xlarge",
    "ml.m7i.24xlarge", "ml.m7i.48xlarge", "ml.c7i.large", "ml.c7i.xlarge", "ml.c7i.2xlarge", "ml.c7i.4xlarge",
    "ml.c7i.8xlarge", "ml.c7i.12xlarge", "ml.c7i.16xlarge", "ml.c7i.24xlarge", "ml.c7i.48xlarge", "ml.r7i.large",
    "ml.r7i.xlarge", "ml.r7i.2xlarge", "ml.r7i.4xlarge", "ml.r7i.8xlarge", "ml.r7i.12xlarge", "ml.r7i.16xlarge",
    "ml.r7i.24xlarge", "ml.r7i.48xlarge", "ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g4dn.4xlarge", "ml.g4dn.8xlarge",
    "ml.g4dn.12xlarge", "ml.g4dn.16xlarge", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.g5.4xlarge", "ml.g5.8xlarge",
    "ml.g5.12xlarge", "ml.g5.16xlarge", "ml.g5.24xlarge", "ml.g5.48xlarge", "ml.trn1.2xlarge", "ml.trn1.32xlarge",
    "ml.inf2.xlarge", "ml.inf2.8xlarge", "ml.inf2.24xlarge", "ml.inf2.48xlarge", "ml.g6.xlarge", "ml.g6.2xlarge",
    "ml.g6.4xlarge", "ml.g6.8xlarge", "ml.g6.12xlarge", "ml.g6.16xlarge", "ml.g6.24xlarge", "ml.g6.48xlarge",
    "ml.g6e.xlarge", "ml.g6e.2xlarge", "ml.g6e.4xlarge", "ml.g6e.8xlarge", "ml.g6e.12xlarge", "ml.g6e.16xlarge",
    "ml.g6e.24xlarge", "ml.g6e.48xlarge"
]


class TransformJob(TypedDict):
    TransformJobName: NotRequired[str]
    TransformJobArn: NotRequired[str]
    TransformJobStatus: NotRequired[TransformJobStatus]
    FailureReason: NotRequired[str]
    ModelName: NotRequired[str]
    MaxConcurrentTransforms: NotRequired[int]
    ModelClientConfig: NotRequired[ModelClientConfig]
    MaxPayloadInMB: NotRequired[int]
    BatchStrategy: NotRequired[BatchStrategy]
    Environment: NotRequired[dict[str, str]]
    TransformInput: NotRequired[TransformInput]
    TransformOutput: NotRequired[TransformOutput]
    DataCaptureConfig: NotRequired[BatchDataCaptureConfig]
    TransformResources: NotRequired[TransformResources]
    CreationTime: NotRequired[float]
    TransformStartTime: NotRequired[float]
    TransformEndTime: NotRequired[float]
    LabelingJobArn: NotRequired[str]
    AutoMLJobArn: NotRequired[str]
    DataProcessing: NotRequired[DataProcessing]
    ExperimentConfig: NotRequired[ExperimentConfig]
    Tags: NotRequired[list[Tag]]


class TransformJobDefinition(TypedDict):
    MaxConcurrentTransforms: NotRequired[int]
    MaxPayloadInMB: NotRequired[int]
    BatchStrategy: NotRequired[BatchStrategy]
    Environment: NotRequired[dict[str, str]]
    TransformInput: TransformInput
    TransformOutput: TransformOutput
    TransformResources: TransformResources


TransformJobStatus: TypeAlias = Literal[
    "InProgress", "Completed", "Failed", "Stopping", "Stopped"
]


class TransformJobStepMetadata(TypedDict):
    Arn: NotRequired[str]


class TransformJobSummary(TypedDict):
    TransformJobName: str
    TransformJobArn: str
    CreationTime: float
    TransformEndTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]
    TransformJobStatus: TransformJobStatus
    FailureReason: NotRequired[str]


class TransformOutput(TypedDict):
    S3OutputPath: str
    Accept: NotRequired[str]
    AssembleWith: NotRequired[AssemblyType]
    KmsKeyId: NotRequired[str]


class TransformResources(TypedDict):
    InstanceType: TransformInstanceType
    InstanceCount: int
    VolumeKmsKeyId: NotRequired[str]
    TransformAmiVersion: NotRequired[str]


class TransformS3DataSource(TypedDict):
    S3DataType: S3DataType
    S3Uri: str


class Trial(TypedDict):
    TrialName: NotRequired[str]
    TrialArn: NotRequired[str]
    DisplayName: NotRequired[str]
    ExperimentName: NotRequired[str]
    Source: NotRequired[TrialSource]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    MetadataProperties: NotRequired[MetadataProperties]
    Tags: NotRequired[list[Tag]]
    TrialComponentSummaries: NotRequired[list[TrialComponentSimpleSummary]]


class TrialComponent(TypedDict):
    TrialComponentName: NotRequired[str]
    DisplayName: NotRequired[str]
    TrialComponentArn: NotRequired[str]
    Source: NotRequired[TrialComponentSource]
    Status: NotRequired[TrialComponentStatus]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]
    Parameters: NotRequired[dict[str, TrialComponentParameterValue]]
    InputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    OutputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    Metrics: NotRequired[list[TrialComponentMetricSummary]]
    MetadataProperties: NotRequired[MetadataProperties]
    SourceDetail: NotRequired[TrialComponentSourceDetail]
    LineageGroupArn: NotRequired[str]
    Tags: NotRequired[list[Tag]]
    Parents: NotRequired[list[Parent]]
    RunName: NotRequired[str]


class TrialComponentArtifact(TypedDict):
    MediaType: NotRequired[str]
    Value: str


class TrialComponentMetricSummary(TypedDict):
    MetricName: NotRequired[str]
    SourceArn: NotRequired[str]
    TimeStamp: NotRequired[float]
    Max: NotRequired[float]
    Min: NotRequired[float]
    Last: NotRequired[float]
    Count: NotRequired[int]
    Avg: NotRequired[float]
    StdDev: NotRequired[float]


class TrialComponentParameterValue(TypedDict):
    StringValue: NotRequired[str]
    NumberValue: NotRequired[float]


TrialComponentPrimaryStatus: TypeAlias = Literal[
    "InProgress", "Completed", "Failed", "Stopping", "Stopped"
]


class TrialComponentSimpleSummary(TypedDict):
    TrialComponentName: NotRequired[str]
    TrialComponentArn: NotRequired[str]
    TrialComponentSource: NotRequired[TrialComponentSource]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]


class TrialComponentSource(TypedDict):
    SourceArn: str
    SourceType: NotRequired[str]


class TrialComponentSourceDetail(TypedDict):
    SourceArn: NotRequired[str]
    TrainingJob: NotRequired[TrainingJob]
    ProcessingJob: NotRequired[ProcessingJob]
    TransformJob: NotRequired[TransformJob]


class TrialComponentStatus(TypedDict):
    PrimaryStatus: NotRequired[TrialComponentPrimaryStatus]
    Message: NotRequired[str]


class TrialComponentSummary(TypedDict):
    TrialComponentName: NotRequired[str]
    TrialComponentArn: NotRequired[str]
    DisplayName: NotRequired[str]
    TrialComponentSource: NotRequired[TrialComponentSource]
    Status: NotRequired[TrialComponentStatus]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    CreationTime: NotRequired[float]
    CreatedBy: NotRequired[UserContext]
    LastModifiedTime: NotRequired[float]
    LastModifiedBy: NotRequired[UserContext]


class TrialSource(TypedDict):
    SourceArn: str
    SourceType: NotRequired[str]


class TrialSummary(TypedDict):
    TrialArn: NotRequired[str]
    TrialName: NotRequired[str]
    DisplayName: NotRequired[str]
    TrialSource: NotRequired[TrialSource]
    CreationTime: NotRequired[float]
    LastModifiedTime: NotRequired[float]


class TtlDuration(TypedDict):
    Unit: NotRequired[TtlDurationUnit]
    Value: NotRequired[int]


TtlDurationUnit: TypeAlias = Literal[
    "Seconds", "Minutes", "Hours", "Days", "Weeks"
]


class TuningJobCompletionCriteria(TypedDict):
    TargetObjectiveMetricValue: NotRequired[float]
    BestObjectiveNotImproving: NotRequired[BestObjectiveNotImproving]
    ConvergenceDetected: NotRequired[ConvergenceDetected]


class TuningJobStepMetaData(TypedDict):
    Arn: NotRequired[str]


class UpdateActionRequest(TypedDict):
    ActionName: str
    Description: NotRequired[str]
    Status: NotRequired[ActionStatus]
    Properties: NotRequired[dict[str, str]]
    PropertiesToRemove: NotRequired[list[str]]


class UpdateActionResponse(TypedDict):
    ActionArn: NotRequired[str]


class UpdateArtifactRequest(TypedDict):
    ArtifactArn: str
    ArtifactName: NotRequired[str]
    Properties: NotRequired[dict[str, str]]
    PropertiesToRemove: NotRequired[list[str]]


class UpdateArtifactResponse(TypedDict):
    ArtifactArn: NotRequired[str]


class UpdateCodeRepositoryRequest(TypedDict):
    CodeRepositoryName: str
    GitConfig: NotRequired[GitConfigForUpdate]


class UpdateCodeRepositoryResponse(TypedDict):
    CodeRepositoryArn: str


class UpdateContextRequest(TypedDict):
    ContextName: str
    Description: NotRequired[str]
    Properties: NotRequired[dict[str, str]]
    PropertiesToRemove: NotRequired[list[str]]


class UpdateContextResponse(TypedDict):
    ContextArn: NotRequired[str]


class UpdateEndpointRequest(TypedDict):
    EndpointName: str
    EndpointConfigName: str
    RetainAllVariantProperties: NotRequired[bool]
    ExcludeRetainedVariantProperties: NotRequired[list[VariantProperty]]
    DeploymentConfig: NotRequired[DeploymentConfig]
    RetainDeploymentConfig: NotRequired[bool]


class UpdateEndpointResponse(TypedDict):
    EndpointArn: str


class UpdateEndpointWeightsAndCapacitiesRequest(TypedDict):
    EndpointName: str
    DesiredWeightsAndCapacities: list[DesiredWeightAndCapacity]


class UpdateEndpointWeightsAndCapacitiesResponse(TypedDict):
    EndpointArn: str


class UpdateExperimentRequest(TypedDict):
    ExperimentName: str
    DisplayName: NotRequired[str]
    Description: NotRequired[str]


class UpdateExperimentResponse(TypedDict):
    ExperimentArn: NotRequired[str]


class UpdateFeatureGroupRequest(TypedDict):
    FeatureGroupName: str
    FeatureAdditions: NotRequired[list[FeatureDefinition]]
    OnlineStoreConfig: NotRequired[OnlineStoreConfigUpdate]
    ThroughputConfig: NotRequired[ThroughputConfigUpdate]


class UpdateFeatureGroupResponse(TypedDict):
    FeatureGroupArn: str


class UpdateFeatureMetadataRequest(TypedDict):
    FeatureGroupName: str
    FeatureName: str
    Description: NotRequired[str]
    ParameterAdditions: NotRequired[list[FeatureParameter]]
    ParameterRemovals: NotRequired[list[str]]


class UpdateFeatureMetadataResponse(TypedDict):
    pass


class UpdateImageRequest(TypedDict):
    DeleteProperties: NotRequired[list[str]]
    Description: NotRequired[str]
    DisplayName: NotRequired[str]
    ImageName: str
    RoleArn: NotRequired[str]


class UpdateImageResponse(TypedDict):
    ImageArn: NotRequired[str]


class UpdateImageVersionRequest(TypedDict):
    ImageName: str
    Alias: NotRequired[str]
    Version: NotRequired[int]
    AliasesToAdd: NotRequired[list[str]]
    AliasesToDelete: NotRequired[list[str]]
    VendorGuidance: NotRequired[VendorGuidance]
    JobType: NotRequired[JobType]
    MLFramework: NotRequired[str]
    ProgrammingLang: NotRequired[str]
    Processor: NotRequired[Processor]
    Horovod: NotRequired[bool]
    ReleaseNotes: NotRequired[str]


class UpdateImageVersionResponse(TypedDict):
    ImageVersionArn: NotRequired[str]


class UpdateInferenceComponentRequest(TypedDict):
    InferenceComponentName: str
    Specification: NotRequired[InferenceComponentSpecification]
    Specifications: NotRequired[list[InferenceComponentSpecification]]
    RuntimeConfig: NotRequired[InferenceComponentRuntimeConfig]
    DeploymentConfig: NotRequired[InferenceComponentDeploymentConfig]


class UpdateInferenceComponentResponse(TypedDict):
    InferenceComponentArn: str


class UpdateInferenceComponentRuntimeConfigRequest(TypedDict):
    InferenceComponentName: str
    DesiredRuntimeConfig: InferenceComponentRuntimeConfig


class UpdateInferenceComponentRuntimeConfigResponse(TypedDict):
    InferenceComponentArn: str


class UpdateInferenceExperimentRequest(TypedDict):
    Name: str
    Schedule: NotRequired[InferenceExperimentSchedule]
    Description: NotRequired[str]
    ModelVariants: NotRequired[list[ModelVariantConfig]]
    DataStorageConfig: NotRequired[InferenceExperimentDataStorageConfig]
    ShadowModeConfig: NotRequired[ShadowModeConfig]


class UpdateInferenceExperimentResponse(TypedDict):
    InferenceExperimentArn: str


class UpdateMlflowTrackingServerRequest(TypedDict):
    TrackingServerName: str
    ArtifactStoreUri: NotRequired[str]
    TrackingServerSize: NotRequired[TrackingServerSize]
    AutomaticModelRegistration: NotRequired[bool]
    WeeklyMaintenanceWindowStart: NotRequired[str]
    S3BucketOwnerAccountId: NotRequired[str]
    S3BucketOwnerVerification: NotRequired[bool]


class UpdateMlflowTrackingServerResponse(TypedDict):
    TrackingServerArn: NotRequired[str]


class UpdateModelCardRequest(TypedDict):
    ModelCardName: str
    Content: NotRequired[str]
    ModelCardStatus: NotRequired[ModelCardStatus]


class UpdateModelCardResponse(TypedDict):
    ModelCardArn: str


class UpdateModelPackageRequest(TypedDict):
    ModelPackageArn: str
    ModelApprovalStatus: NotRequired[ModelApprovalStatus]
    ModelPackageRegistrationType: NotRequired[ModelPackageRegistrationType]
    ApprovalDescription: NotRequired[str]
    CustomerMetadataProperties: NotRequired[dict[str, str]]
    CustomerMetadataPropertiesToRemove: NotRequired[list[str]]
    AdditionalInferenceSpecificationsToAdd: NotRequired[list[AdditionalInferenceSpecificationDefinition]]
    InferenceSpecification: NotRequired[InferenceSpecification]
    SourceUri: NotRequired[str]
    ModelCard: NotRequired[ModelPackageModelCard]
    ModelLifeCycle: NotRequired[ModelLifeCycle]
    ClientToken: NotRequired[str]


class UpdateModelPackageResponse(TypedDict):
    ModelPackageArn: str


class UpdateMonitoringAlertRequest(TypedDict):
    MonitoringScheduleName: str
    MonitoringAlertName: str
    DatapointsToAlert: int
    EvaluationPeriod: int


class UpdateMonitoringAlertResponse(TypedDict):
    MonitoringScheduleArn: str
    MonitoringAlertName: NotRequired[str]


class UpdateMonitoringScheduleRequest(TypedDict):
    MonitoringScheduleName: str
    MonitoringScheduleConfig: MonitoringScheduleConfig


class UpdateMonitoringScheduleResponse(TypedDict):
    MonitoringScheduleArn: str


class UpdatePipelineExecutionRequest(TypedDict):
    PipelineExecutionArn: str
    PipelineExecutionDescription: NotRequired[str]
    PipelineExecutionDisplayName: NotRequired[str]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]


class UpdatePipelineExecutionResponse(TypedDict):
    PipelineExecutionArn: NotRequired[str]


class UpdatePipelineRequest(TypedDict):
    PipelineName: str
    PipelineDisplayName: NotRequired[str]
    PipelineDefinition: NotRequired[str]
    PipelineDefinitionS3Location: NotRequired[PipelineDefinitionS3Location]
    PipelineDescription: NotRequired[str]
    RoleArn: NotRequired[str]
    ParallelismConfiguration: NotRequired[ParallelismConfiguration]
    PipelineVersionAliases: NotRequired[list[str]]


class UpdatePipelineResponse(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineVersionId: NotRequired[int]


class UpdatePipelineVersionRequest(TypedDict):
    PipelineArn: str
    PipelineVersionId: int
    PipelineVersionDisplayName: NotRequired[str]
    PipelineVersionDescription: NotRequired[str]
    PipelineVersionAliasOperations: NotRequired[AliasOperations]


class UpdatePipelineVersionResponse(TypedDict):
    PipelineArn: NotRequired[str]
    PipelineVersionId: NotRequired[int]


class UpdateProjectRequest(TypedDict):
    ProjectName: str
    ProjectDescription: NotRequired[str]
    ServiceCatalogProvisioningUpdateDetails: NotRequired[ServiceCatalogProvisioningUpdateDetails]
    Tags: NotRequired[list[Tag]]
    TemplateProvidersToUpdate: NotRequired[list[UpdateTemplateProvider]]


class UpdateProjectResponse(TypedDict):
    ProjectArn: str


class UpdateRecordRequest(TypedDict):
    FeatureGroupName: str
    RecordIdentifierValueAsString: str
    Features: list[FeatureValue]
    TargetStores: NotRequired[list[TargetStore]]
    TtlDuration: NotRequired[SagemakerFeaturestoreRuntimeTtlDuration]


class UpdateRecordResponse(TypedDict):
    pass


class UpdateTemplateProvider(TypedDict):
    CfnTemplateProvider: NotRequired[CfnUpdateTemplateProvider]


class UpdateTrialComponentRequest(TypedDict):
    TrialComponentName: str
    DisplayName: NotRequired[str]
    Status: NotRequired[TrialComponentStatus]
    StartTime: NotRequired[float]
    EndTime: NotRequired[float]
    Parameters: NotRequired[dict[str, TrialComponentParameterValue]]
    ParametersToRemove: NotRequired[list[str]]
    InputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    InputArtifactsToRemove: NotRequired[list[str]]
    OutputArtifacts: NotRequired[dict[str, TrialComponentArtifact]]
    OutputArtifactsToRemove: NotRequired[list[str]]


class UpdateTrialComponentResponse(TypedDict):
    TrialComponentArn: NotRequired[str]


class UpdateTrialRequest(TypedDict):
    TrialName: str
    DisplayName: NotRequired[str]


class UpdateTrialResponse(TypedDict):
    TrialArn: NotRequired[str]


class UserContext(TypedDict):
    UserProfileArn: NotRequired[str]
    UserProfileName: NotRequired[str]
    DomainId: NotRequired[str]
    IamIdentity: NotRequired[IamIdentity]


class VariantProperty(TypedDict):
    VariantPropertyType: VariantPropertyType


VariantPropertyType: TypeAlias = Literal[
    "DesiredInstanceCount", "DesiredWeight", "DataCaptureConfig"
]


VariantStatus: TypeAlias = Literal[
    "Creating", "Updating", "Deleting", "ActivatingTraffic", "Baking"
]


class VectorConfig(TypedDict):
    Dimension: int


VendorGuidance: TypeAlias = Literal[
    "NOT_PROVIDED", "STABLE", "TO_BE_ARCHIVED", "ARCHIVED"
]


class Vertex(TypedDict):
    Arn: NotRequired[str]
    Type: NotRequired[str]
    LineageType: NotRequired[LineageType]


class VisibilityConditions(TypedDict):
    Key: NotRequired[str]
    Value: NotRequired[str]


class VpcConfig(TypedDict):
    SecurityGroupIds: list[str]
    Subnets: list[str]


WarmPoolResourceStatus: TypeAlias = Literal[
    "Available", "Terminated", "Reused", "InUse"
]


class WarmPoolStatus(TypedDict):
    Status: WarmPoolResourceStatus
    ResourceRetainedBillableTimeInSeconds: NotRequired[int]
    ReusedByJob: NotRequired[str]


XAxisType: TypeAlias = Literal[
    "IterationNumber", "Timestamp"
]
