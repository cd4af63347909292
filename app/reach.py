"""Whether Asterisk's ARI answers and is new enough, in words for whoever looks after the installation."""

import asyncio
from collections.abc import Callable

from app.ari.http import HttpTransport
from app.ari.operations import Ari
from app.ari.outcome import AriRequestError, Done
from app.asterisk.errors import AsteriskGone
from app.asterisk.program import Version, parse_version, require_supported
from app.settings import AriAddress

LOOK_SECONDS = 2.0


async def asterisk_version(address: AriAddress) -> Version:
    """The release that answers at an address. Raises AsteriskGone, AsteriskTooOld, each with what to do."""
    try:
        async with HttpTransport(address.url, address.user, address.password) as transport:
            answer = await Ari(transport).asterisk.get_info()
    except AriRequestError as error:
        raise AsteriskGone(
            f"Asterisk at {address.url} refuses us ({error.message}): compare DEALERLIJN_ARI_USER and "
            "DEALERLIJN_ARI_PASSWORD with ari.conf (`dealerlijn check-config`)"
        ) from error
    if not isinstance(answer, Done) or answer.value.system is None:
        raise AsteriskGone(
            f"no Asterisk answers at {address.url}: start it, or set DEALERLIJN_ARI_URL to where its ARI is"
        )
    version = parse_version(f"Asterisk {answer.value.system.version}")
    require_supported(version, address.url)
    return version


async def tell_of_asterisk(address: AriAddress, say: Callable[[str], None]) -> None:
    """Say that Asterisk answers; before that, once, what to do when it does not. Raises AsteriskTooOld."""
    told = False
    while True:
        try:
            version = await asterisk_version(address)
        except AsteriskGone as error:
            if not told:
                say(f"{error}. Trying again until it answers")
            told = True
        else:
            say(f"Asterisk {version} answers at {address.url}")
            return
        await asyncio.sleep(LOOK_SECONDS)
