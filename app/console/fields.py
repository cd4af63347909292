"""The kinds of fields that requests are made of. What does not fit is refused, and so is every field nobody asked for."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from calls.errors import NumberError
from calls.numbers import may_hold_number, parse_number

SLUG = "[a-z0-9][a-z0-9-]{0,31}"
PATH_PATTERNS = {"agent_id": SLUG, "campaign_id": SLUG, "dealer_id": SLUG, "call_id": "[0-9a-z]{28}"}
WHO = "[A-Za-z0-9][A-Za-z0-9 ._@:-]{0,63}"


class Ask(BaseModel):
    """The base of all request models. JSON types are taken as they are: "5" is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def _e164(text: str) -> str:
    try:
        return parse_number(text).e164
    except NumberError as error:
        raise ValueError(str(error)) from error


def _storable(moment: datetime) -> datetime:
    if not 1970 < moment.year < 2200:
        raise ValueError("must be a moment of this time: give one such as 2026-06-08T10:15:00+02:00")
    return moment


def _no_number(text: str) -> str:
    if may_hold_number(text):
        raise ValueError("may be a phone number, and this name is shown in metrics: leave the number out")
    return text


Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG}$")]
CampaignSlug = Annotated[Slug, AfterValidator(_no_number)]
Word = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]
# One line without control characters, not beginning with a blank.
Title = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$", max_length=100)
]
Note = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$", max_length=2000)]
# A phone by its own name: no number behind it, and no way out through another endpoint.
Endpoint = Annotated[str, StringConstraints(pattern="^PJSIP/[a-z][a-z0-9-]{0,30}$")]
Level = Annotated[int, Field(ge=1, le=10)]
Skills = Annotated[dict[Slug, Level], Field(max_length=50)]
DealerSet = Annotated[frozenset[Slug], Field(strict=False, max_length=200)]
Ratio = Annotated[float, Field(gt=0, le=1)]
Number = Annotated[str, StringConstraints(max_length=40), AfterValidator(_e164)]
Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_storable)]
Limit = Annotated[int, Field(strict=False, ge=1, le=1000)]
