"""S3's manners: restXml older than the protocol's rules.

Its document roots have names that the model does not tell, its errors no wrapper, and its answers two request ids.
"""

from dataclasses import replace
from typing import Final

from botocore.model import OperationModel, Shape

from penstock.wire.call import Answer, Json, ServiceError
from penstock.wire.http import HttpRequest, HttpResponse
from penstock.wire.protocols import xml_values
from penstock.wire.protocols.protocol import Fault
from penstock.wire.protocols.rest import RestXml
from penstock.wire.protocols.routes import Match, Query
from penstock.wire.protocols.xml_values import escaped, tagged

NAMESPACE: Final = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
PROLOG: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'

ROOTS: Final = {
    "ListBuckets": "ListAllMyBucketsResult",
    "ListDirectoryBuckets": "ListAllMyDirectoryBucketsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListParts": "ListPartsResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "CreateSession": "CreateSessionResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectAttributes": "GetObjectAttributesResponse",
    "GetObjectTagging": "Tagging",
}

# Codes that the model does not name, or names without a status.
STATUSES: Final = {
    "AccessDenied": 403,
    "AllAccessDisabled": 403,
    "BucketNotEmpty": 409,
    "ConditionalRequestConflict": 409,
    "EntityTooLarge": 400,
    "ExpiredToken": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidBucketState": 409,
    "InvalidRange": 416,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "NoSuchBucketPolicy": 404,
    "NoSuchCORSConfiguration": 404,
    "NoSuchConfiguration": 404,
    "NoSuchLifecycleConfiguration": 404,
    "NoSuchPublicAccessBlockConfiguration": 404,
    "NoSuchTagSet": 404,
    "NoSuchVersion": 404,
    "NoSuchWebsiteConfiguration": 404,
    "NotImplemented": 501,
    "NotModified": 304,
    "ObjectLockConfigurationNotFoundError": 404,
    "OperationAborted": 409,
    "OwnershipControlsNotFoundError": 404,
    "PermanentRedirect": 301,
    "PreconditionFailed": 412,
    "ReplicationConfigurationNotFoundError": 404,
    "RequestTimeTooSkewed": 403,
    "ServerSideEncryptionConfigurationNotFoundError": 404,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
}


ERROR_HEADERS: Final = {"DeleteMarker": "x-amz-delete-marker", "ETag": "etag"}  # fields that errors tell in the head


class MethodNotAllowed(ServiceError):
    code = "MethodNotAllowed"
    status = 405


class S3(RestXml):
    def _match(self, request: HttpRequest, query: Query) -> Match:
        match = self._routes.find(request, query)
        if match is None:
            raise MethodNotAllowed("The specified method is not allowed against this resource.")
        return match

    def write_body(self, operation: OperationModel, shape: Shape, value: Json) -> bytes:
        if operation.name == "GetBucketLocation":
            # Unwrapped, and empty for us-east-1.
            region = escaped(value.get("LocationConstraint") or "")
            return (PROLOG + tagged("LocationConstraint", region, NAMESPACE)).encode()
        name = ROOTS.get(operation.name) or shape.serialization.get("name", shape.name)
        return (PROLOG + tagged(name, xml_values.write_members(shape, value), NAMESPACE)).encode()

    def id_headers(self, request_id: str) -> dict[str, str]:
        return {"x-amz-request-id": request_id, "x-amz-id-2": request_id}

    def write(self, operation: OperationModel, answer: Answer, *, request_id: str) -> HttpResponse:
        response = super().write(operation, answer, request_id=request_id)
        # The model tells no other status, but a part of an object is a partial content.
        return replace(response, status=206) if answer.get("ContentRange") else response

    def write_error(self, operation: OperationModel | None, error: ServiceError, *, request_id: str) -> HttpResponse:
        response = super().write_error(operation, error, request_id=request_id)
        told = {header: error.fields[name] for name, header in ERROR_HEADERS.items() if name in error.fields}
        return replace(response, headers={**response.headers, **told})

    def fault(self, error: ServiceError) -> Fault:
        if error.status is None and error.code in STATUSES:
            error = ServiceError(error.message, code=error.code, status=STATUSES[error.code], **error.fields)
        return super().fault(error)

    def error_body(self, fault: Fault, headers: dict[str, str], request_id: str) -> bytes:
        known = tagged("Code", escaped(fault.code)) + tagged("Message", escaped(fault.message))
        fields = "".join(tagged(name, escaped(str(value))) for name, value in fault.fields.items())
        ids = tagged("RequestId", escaped(request_id)) + tagged("HostId", escaped(request_id))
        return (PROLOG + tagged("Error", known + fields + ids)).encode()
