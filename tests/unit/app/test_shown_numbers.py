from datetime import UTC, datetime

from app.dealers import Dealers
from app.shown_numbers import lost_numbers
from app.storage.campaigns import NumberShown
from dialer.profile_file import shipped_profiles
from tests.unit.app.people import DEMO
from tests.unit.app.restart import DDI, DEALER

DEALERS = Dealers({DEMO: DEALER}, (), {DDI: DEALER}, shipped_profiles())
LAST = datetime(2026, 6, 2, tzinfo=UTC)


def test_a_number_that_people_saw_and_the_dealer_gave_up_is_told_with_how_long_to_keep_it() -> None:
    shown = [NumberShown(DEMO, DDI, LAST), NumberShown(DEMO, "+31401234599", LAST)]

    [finding] = lost_numbers(shown, DEALERS, "dealers.toml")

    assert (finding.file, finding.key, finding.expected) == (
        "dealers.toml",
        "dealers.demo.ddis",
        "+31401234599",
    )
    assert "2026-12-03" in finding.remedy
