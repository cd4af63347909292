from routing.skills import Relaxation, SkillRequirement, meets, relaxed, steps_passed

REQUIREMENTS = (SkillRequirement("sales", 5), SkillRequirement("english", 3))
RELAXATIONS = (Relaxation(20, "sales", 2), Relaxation(60, "english", 0))


def test_every_requirement_must_be_met() -> None:
    assert meets({"sales": 5, "english": 8}, REQUIREMENTS)
    assert not meets({"sales": 4, "english": 8}, REQUIREMENTS)
    assert not meets({"sales": 9}, REQUIREMENTS)


def test_who_asks_nothing_gets_anybody() -> None:
    assert meets({}, ())


def test_a_relaxation_counts_from_its_second_on() -> None:
    assert [steps_passed(RELAXATIONS, waited) for waited in (0, 19.9, 20, 59.9, 60, 900)] == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]


def test_relaxing_lowers_a_level_and_then_drops_a_skill() -> None:
    assert relaxed(REQUIREMENTS, RELAXATIONS[:1]) == (
        SkillRequirement("sales", 2),
        SkillRequirement("english", 3),
    )
    assert relaxed(REQUIREMENTS, RELAXATIONS) == (SkillRequirement("sales", 2),)


def test_relaxing_never_asks_for_more() -> None:
    assert relaxed(REQUIREMENTS, (Relaxation(20, "sales", 9), Relaxation(30, "french", 4))) == REQUIREMENTS
