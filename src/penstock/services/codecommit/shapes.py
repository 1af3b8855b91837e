"""Requests and responses of codecommit, from its model. Do not edit: `python scripts/shapes.py codecommit`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class Approval(TypedDict):
    userArn: NotRequired[str]
    approvalState: NotRequired[ApprovalState]


class ApprovalRule(TypedDict):
    approvalRuleId: NotRequired[str]
    approvalRuleName: NotRequired[str]
    approvalRuleContent: NotRequired[str]
    ruleContentSha256: NotRequired[str]
    lastModifiedDate: NotRequired[float]
    creationDate: NotRequired[float]
    lastModifiedUser: NotRequired[str]
    originApprovalRuleTemplate: NotRequired[OriginApprovalRuleTemplate]


class ApprovalRuleEventMetadata(TypedDict):
    approvalRuleName: NotRequired[str]
    approvalRuleId: NotRequired[str]
    approvalRuleContent: NotRequired[str]


class ApprovalRuleOverriddenEventMetadata(TypedDict):
    revisionId: NotRequired[str]
    overrideStatus: NotRequired[OverrideStatus]


class ApprovalRuleTemplate(TypedDict):
    approvalRuleTemplateId: NotRequired[str]
    approvalRuleTemplateName: NotRequired[str]
    approvalRuleTemplateDescription: NotRequired[str]
    approvalRuleTemplateContent: NotRequired[str]
    ruleContentSha256: NotRequired[str]
    lastModifiedDate: NotRequired[float]
    creationDate: NotRequired[float]
    lastModifiedUser: NotRequired[str]


ApprovalState: TypeAlias = Literal[
    "APPROVE", "REVOKE"
]


class ApprovalStateChangedEventMetadata(TypedDict):
    revisionId: NotRequired[str]
    approvalStatus: NotRequired[ApprovalState]


class AssociateApprovalRuleTemplateWithRepositoryRequest(TypedDict):
    approvalRuleTemplateName: str
    repositoryName: str


class AssociateApprovalRuleTemplateWithRepositoryResponse(TypedDict):
    pass


class BatchAssociateApprovalRuleTemplateWithRepositoriesError(TypedDict):
    repositoryName: NotRequired[str]
    errorCode: NotRequired[str]
    errorMessage: NotRequired[str]


class BatchAssociateApprovalRuleTemplateWithRepositoriesRequest(TypedDict):
    approvalRuleTemplateName: str
    repositoryNames: list[str]


class BatchAssociateApprovalRuleTemplateWithRepositoriesResponse(TypedDict):
    associatedRepositoryNames: list[str]
    errors: list[BatchAssociateApprovalRuleTemplateWithRepositoriesError]


class BatchDescribeMergeConflictsError(TypedDict):
    filePath: str
    exceptionName: str
    message: str


class BatchDescribeMergeConflictsRequest(TypedDict):
    repositoryName: str
    destinationCommitSpecifier: str
    sourceCommitSpecifier: str
    mergeOption: MergeOptionTypeEnum
    maxMergeHunks: NotRequired[int]
    maxConflictFiles: NotRequired[int]
    filePaths: NotRequired[list[str]]
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    nextToken: NotRequired[str]


class BatchDescribeMergeConflictsResponse(TypedDict):
    conflicts: list[Conflict]
    nextToken: NotRequired[str]
    errors: NotRequired[list[BatchDescribeMergeConflictsError]]
    destinationCommitId: str
    sourceCommitId: str
    baseCommitId: NotRequired[str]


class BatchDisassociateApprovalRuleTemplateFromRepositoriesError(TypedDict):
    repositoryName: NotRequired[str]
    errorCode: NotRequired[str]
    errorMessage: NotRequired[str]


class BatchDisassociateApprovalRuleTemplateFromRepositoriesRequest(TypedDict):
    approvalRuleTemplateName: str
    repositoryNames: list[str]


class BatchDisassociateApprovalRuleTemplateFromRepositoriesResponse(TypedDict):
    disassociatedRepositoryNames: list[str]
    errors: list[BatchDisassociateApprovalRuleTemplateFromRepositoriesError]


class BatchGetCommitsError(TypedDict):
    commitId: NotRequired[str]
    errorCode: NotRequired[str]
    errorMessage: NotRequired[str]


class BatchGetCommitsRequest(TypedDict):
    commitIds: list[str]
    repositoryName: str


class BatchGetCommitsResponse(TypedDict):
    commits: NotRequired[list[Commit]]
    errors: NotRequired[list[BatchGetCommitsError]]


class BatchGetRepositoriesError(TypedDict):
    repositoryId: NotRequired[str]
    repositoryName: NotRequired[str]
    errorCode: NotRequired[BatchGetRepositoriesErrorCodeEnum]
    errorMessage: NotRequired[str]


BatchGetRepositoriesErrorCodeEnum: TypeAlias = Literal[
    "EncryptionIntegrityChecksFailedException", "EncryptionKeyAccessDeniedException", "EncryptionKeyDisabledException",
    "EncryptionKeyNotFoundException", "EncryptionKeyUnavailableException", "RepositoryDoesNotExistException"
]


class BatchGetRepositoriesRequest(TypedDict):
    repositoryNames: list[str]


class BatchGetRepositoriesResponse(TypedDict):
    repositories: NotRequired[list[RepositoryMetadata]]
    repositoriesNotFound: NotRequired[list[str]]
    errors: NotRequired[list[BatchGetRepositoriesError]]


class BlobMetadata(TypedDict):
    blobId: NotRequired[str]
    path: NotRequired[str]
    mode: NotRequired[str]


class BranchInfo(TypedDict):
    branchName: NotRequired[str]
    commitId: NotRequired[str]


ChangeTypeEnum: TypeAlias = Literal[
    "A", "M", "D"
]


class Comment(TypedDict):
    commentId: NotRequired[str]
    content: NotRequired[str]
    inReplyTo: NotRequired[str]
    creationDate: NotRequired[float]
    lastModifiedDate: NotRequired[float]
    authorArn: NotRequired[str]
    deleted: NotRequired[bool]
    clientRequestToken: NotRequired[str]
    callerReactions: NotRequired[list[str]]
    reactionCounts: NotRequired[dict[str, int]]


class CommentsForComparedCommit(TypedDict):
    repositoryName: NotRequired[str]
    beforeCommitId: NotRequired[str]
    afterCommitId: NotRequired[str]
    beforeBlobId: NotRequired[str]
    afterBlobId: NotRequired[str]
    location: NotRequired[Location]
    comments: NotRequired[list[Comment]]


class CommentsForPullRequest(TypedDict):
    pullRequestId: NotRequired[str]
    repositoryName: NotRequired[str]
    beforeCommitId: NotRequired[str]
    afterCommitId: NotRequired[str]
    beforeBlobId: NotRequired[str]
    afterBlobId: NotRequired[str]
    location: NotRequired[Location]
    comments: NotRequired[list[Comment]]


class Commit(TypedDict):
    commitId: NotRequired[str]
    treeId: NotRequired[str]
    parents: NotRequired[list[str]]
    message: NotRequired[str]
    author: NotRequired[UserInfo]
    committer: NotRequired[UserInfo]
    additionalData: NotRequired[str]


class Conflict(TypedDict):
    conflictMetadata: NotRequired[ConflictMetadata]
    mergeHunks: NotRequired[list[MergeHunk]]


ConflictDetailLevelTypeEnum: TypeAlias = Literal[
    "FILE_LEVEL", "LINE_LEVEL"
]


class ConflictMetadata(TypedDict):
    filePath: NotRequired[str]
    fileSizes: NotRequired[FileSizes]
    fileModes: NotRequired[FileModes]
    objectTypes: NotRequired[ObjectTypes]
    numberOfConflicts: NotRequired[int]
    isBinaryFile: NotRequired[IsBinaryFile]
    contentConflict: NotRequired[bool]
    fileModeConflict: NotRequired[bool]
    objectTypeConflict: NotRequired[bool]
    mergeOperations: NotRequired[MergeOperations]


class ConflictResolution(TypedDict):
    replaceContents: NotRequired[list[ReplaceContentEntry]]
    deleteFiles: NotRequired[list[DeleteFileEntry]]
    setFileModes: NotRequired[list[SetFileModeEntry]]


ConflictResolutionStrategyTypeEnum: TypeAlias = Literal[
    "NONE", "ACCEPT_SOURCE", "ACCEPT_DESTINATION", "AUTOMERGE"
]


class CreateApprovalRuleTemplateRequest(TypedDict):
    approvalRuleTemplateName: str
    approvalRuleTemplateContent: str
    approvalRuleTemplateDescription: NotRequired[str]


class CreateApprovalRuleTemplateResponse(TypedDict):
    approvalRuleTemplate: ApprovalRuleTemplate


class CreateBranchRequest(TypedDict):
    repositoryName: str
    branchName: str
    commitId: str


class CreateBranchResponse(TypedDict):
    pass


class CreateCommitRequest(TypedDict):
    repositoryName: str
    branchName: str
    parentCommitId: NotRequired[str]
    authorName: NotRequired[str]
    email: NotRequired[str]
    commitMessage: NotRequired[str]
    keepEmptyFolders: NotRequired[bool]
    putFiles: NotRequired[list[PutFileEntry]]
    deleteFiles: NotRequired[list[DeleteFileEntry]]
    setFileModes: NotRequired[list[SetFileModeEntry]]


class CreateCommitResponse(TypedDict):
    commitId: NotRequired[str]
    treeId: NotRequired[str]
    filesAdded: NotRequired[list[FileMetadata]]
    filesUpdated: NotRequired[list[FileMetadata]]
    filesDeleted: NotRequired[list[FileMetadata]]


class CreatePullRequestApprovalRuleRequest(TypedDict):
    pullRequestId: str
    approvalRuleName: str
    approvalRuleContent: str


class CreatePullRequestApprovalRuleResponse(TypedDict):
    approvalRule: ApprovalRule


class CreatePullRequestRequest(TypedDict):
    title: str
    description: NotRequired[str]
    targets: list[Target]
    clientRequestToken: NotRequired[str]


class CreatePullRequestResponse(TypedDict):
    pullRequest: PullRequest


class CreateRepositoryRequest(TypedDict):
    repositoryName: str
    repositoryDescription: NotRequired[str]
    tags: NotRequired[dict[str, str]]
    kmsKeyId: NotRequired[str]


class CreateRepositoryResponse(TypedDict):
    repositoryMetadata: NotRequired[RepositoryMetadata]


class CreateUnreferencedMergeCommitRequest(TypedDict):
    repositoryName: str
    sourceCommitSpecifier: str
    destinationCommitSpecifier: str
    mergeOption: MergeOptionTypeEnum
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    authorName: NotRequired[str]
    email: NotRequired[str]
    commitMessage: NotRequired[str]
    keepEmptyFolders: NotRequired[bool]
    conflictResolution: NotRequired[ConflictResolution]


class CreateUnreferencedMergeCommitResponse(TypedDict):
    commitId: NotRequired[str]
    treeId: NotRequired[str]


class DeleteApprovalRuleTemplateRequest(TypedDict):
    approvalRuleTemplateName: str


class DeleteApprovalRuleTemplateResponse(TypedDict):
    approvalRuleTemplateId: str


class DeleteBranchRequest(TypedDict):
    repositoryName: str
    branchName: str


class DeleteBranchResponse(TypedDict):
    deletedBranch: NotRequired[BranchInfo]


class DeleteCommentContentRequest(TypedDict):
    commentId: str


class DeleteCommentContentResponse(TypedDict):
    comment: NotRequired[Comment]


class DeleteFileEntry(TypedDict):
    filePath: str


class DeleteFileRequest(TypedDict):
    repositoryName: str
    branchName: str
    filePath: str
    parentCommitId: str
    keepEmptyFolders: NotRequired[bool]
    commitMessage: NotRequired[str]
    name: NotRequired[str]
    email: NotRequired[str]


class DeleteFileResponse(TypedDict):
    commitId: str
    blobId: str
    treeId: str
    filePath: str


class DeletePullRequestApprovalRuleRequest(TypedDict):
    pullRequestId: str
    approvalRuleName: str


class DeletePullRequestApprovalRuleResponse(TypedDict):
    approvalRuleId: str


class DeleteRepositoryRequest(TypedDict):
    repositoryName: str


class DeleteRepositoryResponse(TypedDict):
    repositoryId: NotRequired[str]


class DescribeMergeConflictsRequest(TypedDict):
    repositoryName: str
    destinationCommitSpecifier: str
    sourceCommitSpecifier: str
    mergeOption: MergeOptionTypeEnum
    maxMergeHunks: NotRequired[int]
    filePath: str
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    nextToken: NotRequired[str]


class DescribeMergeConflictsResponse(TypedDict):
    conflictMetadata: ConflictMetadata
    mergeHunks: list[MergeHunk]
    nextToken: NotRequired[str]
    destinationCommitId: str
    sourceCommitId: str
    baseCommitId: NotRequired[str]


class DescribePullRequestEventsRequest(TypedDict):
    pullRequestId: str
    pullRequestEventType: NotRequired[PullRequestEventType]
    actorArn: NotRequired[str]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class DescribePullRequestEventsResponse(TypedDict):
    pullRequestEvents: list[PullRequestEvent]
    nextToken: NotRequired[str]


class DiffChange(TypedDict):
    type: NotRequired[DiffChangeType]
    beforeLineNumber: NotRequired[int]
    afterLineNumber: NotRequired[int]
    content: NotRequired[str]


DiffChangeType: TypeAlias = Literal[
    "CONTEXT", "ADD", "DELETE"
]


class DiffHunk(TypedDict):
    beforeStartLine: NotRequired[int]
    beforeLineCount: NotRequired[int]
    afterStartLine: NotRequired[int]
    afterLineCount: NotRequired[int]
    changes: NotRequired[list[DiffChange]]


class Difference(TypedDict):
    beforeBlob: NotRequired[BlobMetadata]
    afterBlob: NotRequired[BlobMetadata]
    changeType: NotRequired[ChangeTypeEnum]


class DisassociateApprovalRuleTemplateFromRepositoryRequest(TypedDict):
    approvalRuleTemplateName: str
    repositoryName: str


class DisassociateApprovalRuleTemplateFromRepositoryResponse(TypedDict):
    pass


class EvaluatePullRequestApprovalRulesRequest(TypedDict):
    pullRequestId: str
    revisionId: str


class EvaluatePullRequestApprovalRulesResponse(TypedDict):
    evaluation: Evaluation


class Evaluation(TypedDict):
    approved: NotRequired[bool]
    overridden: NotRequired[bool]
    approvalRulesSatisfied: NotRequired[list[str]]
    approvalRulesNotSatisfied: NotRequired[list[str]]


class File(TypedDict):
    blobId: NotRequired[str]
    absolutePath: NotRequired[str]
    relativePath: NotRequired[str]
    fileMode: NotRequired[FileModeTypeEnum]


class FileMetadata(TypedDict):
    absolutePath: NotRequired[str]
    blobId: NotRequired[str]
    fileMode: NotRequired[FileModeTypeEnum]


FileModeTypeEnum: TypeAlias = Literal[
    "EXECUTABLE", "NORMAL", "SYMLINK"
]


class FileModes(TypedDict):
    source: NotRequired[FileModeTypeEnum]
    destination: NotRequired[FileModeTypeEnum]
    base: NotRequired[FileModeTypeEnum]


class FileSizes(TypedDict):
    source: NotRequired[int]
    destination: NotRequired[int]
    base: NotRequired[int]


class FileVersion(TypedDict):
    commit: NotRequired[Commit]
    blobId: NotRequired[str]
    path: NotRequired[str]
    revisionChildren: NotRequired[list[str]]


class Folder(TypedDict):
    treeId: NotRequired[str]
    absolutePath: NotRequired[str]
    relativePath: NotRequired[str]


class GetApprovalRuleTemplateRequest(TypedDict):
    approvalRuleTemplateName: str


class GetApprovalRuleTemplateResponse(TypedDict):
    approvalRuleTemplate: ApprovalRuleTemplate


class GetBlobDifferencesRequest(TypedDict):
    repositoryName: str
    afterBlobId: str
    beforeBlobId: NotRequired[str]
    contextLines: NotRequired[int]
    ignoreWhitespace: NotRequired[bool]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class GetBlobDifferencesResponse(TypedDict):
    hunks: list[DiffHunk]
    isBinary: bool
    beforeBlobSize: NotRequired[int]
    afterBlobSize: int
    NextToken: NotRequired[str]


class GetBlobRequest(TypedDict):
    repositoryName: str
    blobId: str


class GetBlobResponse(TypedDict):
    content: bytes


class GetBranchRequest(TypedDict):
    repositoryName: NotRequired[str]
    branchName: NotRequired[str]


class GetBranchResponse(TypedDict):
    branch: NotRequired[BranchInfo]


class GetCommentReactionsRequest(TypedDict):
    commentId: str
    reactionUserArn: NotRequired[str]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class GetCommentReactionsResponse(TypedDict):
    reactionsForComment: list[ReactionForComment]
    nextToken: NotRequired[str]


class GetCommentRequest(TypedDict):
    commentId: str


class GetCommentResponse(TypedDict):
    comment: NotRequired[Comment]


class GetCommentsForComparedCommitRequest(TypedDict):
    repositoryName: str
    beforeCommitId: NotRequired[str]
    afterCommitId: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class GetCommentsForComparedCommitResponse(TypedDict):
    commentsForComparedCommitData: NotRequired[list[CommentsForComparedCommit]]
    nextToken: NotRequired[str]


class GetCommentsForPullRequestRequest(TypedDict):
    pullRequestId: str
    repositoryName: NotRequired[str]
    beforeCommitId: NotRequired[str]
    afterCommitId: NotRequired[str]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class GetCommentsForPullRequestResponse(TypedDict):
    commentsForPullRequestData: NotRequired[list[CommentsForPullRequest]]
    nextToken: NotRequired[str]


class GetCommitRequest(TypedDict):
    repositoryName: str
    commitId: str


class GetCommitResponse(TypedDict):
    commit: Commit


class GetDifferencesRequest(TypedDict):
    repositoryName: str
    beforeCommitSpecifier: NotRequired[str]
    afterCommitSpecifier: str
    beforePath: NotRequired[str]
    afterPath: NotRequired[str]
    MaxResults: NotRequired[int]
    NextToken: NotRequired[str]


class GetDifferencesResponse(TypedDict):
    differences: NotRequired[list[Difference]]
    NextToken: NotRequired[str]


class GetFileRequest(TypedDict):
    repositoryName: str
    commitSpecifier: NotRequired[str]
    filePath: str


class GetFileResponse(TypedDict):
    commitId: str
    blobId: str
    filePath: str
    fileMode: FileModeTypeEnum
    fileSize: int
    fileContent: bytes


class GetFolderRequest(TypedDict):
    repositoryName: str
    commitSpecifier: NotRequired[str]
    folderPath: str


class GetFolderResponse(TypedDict):
    commitId: str
    folderPath: str
    treeId: NotRequired[str]
    subFolders: NotRequired[list[Folder]]
    files: NotRequired[list[File]]
    symbolicLinks: NotRequired[list[SymbolicLink]]
    subModules: NotRequired[list[SubModule]]


class GetMergeCommitRequest(TypedDict):
    repositoryName: str
    sourceCommitSpecifier: str
    destinationCommitSpecifier: str
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]


class GetMergeCommitResponse(TypedDict):
    sourceCommitId: NotRequired[str]
    destinationCommitId: NotRequired[str]
    baseCommitId: NotRequired[str]
    mergedCommitId: NotRequired[str]


class GetMergeConflictsRequest(TypedDict):
    repositoryName: str
    destinationCommitSpecifier: str
    sourceCommitSpecifier: str
    mergeOption: MergeOptionTypeEnum
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    maxConflictFiles: NotRequired[int]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    nextToken: NotRequired[str]


class GetMergeConflictsResponse(TypedDict):
    mergeable: bool
    destinationCommitId: str
    sourceCommitId: str
    baseCommitId: NotRequired[str]
    conflictMetadataList: list[ConflictMetadata]
    nextToken: NotRequired[str]


class GetMergeOptionsRequest(TypedDict):
    repositoryName: str
    sourceCommitSpecifier: str
    destinationCommitSpecifier: str
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]


class GetMergeOptionsResponse(TypedDict):
    mergeOptions: list[MergeOptionTypeEnum]
    sourceCommitId: str
    destinationCommitId: str
    baseCommitId: str


class GetPullRequestApprovalStatesRequest(TypedDict):
    pullRequestId: str
    revisionId: str


class GetPullRequestApprovalStatesResponse(TypedDict):
    approvals: NotRequired[list[Approval]]


class GetPullRequestOverrideStateRequest(TypedDict):
    pullRequestId: str
    revisionId: str


class GetPullRequestOverrideStateResponse(TypedDict):
    overridden: NotRequired[bool]
    overrider: NotRequired[str]


class GetPullRequestRequest(TypedDict):
    pullRequestId: str


class GetPullRequestResponse(TypedDict):
    pullRequest: PullRequest


class GetRepositoryRequest(TypedDict):
    repositoryName: str


class GetRepositoryResponse(TypedDict):
    repositoryMetadata: NotRequired[RepositoryMetadata]


class GetRepositoryTriggersRequest(TypedDict):
    repositoryName: str


class GetRepositoryTriggersResponse(TypedDict):
    configurationId: NotRequired[str]
    triggers: NotRequired[list[RepositoryTrigger]]


class IsBinaryFile(TypedDict):
    source: NotRequired[bool]
    destination: NotRequired[bool]
    base: NotRequired[bool]


class ListApprovalRuleTemplatesRequest(TypedDict):
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListApprovalRuleTemplatesResponse(TypedDict):
    approvalRuleTemplateNames: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListAssociatedApprovalRuleTemplatesForRepositoryRequest(TypedDict):
    repositoryName: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListAssociatedApprovalRuleTemplatesForRepositoryResponse(TypedDict):
    approvalRuleTemplateNames: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListBranchesRequest(TypedDict):
    repositoryName: str
    nextToken: NotRequired[str]


class ListBranchesResponse(TypedDict):
    branches: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListFileCommitHistoryRequest(TypedDict):
    repositoryName: str
    commitSpecifier: NotRequired[str]
    filePath: str
    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


class ListFileCommitHistoryResponse(TypedDict):
    revisionDag: list[FileVersion]
    nextToken: NotRequired[str]


class ListPullRequestsRequest(TypedDict):
    repositoryName: str
    authorArn: NotRequired[str]
    pullRequestStatus: NotRequired[PullRequestStatusEnum]
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListPullRequestsResponse(TypedDict):
    pullRequestIds: list[str]
    nextToken: NotRequired[str]


class ListRepositoriesForApprovalRuleTemplateRequest(TypedDict):
    approvalRuleTemplateName: str
    nextToken: NotRequired[str]
    maxResults: NotRequired[int]


class ListRepositoriesForApprovalRuleTemplateResponse(TypedDict):
    repositoryNames: NotRequired[list[str]]
    nextToken: NotRequired[str]


class ListRepositoriesRequest(TypedDict):
    nextToken: NotRequired[str]
    sortBy: NotRequired[SortByEnum]
    order: NotRequired[OrderEnum]


class ListRepositoriesResponse(TypedDict):
    repositories: NotRequired[list[RepositoryNameIdPair]]
    nextToken: NotRequired[str]


class ListTagsForResourceRequest(TypedDict):
    resourceArn: str
    nextToken: NotRequired[str]


class ListTagsForResourceResponse(TypedDict):
    tags: NotRequired[dict[str, str]]
    nextToken: NotRequired[str]


class Location(TypedDict):
    filePath: NotRequired[str]
    filePosition: NotRequired[int]
    relativeFileVersion: NotRequired[RelativeFileVersionEnum]


class MergeBranchesByFastForwardRequest(TypedDict):
    repositoryName: str
    sourceCommitSpecifier: str
    destinationCommitSpecifier: str
    targetBranch: NotRequired[str]


class MergeBranchesByFastForwardResponse(TypedDict):
    commitId: NotRequired[str]
    treeId: NotRequired[str]


class MergeBranchesBySquashRequest(TypedDict):
    repositoryName: str
    sourceCommitSpecifier: str
    destinationCommitSpecifier: str
    targetBranch: NotRequired[str]
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    authorName: NotRequired[str]
    email: NotRequired[str]
    commitMessage: NotRequired[str]
    keepEmptyFolders: NotRequired[bool]
    conflictResolution: NotRequired[ConflictResolution]


class MergeBranchesBySquashResponse(TypedDict):
    commitId: NotRequired[str]
    treeId: NotRequired[str]


class MergeBranchesByThreeWayRequest(TypedDict):
    repositoryName: str
    sourceCommitSpecifier: str
    destinationCommitSpecifier: str
    targetBranch: NotRequired[str]
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    authorName: NotRequired[str]
    email: NotRequired[str]
    commitMessage: NotRequired[str]
    keepEmptyFolders: NotRequired[bool]
    conflictResolution: NotRequired[ConflictResolution]


class MergeBranchesByThreeWayResponse(TypedDict):
    commitId: NotRequired[str]
    treeId: NotRequired[str]


class MergeHunk(TypedDict):
    isConflict: NotRequired[bool]
    source: NotRequired[MergeHunkDetail]
    destination: NotRequired[MergeHunkDetail]
    base: NotRequired[MergeHunkDetail]


class MergeHunkDetail(TypedDict):
    startLine: NotRequired[int]
    endLine: NotRequired[int]
    hunkContent: NotRequired[str]


class MergeMetadata(TypedDict):
    isMerged: NotRequired[bool]
    mergedBy: NotRequired[str]
    mergeCommitId: NotRequired[str]
    mergeOption: NotRequired[MergeOptionTypeEnum]


class MergeOperations(TypedDict):
    source: NotRequired[ChangeTypeEnum]
    destination: NotRequired[ChangeTypeEnum]


MergeOptionTypeEnum: TypeAlias = Literal[
    "FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"
]


class MergePullRequestByFastForwardRequest(TypedDict):
    pullRequestId: str
    repositoryName: str
    sourceCommitId: NotRequired[str]


class MergePullRequestByFastForwardResponse(TypedDict):
    pullRequest: NotRequired[PullRequest]


class MergePullRequestBySquashRequest(TypedDict):
    pullRequestId: str
    repositoryName: str
    sourceCommitId: NotRequired[str]
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    commitMessage: NotRequired[str]
    authorName: NotRequired[str]
    email: NotRequired[str]
    keepEmptyFolders: NotRequired[bool]
    conflictResolution: NotRequired[ConflictResolution]


class MergePullRequestBySquashResponse(TypedDict):
    pullRequest: NotRequired[PullRequest]


class MergePullRequestByThreeWayRequest(TypedDict):
    pullRequestId: str
    repositoryName: str
    sourceCommitId: NotRequired[str]
    conflictDetailLevel: NotRequired[ConflictDetailLevelTypeEnum]
    conflictResolutionStrategy: NotRequired[ConflictResolutionStrategyTypeEnum]
    commitMessage: NotRequired[str]
    authorName: NotRequired[str]
    email: NotRequired[str]
    keepEmptyFolders: NotRequired[bool]
    conflictResolution: NotRequired[ConflictResolution]


class MergePullRequestByThreeWayResponse(TypedDict):
    pullRequest: NotRequired[PullRequest]


ObjectTypeEnum: TypeAlias = Literal[
    "FILE", "DIRECTORY", "GIT_LINK", "SYMBOLIC_LINK"
]


class ObjectTypes(TypedDict):
    source: NotRequired[ObjectTypeEnum]
    destination: NotRequired[ObjectTypeEnum]
    base: NotRequired[ObjectTypeEnum]


OrderEnum: TypeAlias = Literal[
    "ascending", "descending"
]


class OriginApprovalRuleTemplate(TypedDict):
    approvalRuleTemplateId: NotRequired[str]
    approvalRuleTemplateName: NotRequired[str]


class OverridePullRequestApprovalRulesRequest(TypedDict):
    pullRequestId: str
    revisionId: str
    overrideStatus: OverrideStatus


class OverridePullRequestApprovalRulesResponse(TypedDict):
    pass


OverrideStatus: TypeAlias = Literal[
    "OVERRIDE", "REVOKE"
]


class PostCommentForComparedCommitRequest(TypedDict):
    repositoryName: str
    beforeCommitId: NotRequired[str]
    afterCommitId: str
    location: NotRequired[Location]
    content: str
    clientRequestToken: NotRequired[str]


class PostCommentForComparedCommitResponse(TypedDict):
    repositoryName: NotRequired[str]
    beforeCommitId: NotRequired[str]
    afterCommitId: NotRequired[str]
    beforeBlobId: NotRequired[str]
    afterBlobId: NotRequired[str]
    location: NotRequired[Location]
    comment: NotRequired[Comment]


class PostCommentForPullRequestRequest(TypedDict):
    pullRequestId: str
    repositoryName: str
    beforeCommitId: str
    afterCommitId: str
    location: NotRequired[Location]
    content: str
    clientRequestToken: NotRequired[str]


class PostCommentForPullRequestResponse(TypedDict):
    repositoryName: NotRequired[str]
    pullRequestId: NotRequired[str]
    beforeCommitId: NotRequired[str]
    afterCommitId: NotRequired[str]
    beforeBlobId: NotRequired[str]
    afterBlobId: NotRequired[str]
    location: NotRequired[Location]
    comment: NotRequired[Comment]


class PostCommentReplyRequest(TypedDict):
    inReplyTo: str
    clientRequestToken: NotRequired[str]
    content: str


class PostCommentReplyResponse(TypedDict):
    comment: NotRequired[Comment]


class PullRequest(TypedDict):
    pullRequestId: NotRequired[str]
    title: NotRequired[str]
    description: NotRequired[str]
    lastActivityDate: NotRequired[float]
    creationDate: NotRequired[float]
    pullRequestStatus: NotRequired[PullRequestStatusEnum]
    authorArn: NotRequired[str]
    pullRequestTargets: NotRequired[list[PullRequestTarget]]
    clientRequestToken: NotRequired[str]
    revisionId: NotRequired[str]
    approvalRules: NotRequired[list[ApprovalRule]]


class PullRequestCreatedEventMetadata(TypedDict):
    repositoryName: NotRequired[str]
    sourceCommitId: NotRequired[str]
    destinationCommitId: NotRequired[str]
    mergeBase: NotRequired[str]


class PullRequestEvent(TypedDict):
    pullRequestId: NotRequired[str]
    eventDate: NotRequired[float]
    pullRequestEventType: NotRequired[PullRequestEventType]
    actorArn: NotRequired[str]
    pullRequestCreatedEventMetadata: NotRequired[PullRequestCreatedEventMetadata]
    pullRequestStatusChangedEventMetadata: NotRequired[PullRequestStatusChangedEventMetadata]
    pullRequestSourceReferenceUpdatedEventMetadata: NotRequired[PullRequestSourceReferenceUpdatedEventMetadata]
    pullRequestMergedStateChangedEventMetadata: NotRequired[PullRequestMergedStateChangedEventMetadata]
    approvalRuleEventMetadata: NotRequired[ApprovalRuleEventMetadata]
    approvalStateChangedEventMetadata: NotRequired[ApprovalStateChangedEventMetadata]
    approvalRuleOverriddenEventMetadata: NotRequired[ApprovalRuleOverriddenEventMetadata]


PullRequestEventType: TypeAlias = Literal[
    "PULL_REQUEST_CREATED", "PULL_REQUEST_STATUS_CHANGED", "PULL_REQUEST_SOURCE_REFERENCE_UPDATED",
    "PULL_REQUEST_MERGE_STATE_CHANGED", "PULL_REQUEST_APPROVAL_RULE_CREATED", "PULL_REQUEST_APPROVAL_RULE_UPDATED",
    "PULL_REQUEST_APPROVAL_RULE_DELETED", "PULL_REQUEST_APPROVAL_RULE_OVERRIDDEN", "PULL_REQUEST_APPROVAL_STATE_CHANGED"
]


class PullRequestMergedStateChangedEventMetadata(TypedDict):
    repositoryName: NotRequired[str]
    destinationReference: NotRequired[str]
    mergeMetadata: NotRequired[MergeMetadata]


class PullRequestSourceReferenceUpdatedEventMetadata(TypedDict):
    repositoryName: NotRequired[str]
    beforeCommitId: NotRequired[str]
    afterCommitId: NotRequired[str]
    mergeBase: NotRequired[str]


class PullRequestStatusChangedEventMetadata(TypedDict):
    pullRequestStatus: NotRequired[PullRequestStatusEnum]


PullRequestStatusEnum: TypeAlias = Literal[
    "OPEN", "CLOSED"
]


class PullRequestTarget(TypedDict):
    repositoryName: NotRequired[str]
    sourceReference: NotRequired[str]
    destinationReference: NotRequired[str]
    destinationCommit: NotRequired[str]
    sourceCommit: NotRequired[str]
    mergeBase: NotRequired[str]
    mergeMetadata: NotRequired[MergeMetadata]


class PutCommentReactionRequest(TypedDict):
    commentId: str
    reactionValue: str


class PutCommentReactionResponse(TypedDict):
    pass


class PutFileEntry(TypedDict):
    filePath: str
    fileMode: NotRequired[FileModeTypeEnum]
    fileContent: NotRequired[bytes]
    sourceFile: NotRequired[SourceFileSpecifier]


class PutFileRequest(TypedDict):
    repositoryName: str
    branchName: str
    fileContent: bytes
    filePath: str
    fileMode: NotRequired[FileModeTypeEnum]
    parentCommitId: NotRequired[str]
    commitMessage: NotRequired[str]
    name: NotRequired[str]
    email: NotRequired[str]


class PutFileResponse(TypedDict):
    commitId: str
    blobId: str
    treeId: str


class PutRepositoryTriggersRequest(TypedDict):
    repositoryName: str
    triggers: list[RepositoryTrigger]


class PutRepositoryTriggersResponse(TypedDict):
    configurationId: NotRequired[str]


class ReactionForComment(TypedDict):
    reaction: NotRequired[ReactionValueFormats]
    reactionUsers: NotRequired[list[str]]
    reactionsFromDeletedUsersCount: NotRequired[int]


class ReactionValueFormats(TypedDict):
    emoji: NotRequired[str]
    shortCode: NotRequired[str]
    unicode: NotRequired[str]


RelativeFileVersionEnum: TypeAlias = Literal[
    "BEFORE", "AFTER"
]


class ReplaceContentEntry(TypedDict):
    filePath: str
    replacementType: ReplacementTypeEnum
    content: NotRequired[bytes]
    fileMode: NotRequired[FileModeTypeEnum]


ReplacementTypeEnum: TypeAlias = Literal[
    "KEEP_BASE", "KEEP_SOURCE", "KEEP_DESTINATION", "USE_NEW_CONTENT"
]


class RepositoryMetadata(TypedDict):
    accountId: NotRequired[str]
    repositoryId: NotRequired[str]
    repositoryName: NotRequired[str]
    repositoryDescription: NotRequired[str]
    defaultBranch: NotRequired[str]
    lastModifiedDate: NotRequired[float]
    creationDate: NotRequired[float]
    cloneUrlHttp: NotRequired[str]
    cloneUrlSsh: NotRequired[str]
    Arn: NotRequired[str]
    kmsKeyId: NotRequired[str]


class RepositoryNameIdPair(TypedDict):
    repositoryName: NotRequired[str]
    repositoryId: NotRequired[str]


class RepositoryTrigger(TypedDict):
    name: str
    destinationArn: str
    customData: NotRequired[str]
    branches: NotRequired[list[str]]
    events: list[RepositoryTriggerEventEnum]


RepositoryTriggerEventEnum: TypeAlias = Literal[
    "all", "updateReference", "createReference", "deleteReference"
]


class RepositoryTriggerExecutionFailure(TypedDict):
    trigger: NotRequired[str]
    failureMessage: NotRequired[str]


class SetFileModeEntry(TypedDict):
    filePath: str
    fileMode: FileModeTypeEnum


SortByEnum: TypeAlias = Literal[
    "repositoryName", "lastModifiedDate"
]


class SourceFileSpecifier(TypedDict):
    filePath: str
    isMove: NotRequired[bool]


class SubModule(TypedDict):
    commitId: NotRequired[str]
    absolutePath: NotRequired[str]
    relativePath: NotRequired[str]


class SymbolicLink(TypedDict):
    blobId: NotRequired[str]
    absolutePath: NotRequired[str]
    relativePath: NotRequired[str]
    fileMode: NotRequired[FileModeTypeEnum]


class TagResourceRequest(TypedDict):
    resourceArn: str
    tags: dict[str, str]


class TagResourceResponse(TypedDict):
    pass


class Target(TypedDict):
    repositoryName: str
    sourceReference: str
    destinationReference: NotRequired[str]


class TestRepositoryTriggersRequest(TypedDict):
    repositoryName: str
    triggers: list[RepositoryTrigger]


class TestRepositoryTriggersResponse(TypedDict):
    successfulExecutions: NotRequired[list[str]]
    failedExecutions: NotRequired[list[RepositoryTriggerExecutionFailure]]


class UntagResourceRequest(TypedDict):
    resourceArn: str
    tagKeys: list[str]


class UntagResourceResponse(TypedDict):
    pass


class UpdateApprovalRuleTemplateContentRequest(TypedDict):
    approvalRuleTemplateName: str
    newRuleContent: str
    existingRuleContentSha256: NotRequired[str]


class UpdateApprovalRuleTemplateContentResponse(TypedDict):
    approvalRuleTemplate: ApprovalRuleTemplate


class UpdateApprovalRuleTemplateDescriptionRequest(TypedDict):
    approvalRuleTemplateName: str
    approvalRuleTemplateDescription: str


class UpdateApprovalRuleTemplateDescriptionResponse(TypedDict):
    approvalRuleTemplate: ApprovalRuleTemplate


class UpdateApprovalRuleTemplateNameRequest(TypedDict):
    oldApprovalRuleTemplateName: str
    newApprovalRuleTemplateName: str


class UpdateApprovalRuleTemplateNameResponse(TypedDict):
    approvalRuleTemplate: ApprovalRuleTemplate


class UpdateCommentRequest(TypedDict):
    commentId: str
    content: str


class UpdateCommentResponse(TypedDict):
    comment: NotRequired[Comment]


class UpdateDefaultBranchRequest(TypedDict):
    repositoryName: str
    defaultBranchName: str


class UpdateDefaultBranchResponse(TypedDict):
    pass


class UpdatePullRequestApprovalRuleContentRequest(TypedDict):
    pullRequestId: str
    approvalRuleName: str
    existingRuleContentSha256: NotRequired[str]
    newRuleContent: str


class UpdatePullRequestApprovalRuleContentResponse(TypedDict):
    approvalRule: ApprovalRule


class UpdatePullRequestApprovalStateRequest(TypedDict):
    pullRequestId: str
    revisionId: str
    approvalState: ApprovalState


class UpdatePullRequestApprovalStateResponse(TypedDict):
    pass


class UpdatePullRequestDescriptionRequest(TypedDict):
    pullRequestId: str
    description: str


class UpdatePullRequestDescriptionResponse(TypedDict):
    pullRequest: PullRequest


class UpdatePullRequestStatusRequest(TypedDict):
    pullRequestId: str
    pullRequestStatus: PullRequestStatusEnum


class UpdatePullRequestStatusResponse(TypedDict):
    pullRequest: PullRequest


class UpdatePullRequestTitleRequest(TypedDict):
    pullRequestId: str
    title: str


class UpdatePullRequestTitleResponse(TypedDict):
    pullRequest: PullRequest


class UpdateRepositoryDescriptionRequest(TypedDict):
    repositoryName: str
    repositoryDescription: NotRequired[str]


class UpdateRepositoryDescriptionResponse(TypedDict):
    pass


class UpdateRepositoryEncryptionKeyRequest(TypedDict):
    repositoryName: str
    kmsKeyId: str


class UpdateRepositoryEncryptionKeyResponse(TypedDict):
    repositoryId: NotRequired[str]
    kmsKeyId: NotRequired[str]
    originalKmsKeyId: NotRequired[str]


class UpdateRepositoryNameRequest(TypedDict):
    oldName: str
    newName: str


class UpdateRepositoryNameResponse(TypedDict):
    pass


class UserInfo(TypedDict):
    name: NotRequired[str]
    email: NotRequired[str]
    date: NotRequired[str]
