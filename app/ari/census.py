"""What Asterisk has at one moment, read in parallel: channels, bridges, playbacks and recordings that are awaited."""

import asyncio

from app.ari.connection import is_application
from app.ari.models import Channel
from app.ari.operations import Ari
from app.ari.outcome import Done
from app.reconcile_plan import Live, LiveLeg
from calls.ids import BridgeId, LegId, PlaybackId, RecordingId, call_of_bridge


class CensusFailed(Exception):
    """Asterisk did not tell what it has."""


async def take_census(ari: Ari, application: str, base: str) -> Live:
    """Read channels and bridges. Raises CensusFailed when either answer is missing.

    `application` is our application's name now, `base` what it was before any change.
    """
    async with asyncio.TaskGroup() as group:
        channels_task = group.create_task(ari.channels.list())
        bridges_task = group.create_task(ari.bridges.list())
    channels, bridges = channels_task.result(), bridges_task.result()
    if not isinstance(channels, Done) or not isinstance(bridges, Done):
        raise CensusFailed(f"channels: {channels!r:.80}, bridges: {bridges!r:.80}")
    legs = (_leg(channel, application, base) for channel in channels.value)
    return Live(
        {leg.leg_id: leg for leg in legs},
        {
            BridgeId(bridge.id): tuple(LegId(channel) for channel in bridge.channels)
            for bridge in bridges.value
            if call_of_bridge(bridge.id) is not None
        },
    )


async def still_plays(ari: Ari, playback_id: PlaybackId) -> bool:
    """Whether a playback has not ended yet."""
    return isinstance(await ari.playbacks.get(playback_id=playback_id), Done)


async def still_records(ari: Ari, recording_id: RecordingId) -> bool:
    """Whether a recording is under way."""
    return isinstance(await ari.recordings.get_live(recording_name=recording_id), Done)


async def is_stored(ari: Ari, recording_id: RecordingId) -> bool:
    """Whether Asterisk has a recording that is over."""
    return isinstance(await ari.recordings.get_stored(recording_name=recording_id), Done)


def _leg(channel: Channel, application: str, base: str) -> LiveLeg:
    name, *arguments = channel.dialplan.app_data.split(",")
    ours = channel.dialplan.app_name == "Stasis" and is_application(name, base)
    endpoint = channel.name.rsplit("-", 1)[0]
    return LiveLeg(
        LegId(channel.id),
        channel.state == "Up",
        ours,
        tuple(arguments) if ours else (),
        endpoint,
        channel.caller.number,
        heard=ours and name == application,
        rings=channel.state == "Ringing",
    )
