"""Phone numbers: parsed to E.164, typed, and masked wherever they are shown."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from calls.errors import NumberError


class NumberKind(StrEnum):
    """What sort of line a number is."""

    MOBILE = "mobile"
    FIXED = "fixed"
    VOIP = "voip"
    FREE = "free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    SATELLITE = "satellite"
    OTHER = "other"
    UNKNOWN = "unknown"


_KINDS = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED,
    PhoneNumberType.VOIP: NumberKind.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.OTHER,
    PhoneNumberType.UAN: NumberKind.OTHER,
    PhoneNumberType.TOLL_FREE: NumberKind.FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberKind.SHARED_COST,
}
# To the library these are mobile.
_SATELLITES = frozenset({870, 881})
_OF_NO_COUNTRY = "001"
_DUTCH = "+31"  # of one country alone; most numbers are, and the library takes its time
# A plus and the 15 digits of E.164. The library knows some longer ones, such as German extensions, that no network carries.
_LONGEST_E164 = 16
DIALLABLE_KINDS = frozenset({NumberKind.MOBILE, NumberKind.FIXED, NumberKind.VOIP, NumberKind.OTHER})


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """A possible number in E.164. `str()` and `repr()` mask it; `e164` is the real thing."""

    e164: str

    def __str__(self) -> str:
        return mask(self.e164)

    __repr__ = __str__

    @property
    def kind(self) -> NumberKind:
        """What sort of line this is."""
        parsed = phonenumbers.parse(self.e164)
        if parsed.country_code in _SATELLITES:
            return NumberKind.SATELLITE
        kind = _KINDS.get(phonenumbers.number_type(parsed), NumberKind.UNKNOWN)
        # Nobody can say what a call to a network of no country costs.
        stateless = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == _OF_NO_COUNTRY
        return NumberKind.UNKNOWN if stateless and kind in DIALLABLE_KINDS else kind

    @property
    def country(self) -> str | None:
        """Where it is called, as two capitals (ISO 3166); None for a number of no country, such as a satellite phone's."""
        if self.e164.startswith(_DUTCH):
            return "NL"
        region = phonenumbers.region_code_for_number(phonenumbers.parse(self.e164))
        return None if region == _OF_NO_COUNTRY else region


def is_country(code: str) -> bool:
    """Whether there are phone numbers of a country with this code."""
    return code in phonenumbers.SUPPORTED_REGIONS


def may_hold_number(text: str) -> bool:
    """Whether a name that is shown in metrics may be, or contain, a phone number."""
    return re.search("[0-9]{7}", text.replace("-", "")) is not None


def mask(text: str) -> str:
    """Keep the first four and last two characters of a number."""
    return f"{text[:4]}{'*' * max(0, len(text) - 6)}{text[-2:]}" if len(text) > 6 else "*" * len(text)


def parse_number(text: str, region: str = "NL") -> PhoneNumber:
    """Read a number as people write it. Raises NumberError (with the reason and a remedy) when it is none."""
    if len(text) > 64:
        raise NumberError("too long for a phone number", "give one number, such as 06 12345678")
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise NumberError("not a phone number", "write it as 06 12345678 or +31 6 12345678") from error
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(parsed) or len(e164) > _LONGEST_E164:
        raise NumberError("no such number exists", "check the digits and the country code")
    return PhoneNumber(e164)


def cli_from_sip(text: str, region: str = "NL") -> PhoneNumber | None:
    """The number a caller shows, None when it is hidden, malformed or hostile: such a caller is served like any other."""
    try:
        return parse_number(text, region) if text else None
    except NumberError:
        return None
