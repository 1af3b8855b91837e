"""Who did it: AWS's `UserContext`, for the `CreatedBy` and `LastModifiedBy` of what SageMaker keeps."""

from penstock.wire.call import Json, Scope


def user_context(scope: Scope) -> dict[str, Json]:
    """The caller, as AWS shows one that comes by IAM and not from Studio; empty where nobody knows who it was."""
    return {"IamIdentity": {"Arn": scope.principal}} if scope.principal else {}
