"""Requests and responses of codecommit, from its model. Do not edit: `python scripts/shapes.py codecommit`.

Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


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


class DeleteBranchRequest(TypedDict):
    repositoryName: str
    branchName: str


class DeleteBranchResponse(TypedDict):
    deletedBranch: NotRequired[BranchInfo]


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


class MergeOperations(TypedDict):
    source: NotRequired[ChangeTypeEnum]
    destination: NotRequired[ChangeTypeEnum]


MergeOptionTypeEnum: TypeAlias = Literal[
    "FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"
]


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


class UpdateDefaultBranchRequest(TypedDict):
    repositoryName: str
    defaultBranchName: str


class UpdateDefaultBranchResponse(TypedDict):
    pass


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
