import csv
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from app.contact_errors import UnusableFile
from app.contacts_import import ImportResult, import_contacts
from app.storage.database import Database
from calls.ids import DealerId
from dialer.campaign import CampaignState, LegalBasis
from dialer.contact_columns import Field
from dialer.profile_file import profiles_with
from dialer.profiles import Profiles
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact_ids,
    other,
    store_for,
)
from tests.integration.storage.lists import WHO, file_with, imported


async def test_an_imported_contact_is_called_with_its_consent(database: Database, tmp_path: Path) -> None:
    campaign = await campaign_with(database, [], replace(CAMPAIGN, basis=LegalBasis.CONSENT))
    path = file_with(
        tmp_path,
        "Naam;Telefoon;Prioriteit;Toestemmingsdatum;Toestemmingsbron;Toestemmingstekst\n"
        "Anna;0610000001;5;1-5-2026;website;Ja, bel mij\n"
        "Bram;0610000002;1;1-5-2026;website;Ja, bel mij\n"
        "Carmen;0610000003;1;;;\n",
    )

    result = await imported(database, path)
    store = await store_for(database)
    outcome = await store.commit_attempts(campaign, call_ids(3), NOW, "x")

    assert (result.rows, result.added, result.faults, result.report) == (3, 3, (), None)
    assert [attempt.display_name for attempt in committed(outcome)] == ["Bram", "Anna"]


async def test_a_foreign_number_is_refused_on_a_dry_run_too_unless_the_profile_has_its_country(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [], replace(CAMPAIGN, profile="grens"))
    path = file_with(tmp_path, "Naam;Telefoon\nAnna;0610000001\nBram;+32 470 12 34 56\nCor;+49 30 901820\n")
    both = {"based_on": "nl-consumer", "countries": ["NL", "BE"], "widened_by": "A. Jansen, advies"}
    profiles = profiles_with({Path("grens.toml"): both})

    def tried(known: Profiles | None) -> Awaitable[ImportResult]:
        dry = replace(WHO, dry_run=True)
        return import_contacts(database, path, CAMPAIGN.campaign_id, dry, NOW, profiles=known)

    result = await tried(profiles)
    with pytest.raises(UnusableFile, match="grens of apk-mei is not known here"):
        await tried(None)

    assert [(fault.line, fault.column) for fault in result.faults] == [(4, "Telefoon")]
    assert "numbers of DE are not called, only those of BE, NL" in result.faults[0].reason


async def test_of_contacts_with_one_date_the_one_that_is_worth_most_is_called_first(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(
        tmp_path,
        "Naam;Telefoon;APK-datum;Orderwaarde\n"
        "Anna;0610000001;1-7-2026;95\n"
        "Bram;0610000002;1-7-2026;€ 1.250,50\n"
        "Carmen;0610000003;1-7-2026;\n"
        "Daan;0610000004;1-7-2026;450\n",
    )

    await imported(database, path)
    outcome = await (await store_for(database)).commit_attempts(campaign, call_ids(4), NOW, "x")

    assert [attempt.display_name for attempt in committed(outcome)] == ["Bram", "Daan", "Anna", "Carmen"]


async def test_one_bad_row_keeps_the_whole_file_out_and_is_reported(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(tmp_path, "Naam,=Telefoon\nAnna,0610000001\nBram,abc\n")

    result = await imported(database, path, replace(WHO, columns={Field.NUMBER: "=Telefoon"}))

    assert (result.rows, result.added) == (2, 0)
    assert await contact_ids(database, campaign) == []
    assert result.report == tmp_path / "lijst.csv.errors.csv"
    with result.report.open(encoding="utf-8-sig", newline="") as file:
        _, fault = csv.reader(file, delimiter=";")
    assert fault[:3] == ["3", "'=Telefoon", "not a phone number"]


async def test_duplicates_in_the_file_and_on_the_list_are_told_apart(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])
    await imported(database, file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n"))

    result = await imported(
        database, file_with(tmp_path, "Naam;Tel\nAnna;+31 6 10000001\nBram;0610000002\nB.;06-10000002\n")
    )

    assert [(fault.line, fault.column, fault.reason) for fault in result.faults] == [
        (2, "Tel", "the number is on the list already"),
        (4, "Tel", "the same number as on line 3"),
    ]


async def test_the_same_person_keeps_one_record_over_two_campaigns(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [])
    tyres = await campaign_with(database, [], other("banden"))
    path = file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n")
    for campaign_id in (campaign.campaign_id, tyres.campaign_id):
        await import_contacts(database, path, campaign_id, WHO, NOW)
    store = await store_for(database)

    first = await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    second = await store.commit_attempts(tyres, call_ids(1), NOW, "x")

    assert (len(committed(first)), len(committed(second))) == (1, 0)


async def test_a_dry_run_stores_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    campaign = await campaign_with(database, [], replace(CAMPAIGN, state=CampaignState.DRAFT))
    good = file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n")
    bad = file_with(tmp_path, "Naam;Tel\nAnna;1\n", name="bad.csv")
    old = file_with(tmp_path, "line;column;reason;remedy\n", name="lijst.csv.errors.csv")

    results = [await imported(database, path, replace(WHO, dry_run=True)) for path in (good, bad)]

    assert [(each.rows, each.added, len(each.faults), each.report) for each in results] == [
        (1, 0, 0, None),
        (1, 0, 1, None),
    ]
    assert await contact_ids(database, campaign) == []
    assert sorted(tmp_path.glob("*.errors.csv")) == [old]


async def test_a_customer_number_that_comes_back_with_another_name_and_number_is_a_fault(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])
    second = await campaign_with(database, [], other("banden"))
    await imported(database, file_with(tmp_path, "Klantnr;Naam;Tel\n1;Jan Jansen;0612350001\n"))
    path = file_with(tmp_path, "Klantnr;Naam;Tel\n2;Anna Bos;0612350003\n1;Piet Pietersen;0612350002\n")

    result = await import_contacts(database, path, second.campaign_id, WHO, NOW)

    [fault] = result.faults
    assert (fault.line, fault.column) == (3, "Klantnr")
    assert fault.reason == "customer number 1 is Jan Jansen's so far, with another number"
    assert "check the customer numbers" in fault.remedy
    assert await contact_ids(database, second) == []


@pytest.mark.parametrize(
    ("row", "dealer"),
    [
        ("1;JAN  Jansen;0612350002", "demo"),
        ("1;J. Jansen;0612350001", "demo"),
        ("2;Piet Pietersen;0612350002", "demo"),
        (";Piet Pietersen;0612350002", "demo"),
        ("1;Piet Pietersen;0612350002", "elders"),
    ],
    ids=["new number", "new spelling", "another customer number", "none", "another dealer"],
)
async def test_a_customer_with_a_new_number_or_a_new_spelling_is_no_fault(
    database: Database, tmp_path: Path, row: str, dealer: str
) -> None:
    await campaign_with(database, [])
    second = await campaign_with(database, [], replace(other("banden"), dealer=DealerId(dealer)))
    await imported(database, file_with(tmp_path, "Klantnr;Naam;Tel\n1;Jan Jansen;0612350001\n"))

    path = file_with(tmp_path, f"Klantnr;Naam;Tel\n{row}\n")
    result = await import_contacts(database, path, second.campaign_id, WHO, NOW)

    assert (result.added, result.faults) == (1, ())


async def test_a_list_can_be_meant_for_a_campaign_by_its_name(database: Database, tmp_path: Path) -> None:
    campaign = await campaign_with(database, [])
    await campaign_with(database, [], replace(other("banden"), name="Banden"))

    await import_contacts(database, file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n"), "apk MEI", WHO, NOW)

    assert len(await contact_ids(database, campaign)) == 1


async def test_progress_is_told_for_both_stages(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])
    rows = "".join(f"Proef;06{10_000_000 + number}\n" for number in range(1500))
    heard: list[tuple[str, int]] = []

    await import_contacts(
        database,
        file_with(tmp_path, f"Naam;Tel\n{rows}"),
        CAMPAIGN.campaign_id,
        WHO,
        NOW,
        lambda stage, done: heard.append((stage, done)),
    )

    assert heard == [("check", 1000), ("check", 1500), ("store", 1000), ("store", 1500)]


async def test_headings_that_do_not_tell_are_refused_with_all_remedies(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])

    with pytest.raises(UnusableFile, match="headings") as caught:
        await imported(database, file_with(tmp_path, "Adres;Plaats\nx;y\n"))

    assert "phone numbers" in caught.value.remedy
    assert "names" in caught.value.remedy
