"""Requests and responses of apigateway, from its model. Do not edit: `python scripts/shapes.py apigateway`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class AccessLogSettings(TypedDict):
    format: NotRequired[str]
    destinationArn: NotRequired[str]


ApiKeySourceType: TypeAlias = Literal[
    "HEADER", "AUTHORIZER"
]


ApiStatus: TypeAlias = Literal[
    "UPDATING", "AVAILABLE", "PENDING", "FAILED"
]


CacheClusterSize: TypeAlias = Literal[
    "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"
]


CacheClusterStatus: TypeAlias = Literal[
    "CREATE_IN_PROGRESS", "AVAILABLE", "DELETE_IN_PROGRESS", "NOT_AVAILABLE", "FLUSH_IN_PROGRESS"
]


class CanarySettings(TypedDict):
    percentTraffic: NotRequired[float]
    deploymentId: NotRequired[str]
    stageVariableOverrides: NotRequired[dict[str, str]]
    useStageCache: NotRequired[bool]


ConnectionType: TypeAlias = Literal[
    "INTERNET", "VPC_LINK"
]


ContentHandlingStrategy: TypeAlias = Literal[
    "CONVERT_TO_BINARY", "CONVERT_TO_TEXT"
]


class CreateDeploymentRequest(TypedDict):
    restApiId: str
    stageName: NotRequired[str]
    stageDescription: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[CacheClusterSize]
    variables: NotRequired[dict[str, str]]
    canarySettings: NotRequired[DeploymentCanarySettings]
    tracingEnabled: NotRequired[bool]


class CreateDeploymentResponse(TypedDict):
    id: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    apiSummary: NotRequired[dict[str, dict[str, MethodSnapshot]]]


class CreateResourceRequest(TypedDict):
    restApiId: str
    parentId: str
    pathPart: str


class CreateResourceResponse(TypedDict):
    id: NotRequired[str]
    parentId: NotRequired[str]
    pathPart: NotRequired[str]
    path: NotRequired[str]
    resourceMethods: NotRequired[dict[str, Method]]


class CreateRestApiRequest(TypedDict):
    name: str
    description: NotRequired[str]
    version: NotRequired[str]
    cloneFrom: NotRequired[str]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]


class CreateRestApiResponse(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]
    apiStatus: NotRequired[ApiStatus]
    apiStatusMessage: NotRequired[str]


class CreateStageRequest(TypedDict):
    restApiId: str
    stageName: str
    deploymentId: str
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[CacheClusterSize]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    canarySettings: NotRequired[CanarySettings]
    tracingEnabled: NotRequired[bool]
    tags: NotRequired[dict[str, str]]


class CreateStageResponse(TypedDict):
    deploymentId: NotRequired[str]
    clientCertificateId: NotRequired[str]
    stageName: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[CacheClusterSize]
    cacheClusterStatus: NotRequired[CacheClusterStatus]
    methodSettings: NotRequired[dict[str, MethodSetting]]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    accessLogSettings: NotRequired[AccessLogSettings]
    canarySettings: NotRequired[CanarySettings]
    tracingEnabled: NotRequired[bool]
    webAclArn: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    createdDate: NotRequired[float]
    lastUpdatedDate: NotRequired[float]


class DeleteDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str


class DeleteDeploymentResponse(TypedDict):
    pass


class DeleteIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class DeleteIntegrationResponse(TypedDict):
    pass


class DeleteIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class DeleteIntegrationResponseResponse(TypedDict):
    pass


class DeleteMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class DeleteMethodResponse(TypedDict):
    pass


class DeleteMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class DeleteMethodResponseResponse(TypedDict):
    pass


class DeleteResourceRequest(TypedDict):
    restApiId: str
    resourceId: str


class DeleteResourceResponse(TypedDict):
    pass


class DeleteRestApiRequest(TypedDict):
    restApiId: str


class DeleteRestApiResponse(TypedDict):
    pass


class DeleteStageRequest(TypedDict):
    restApiId: str
    stageName: str


class DeleteStageResponse(TypedDict):
    pass


class Deployment(TypedDict):
    id: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    apiSummary: NotRequired[dict[str, dict[str, MethodSnapshot]]]


class DeploymentCanarySettings(TypedDict):
    percentTraffic: NotRequired[float]
    stageVariableOverrides: NotRequired[dict[str, str]]
    useStageCache: NotRequired[bool]


EndpointAccessMode: TypeAlias = Literal[
    "BASIC", "STRICT"
]


class EndpointConfiguration(TypedDict):
    types: NotRequired[list[EndpointType]]
    ipAddressType: NotRequired[IpAddressType]
    vpcEndpointIds: NotRequired[list[str]]


EndpointType: TypeAlias = Literal[
    "REGIONAL", "EDGE", "PRIVATE"
]


class GetAccountRequest(TypedDict):
    pass


class GetAccountResponse(TypedDict):
    cloudwatchRoleArn: NotRequired[str]
    throttleSettings: NotRequired[ThrottleSettings]
    features: NotRequired[list[str]]
    apiKeyVersion: NotRequired[str]


class GetDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str
    embed: NotRequired[list[str]]


class GetDeploymentResponse(TypedDict):
    id: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    apiSummary: NotRequired[dict[str, dict[str, MethodSnapshot]]]


class GetDeploymentsRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetDeploymentsResponse(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list[Deployment]]


class GetIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class GetIntegrationResponse(TypedDict):
    type: NotRequired[IntegrationType]
    httpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[ConnectionType]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    contentHandling: NotRequired[ContentHandlingStrategy]
    timeoutInMillis: NotRequired[int]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    integrationResponses: NotRequired[dict[str, IntegrationResponse]]
    tlsConfig: NotRequired[TlsConfig]
    responseTransferMode: NotRequired[ResponseTransferMode]
    integrationTarget: NotRequired[str]


class GetIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class GetIntegrationResponseResponse(TypedDict):
    statusCode: NotRequired[str]
    selectionPattern: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    contentHandling: NotRequired[ContentHandlingStrategy]


class GetMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str


class GetMethodResponse(TypedDict):
    httpMethod: NotRequired[str]
    authorizationType: NotRequired[str]
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    requestValidatorId: NotRequired[str]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    methodResponses: NotRequired[dict[str, MethodResponse]]
    methodIntegration: NotRequired[Integration]
    authorizationScopes: NotRequired[list[str]]


class GetMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str


class GetMethodResponseResponse(TypedDict):
    statusCode: NotRequired[str]
    responseParameters: NotRequired[dict[str, bool]]
    responseModels: NotRequired[dict[str, str]]


class GetResourceRequest(TypedDict):
    restApiId: str
    resourceId: str
    embed: NotRequired[list[str]]


class GetResourceResponse(TypedDict):
    id: NotRequired[str]
    parentId: NotRequired[str]
    pathPart: NotRequired[str]
    path: NotRequired[str]
    resourceMethods: NotRequired[dict[str, Method]]


class GetResourcesRequest(TypedDict):
    restApiId: str
    position: NotRequired[str]
    limit: NotRequired[int]
    embed: NotRequired[list[str]]


class GetResourcesResponse(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list[Resource]]


class GetRestApiRequest(TypedDict):
    restApiId: str


class GetRestApiResponse(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]
    apiStatus: NotRequired[ApiStatus]
    apiStatusMessage: NotRequired[str]


class GetRestApisRequest(TypedDict):
    position: NotRequired[str]
    limit: NotRequired[int]


class GetRestApisResponse(TypedDict):
    position: NotRequired[str]
    items: NotRequired[list[RestApi]]


class GetStageRequest(TypedDict):
    restApiId: str
    stageName: str


class GetStageResponse(TypedDict):
    deploymentId: NotRequired[str]
    clientCertificateId: NotRequired[str]
    stageName: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[CacheClusterSize]
    cacheClusterStatus: NotRequired[CacheClusterStatus]
    methodSettings: NotRequired[dict[str, MethodSetting]]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    accessLogSettings: NotRequired[AccessLogSettings]
    canarySettings: NotRequired[CanarySettings]
    tracingEnabled: NotRequired[bool]
    webAclArn: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    createdDate: NotRequired[float]
    lastUpdatedDate: NotRequired[float]


class GetStagesRequest(TypedDict):
    restApiId: str
    deploymentId: NotRequired[str]


class GetStagesResponse(TypedDict):
    item: NotRequired[list[Stage]]


class GetTagsRequest(TypedDict):
    resourceArn: str
    position: NotRequired[str]
    limit: NotRequired[int]


class GetTagsResponse(TypedDict):
    tags: NotRequired[dict[str, str]]


class ImportRestApiRequest(TypedDict):
    failOnWarnings: NotRequired[bool]
    parameters: NotRequired[dict[str, str]]
    body: bytes


class ImportRestApiResponse(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]
    apiStatus: NotRequired[ApiStatus]
    apiStatusMessage: NotRequired[str]


class Integration(TypedDict):
    type: NotRequired[IntegrationType]
    httpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[ConnectionType]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    contentHandling: NotRequired[ContentHandlingStrategy]
    timeoutInMillis: NotRequired[int]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    integrationResponses: NotRequired[dict[str, IntegrationResponse]]
    tlsConfig: NotRequired[TlsConfig]
    responseTransferMode: NotRequired[ResponseTransferMode]
    integrationTarget: NotRequired[str]


class IntegrationResponse(TypedDict):
    statusCode: NotRequired[str]
    selectionPattern: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    contentHandling: NotRequired[ContentHandlingStrategy]


IntegrationType: TypeAlias = Literal[
    "HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY"
]


IpAddressType: TypeAlias = Literal[
    "ipv4", "dualstack"
]


class Method(TypedDict):
    httpMethod: NotRequired[str]
    authorizationType: NotRequired[str]
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    requestValidatorId: NotRequired[str]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    methodResponses: NotRequired[dict[str, MethodResponse]]
    methodIntegration: NotRequired[Integration]
    authorizationScopes: NotRequired[list[str]]


class MethodResponse(TypedDict):
    statusCode: NotRequired[str]
    responseParameters: NotRequired[dict[str, bool]]
    responseModels: NotRequired[dict[str, str]]


class MethodSetting(TypedDict):
    metricsEnabled: NotRequired[bool]
    loggingLevel: NotRequired[str]
    dataTraceEnabled: NotRequired[bool]
    throttlingBurstLimit: NotRequired[int]
    throttlingRateLimit: NotRequired[float]
    cachingEnabled: NotRequired[bool]
    cacheTtlInSeconds: NotRequired[int]
    cacheDataEncrypted: NotRequired[bool]
    requireAuthorizationForCacheControl: NotRequired[bool]
    unauthorizedCacheControlHeaderStrategy: NotRequired[UnauthorizedCacheControlHeaderStrategy]


class MethodSnapshot(TypedDict):
    authorizationType: NotRequired[str]
    apiKeyRequired: NotRequired[bool]


Op: TypeAlias = Literal[
    "add", "remove", "replace", "move", "copy", "test"
]


PatchOperation = TypedDict("PatchOperation", {
    "op": "NotRequired[Op]",
    "path": "NotRequired[str]",
    "value": "NotRequired[str]",
    "from": "NotRequired[str]",
})


class PutIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    type: IntegrationType
    integrationHttpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[ConnectionType]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    contentHandling: NotRequired[ContentHandlingStrategy]
    timeoutInMillis: NotRequired[int]
    tlsConfig: NotRequired[TlsConfig]
    responseTransferMode: NotRequired[ResponseTransferMode]
    integrationTarget: NotRequired[str]


class PutIntegrationResponse(TypedDict):
    type: NotRequired[IntegrationType]
    httpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[ConnectionType]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    contentHandling: NotRequired[ContentHandlingStrategy]
    timeoutInMillis: NotRequired[int]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    integrationResponses: NotRequired[dict[str, IntegrationResponse]]
    tlsConfig: NotRequired[TlsConfig]
    responseTransferMode: NotRequired[ResponseTransferMode]
    integrationTarget: NotRequired[str]


class PutIntegrationResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str
    selectionPattern: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    contentHandling: NotRequired[ContentHandlingStrategy]


class PutIntegrationResponseResponse(TypedDict):
    statusCode: NotRequired[str]
    selectionPattern: NotRequired[str]
    responseParameters: NotRequired[dict[str, str]]
    responseTemplates: NotRequired[dict[str, str]]
    contentHandling: NotRequired[ContentHandlingStrategy]


class PutMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    authorizationType: str
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    requestValidatorId: NotRequired[str]
    authorizationScopes: NotRequired[list[str]]


class PutMethodResponse(TypedDict):
    httpMethod: NotRequired[str]
    authorizationType: NotRequired[str]
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    requestValidatorId: NotRequired[str]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    methodResponses: NotRequired[dict[str, MethodResponse]]
    methodIntegration: NotRequired[Integration]
    authorizationScopes: NotRequired[list[str]]


class PutMethodResponseRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    statusCode: str
    responseParameters: NotRequired[dict[str, bool]]
    responseModels: NotRequired[dict[str, str]]


class PutMethodResponseResponse(TypedDict):
    statusCode: NotRequired[str]
    responseParameters: NotRequired[dict[str, bool]]
    responseModels: NotRequired[dict[str, str]]


PutMode: TypeAlias = Literal[
    "merge", "overwrite"
]


class PutRestApiRequest(TypedDict):
    restApiId: str
    mode: NotRequired[PutMode]
    failOnWarnings: NotRequired[bool]
    parameters: NotRequired[dict[str, str]]
    body: bytes


class PutRestApiResponse(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]
    apiStatus: NotRequired[ApiStatus]
    apiStatusMessage: NotRequired[str]


class Resource(TypedDict):
    id: NotRequired[str]
    parentId: NotRequired[str]
    pathPart: NotRequired[str]
    path: NotRequired[str]
    resourceMethods: NotRequired[dict[str, Method]]


ResponseTransferMode: TypeAlias = Literal[
    "BUFFERED", "STREAM"
]


class RestApi(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]
    apiStatus: NotRequired[ApiStatus]
    apiStatusMessage: NotRequired[str]


SecurityPolicy: TypeAlias = Literal[
    "TLS_1_0", "TLS_1_2", "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09", "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09", "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09", "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_2021_06", "SecurityPolicy_TLS13_2025_EDGE", "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS12_2018_EDGE"
]


class Stage(TypedDict):
    deploymentId: NotRequired[str]
    clientCertificateId: NotRequired[str]
    stageName: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[CacheClusterSize]
    cacheClusterStatus: NotRequired[CacheClusterStatus]
    methodSettings: NotRequired[dict[str, MethodSetting]]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    accessLogSettings: NotRequired[AccessLogSettings]
    canarySettings: NotRequired[CanarySettings]
    tracingEnabled: NotRequired[bool]
    webAclArn: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    createdDate: NotRequired[float]
    lastUpdatedDate: NotRequired[float]


class TagResourceRequest(TypedDict):
    resourceArn: str
    tags: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


class TestInvokeMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    pathWithQueryString: NotRequired[str]
    body: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    multiValueHeaders: NotRequired[dict[str, list[str]]]
    clientCertificateId: NotRequired[str]
    stageVariables: NotRequired[dict[str, str]]


class TestInvokeMethodResponse(TypedDict):
    status: NotRequired[int]
    body: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    multiValueHeaders: NotRequired[dict[str, list[str]]]
    log: NotRequired[str]
    latency: NotRequired[int]


class ThrottleSettings(TypedDict):
    burstLimit: NotRequired[int]
    rateLimit: NotRequired[float]


class TlsConfig(TypedDict):
    insecureSkipVerification: NotRequired[bool]


UnauthorizedCacheControlHeaderStrategy: TypeAlias = Literal[
    "FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"
]


class UntagResourceRequest(TypedDict):
    resourceArn: str
    tagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateAccountRequest(TypedDict):
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateAccountResponse(TypedDict):
    cloudwatchRoleArn: NotRequired[str]
    throttleSettings: NotRequired[ThrottleSettings]
    features: NotRequired[list[str]]
    apiKeyVersion: NotRequired[str]


class UpdateDeploymentRequest(TypedDict):
    restApiId: str
    deploymentId: str
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateDeploymentResponse(TypedDict):
    id: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    apiSummary: NotRequired[dict[str, dict[str, MethodSnapshot]]]


class UpdateIntegrationRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateIntegrationResponse(TypedDict):
    type: NotRequired[IntegrationType]
    httpMethod: NotRequired[str]
    uri: NotRequired[str]
    connectionType: NotRequired[ConnectionType]
    connectionId: NotRequired[str]
    credentials: NotRequired[str]
    requestParameters: NotRequired[dict[str, str]]
    requestTemplates: NotRequired[dict[str, str]]
    passthroughBehavior: NotRequired[str]
    contentHandling: NotRequired[ContentHandlingStrategy]
    timeoutInMillis: NotRequired[int]
    cacheNamespace: NotRequired[str]
    cacheKeyParameters: NotRequired[list[str]]
    integrationResponses: NotRequired[dict[str, IntegrationResponse]]
    tlsConfig: NotRequired[TlsConfig]
    responseTransferMode: NotRequired[ResponseTransferMode]
    integrationTarget: NotRequired[str]


class UpdateMethodRequest(TypedDict):
    restApiId: str
    resourceId: str
    httpMethod: str
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateMethodResponse(TypedDict):
    httpMethod: NotRequired[str]
    authorizationType: NotRequired[str]
    authorizerId: NotRequired[str]
    apiKeyRequired: NotRequired[bool]
    requestValidatorId: NotRequired[str]
    operationName: NotRequired[str]
    requestParameters: NotRequired[dict[str, bool]]
    requestModels: NotRequired[dict[str, str]]
    methodResponses: NotRequired[dict[str, MethodResponse]]
    methodIntegration: NotRequired[Integration]
    authorizationScopes: NotRequired[list[str]]


class UpdateResourceRequest(TypedDict):
    restApiId: str
    resourceId: str
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateResourceResponse(TypedDict):
    id: NotRequired[str]
    parentId: NotRequired[str]
    pathPart: NotRequired[str]
    path: NotRequired[str]
    resourceMethods: NotRequired[dict[str, Method]]


class UpdateRestApiRequest(TypedDict):
    restApiId: str
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateRestApiResponse(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    description: NotRequired[str]
    createdDate: NotRequired[float]
    version: NotRequired[str]
    warnings: NotRequired[list[str]]
    binaryMediaTypes: NotRequired[list[str]]
    minimumCompressionSize: NotRequired[int]
    apiKeySource: NotRequired[ApiKeySourceType]
    endpointConfiguration: NotRequired[EndpointConfiguration]
    policy: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    disableExecuteApiEndpoint: NotRequired[bool]
    rootResourceId: NotRequired[str]
    securityPolicy: NotRequired[SecurityPolicy]
    endpointAccessMode: NotRequired[EndpointAccessMode]
    apiStatus: NotRequired[ApiStatus]
    apiStatusMessage: NotRequired[str]


class UpdateStageRequest(TypedDict):
    restApiId: str
    stageName: str
    patchOperations: NotRequired[list[PatchOperation]]


class UpdateStageResponse(TypedDict):
    deploymentId: NotRequired[str]
    clientCertificateId: NotRequired[str]
    stageName: NotRequired[str]
    description: NotRequired[str]
    cacheClusterEnabled: NotRequired[bool]
    cacheClusterSize: NotRequired[CacheClusterSize]
    cacheClusterStatus: NotRequired[CacheClusterStatus]
    methodSettings: NotRequired[dict[str, MethodSetting]]
    variables: NotRequired[dict[str, str]]
    documentationVersion: NotRequired[str]
    accessLogSettings: NotRequired[AccessLogSettings]
    canarySettings: NotRequired[CanarySettings]
    tracingEnabled: NotRequired[bool]
    webAclArn: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    createdDate: NotRequired[float]
    lastUpdatedDate: NotRequired[float]
