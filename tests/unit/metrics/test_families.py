"""Children are made once and, where a label holds a free word, never without end."""

from metrics.families import Families


def test_a_child_is_the_same_each_time() -> None:
    calls = Families().counter("calls", "Calls.", "dealer", "phase")

    assert calls["demo", "menu"] is calls["demo", "menu"]
    assert calls["demo", "menu"] is not calls["demo", "queue"]


def test_words_beyond_the_limit_count_as_other() -> None:
    families = Families()
    refused = families.counter("refused", "Refusals.", "campaign", "rule", limit=2)

    for rule in ("hours", "objection", "third", "fourth", "hours"):
        refused["apk", rule].inc()

    counted = {
        rule: families.registry.get_sample_value(
            "dealerlijn_refused_total", {"campaign": "apk", "rule": rule}
        )
        for rule in ("hours", "objection", "other", "third")
    }
    assert counted == {"hours": 2, "objection": 1, "other": 2, "third": None}
