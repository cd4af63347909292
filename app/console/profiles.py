"""The calling profiles in the API."""

from pydantic import BaseModel

from app.console.routes import Nothing, reading
from dialer.campaign import CampaignKind, LegalBasis


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


LIST_PROFILES = reading("/calling-profiles", Nothing, ProfileList)
