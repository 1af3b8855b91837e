"""What a Clarify job says of texts: what their tokens, sentences and paragraphs add to the model's answers."""

import csv
import io
import json
from typing import Any

import pytest

from images.clarify.jobs import Clarify

Json = Any
GOOD = {"good": 0.3, "great": 0.5, "bad": -0.4}
REVIEWS = "label,stars,review\n1,5,A great film. Good!\n0,1,A bad film.\n"
MODEL = {"model_name": "m", "label_headers": ["pleased"]}


def pleased(body: str) -> str:
    """A model that adds up words and stars."""
    lines = csv.reader(io.StringIO(body))
    words = ((float(stars), review.lower()) for stars, review in lines)
    return "".join(f"{stars / 10 + sum(GOOD[word] for word in GOOD if word in text)}\n" for stars, text in words)


def configured(granularity: str, **more: Json) -> Json:
    shap = {
        "baseline": [[0, ""]], "save_local_shap_values": True, "agg_method": "mean_abs",
        "text_config": {"granularity": granularity, "language": "english"}, **more,
    }  # fmt: skip
    return {"dataset_type": "text/csv", "label": "label", "methods": {"shap": shap}, "predictor": MODEL}


def told(text: str) -> list[Json]:
    return [json.loads(line)["explanations"] for line in text.splitlines()]


def shares(explained: Json) -> dict[str, float]:
    """What the parts of a text add, by the part, where it is anything."""
    found = {each["description"]["partial_text"]: each["attribution"][0] for each in explained["attributions"]}
    return {part: share for part, share in found.items() if abs(share) > 1e-9}


def test_each_token_has_its_share_and_the_text_their_sum(clarify: Clarify) -> None:
    clarify.sagemaker.answer = pleased

    ended = clarify.run(configured("token"), REVIEWS)

    assert ended.code == 0, ended.message
    first, second = told((ended.output / "explanations_shap/out.jsonl").read_text())
    stars, review = first
    assert (stars["feature_name"], stars["data_type"], review["data_type"]) == ("stars", "numerical", "free_text")
    assert stars["attributions"] == [{"attribution": [pytest.approx(0.5)]}]
    assert shares(review) == {"great": pytest.approx(0.5), "Good": pytest.approx(0.3)}
    assert review["attributions"][1]["description"] == {"partial_text": "great", "start_idx": 2}
    assert shares(second[1]) == {"bad": pytest.approx(-0.4)}
    explained = ended.analysis["explanations"]["kernel_shap"]["pleased"]
    assert explained["global_shap_values"] == {"stars": pytest.approx(0.3), "review": pytest.approx(0.6)}
    assert explained["expected_value"] == 0
    assert clarify.sagemaker.there == []


@pytest.mark.parametrize(
    ("granularity", "parts"),
    [("sentence", {"A great film.": 0.5, "Good!": 0.3}), ("paragraph", {"A great film. Good!": 0.8})],
)
def test_texts_are_divided_into_larger_parts_too(clarify: Clarify, granularity: str, parts: dict[str, float]) -> None:
    clarify.sagemaker.answer = pleased

    ended = clarify.run(configured(granularity), REVIEWS)

    review = told((ended.output / "explanations_shap/out.jsonl").read_text())[0][1]
    assert shares(review) == pytest.approx(parts)


def test_without_a_baseline_parts_are_left_out_and_numbers_are_typical(clarify: Clarify) -> None:
    clarify.sagemaker.answer = pleased
    config = configured("token", baseline=None, num_clusters=1)

    ended = clarify.run({**config, "joinsource_name_or_index": "id"}, "id,label,stars,review\n7,1,5,Good\n8,0,1,bad\n")

    assert (ended.output / "explanations_shap/baseline.csv").read_text() == "stars,review\n3.0,\n"
    first, second = (
        json.loads(line) for line in (ended.output / "explanations_shap/out.jsonl").read_text().split("\n")[:2]
    )
    assert (first["join_source_value"], second["join_source_value"]) == (7, 8)
    assert shares(first["explanations"][1]) == {"Good": pytest.approx(0.3)}


def test_a_record_of_one_text_without_words_is_explained(clarify: Clarify) -> None:
    clarify.sagemaker.answer = lambda body: "".join(f"{len(line)}\n" for line in body.splitlines())
    config = {**configured("token", baseline=[["<UNK>"]]), "headers": ["review"]}
    config.pop("label")

    ended = clarify.run(config, 'film\n"..."\n""\n')

    assert ended.code == 0, ended.message
    lines = told((ended.output / "explanations_shap/out.jsonl").read_text())
    assert [len(line[0]["attributions"]) for line in lines] == [1, 3, 1]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"text_config": {}}, "text_config needs a language, and a granularity"),
        ({"text_config": {"granularity": "letter", "language": "en"}}, "one of token, sentence, paragraph"),
        ({"features_to_explain": ["stars"]}, "features_to_explain is not supported with text_config"),
    ],
)
def test_what_cannot_be_divided_is_said(clarify: Clarify, more: dict[str, Json], sentence: str) -> None:
    clarify.sagemaker.answer = pleased

    ended = clarify.run(configured("token", **more), REVIEWS)

    assert ended.code != 0
    assert sentence in ended.message


def test_a_text_configuration_for_numbers_only_is_refused(clarify: Clarify) -> None:
    clarify.sagemaker.answer = pleased

    ended = clarify.run(configured("token", baseline=[[0]]), "label,stars\n1,5\n0,1\n")

    assert ended.code != 0
    assert "all features are numbers" in ended.message
