"""Page tokens, idempotency tokens, coverage: the small things that every service uses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.wire import coverage, models
from penstock.wire.call import Answer, Call, Directory, Json, ValidationError, operation
from penstock.wire.pages import decode, encode

KEYS = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(KEYS)
def test_a_token_gives_back_what_it_was_made_of(value: Json) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    "token", ["", "x", "é", "next", "bm90IG91cnM=", encode("a")[:-4], encode("a") + "AAAA", encode("a").swapcase()]
)
def test_rubbish_is_told_from_a_token(token: str) -> None:
    with pytest.raises(ValidationError, match="'NextToken' is not a token that this operation gave") as refused:
        decode(token, member="NextToken")

    assert refused.value.code == "ValidationException"


def test_the_member_that_marks_a_repeated_request_is_known() -> None:
    sagemaker = models.model("sagemaker")

    assert models.idempotency_token(sagemaker.operation_model("StartPipelineExecution")) == "ClientRequestToken"
    assert models.idempotency_token(sagemaker.operation_model("ListPipelines")) is None


class Identity:
    service = "sts"

    @operation("GetCallerIdentity")
    async def who(self, call: Call, request: dict[str, Json]) -> Answer:
        return {}


def test_coverage_lists_what_is_implemented_and_what_is_not() -> None:
    directory = Directory()
    directory.register(Identity())

    (found,) = coverage.coverage(directory)

    assert (found.service, found.implemented) == ("sts", ("GetCallerIdentity",))
    assert "AssumeRole" in found.missing
    assert "GetCallerIdentity" not in found.missing
    assert f"## sts: 1 of {1 + len(found.missing)}\n\nImplemented: `GetCallerIdentity`." in coverage.page([found])
