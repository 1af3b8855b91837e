"""Values made of templates, in both query languages, and where a template goes wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages.asl.scene import seen, written
from penstock.languages.asl.jsonata import compile_jsonata
from penstock.languages.asl.templates import compile_query, compile_template
from penstock.languages.asl.tree import QueryLanguage
from penstock.languages.asl.view import Failure, Literal

Json = Any
DOCUMENT = {"name": "Ada", "list": [1, 2]}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"who.$": "$.name"}, {"who": "Ada"}),
        ({"a": 1, "b": {"c.$": "$.list[0]", "d": "$.name"}}, {"a": 1, "b": {"c": 1, "d": "$.name"}}),
        ({"a": [{"b.$": "$.name"}, "$.name"]}, {"a": [{"b": "Ada"}, "$.name"]}),
        ({"token.$": "$$.Task.Token"}, {"token": "token"}),
        ({"v.$": "$answer"}, {"v": 42}),
        ({"all.$": "$"}, {"all": DOCUMENT}),
        ({"f.$": "States.Format('{}!', $.name)"}, {"f": "Ada!"}),
        ({"none.$": "$.nowhere[*].x"}, {"none": []}),
    ],
)
def test_a_jsonpath_template_is_filled_in(template: Json, expected: Json) -> None:
    value = compile_template(template, "JSONPath", field="Parameters").value(seen(DOCUMENT))

    assert written(value) == written(expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"who": "{% $states.input.name %}"}, {"who": "Ada"}),
        ("{% $answer + 1 %}", 43),
        ({"a": [1, "{% 1 + 1 %}", {"b": "{% 'c' %}"}]}, {"a": [1, 2, {"b": "c"}]}),
        ({"{% 'key' %}": "text"}, {"{% 'key' %}": "text"}),
        ({"not": " {% 1 %}", "nor": "{% 1 %} ", "neither": "a {% 1 %}"}, None),
        ({"null": "{% null %}", "list": "{% [1] %}"}, {"null": None, "list": [1]}),
        ({"context": "{% $states.context.Execution.Name %}"}, {"context": "run-1"}),
        ({"path.$": "$.name"}, None),
    ],
)
def test_a_jsonata_template_is_filled_in(template: Json, expected: Json) -> None:
    value = compile_template(template, "JSONata", field="Output").value(seen({}, input=DOCUMENT))

    assert written(value) == written(template if expected is None else expected)


def test_the_context_is_made_only_for_an_expression_that_mentions_it() -> None:
    def made() -> Json:
        raise AssertionError("nobody asked for the context")

    view = seen({}, input=DOCUMENT)
    view.context = made

    assert compile_template("{% $states.input.name %}", "JSONata", field="Output").value(view) == "Ada"
    with pytest.raises(AssertionError):
        compile_template("{% $states %}", "JSONata", field="Output").value(view)


@pytest.mark.parametrize(
    ("template", "location"),
    [
        ("{% $nope %}", "Output"),
        ({"result": "{% $nope %}"}, "Output/result"),
        ({"a": {"b": ["x", "{% $nope %}"]}}, "Output/a/b[1]"),
    ],
)
def test_what_is_undefined_is_told_with_its_place(template: Json, location: str) -> None:
    with pytest.raises(Failure) as failure:
        compile_template(template, "JSONata", field="Output").value(seen({}, input={}))

    assert failure.value.error == "States.QueryEvaluationError"
    assert failure.value.location == location
    assert failure.value.cause == (
        f"The JSONata expression '$nope' specified for the field '{location}' returned nothing (undefined)."
    )


def test_an_error_of_an_expression_is_told_with_its_code() -> None:
    with pytest.raises(Failure) as failure:
        compile_template({"x": "{% $nope(1) %}"}, "JSONata", field="Output").value(seen({}, input={}))

    assert failure.value.cause == (
        "The JSONata expression '$nope(1)' specified for the field 'Output/x' threw an error during evaluation. "
        "T1006: Attempted to invoke a non-function"
    )


@pytest.mark.parametrize(
    ("text", "expect", "told"),
    [
        ("{% 1 %}", "array", "Expected 'array', but was 'number' for value: 1"),
        ("{% true %}", "number", "Expected 'number', but was 'boolean' for value: true"),
        ("{% null %}", "string", "Expected 'string', but was 'null' for value: null"),
        ("{% {'foo': 'bar'} %}", "array", "Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"),
        ("{% 'text' %}", "boolean", "Expected 'boolean', but was 'string' for value: \"text\""),
        ("{% [1, 2] %}", "object", "Expected 'object', but was 'array' for value: [1,2]"),
    ],
)
def test_a_value_of_another_type_than_the_field_takes_is_told_with_both(text: str, expect: str, told: str) -> None:
    with pytest.raises(Failure) as failure:
        compile_jsonata(text, field="Items", expect=expect).value(seen({}))

    assert str(failure.value.cause).endswith(f"returned an unexpected result type. {told}")
    assert compile_jsonata(text, field="Items", expect=None).value(seen({})) is not NotImplemented


@pytest.mark.parametrize(("value", "kind"), [(1, "NUMBER"), (None, "NULL"), (["$.a"], "ARRAY"), ({}, "OBJECT")])
def test_a_key_for_an_expression_has_a_text(value: Json, kind: str) -> None:
    with pytest.raises(ValueError, match=rf"'x.\$' must be a STRING that contains a JSONPath but was an {kind}$"):
        compile_template({"x.$": value}, "JSONPath", field="Parameters")


@pytest.mark.parametrize("value", ["name", "$.a[", "States.Nope()", "$.a b"])
def test_a_key_for_an_expression_has_one(value: Json) -> None:
    with pytest.raises(ValueError, match=r"^The value for the field 'x.\$' must be a valid JSONPath or a valid intr"):
        compile_template({"a": {"x.$": value}}, "JSONPath", field="Parameters")


def test_jsonata_that_cannot_be_read_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"'1 \+' specified for the field 'Output/a' is not valid\. S0207"):
        compile_template({"a": "{% 1 + %}"}, "JSONata", field="Output")


@pytest.mark.parametrize("text", ["1", "{% 1", " {% 1 %}", "{%}"])
def test_an_expression_stands_between_its_marks(text: str) -> None:
    with pytest.raises(ValueError, match="must be a JSONata expression"):
        compile_jsonata(text, field="Items", expect=None)


@pytest.mark.parametrize(
    ("template", "language", "variables"),
    [
        ({"a.$": "$x.y", "b": {"c.$": "States.Array($z, '$w')"}, "d": "$v"}, "JSONPath", {"x", "z"}),
        ({"a": "{% $x & $y.z %}", "b": ["{% $states.input.w %}"], "c": "$v"}, "JSONata", {"x", "y"}),
        ("{% ($local := $x; $sum([$local, 1])) %}", "JSONata", {"x"}),
    ],
)
def test_a_template_knows_the_variables_that_it_reads(
    template: Json, language: QueryLanguage, variables: set[str]
) -> None:
    assert compile_template(template, language, field="Parameters").variables == variables


def test_a_query_is_a_path_or_a_call() -> None:
    assert compile_query("$.name", field="CausePath").value(seen(DOCUMENT)) == "Ada"
    assert compile_query("States.Format('{}', $.name)", field="CausePath").value(seen(DOCUMENT)) == "Ada"


def test_a_template_nests_only_so_deep() -> None:
    template: Json = 1
    for _ in range(200):
        template = [template]

    with pytest.raises(ValueError, match="nests at most 100 deep"):
        compile_template(template, "JSONPath", field="Parameters")


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.sampled_from("ab.")), inner, max_size=4),
    max_leaves=20,
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([5.0, -0.0, 1e20, 1e22])
ways = st.recursive(
    st.none() | numbers | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
)


@given(ways, st.sampled_from(["a", "a.b", "b.a.b", "a.b.a"]))
def test_a_way_that_is_followed_leads_where_the_language_says(document: Json, way: str) -> None:
    view = seen({}, input=document)
    expression = compile_jsonata(f"{{% $states.input.{way} %}}", field="Output", expect=None)
    said = compile_jsonata(f"{{% ($states.input.{way}) %}}", field="Output", expect=None)

    try:
        expected = said.value(view)
    except Failure:
        with pytest.raises(Failure, match="returned nothing"):
            expression.value(view)
    else:
        assert written(expression.value(view)) == written(expected)


@given(documents, st.sampled_from(["JSONPath", "JSONata"]))
def test_a_template_without_expressions_is_itself(template: Json, language: QueryLanguage) -> None:
    compiled = compile_template(template, language, field="Parameters")

    assert isinstance(compiled, Literal)
    assert written(compiled.value(seen({}))) == written(template)


@given(documents)
def test_filling_in_a_template_twice_gives_two_values(document: Json) -> None:
    compiled = compile_template({"fixed": 1, "found.$": "$"}, "JSONPath", field="Parameters")

    first, second = compiled.value(seen(document)), compiled.value(seen("other"))

    assert written(first) == written({"fixed": 1, "found": document})
    assert written(second) == written({"fixed": 1, "found": "other"})
