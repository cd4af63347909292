"""What serves the routes of `app.console.profiles`."""

from app.console.operations import AnyOperation, Asked, Operation
from app.console.profiles import LIST_PROFILES, ProfileAnswer, ProfileList
from app.console.routes import Nothing
from app.control import Control
from dialer.profiles import CallingProfile


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


OPERATIONS: tuple[AnyOperation, ...] = (Operation(LIST_PROFILES, list_profiles),)
