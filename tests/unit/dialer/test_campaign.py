"""Which campaign somebody means."""

import pytest

from calls.ids import CampaignId
from dialer.campaign import campaign_meant
from dialer.errors import AmbiguousCampaign, UnknownCampaign

APK, TYRES, OTHER = map(CampaignId, ("apk-mei", "tyres", "other"))
NAMES = {APK: "APK mei", TYRES: "apk-mei", OTHER: "Apk Mei"}


def test_an_id_goes_before_a_name() -> None:
    assert campaign_meant("apk-mei", NAMES) == APK


def test_a_name_is_understood_whatever_its_capitals_and_blanks_around_it() -> None:
    assert campaign_meant(" APK-mei ", {TYRES: "apk-Mei"}) == TYRES


def test_a_name_of_several_is_refused_with_their_ids() -> None:
    with pytest.raises(AmbiguousCampaign, match="apk-mei, other"):
        campaign_meant("APK mei", NAMES)


def test_a_word_for_none_is_refused() -> None:
    with pytest.raises(UnknownCampaign, match="dealerlijn campaign list"):
        campaign_meant("nothing", NAMES)
