import pytest

from dialer.campaign import CampaignKind, LegalBasis
from dialer.dispositions import Disposition
from dialer.errors import FileFaults
from dialer.guide import AnswerKind, Question, answer_faults, filled
from dialer.kinds import defaults_of, read_guide
from dialer.profile_file import shipped_profiles
from dialer.profiles import carries

QUESTIONS = (
    Question("service", "Onderhoud erbij?", AnswerKind.YES_NO),
    Question("transport", "Hoe?", AnswerKind.CHOICE, ("wachten", "leenauto")),
    Question("decides", "Wanneer?", AnswerKind.DATE),
    Question("mileage", "Stand?", AnswerKind.NUMBER),
    Question("remark", "Anders?", AnswerKind.TEXT),
)


def guide(**changes: object) -> dict[str, object]:
    spoken = {
        "opening": "{agent} van {dealer}",
        "objection": "Nee mag",
        "body": "Over {plate}",
        "closing": "Dag",
    }
    fields: dict[str, object] = {"purpose": "Bellen", "script": spoken, "dispositions": ["booked"]}
    return fields | changes


@pytest.mark.parametrize("kind", list(CampaignKind))
def test_every_kind_has_lawful_defaults(kind: CampaignKind) -> None:
    defaults = defaults_of(kind)
    profile = shipped_profiles().named("nl-consumer")

    assert carries(profile, defaults.basis, kind)
    assert profile.min_ring_seconds <= defaults.ring_seconds
    assert 0 < defaults.target_ratio <= profile.default_limit_ratio
    assert defaults.max_attempts <= profile.max_attempts
    assert "{dealer}" in defaults.guide.script.opening
    assert defaults.guide.script.objection
    assert Disposition.OBJECTION in defaults.guide.dispositions


def test_kinds_that_are_or_may_be_commercial_are_proposed_on_consent() -> None:
    commercial = (CampaignKind.APK, CampaignKind.TYRES, CampaignKind.SERVICE, CampaignKind.MAILING)

    assert {defaults_of(kind).basis for kind in commercial} == {LegalBasis.CONSENT}


def test_a_script_is_filled_with_what_is_known() -> None:
    text = "{agent} over {plate}, voor {due}; {__class__} {x.y}"

    assert filled(text, {"agent": "Anna", "plate": "AB123C"}) == "Anna over AB123C, voor …; … {x.y}"


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {
            "service": "yes",
            "transport": "leenauto",
            "decides": "2026-05-31",
            "mileage": "84000",
            "remark": "=1",
        },
    ],
)
def test_answers_of_the_right_kind_are_taken_and_questions_may_stay_open(answers: dict[str, str]) -> None:
    assert answer_faults(QUESTIONS, answers) == {}


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("service", "ja"),
        ("transport", "fiets"),
        ("decides", "31-05-2026"),
        ("decides", "2026-02-30"),
        ("mileage", "veel"),
        ("mileage", "nan"),
        ("unasked", "yes"),
    ],
)
def test_an_answer_of_another_kind_is_told_with_what_to_give(key: str, answer: str) -> None:
    assert ": " in answer_faults(QUESTIONS, {key: answer})[key]


def test_a_guide_of_the_dealers_own_always_lets_people_object() -> None:
    assert read_guide("eigen.toml", guide()).dispositions == (
        Disposition.BOOKED,
        Disposition.OBJECTION,
        Disposition.WRONG_NUMBER,
    )


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"purpose": ""}, "purpose"),
        ({"script": {"opening": "Hallo", "body": "b", "closing": "c"}}, "script.objection"),
        (
            {"script": {"opening": "{klant}", "objection": "o", "body": "b", "closing": "c"}},
            "script.opening",
        ),
        ({"dispositions": []}, "dispositions"),
        ({"dispositions": ["booked", "sold_everything"]}, "dispositions[1]"),
        ({"questions": [{"key": "a", "text": "A?", "answer": "choice"}]}, "questions[0]"),
        ({"questions": [{"key": "a", "text": "A?", "answer": "text"}] * 2}, "questions"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_with_a_guide_is_told_by_its_key(wrong: dict[str, object], key: str) -> None:
    with pytest.raises(FileFaults) as error:
        read_guide("eigen.toml", guide(**wrong))

    assert [fault.key for fault in error.value.faults] == [key]
    assert str(error.value).startswith("eigen.toml: ")
