"""The ledger of consents on the command line."""

from dataclasses import replace
from pathlib import Path

from app.storage.campaigns import create_campaign
from calls.ids import CampaignId
from dialer.campaign import LegalBasis
from tests.integration.console.bed import Bed, apk_campaign
from tests.integration.console.command_line import call_beside

ANNAS = "0610000001"


async def import_list(bed: Bed, folder: Path, campaign: str, number: str) -> None:
    """Put somebody on a campaign's list."""
    file = folder / f"{campaign}.csv"
    file.write_text(f"Naam;Telefoon\nAnna;{number}\n", encoding="utf-8")
    result = await call_beside(bed, "contacts", "import", str(file), "--campaign", campaign)
    assert result.stdout == "1 contact added\n"


async def test_the_ledger_names_who_may_call_on_another_ground_until_there_is_an_objection(
    bed: Bed, tmp_path: Path
) -> None:
    contract = replace(apk_campaign(), basis=LegalBasis.EXISTING_CONTRACT)
    for name, number in (("klanten", ANNAS), ("anderen", "0610000002")):
        await create_campaign(bed.database, replace(contract, campaign_id=CampaignId(name)))
        await import_list(bed, tmp_path, name, number)
    await import_list(bed, tmp_path, "apk-may", ANNAS)
    meant = ("--dealer", "demo", "--number", ANNAS)
    said = (*meant, "--purpose", "apk", "--source", "balie", "--wording", "x")

    agreed = await call_beside(bed, "consent", "record", *said)
    withdrawn = await call_beside(bed, "consent", "withdraw", *said)
    await call_beside(bed, "objection", "record", ANNAS, "--source", "letter")
    agreed_again = await call_beside(bed, "consent", "record", *said)

    other = "on another ground than consent may call: klanten (existing_contract); `dealerlijn objection"
    assert "agrees to: apk" in agreed.stdout
    assert "agrees to: no calls" in withdrawn.stdout
    assert other in agreed.stdout
    assert other in withdrawn.stdout
    assert "has objected, on " in agreed_again.stdout
    assert "nobody calls, whatever was agreed to (apk)" in agreed_again.stdout
    assert "another ground" not in agreed_again.stdout
