"""What a list operation's request asks for."""

import pytest

from penstock.services.sagemaker import lists
from penstock.store.documents import Query
from penstock.wire.call import Json, Scope, ValidationError


def asked(kind: str = "sagemaker/model", **request: Json) -> Query:
    return lists.query(Scope(), request, kind=kind, descending=True)


def test_an_empty_request_asks_for_the_first_ten_in_the_operations_own_order() -> None:
    query = asked()

    assert (query.order, query.descending, query.limit, query.token) == ("created_at", True, 10, None)


def test_the_request_decides_on_order_bounds_and_size() -> None:
    query = asked(SortBy="Name", SortOrder="Ascending", NameContains="fish", CreationTimeAfter=1.0, MaxResults=3)

    assert (query.order, query.descending, query.limit) == ("name", False, 3)
    assert (query.name_contains, query.created_after, query.created_before) == ("fish", 1.0, None)


def test_the_other_spelling_of_the_bounds_in_time_is_read_too() -> None:
    query = asked("sagemaker/pipeline", CreatedAfter=1.0, CreatedBefore=2.0)

    assert (query.created_after, query.created_before) == (1.0, 2.0)


def test_an_order_that_the_store_cannot_give_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="SortBy 'FinalObjectiveMetricValue'"):
        asked("sagemaker/training-job", SortBy="FinalObjectiveMetricValue")
