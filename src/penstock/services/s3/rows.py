"""The tables of S3. Every function borrows a transaction; what a version holds or lets go of moves with its row.

An object's versions are ordered by `seq`; exactly one of a key's versions is the latest, and it is marked so that
lists need not look for it.
"""

from typing import Final

import msgspec

from penstock.services.s3.failures import access_denied, no_such_bucket, no_such_upload
from penstock.services.s3.listing import after_all
from penstock.services.s3.model import (
    NULL_VERSION,
    Bucket,
    Details,
    Part,
    Plan,
    Upload,
    Version,
    Versioning,
)
from penstock.store.blobs import Digest, hold, release
from penstock.store.database import Row, Transaction
from penstock.wire.call import Json

EVERY: Final = 2**31 - 1  # a limit that limits nothing

# ----------------------------------------------------------------------------------------------------- buckets

_BUCKET: Final = "SELECT name, account, region, created_at, versioning FROM s3_bucket"
_INSERT_BUCKET: Final = """
    INSERT INTO s3_bucket (name, account, region, created_at, versioning)
    VALUES (:name, :account, :region, :created_at, '') ON CONFLICT (name) DO NOTHING
"""
_PUT_SETTING: Final = """
    INSERT INTO s3_setting (bucket, kind, body) VALUES (:bucket, :kind, :body)
    ON CONFLICT (bucket, kind) DO UPDATE SET body = excluded.body
"""
_IN_USE: Final = """
    SELECT 1 FROM s3_version WHERE bucket = :bucket LIMIT 1
"""


def insert_bucket(tx: Transaction, bucket: Bucket) -> bool:
    """Keep a new bucket; false if the name is taken."""
    inserted = tx.changed(
        _INSERT_BUCKET, name=bucket.name, account=bucket.account, region=bucket.region, created_at=bucket.created_at
    )
    return inserted == 1


def find_bucket(tx: Transaction, name: str) -> Bucket | None:
    row = tx.row(f"{_BUCKET} WHERE name = :name", name=name)
    return None if row is None else _bucket(row)


def bucket_of(tx: Transaction, name: str, expected_owner: str | None = None) -> Bucket:
    """The bucket; raises `NoSuchBucket`, or `AccessDenied` where its owner is not who was expected."""
    bucket = find_bucket(tx, name)
    if bucket is None:
        raise no_such_bucket(name)
    if expected_owner is not None and expected_owner != bucket.account:
        raise access_denied()
    return bucket


def buckets(tx: Transaction, account: str, *, prefix: str, after: str, limit: int) -> list[Bucket]:
    sql = (
        f"{_BUCKET} WHERE account = :account AND name > :after "
        "AND substr(name, 1, length(:prefix)) = :prefix ORDER BY name LIMIT :limit"
    )
    return [_bucket(row) for row in tx.rows(sql, account=account, prefix=prefix, after=after, limit=limit)]


def remove_bucket(tx: Transaction, name: str) -> bool:
    """Forget an empty bucket, its settings and its uploads; false if it still has versions."""
    if tx.row(_IN_USE, bucket=name) is not None:
        return False
    for upload in uploads(tx, name, prefix="", after=("", ""), limit=EVERY):
        remove_upload(tx, upload)
    tx.do("DELETE FROM s3_setting WHERE bucket = :name", name=name)
    tx.do("DELETE FROM s3_bucket WHERE name = :name", name=name)
    return True


def set_versioning(tx: Transaction, name: str, status: Versioning) -> None:
    tx.do("UPDATE s3_bucket SET versioning = :status WHERE name = :name", name=name, status=status)


def put_setting(tx: Transaction, bucket: str, kind: str, body: Json) -> None:
    tx.do(_PUT_SETTING, bucket=bucket, kind=kind, body=msgspec.json.encode(body))


def setting(tx: Transaction, bucket: str, kind: str) -> Json:
    """A bucket's setting in the model's spelling; None where there is none."""
    row = tx.row("SELECT body FROM s3_setting WHERE bucket = :bucket AND kind = :kind", bucket=bucket, kind=kind)
    return None if row is None else msgspec.json.decode(_bytes(row[0]))


def settings(tx: Transaction, kind: str) -> list[tuple[str, Json]]:
    """Every bucket that has a setting of this kind, with it."""
    found = tx.rows("SELECT bucket, body FROM s3_setting WHERE kind = :kind ORDER BY bucket", kind=kind)
    return [(str(bucket), msgspec.json.decode(_bytes(body))) for bucket, body in found]


def remove_setting(tx: Transaction, bucket: str, kind: str) -> None:
    tx.do("DELETE FROM s3_setting WHERE bucket = :bucket AND kind = :kind", bucket=bucket, kind=kind)


# ---------------------------------------------------------------------------------------------------- versions

_COLUMNS: Final = "bucket, key, seq, version_id, latest, marker, digest, size, etag, modified_at, upload, body"
_VERSION: Final = f"SELECT {_COLUMNS} FROM s3_version WHERE bucket = :bucket"  # noqa: S608
_LATEST: Final = f"{_VERSION} AND key = :key AND latest = 1"
_BY_ID: Final = f"{_VERSION} AND key = :key AND version_id = :version_id"
_BY_UPLOAD: Final = f"SELECT {_COLUMNS} FROM s3_version WHERE upload = :upload"  # noqa: S608
_INSERT_VERSION: Final = f"""
    INSERT INTO s3_version ({_COLUMNS})
    VALUES (:bucket, :key, :seq, :version_id, 1, :marker, :digest, :size, :etag, :modified_at, :upload, :body)
"""  # noqa: S608
_NEXT_SEQ: Final = "SELECT coalesce(max(seq), 0) + 1 FROM s3_version WHERE bucket = :bucket AND key = :key"
_UNMARK_LATEST: Final = "UPDATE s3_version SET latest = 0 WHERE bucket = :bucket AND key = :key AND latest = 1"
_MARK_LATEST: Final = """
    UPDATE s3_version SET latest = 1 WHERE bucket = :bucket AND key = :key
    AND seq = (SELECT max(seq) FROM s3_version WHERE bucket = :bucket AND key = :key)
"""
_REMOVE_VERSION: Final = "DELETE FROM s3_version WHERE bucket = :bucket AND key = :key AND seq = :seq"
_SET_BODY: Final = "UPDATE s3_version SET body = :body WHERE bucket = :bucket AND key = :key AND seq = :seq"
_LISTED: Final = f"""
    {_VERSION} AND latest = 1 AND marker = 0 AND key >= :least AND key < :below ORDER BY key LIMIT :limit
"""
_VERSIONS: Final = f"""
    {_VERSION} AND key >= :least AND key < :below AND NOT (key = :key AND seq >= :seq)
    ORDER BY key, seq DESC LIMIT :limit
"""


def write(tx: Transaction, version: Version) -> int:
    """Make this the latest version of its key, and tell its place among them.

    A version of the same id ('null') is replaced, its blob let go.
    """
    same = (
        find_version(tx, version.bucket, version.key, version.version_id)
        if version.version_id == NULL_VERSION
        else None
    )
    if same is not None:
        _drop(tx, same)
    tx.do(_UNMARK_LATEST, bucket=version.bucket, key=version.key)
    row = tx.row(_NEXT_SEQ, bucket=version.bucket, key=version.key)
    assert row is not None
    seq = max(int(row[0] or 1), same.seq + 1 if same else 1)
    tx.do(
        _INSERT_VERSION,
        bucket=version.bucket, key=version.key, seq=seq,
        version_id=version.version_id, marker=int(version.is_marker), digest=version.digest, size=version.size,
        etag=version.etag, modified_at=version.modified_at, upload=version.upload,
        body=msgspec.json.encode(version.details),
    )  # fmt: skip
    if not version.is_marker:
        hold(tx, version.digest, version.holder)
    return seq


def remove(tx: Transaction, version: Version) -> None:
    """Forget a version and let its blob go; the one before it, if any, becomes the latest."""
    _drop(tx, version)
    if version.is_latest:
        tx.do(_MARK_LATEST, bucket=version.bucket, key=version.key)


def latest(tx: Transaction, bucket: str, key: str) -> Version | None:
    row = tx.row(_LATEST, bucket=bucket, key=key)
    return None if row is None else _version(row)


def current(tx: Transaction, bucket: str, key: str) -> Version | None:
    """The latest version, unless it is a delete marker: what a customer calls the object."""
    found = latest(tx, bucket, key)
    return None if found is None or found.is_marker else found


def find_version(tx: Transaction, bucket: str, key: str, version_id: str) -> Version | None:
    row = tx.row(_BY_ID, bucket=bucket, key=key, version_id=version_id)
    return None if row is None else _version(row)


def completed_from(tx: Transaction, upload: str) -> Version | None:
    """The version that a multipart upload became, while that version lives."""
    row = tx.row(_BY_UPLOAD, upload=upload)
    return None if row is None else _version(row)


def set_details(tx: Transaction, version: Version, details: Details) -> None:
    body = msgspec.json.encode(details)
    tx.do(_SET_BODY, bucket=version.bucket, key=version.key, seq=version.seq, body=body)


def listed(tx: Transaction, bucket: str, *, least: str, below: str, limit: int) -> list[Version]:
    """Objects by key: from `least` on, up to but not including `below`."""
    return [_version(row) for row in tx.rows(_LISTED, bucket=bucket, least=least, below=below, limit=limit)]


def versions(
    tx: Transaction, bucket: str, *, least: str, below: str, limit: int, older_than: tuple[str, int] = ("", 0)
) -> list[Version]:
    """Versions by key, newest first; of the key in `older_than` only those before its seq."""
    key, seq = older_than
    found = tx.rows(_VERSIONS, bucket=bucket, least=least, below=below, key=key, seq=seq, limit=limit)
    return [_version(row) for row in found]


def _drop(tx: Transaction, version: Version) -> None:
    tx.do(_REMOVE_VERSION, bucket=version.bucket, key=version.key, seq=version.seq)
    if not version.is_marker:
        release(tx, version.holder)


# ----------------------------------------------------------------------------------------------------- uploads

_UPLOAD: Final = "SELECT bucket, key, id, started_at, body FROM s3_upload"
_UPLOADS: Final = f"""
    {_UPLOAD} WHERE bucket = :bucket AND key >= :prefix AND key < :below
    AND (key > :key OR (key = :key AND id > :id)) ORDER BY key, id LIMIT :limit
"""
_INSERT_UPLOAD: Final = """
    INSERT INTO s3_upload (bucket, key, id, started_at, body) VALUES (:bucket, :key, :id, :started_at, :body)
"""
_PUT_PART: Final = """
    INSERT INTO s3_part (upload, number, digest, size, etag, checksum, modified_at)
    VALUES (:upload, :number, :digest, :size, :etag, :checksum, :modified_at)
    ON CONFLICT (upload, number) DO UPDATE SET digest = excluded.digest, size = excluded.size,
        etag = excluded.etag, checksum = excluded.checksum, modified_at = excluded.modified_at
"""
_PARTS: Final = """
    SELECT upload, number, digest, size, etag, checksum, modified_at FROM s3_part
    WHERE upload = :upload AND number > :after ORDER BY number LIMIT :limit
"""


def insert_upload(tx: Transaction, upload: Upload) -> None:
    body = msgspec.json.encode(upload.plan)
    tx.do(_INSERT_UPLOAD, bucket=upload.bucket, key=upload.key, id=upload.id, started_at=upload.started_at, body=body)


def find_upload(tx: Transaction, bucket: str, key: str, upload_id: str) -> Upload | None:
    sql = f"{_UPLOAD} WHERE bucket = :bucket AND key = :key AND id = :id"
    row = tx.row(sql, bucket=bucket, key=key, id=upload_id)
    return None if row is None else _upload(row)


def upload_of(tx: Transaction, bucket: str, key: str, upload_id: str) -> Upload:
    """The upload; raises `NoSuchUpload`."""
    found = find_upload(tx, bucket, key, upload_id)
    if found is None:
        raise no_such_upload(upload_id)
    return found


def uploads(tx: Transaction, bucket: str, *, prefix: str, after: tuple[str, str], limit: int) -> list[Upload]:
    """Uploads under way by key and start, after a (key, id)."""
    found = tx.rows(
        _UPLOADS, bucket=bucket, prefix=prefix, below=after_all(prefix), key=after[0], id=after[1], limit=limit
    )
    return [_upload(row) for row in found]


def remove_upload(tx: Transaction, upload: Upload) -> None:
    """Forget an upload, and let its parts' blobs go."""
    for part in parts(tx, upload.id):
        release(tx, part.holder)
    tx.do("DELETE FROM s3_part WHERE upload = :id", id=upload.id)
    tx.do("DELETE FROM s3_upload WHERE id = :id", id=upload.id)


def put_part(tx: Transaction, part: Part) -> None:
    """Keep a part; one of the same number is replaced, its blob let go."""
    release(tx, part.holder)
    tx.do(
        _PUT_PART, upload=part.upload, number=part.number, digest=part.digest, size=part.size, etag=part.etag,
        checksum=part.checksum, modified_at=part.modified_at,
    )  # fmt: skip
    hold(tx, part.digest, part.holder)


def parts(tx: Transaction, upload: str, *, after: int = 0, limit: int = EVERY) -> list[Part]:
    return [_part(row) for row in tx.rows(_PARTS, upload=upload, after=after, limit=limit)]


# --------------------------------------------------------------------------------------------- rows into values


def _bucket(row: Row) -> Bucket:
    name, account, region, created_at, versioning = row
    return msgspec.convert(
        {"name": name, "account": account, "region": region, "created_at": created_at, "versioning": versioning},
        Bucket,
    )


def _version(row: Row) -> Version:
    bucket, key, seq, version_id, latest, marker, digest, size, etag, modified_at, upload, body = row
    return Version(
        bucket=str(bucket), key=str(key), seq=int(seq or 0), version_id=str(version_id), is_latest=bool(latest),
        is_marker=bool(marker), digest=Digest(str(digest)), size=int(size or 0), etag=str(etag),
        modified_at=float(modified_at or 0), upload=str(upload), details=_DETAILS.decode(_bytes(body)),
    )  # fmt: skip


def _upload(row: Row) -> Upload:
    bucket, key, upload_id, started_at, body = row
    return Upload(
        bucket=str(bucket), key=str(key), id=str(upload_id), started_at=float(started_at or 0),
        plan=_PLAN.decode(_bytes(body)),
    )  # fmt: skip


def _part(row: Row) -> Part:
    upload, number, digest, size, etag, checksum, modified_at = row
    return Part(
        upload=str(upload), number=int(number or 0), digest=Digest(str(digest)), size=int(size or 0), etag=str(etag),
        checksum=str(checksum), modified_at=float(modified_at or 0),
    )  # fmt: skip


_DETAILS: Final = msgspec.json.Decoder(Details)
_PLAN: Final = msgspec.json.Decoder(Plan)


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
