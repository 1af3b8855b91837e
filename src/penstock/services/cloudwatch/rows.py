"""Series and their points, as rows. The caller opens the transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from penstock.languages.metricmath import Summary
from penstock.services.cloudwatch.model import AGES, Metric, begun
from penstock.store.database import Row, Transaction
from penstock.wire.call import Scope

TOGETHER: Final = 500  # rows that one unit of work sweeps, at the most, of each age

NOTE_SERIES: Final = """
    INSERT INTO metric_series (series, account, region, namespace, name, dimensions, unit, put_at)
    VALUES (:series, :account, :region, :namespace, :name, :dimensions, :unit, :put_at)
    ON CONFLICT (series) DO UPDATE SET put_at = excluded.put_at
"""
FIND_POINT: Final = """
    SELECT at, samples, total, least, most, counts FROM metric_point
    WHERE series = :series AND at = :at AND period = :period
"""
PUT_POINT: Final = """
    INSERT INTO metric_point (series, at, period, samples, total, least, most, counts)
    VALUES (:series, :at, :period, :samples, :total, :least, :most, :counts)
    ON CONFLICT (series, at, period) DO UPDATE SET samples = excluded.samples, total = excluded.total,
        least = excluded.least, most = excluded.most, counts = excluded.counts
"""
POINTS: Final = """
    SELECT at, samples, total, least, most, counts FROM metric_point
    WHERE series = :series AND at >= :start AND at < :end AND :wanted % period = 0 ORDER BY at, period
"""
UNITS: Final = """
    SELECT series, unit FROM metric_series WHERE account = :account AND region = :region AND namespace = :namespace
    AND name = :name AND dimensions = :dimensions ORDER BY unit
"""
OLD: Final = """
    SELECT at, samples, total, least, most, counts, series FROM metric_point
    WHERE period = :period AND at < :before ORDER BY at LIMIT :limit
"""
REMOVE: Final = "DELETE FROM metric_point WHERE series = :series AND at = :at AND period = :period"
REMOVE_SERIES: Final = """
    DELETE FROM metric_series WHERE put_at < :before
    AND NOT EXISTS (SELECT 1 FROM metric_point WHERE metric_point.series = metric_series.series)
"""
METRICS: Final = """
    SELECT DISTINCT namespace, name, dimensions FROM metric_series
    WHERE account = :account AND region = :region AND put_at >= :since
    AND (:namespace = '' OR namespace = :namespace) AND (:name = '' OR name = :name)
    AND (namespace, name, dimensions) > (:after_namespace, :after_name, :after_dimensions)
    ORDER BY namespace, name, dimensions LIMIT :limit
"""


class Place(NamedTuple):
    """Where a point is: its metric, unit, period, and the beginning of that."""

    metric: Metric
    unit: str
    period: int
    at: int


def add(tx: Transaction, found: Mapping[Place, Summary], put_at: float) -> None:
    """Add to the points what was put together."""
    for metric, unit in {(place.metric, place.unit) for place in found}:
        tx.do(
            NOTE_SERIES, series=metric.series(unit), account=metric.account, region=metric.region,
            namespace=metric.namespace, name=metric.name, dimensions=metric.written, unit=unit, put_at=put_at,
        )  # fmt: skip
    for place, summary in found.items():
        merge(tx, place.metric.series(place.unit), place.at, place.period, summary)


def merge(tx: Transaction, series: str, at: int, period: int, summary: Summary) -> None:
    before = tx.row(FIND_POINT, series=series, at=at, period=period)
    whole = summary_of(before).with_(summary) if before else summary
    tx.do(
        PUT_POINT, series=series, at=at, period=period, samples=whole.samples, total=whole.total, least=whole.least,
        most=whole.most, counts=msgspec.msgpack.encode(dict(whole.counts)),
    )  # fmt: skip


def summary_of(row: Row) -> Summary:
    _, samples, total, least, most, counts, *_ = _numbers(row)
    return Summary(samples, total, least, most, msgspec.msgpack.decode(counts, type=dict[float, float]))


def _numbers(row: Row) -> Sequence[Any]:
    return row


def points(
    tx: Transaction, metric: Metric, unit: str, *, start: int, end: float, period: int
) -> dict[str, list[tuple[int, Summary]]]:
    """The points of a metric by unit, or of one unit, that a request of that period may be answered from."""
    series = tx.rows(
        UNITS, account=metric.account, region=metric.region, namespace=metric.namespace, name=metric.name,
        dimensions=metric.written,
    )  # fmt: skip
    return {
        str(of): [
            (int(_numbers(row)[0]), summary_of(row))
            for row in tx.rows(POINTS, series=which, start=start, end=end, wanted=period)
        ]
        for which, of in series
        if unit in {"", of}
    }


def metrics(
    tx: Transaction, scope: Scope, namespace: str, name: str, *, since: float, after: Sequence[str], limit: int
) -> list[tuple[str, str, list[list[str]]]]:
    """Which metrics there are, in their order, from one on."""
    rows = tx.rows(
        METRICS, account=scope.account, region=scope.region, namespace=namespace, name=name, since=since,
        after_namespace=after[0], after_name=after[1], after_dimensions=after[2], limit=limit,
    )  # fmt: skip
    return [(str(space), str(each), msgspec.json.decode(str(given))) for space, each, given in rows]


def sweep(tx: Transaction, now: float) -> int:
    """Let points that are too old for their period go into the next; how many rows went, a bounded number."""
    gone = 0
    for period, lasts, onward in AGES:
        for row in tx.rows(OLD, period=period, before=now - lasts, limit=TOGETHER):
            at, series = int(_numbers(row)[0]), str(row[6])
            if onward:
                merge(tx, series, begun(at, onward), onward, summary_of(row))
            tx.do(REMOVE, series=series, at=at, period=period)
            gone += 1
    tx.do(REMOVE_SERIES, before=now - AGES[-1][1])
    return gone
