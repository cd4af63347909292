"""Keeps the lists with a due window by their dates: each is gone through once a day, from midnight on."""

import asyncio
import logging

from app.clock import TrustedClock
from app.due_refresh import refresh_list
from app.rdw.client import open_register
from app.settings import RdwAccess
from app.storage.database import Database
from app.storage.due_lists import lists_to_keep
from customers.errors import RegisterError
from dialer.due import day_at_home
from dialer.errors import DialerError

LOOK_SECONDS = 600.0
_log = logging.getLogger(__name__)


class DueLists:
    """The daily work on all lists. A list that fails is tried again at the next look; what is known stays in force."""

    def __init__(self, database: Database, access: RdwAccess, clock: TrustedClock) -> None:
        self._database = database
        self._access = access
        self._clock = clock

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Go through the lists that were not gone through today; through none while nobody knows what day it is."""
        if not self._clock.trusted():
            return
        try:
            today = day_at_home(self._clock.now())
            waiting = await lists_to_keep(self._database, today)
        except DialerError as error:
            _log.warning("the lists with a due window could not be read", extra={"reason": str(error)})
            return
        async with open_register(self._access) as register:
            for campaign_id in waiting:
                try:
                    result = await refresh_list(self._database, register, campaign_id, self._clock.now())
                except (RegisterError, DialerError) as error:
                    _log.warning(
                        "a list was not kept by its dates",
                        extra={"campaign": campaign_id, "reason": str(error)},
                    )
                except Exception:  # noqa: BLE001 - what others wrote ends neither the calls nor the care of the other lists
                    _log.exception("a list was not kept by its dates", extra={"campaign": campaign_id})
                else:
                    _log.info(
                        "a list was kept by its dates",
                        extra={
                            "campaign": campaign_id,
                            "appeared": result.appeared,
                            "disappeared": result.disappeared,
                            "unknown_plates": len(result.unknown_plates),
                            "unreadable_cars": len(result.unreadable_cars),
                        },
                    )
                    if result.unreadable_cars:
                        _log.warning(
                            "the register of vehicles cannot be read about some cars of a list: they keep the dates known before, "
                            "and `dealerlijn contacts refresh` names them",
                            extra={"campaign": campaign_id, "cars": len(result.unreadable_cars)},
                        )
