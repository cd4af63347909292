from dataclasses import replace
from datetime import UTC, datetime, timedelta

from customers.consent import ConsentAction, ConsentEntry, consent_in_force

DAY = datetime(2026, 5, 1, tzinfo=UTC)
GIVEN = ConsentEntry(
    person=1,
    purpose="tyres",
    action=ConsentAction.GIVEN,
    basis="consent",
    at=DAY,
    source="website",
    wording="Ja, bel mij over banden",
    recorded_at=DAY,
    recorded_by="anna",
)
WITHDRAWN = replace(GIVEN, action=ConsentAction.WITHDRAWN, at=DAY + timedelta(days=10))


def in_force(day: int, *entries: ConsentEntry) -> ConsentEntry | None:
    return consent_in_force(entries, "tyres", "consent", DAY + timedelta(days=day))


def test_a_consent_holds_from_its_moment_on_for_its_own_purpose_and_ground() -> None:
    assert in_force(0, GIVEN) == GIVEN
    assert in_force(-1, GIVEN) is None
    assert consent_in_force([GIVEN], "apk", "consent", DAY) is None
    assert consent_in_force([GIVEN], "tyres", "existing_contract", DAY) is None


def test_a_withdrawal_ends_it_from_its_own_moment_on() -> None:
    assert in_force(9, GIVEN, WITHDRAWN) == GIVEN
    assert in_force(10, GIVEN, WITHDRAWN) is None


def test_an_older_consent_recorded_again_after_a_withdrawal_does_not_revive() -> None:
    imported_again = replace(GIVEN, recorded_at=DAY + timedelta(days=20))

    assert in_force(20, GIVEN, WITHDRAWN, imported_again) is None


def test_of_the_same_moment_the_withdrawal_counts() -> None:
    assert in_force(10, replace(GIVEN, at=WITHDRAWN.at), WITHDRAWN) is None


def test_a_new_consent_after_a_withdrawal_holds() -> None:
    again = replace(GIVEN, at=DAY + timedelta(days=11))

    assert in_force(12, GIVEN, WITHDRAWN, again) == again
