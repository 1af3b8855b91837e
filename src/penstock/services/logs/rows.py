"""The tables of log groups and streams."""

from typing import Final

from penstock.services.logs.model import Group, Stream, no_group, no_stream
from penstock.store.database import Row, Transaction
from penstock.wire.call import Scope

EVERY: Final = 2**31 - 1
_ABOVE: Final = chr(0x10FFFF) * 513  # after every name that begins with a prefix, when put behind it

_GROUP: Final = "SELECT account, region, name, created_at, retention, class, protected, kms_key FROM log_group"
_STREAM: Final = "SELECT account, region, log_group, name, created_at, first_byte FROM log_stream"
_HERE: Final = "account = :account AND region = :region"
_INSERT_GROUP: Final = """
    INSERT INTO log_group (account, region, name, created_at, retention, class, protected, kms_key)
    VALUES (:account, :region, :name, :created_at, 0, :class, :protected, :kms_key) ON CONFLICT DO NOTHING
"""
_INSERT_STREAM: Final = """
    INSERT INTO log_stream (account, region, log_group, name, created_at)
    VALUES (:account, :region, :log_group, :name, :created_at) ON CONFLICT DO NOTHING
"""
_SET_RETENTION: Final = f"UPDATE log_group SET retention = :days WHERE {_HERE} AND name = :name"  # noqa: S608
_SET_FIRST_BYTE: Final = f"""
    UPDATE log_stream SET first_byte = :first_byte WHERE {_HERE} AND log_group = :log_group AND name = :name
"""  # noqa: S608
_STREAMS: Final = f"""
    {_STREAM} WHERE {_HERE} AND log_group = :log_group AND name >= :prefix AND name < :above AND name > :after
    ORDER BY name LIMIT :limit
"""
_STREAMS_DOWN: Final = f"""
    {_STREAM} WHERE {_HERE} AND log_group = :log_group AND name >= :prefix AND name < :above
    AND (:after = '' OR name < :after) ORDER BY name DESC LIMIT :limit
"""
_GROUPS: Final = f"""
    {_GROUP} WHERE {_HERE} AND name >= :prefix AND name < :above AND name > :after AND instr(name, :pattern) > 0
    ORDER BY name LIMIT :limit
"""


def insert_group(tx: Transaction, group: Group) -> bool:
    """Keep a new group; false if its name is taken."""
    inserted = tx.changed(
        _INSERT_GROUP, account=group.scope.account, region=group.scope.region, name=group.name,
        created_at=group.created_at, **{"class": group.log_class}, protected=int(group.is_protected),
        kms_key=group.kms_key,
    )  # fmt: skip
    return inserted == 1


def find_group(tx: Transaction, scope: Scope, name: str) -> Group | None:
    row = tx.row(f"{_GROUP} WHERE {_HERE} AND name = :name", account=scope.account, region=scope.region, name=name)
    return None if row is None else _group(row)


def group_of(tx: Transaction, scope: Scope, name: str) -> Group:
    """The group; raises `ResourceNotFound`."""
    found = find_group(tx, scope, name)
    if found is None:
        raise no_group()
    return found


def groups(tx: Transaction, scope: Scope, *, prefix: str, pattern: str, after: str, limit: int) -> list[Group]:
    found = tx.rows(
        _GROUPS, account=scope.account, region=scope.region, prefix=prefix, above=prefix + _ABOVE, pattern=pattern,
        after=after, limit=limit,
    )  # fmt: skip
    return [_group(row) for row in found]


def groups_that_expire(tx: Transaction) -> list[Group]:
    return [_group(row) for row in tx.rows(f"{_GROUP} WHERE retention > 0 ORDER BY account, region, name")]


def set_retention(tx: Transaction, group: Group, days: int) -> None:
    tx.changed(_SET_RETENTION, account=group.scope.account, region=group.scope.region, name=group.name, days=days)


def set_protection(tx: Transaction, group: Group, is_protected: bool) -> None:
    sql = f"UPDATE log_group SET protected = :protected WHERE {_HERE} AND name = :name"  # noqa: S608
    tx.changed(
        sql, account=group.scope.account, region=group.scope.region, name=group.name, protected=int(is_protected)
    )


def set_key(tx: Transaction, group: Group, kms_key: str) -> None:
    sql = f"UPDATE log_group SET kms_key = :kms_key WHERE {_HERE} AND name = :name"  # noqa: S608
    tx.changed(sql, account=group.scope.account, region=group.scope.region, name=group.name, kms_key=kms_key)


def remove_group(tx: Transaction, group: Group) -> list[Stream]:
    """Forget a group; the streams that it had."""
    gone = streams(tx, group)
    values = {"account": group.scope.account, "region": group.scope.region, "name": group.name}
    tx.changed(f"DELETE FROM log_stream WHERE {_HERE} AND log_group = :name", **values)  # noqa: S608
    tx.changed(f"DELETE FROM log_group WHERE {_HERE} AND name = :name", **values)  # noqa: S608
    return gone


def insert_stream(tx: Transaction, stream: Stream) -> bool:
    """Keep a new stream; false if its name is taken."""
    inserted = tx.changed(
        _INSERT_STREAM, account=stream.scope.account, region=stream.scope.region, log_group=stream.group,
        name=stream.name, created_at=stream.created_at,
    )  # fmt: skip
    return inserted == 1


def stream_of(tx: Transaction, scope: Scope, group: str, name: str) -> Stream:
    """The stream; raises `ResourceNotFound` for it or its group."""
    group_of(tx, scope, group)
    sql = f"{_STREAM} WHERE {_HERE} AND log_group = :log_group AND name = :name"
    row = tx.row(sql, account=scope.account, region=scope.region, log_group=group, name=name)
    if row is None:
        raise no_stream()
    return _stream(row)


def streams(
    tx: Transaction, group: Group, *, prefix: str = "", after: str = "", limit: int = EVERY, descending: bool = False
) -> list[Stream]:
    """A group's streams by name."""
    found = tx.rows(
        _STREAMS_DOWN if descending else _STREAMS, account=group.scope.account, region=group.scope.region,
        log_group=group.name, prefix=prefix, above=prefix + _ABOVE, after=after, limit=limit,
    )  # fmt: skip
    return [_stream(row) for row in found]


def set_first_byte(tx: Transaction, stream: Stream, first_byte: int) -> None:
    tx.changed(
        _SET_FIRST_BYTE, account=stream.scope.account, region=stream.scope.region, log_group=stream.group,
        name=stream.name, first_byte=first_byte,
    )  # fmt: skip


def remove_stream(tx: Transaction, stream: Stream) -> None:
    sql = f"DELETE FROM log_stream WHERE {_HERE} AND log_group = :log_group AND name = :name"  # noqa: S608
    tx.changed(sql, account=stream.scope.account, region=stream.scope.region, log_group=stream.group, name=stream.name)


def _group(row: Row) -> Group:
    account, region, name, created_at, retention, log_class, protected, kms_key = row
    return Group(
        scope=Scope(str(account), str(region)), name=str(name), created_at=float(created_at or 0),
        retention=int(retention or 0), log_class=str(log_class), is_protected=bool(protected),
        kms_key=str(kms_key),
    )  # fmt: skip


def _stream(row: Row) -> Stream:
    account, region, group, name, created_at, first_byte = row
    return Stream(
        scope=Scope(str(account), str(region)), group=str(group), name=str(name), created_at=float(created_at or 0),
        first_byte=int(first_byte or 0),
    )  # fmt: skip
