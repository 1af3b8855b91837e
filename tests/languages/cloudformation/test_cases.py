"""The language, by cases: each file a topic, which says in its first lines what its cases are."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from penstock.languages.cloudformation import (
    Made,
    Reference,
    Scope,
    Template,
    TemplateError,
    Unknown,
    changes,
    check,
    check_rules,
    chosen,
    dependencies,
    dynamic_references,
    expand,
    included,
    pseudo_parameters,
    read,
    resolve,
    scope_of,
    stored,
    values,
)
from penstock.languages.cloudformation.changes import Recreation
from penstock.languages.cloudformation.tree import Json

CASES = Path(__file__).parent / "cases"
PSEUDO = pseudo_parameters(
    account="123456789012",
    region="us-east-1",
    stack_name="stack",
    stack_id="arn:aws:cloudformation:us-east-1:123456789012:stack/stack/00000001-0002-0003-0004-000000000005",
    topics=("topic",),
)
BUCKET = Made(
    "bucket-1",
    {
        "Arn": "arn:aws:s3:::bucket-1",
        "Endpoint": {"Address": "there"},
        "Outputs.Url": "nested",
        "Late": Unknown(frozenset({Reference("Bucket", "Late")})),
    },
)


def cases(topic: str) -> list[Json]:
    file = yaml.safe_load((CASES / f"{topic}.yaml").read_text("utf-8"))
    return [
        pytest.param({"topic": file, **case}, id=f"{topic}-{case.get('name', place)}".replace(" ", "-"))
        for place, case in enumerate(file["cases"])
    ]


def holds(case: Json, found: Callable[[], Json]) -> None:
    """What the case says is what is found, or what is raised."""
    if "error" in case:
        with pytest.raises(TemplateError) as failure:
            found()
        assert str(failure.value) == case["error"]
    else:
        assert found() == case["gives"]


def scope(template: Template, **more: Json) -> Scope:
    return scope_of(template, parameters=values(template, chosen(template, {})), pseudo=PSEUDO, **more)


def section(name: str, text: str) -> str:
    return f"{name}:\n{textwrap.indent(text, '  ')}\n"


@pytest.mark.parametrize("case", cases("values"))
def test_a_value_is_evaluated(case: Json) -> None:
    def found() -> Json:
        template = read(case["topic"]["template"] + section("Outputs", f"X:\n  Value:\n    {case['value']}"))
        where = scope(template, made={"Bucket": BUCKET}, exports={"shared-bucket": "theirs"})
        return resolve(template.outputs["X"].value, where)

    if "waits_for" not in case:
        holds(case, found)
        return
    value = found()
    assert isinstance(value, Unknown)
    assert sorted(map(str, value.waits_for)) == case["waits_for"]


@pytest.mark.parametrize("case", cases("templates"))
def test_what_is_no_template_is_refused(case: Json) -> None:
    holds(case, lambda: check(read(case["template"])))


@pytest.mark.parametrize("case", cases("parameters"))
def test_a_parameter_has_a_value(case: Json) -> None:
    template = read(yaml.dump({"Parameters": {"P": case["parameter"]}, "Resources": {"A": {"Type": "T"}}}))

    def found() -> Json:
        texts = chosen(template, case["given"], case.get("previous"))
        assert stored(template, texts).keys() == case.get("store", {}).keys()
        return values(template, texts, case.get("store"))["P"]

    check(template)
    holds(case, found)


@pytest.mark.parametrize("case", cases("conditions"))
def test_conditions_are_decided_and_rules_checked(case: Json) -> None:
    def found() -> Json:
        parts = [section(name.title(), case[name]) for name in ("conditions", "rules") if name in case]
        template = read(case["topic"]["template"] + "".join(parts))
        decided = scope(template)
        check_rules(template, decided)
        return dict(decided.conditions)

    holds(case, found)


@pytest.mark.parametrize("case", cases("dependencies"))
def test_resources_need_one_another(case: Json) -> None:
    def found() -> Json:
        template = read(
            section("Parameters", "Given: {Type: String, Default: a}")
            + section("Conditions", "{Is: !Equals [a, a], Isnt: !Not [!Condition Is]}")
            + section("Resources", case["resources"])
        )
        return dependencies(template, scope(template) if case.get("decided") else None)

    holds({**case, "gives": {name: set(each) for name, each in case.get("needs", {}).items()}}, found)


@pytest.mark.parametrize("case", cases("transforms"))
def test_transforms_are_carried_out(case: Json) -> None:
    def found() -> Json:
        template = read(case["template"])
        parameters, texts = values(template, chosen(template, {})), case.get("includes", {})
        if "error" not in case:
            assert set(included(template, parameters, PSEUDO)) == texts.keys()
        made = expand(template, parameters=parameters, pseudo=PSEUDO, includes=texts)
        return {name: made.document[name] for name in case["gives"]}

    holds(case, found)


@pytest.mark.parametrize("case", cases("changes"))
def test_changes_are_told(case: Json) -> None:
    old, new = read(case["old"]), read(case["new"])
    there = {name: Made(name.lower(), {"Arn": f"arn:{name}"}) for name in old.resources}

    def replaces(kind: str, name: str) -> Recreation:
        return "Always" if name.startswith("Name") else "Conditionally" if name.startswith("May") else "Never"

    def found() -> Json:
        told = changes(old, new, before=scope(old, made=there), after=scope(new), replaces=replaces)
        return [_short(each["ResourceChange"]) for each in told]

    holds(case, found)


def _short(change: Json) -> list[Json]:
    assert (change["Action"] == "Add") is ("PhysicalResourceId" not in change)
    details = [
        [each["Target"].get("Name", ""), each["Evaluation"], each["ChangeSource"], each.get("CausingEntity", "")]
        for each in change["Details"]
    ]
    keys = ("Action", "LogicalResourceId", "Replacement", "Scope", "PolicyAction")
    return [*(change.get(name, "") for name in keys), *details]


@pytest.mark.parametrize("case", cases("references"))
def test_dynamic_references_are_found(case: Json) -> None:
    holds(
        case,
        lambda: [
            [each.service, each.name, each.key, each.stage, each.version] for each in dynamic_references(case["value"])
        ],
    )
