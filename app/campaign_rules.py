"""What may not be in a campaign: its faults by field, each with what to give instead."""

from collections.abc import Collection

from calls.words import Department
from dialer.campaign import BOUNDS, MOST_OVER_DIAL, Campaign, LegalBasis, PacingSettings
from dialer.eligibility import Rule
from dialer.profiles import CallingProfile, carries


def campaign_faults(
    campaign: Campaign, profile: CallingProfile, ddis: Collection[str], departments: Collection[Department]
) -> dict[str, str]:
    """All that is wrong with a new campaign; `ddis` are its dealer's numbers, `departments` those with a queue."""
    faults = {f"pacing/{name}": fault for name, fault in pacing_faults(campaign.pacing, profile).items()}
    if campaign.ring_seconds < profile.min_ring_seconds:
        faults["ring_seconds"] = f"is too short: give at least {profile.min_ring_seconds}"
    if campaign.max_attempts is not None and campaign.max_attempts > profile.max_attempts:
        faults["max_attempts"] = f"is more than {profile.name} allows: give at most {profile.max_attempts}"
    department = campaign.return_department
    if department is not None and department not in departments:
        faults["return_department"] = (
            f"has no queue at this dealer: choose one of {', '.join(sorted(departments))}"
        )
    return faults | lawful_faults(campaign, profile, ddis)


def lawful_faults(campaign: Campaign, profile: CallingProfile, ddis: Collection[str]) -> dict[str, str]:
    """What keeps a campaign from dialling anybody, now or once the settings have changed."""
    faults = {}
    if not carries(profile, campaign.basis, campaign.kind):
        enough = [basis for basis in LegalBasis if carries(profile, basis, campaign.kind)]
        faults["basis"] = (
            f"{campaign.basis} is no ground for a {campaign.kind} call under {profile.name} "
            f"({Rule.BASIS_FORBIDDEN}): choose {' or '.join(enough)}"
        )
    if campaign.shown_number not in ddis:
        faults["shown_number"] = f"is no number of this dealer: choose one of {', '.join(ddis)}"
    return faults


def pacing_faults(pacing: PacingSettings, profile: CallingProfile) -> dict[str, str]:
    """What is out of bounds in pacing settings."""
    faults = {}
    highest = profile.default_limit_ratio
    if not 0 < pacing.limit_ratio <= highest:
        faults["limit_ratio"] = f"is out of bounds: give more than 0 and at most {highest:g}"
    if not 0 < pacing.target_ratio <= pacing.limit_ratio:
        faults["target_ratio"] = (
            f"is out of bounds: give more than 0 and at most the limit, {pacing.limit_ratio:g}"
        )
    if not 0 <= pacing.max_over_dial <= MOST_OVER_DIAL:
        faults["max_over_dial"] = f"is out of bounds: give 0 to {MOST_OVER_DIAL}"
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(pacing, name) <= most:
            faults[name] = f"is out of bounds: give {least:g} to {most:g}"
    return faults
