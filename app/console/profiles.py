"""The calling profiles in the API."""

from pydantic import BaseModel

from app.console.routes import AnyRoute, Asked, Nothing, reading
from app.control import Control
from dialer.campaign import CampaignKind, LegalBasis
from dialer.profiles import CallingProfile


class ProfileAnswer(BaseModel):
    """A calling profile. `week` has the hours of Monday to Sunday, null for a closed day, where the called party lives.

    `countries` has those whose numbers are called. `widened_by` says who let it call more than the profile it is made from, and why; empty when nobody did.
    """

    name: str
    widened_by: str
    for_demo: bool
    week: list[str | None]
    early_stops: dict[str, str]
    countries: list[str]
    max_attempts: int
    max_attempts_per_day: int
    bases: dict[LegalBasis, list[CampaignKind]]


class ProfileList(BaseModel):
    """Every calling profile of this installation."""

    profiles: list[ProfileAnswer]


async def list_profiles(control: Control, _asked: Asked[Nothing, Nothing]) -> ProfileList:
    """Every calling profile, with whoever widened it."""
    return ProfileList(profiles=[_answer(profile) for profile in control.profiles()])


def _answer(profile: CallingProfile) -> ProfileAnswer:
    return ProfileAnswer(
        name=profile.name,
        widened_by=profile.widened_by,
        for_demo=profile.for_demo,
        week=[None if day is None else f"{day.start:%H:%M}-{day.end:%H:%M}" for day in profile.week],
        early_stops={
            f"{month:02}-{day:02}": f"{stop:%H:%M}" for (month, day), stop in profile.early_stops.items()
        },
        countries=sorted(profile.countries),
        max_attempts=profile.max_attempts,
        max_attempts_per_day=profile.max_attempts_per_day,
        bases={basis: sorted(kinds) for basis, kinds in profile.bases.items()},
    )


LIST_PROFILES = reading("/calling-profiles", list_profiles, Nothing, ProfileList)

ROUTES: tuple[AnyRoute, ...] = (LIST_PROFILES,)
