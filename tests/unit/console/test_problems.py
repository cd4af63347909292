import pytest
from pydantic import ValidationError

from app.console.agents import NewAgent
from app.console.campaigns import NewCampaign
from app.console.problems import answer, invalid


def faults_of(
    text: str, model: type[NewAgent] | type[NewCampaign] = NewAgent
) -> list[tuple[str | None, str]]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(text)
    return [(error.pointer, error.detail) for error in invalid(caught.value, parameter=False).problem.errors]


def test_every_missing_field_is_named_by_its_pointer() -> None:
    assert faults_of("{}") == [
        ("#/id", "Field required"),
        ("#/name", "Field required"),
        ("#/endpoint", "Field required"),
        ("#/skills", "Field required"),
    ]


def test_a_pointer_escapes_what_would_be_read_as_a_step() -> None:
    pointers = [pointer for pointer, _ in faults_of('{"a/b~c": 1}')]

    assert "#/a~1b~0c" in pointers


def test_a_wrong_number_is_told_with_its_remedy_and_without_the_number() -> None:
    [detail] = [
        detail
        for pointer, detail in faults_of('{"shown_number": "06123"}', NewCampaign)
        if pointer == "#/shown_number"
    ]

    assert detail == "no such number exists: check the digits and the country code"


def test_a_problem_has_its_own_media_type() -> None:
    with pytest.raises(ValidationError) as caught:
        NewAgent.model_validate_json("{")

    response = answer(invalid(caught.value, parameter=False).problem)

    assert (response.status, response.content_type) == (400, "application/problem+json")
