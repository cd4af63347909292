"""Every request that Asterisk's REST interface takes, typed and grouped by resource.

Made by `python -m app.ari.generate` from Asterisk's own API description; change the generator, not this file.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from app.ari.models import (
    Application,
    AsteriskInfo,
    AsteriskPing,
    Bridge,
    Channel,
    ConfigTuple,
    DeviceState,
    Endpoint,
    LiveRecording,
    LogChannel,
    Mailbox,
    Module,
    Playback,
    RTPstat,
    Sound,
    StoredRecording,
    Variable,
    Variables,
)
from app.ari.outcome import Outcome
from app.ari.rest import Rest, part
from app.ari.transport import Lane, Transport

ControlOperation: TypeAlias = Literal[
    "restart",
    "pause",
    "unpause",
    "reverse",
    "forward",
]
ExternalMediaConnectionType: TypeAlias = Literal[
    "client",
    "server",
]
ExternalMediaDirection: TypeAlias = Literal["both"]
ExternalMediaEncapsulation: TypeAlias = Literal[
    "rtp",
    "audiosocket",
    "none",
]
ExternalMediaTransport: TypeAlias = Literal[
    "udp",
    "tcp",
    "websocket",
]
GetInfoOnly: TypeAlias = Literal[
    "build",
    "system",
    "config",
    "status",
]
HangupReason: TypeAlias = Literal[
    "normal",
    "busy",
    "congestion",
    "no_answer",
    "timeout",
    "rejected",
    "unallocated",
    "normal_unspecified",
    "number_incomplete",
    "codec_mismatch",
    "interworking",
    "failure",
    "answered_elsewhere",
]
MuteDirection: TypeAlias = Literal[
    "both",
    "in",
    "out",
]
RecordIfExists: TypeAlias = Literal[
    "fail",
    "overwrite",
    "append",
]
RecordTerminateOn: TypeAlias = Literal[
    "none",
    "any",
    "*",
    "#",
]
SnoopChannelSpy: TypeAlias = Literal[
    "none",
    "both",
    "out",
    "in",
]
UpdateDeviceState: TypeAlias = Literal[
    "NOT_INUSE",
    "INUSE",
    "BUSY",
    "INVALID",
    "UNAVAILABLE",
    "RINGING",
    "RINGINUSE",
    "ONHOLD",
]


class Applications:
    """Requests below /applications."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Application, ...]]:
        """GET /applications."""
        return await self._call(
            tuple[Application, ...],
            lane,
            "GET",
            "/applications",
        )

    async def get(
        self,
        *,
        application_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Application]:
        """GET /applications/{applicationName}."""
        return await self._call(
            Application,
            lane,
            "GET",
            f"/applications/{part(application_name)}",
        )

    async def subscribe(
        self,
        *,
        application_name: str,
        event_source: Sequence[str],
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Application]:
        """POST /applications/{applicationName}/subscription."""
        return await self._call(
            Application,
            lane,
            "POST",
            f"/applications/{part(application_name)}/subscription",
            {
                "eventSource": event_source,
            },
        )

    async def unsubscribe(
        self,
        *,
        application_name: str,
        event_source: Sequence[str],
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Application]:
        """DELETE /applications/{applicationName}/subscription."""
        return await self._call(
            Application,
            lane,
            "DELETE",
            f"/applications/{part(application_name)}/subscription",
            {
                "eventSource": event_source,
            },
        )

    async def filter(
        self,
        *,
        application_name: str,
        filter: Mapping[str, Any] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Application]:
        """PUT /applications/{applicationName}/eventFilter."""
        return await self._call(
            Application,
            lane,
            "PUT",
            f"/applications/{part(application_name)}/eventFilter",
            body=filter,
        )


class Asterisk:
    """Requests below /asterisk."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def get_object(
        self,
        *,
        config_class: str,
        object_type: str,
        id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[ConfigTuple, ...]]:
        """GET /asterisk/config/dynamic/{configClass}/{objectType}/{id}."""
        return await self._call(
            tuple[ConfigTuple, ...],
            lane,
            "GET",
            f"/asterisk/config/dynamic/{part(config_class)}/{part(object_type)}/{part(id)}",
        )

    async def update_object(
        self,
        *,
        config_class: str,
        object_type: str,
        id: str,
        fields: Sequence[Mapping[str, str]] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[ConfigTuple, ...]]:
        """PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id}."""
        return await self._call(
            tuple[ConfigTuple, ...],
            lane,
            "PUT",
            f"/asterisk/config/dynamic/{part(config_class)}/{part(object_type)}/{part(id)}",
            body=None if fields is None else {"fields": fields},
        )

    async def delete_object(
        self,
        *,
        config_class: str,
        object_type: str,
        id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /asterisk/config/dynamic/{configClass}/{objectType}/{id}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/asterisk/config/dynamic/{part(config_class)}/{part(object_type)}/{part(id)}",
        )

    async def get_info(
        self,
        *,
        only: Sequence[GetInfoOnly] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[AsteriskInfo]:
        """GET /asterisk/info."""
        return await self._call(
            AsteriskInfo,
            lane,
            "GET",
            "/asterisk/info",
            {
                "only": only,
            },
        )

    async def ping(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[AsteriskPing]:
        """GET /asterisk/ping."""
        return await self._call(
            AsteriskPing,
            lane,
            "GET",
            "/asterisk/ping",
        )

    async def list_modules(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Module, ...]]:
        """GET /asterisk/modules."""
        return await self._call(
            tuple[Module, ...],
            lane,
            "GET",
            "/asterisk/modules",
        )

    async def get_module(
        self,
        *,
        module_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Module]:
        """GET /asterisk/modules/{moduleName}."""
        return await self._call(
            Module,
            lane,
            "GET",
            f"/asterisk/modules/{part(module_name)}",
        )

    async def load_module(
        self,
        *,
        module_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /asterisk/modules/{moduleName}."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/asterisk/modules/{part(module_name)}",
        )

    async def unload_module(
        self,
        *,
        module_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /asterisk/modules/{moduleName}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/asterisk/modules/{part(module_name)}",
        )

    async def reload_module(
        self,
        *,
        module_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """PUT /asterisk/modules/{moduleName}."""
        return await self._call(
            type(None),
            lane,
            "PUT",
            f"/asterisk/modules/{part(module_name)}",
        )

    async def list_log_channels(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[LogChannel, ...]]:
        """GET /asterisk/logging."""
        return await self._call(
            tuple[LogChannel, ...],
            lane,
            "GET",
            "/asterisk/logging",
        )

    async def add_log(
        self,
        *,
        log_channel_name: str,
        configuration: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /asterisk/logging/{logChannelName}."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/asterisk/logging/{part(log_channel_name)}",
            {
                "configuration": configuration,
            },
        )

    async def delete_log(
        self,
        *,
        log_channel_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /asterisk/logging/{logChannelName}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/asterisk/logging/{part(log_channel_name)}",
        )

    async def rotate_log(
        self,
        *,
        log_channel_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """PUT /asterisk/logging/{logChannelName}/rotate."""
        return await self._call(
            type(None),
            lane,
            "PUT",
            f"/asterisk/logging/{part(log_channel_name)}/rotate",
        )

    async def get_global_var(
        self,
        *,
        variable: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Variable]:
        """GET /asterisk/variable."""
        return await self._call(
            Variable,
            lane,
            "GET",
            "/asterisk/variable",
            {
                "variable": variable,
            },
        )

    async def set_global_var(
        self,
        *,
        variable: str,
        value: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /asterisk/variable."""
        return await self._call(
            type(None),
            lane,
            "POST",
            "/asterisk/variable",
            {
                "variable": variable,
                "value": value,
            },
        )


class Bridges:
    """Requests below /bridges."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Bridge, ...]]:
        """GET /bridges."""
        return await self._call(
            tuple[Bridge, ...],
            lane,
            "GET",
            "/bridges",
        )

    async def create(
        self,
        *,
        type: str | None = None,
        bridge_id: str | None = None,
        name: str | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Bridge]:
        """POST /bridges."""
        return await self._call(
            Bridge,
            lane,
            "POST",
            "/bridges",
            {
                "type": type,
                "bridgeId": bridge_id,
                "name": name,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def create_with_id(
        self,
        *,
        bridge_id: str,
        type: str | None = None,
        name: str | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Bridge]:
        """POST /bridges/{bridgeId}."""
        return await self._call(
            Bridge,
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}",
            {
                "type": type,
                "name": name,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def get(
        self,
        *,
        bridge_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Bridge]:
        """GET /bridges/{bridgeId}."""
        return await self._call(
            Bridge,
            lane,
            "GET",
            f"/bridges/{part(bridge_id)}",
        )

    async def destroy(
        self,
        *,
        bridge_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /bridges/{bridgeId}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/bridges/{part(bridge_id)}",
        )

    async def get_bridge_var(
        self,
        *,
        bridge_id: str,
        variable: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Variable]:
        """GET /bridges/{bridgeId}/variable."""
        return await self._call(
            Variable,
            lane,
            "GET",
            f"/bridges/{part(bridge_id)}/variable",
            {
                "variable": variable,
            },
        )

    async def set_bridge_var(
        self,
        *,
        bridge_id: str,
        variable: str,
        value: str | None = None,
        report_events: bool | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /bridges/{bridgeId}/variable."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/variable",
            {
                "variable": variable,
                "value": value,
                "report_events": report_events,
            },
        )

    async def get_bridge_vars(
        self,
        *,
        bridge_id: str,
        variables: Sequence[str],
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Variables]:
        """GET /bridges/{bridgeId}/variables."""
        return await self._call(
            Variables,
            lane,
            "GET",
            f"/bridges/{part(bridge_id)}/variables",
            {
                "variables": variables,
            },
        )

    async def set_bridge_vars(
        self,
        *,
        bridge_id: str,
        variables: Mapping[str, str],
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /bridges/{bridgeId}/variables."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/variables",
            body={"variables": variables},
        )

    async def add_channel(
        self,
        *,
        bridge_id: str,
        channel: Sequence[str],
        role: str | None = None,
        absorb_dtmf: bool | None = None,
        mute: bool | None = None,
        inhibit_connected_line_updates: bool | None = None,
        lane: Lane = Lane.SLOW,
    ) -> Outcome[None]:
        """POST /bridges/{bridgeId}/addChannel."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/addChannel",
            {
                "channel": channel,
                "role": role,
                "absorbDTMF": absorb_dtmf,
                "mute": mute,
                "inhibitConnectedLineUpdates": inhibit_connected_line_updates,
            },
        )

    async def remove_channel(
        self,
        *,
        bridge_id: str,
        channel: Sequence[str],
        lane: Lane = Lane.SLOW,
    ) -> Outcome[None]:
        """POST /bridges/{bridgeId}/removeChannel."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/removeChannel",
            {
                "channel": channel,
            },
        )

    async def set_video_source(
        self,
        *,
        bridge_id: str,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /bridges/{bridgeId}/videoSource/{channelId}."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/videoSource/{part(channel_id)}",
        )

    async def clear_video_source(
        self,
        *,
        bridge_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /bridges/{bridgeId}/videoSource."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/bridges/{part(bridge_id)}/videoSource",
        )

    async def start_moh(
        self,
        *,
        bridge_id: str,
        moh_class: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /bridges/{bridgeId}/moh."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/moh",
            {
                "mohClass": moh_class,
            },
        )

    async def stop_moh(
        self,
        *,
        bridge_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /bridges/{bridgeId}/moh."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/bridges/{part(bridge_id)}/moh",
        )

    async def play(
        self,
        *,
        bridge_id: str,
        media: Sequence[str],
        announcer_format: str | None = None,
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
        playback_id: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Playback]:
        """POST /bridges/{bridgeId}/play."""
        return await self._call(
            Playback,
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/play",
            {
                "media": media,
                "announcer_format": announcer_format,
                "lang": lang,
                "offsetms": offsetms,
                "skipms": skipms,
                "playbackId": playback_id,
            },
        )

    async def play_with_id(
        self,
        *,
        bridge_id: str,
        playback_id: str,
        media: Sequence[str],
        announcer_format: str | None = None,
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Playback]:
        """POST /bridges/{bridgeId}/play/{playbackId}."""
        return await self._call(
            Playback,
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/play/{part(playback_id)}",
            {
                "media": media,
                "announcer_format": announcer_format,
                "lang": lang,
                "offsetms": offsetms,
                "skipms": skipms,
            },
        )

    async def record(
        self,
        *,
        bridge_id: str,
        name: str,
        format: str,
        recorder_format: str | None = None,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: RecordIfExists | None = None,
        beep: bool | None = None,
        terminate_on: RecordTerminateOn | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[LiveRecording]:
        """POST /bridges/{bridgeId}/record."""
        return await self._call(
            LiveRecording,
            lane,
            "POST",
            f"/bridges/{part(bridge_id)}/record",
            {
                "name": name,
                "format": format,
                "recorder_format": recorder_format,
                "maxDurationSeconds": max_duration_seconds,
                "maxSilenceSeconds": max_silence_seconds,
                "ifExists": if_exists,
                "beep": beep,
                "terminateOn": terminate_on,
            },
        )


class Channels:
    """Requests below /channels."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Channel, ...]]:
        """GET /channels."""
        return await self._call(
            tuple[Channel, ...],
            lane,
            "GET",
            "/channels",
        )

    async def originate(
        self,
        *,
        endpoint: str,
        extension: str | None = None,
        context: str | None = None,
        priority: int | None = None,
        label: str | None = None,
        app: str | None = None,
        app_args: str | None = None,
        caller_id: str | None = None,
        timeout: int | None = None,
        variables: Mapping[str, str] | None = None,
        channel_id: str | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """POST /channels."""
        return await self._call(
            Channel,
            lane,
            "POST",
            "/channels",
            {
                "endpoint": endpoint,
                "extension": extension,
                "context": context,
                "priority": priority,
                "label": label,
                "app": app,
                "appArgs": app_args,
                "callerId": caller_id,
                "timeout": timeout,
                "channelId": channel_id,
                "otherChannelId": other_channel_id,
                "originator": originator,
                "formats": formats,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def create(
        self,
        *,
        endpoint: str,
        app: str,
        app_args: str | None = None,
        channel_id: str | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """POST /channels/create."""
        return await self._call(
            Channel,
            lane,
            "POST",
            "/channels/create",
            {
                "endpoint": endpoint,
                "app": app,
                "appArgs": app_args,
                "channelId": channel_id,
                "otherChannelId": other_channel_id,
                "originator": originator,
                "formats": formats,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def get(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """GET /channels/{channelId}."""
        return await self._call(
            Channel,
            lane,
            "GET",
            f"/channels/{part(channel_id)}",
        )

    async def originate_with_id(
        self,
        *,
        channel_id: str,
        endpoint: str,
        extension: str | None = None,
        context: str | None = None,
        priority: int | None = None,
        label: str | None = None,
        app: str | None = None,
        app_args: str | None = None,
        caller_id: str | None = None,
        timeout: int | None = None,
        variables: Mapping[str, str] | None = None,
        other_channel_id: str | None = None,
        originator: str | None = None,
        formats: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """POST /channels/{channelId}."""
        return await self._call(
            Channel,
            lane,
            "POST",
            f"/channels/{part(channel_id)}",
            {
                "endpoint": endpoint,
                "extension": extension,
                "context": context,
                "priority": priority,
                "label": label,
                "app": app,
                "appArgs": app_args,
                "callerId": caller_id,
                "timeout": timeout,
                "otherChannelId": other_channel_id,
                "originator": originator,
                "formats": formats,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def hangup(
        self,
        *,
        channel_id: str,
        reason_code: str | None = None,
        reason: HangupReason | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /channels/{channelId}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/channels/{part(channel_id)}",
            {
                "reason_code": reason_code,
                "reason": reason,
            },
        )

    async def continue_in_dialplan(
        self,
        *,
        channel_id: str,
        context: str | None = None,
        extension: str | None = None,
        priority: int | None = None,
        label: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/continue."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/continue",
            {
                "context": context,
                "extension": extension,
                "priority": priority,
                "label": label,
            },
        )

    async def move(
        self,
        *,
        channel_id: str,
        app: str,
        app_args: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/move."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/move",
            {
                "app": app,
                "appArgs": app_args,
            },
        )

    async def redirect(
        self,
        *,
        channel_id: str,
        endpoint: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/redirect."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/redirect",
            {
                "endpoint": endpoint,
            },
        )

    async def answer(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.SLOW,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/answer."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/answer",
        )

    async def ring(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/ring."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/ring",
        )

    async def ring_stop(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /channels/{channelId}/ring."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/channels/{part(channel_id)}/ring",
        )

    async def progress(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/progress."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/progress",
        )

    async def send_dtmf(
        self,
        *,
        channel_id: str,
        dtmf: str | None = None,
        before: int | None = None,
        between: int | None = None,
        duration: int | None = None,
        after: int | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/dtmf."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/dtmf",
            {
                "dtmf": dtmf,
                "before": before,
                "between": between,
                "duration": duration,
                "after": after,
            },
        )

    async def mute(
        self,
        *,
        channel_id: str,
        direction: MuteDirection | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/mute."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/mute",
            {
                "direction": direction,
            },
        )

    async def unmute(
        self,
        *,
        channel_id: str,
        direction: MuteDirection | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /channels/{channelId}/mute."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/channels/{part(channel_id)}/mute",
            {
                "direction": direction,
            },
        )

    async def hold(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/hold."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/hold",
        )

    async def unhold(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /channels/{channelId}/hold."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/channels/{part(channel_id)}/hold",
        )

    async def start_moh(
        self,
        *,
        channel_id: str,
        moh_class: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/moh."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/moh",
            {
                "mohClass": moh_class,
            },
        )

    async def stop_moh(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /channels/{channelId}/moh."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/channels/{part(channel_id)}/moh",
        )

    async def start_silence(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/silence."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/silence",
        )

    async def stop_silence(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /channels/{channelId}/silence."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/channels/{part(channel_id)}/silence",
        )

    async def play(
        self,
        *,
        channel_id: str,
        media: Sequence[str],
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
        playback_id: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Playback]:
        """POST /channels/{channelId}/play."""
        return await self._call(
            Playback,
            lane,
            "POST",
            f"/channels/{part(channel_id)}/play",
            {
                "media": media,
                "lang": lang,
                "offsetms": offsetms,
                "skipms": skipms,
                "playbackId": playback_id,
            },
        )

    async def play_with_id(
        self,
        *,
        channel_id: str,
        playback_id: str,
        media: Sequence[str],
        lang: str | None = None,
        offsetms: int | None = None,
        skipms: int | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Playback]:
        """POST /channels/{channelId}/play/{playbackId}."""
        return await self._call(
            Playback,
            lane,
            "POST",
            f"/channels/{part(channel_id)}/play/{part(playback_id)}",
            {
                "media": media,
                "lang": lang,
                "offsetms": offsetms,
                "skipms": skipms,
            },
        )

    async def record(
        self,
        *,
        channel_id: str,
        name: str,
        format: str,
        max_duration_seconds: int | None = None,
        max_silence_seconds: int | None = None,
        if_exists: RecordIfExists | None = None,
        beep: bool | None = None,
        terminate_on: RecordTerminateOn | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[LiveRecording]:
        """POST /channels/{channelId}/record."""
        return await self._call(
            LiveRecording,
            lane,
            "POST",
            f"/channels/{part(channel_id)}/record",
            {
                "name": name,
                "format": format,
                "maxDurationSeconds": max_duration_seconds,
                "maxSilenceSeconds": max_silence_seconds,
                "ifExists": if_exists,
                "beep": beep,
                "terminateOn": terminate_on,
            },
        )

    async def get_channel_var(
        self,
        *,
        channel_id: str,
        variable: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Variable]:
        """GET /channels/{channelId}/variable."""
        return await self._call(
            Variable,
            lane,
            "GET",
            f"/channels/{part(channel_id)}/variable",
            {
                "variable": variable,
            },
        )

    async def set_channel_var(
        self,
        *,
        channel_id: str,
        variable: str,
        value: str | None = None,
        report_events: bool | None = None,
        lane: Lane = Lane.SLOW,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/variable."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/variable",
            {
                "variable": variable,
                "value": value,
                "report_events": report_events,
            },
        )

    async def get_channel_vars(
        self,
        *,
        channel_id: str,
        variables: Sequence[str],
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Variables]:
        """GET /channels/{channelId}/variables."""
        return await self._call(
            Variables,
            lane,
            "GET",
            f"/channels/{part(channel_id)}/variables",
            {
                "variables": variables,
            },
        )

    async def set_channel_vars(
        self,
        *,
        channel_id: str,
        variables: Mapping[str, str],
        lane: Lane = Lane.SLOW,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/variables."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/variables",
            body={"variables": variables},
        )

    async def snoop_channel(
        self,
        *,
        channel_id: str,
        app: str,
        spy: SnoopChannelSpy | None = None,
        whisper: SnoopChannelSpy | None = None,
        app_args: str | None = None,
        snoop_id: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """POST /channels/{channelId}/snoop."""
        return await self._call(
            Channel,
            lane,
            "POST",
            f"/channels/{part(channel_id)}/snoop",
            {
                "spy": spy,
                "whisper": whisper,
                "app": app,
                "appArgs": app_args,
                "snoopId": snoop_id,
            },
        )

    async def snoop_channel_with_id(
        self,
        *,
        channel_id: str,
        snoop_id: str,
        app: str,
        spy: SnoopChannelSpy | None = None,
        whisper: SnoopChannelSpy | None = None,
        app_args: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """POST /channels/{channelId}/snoop/{snoopId}."""
        return await self._call(
            Channel,
            lane,
            "POST",
            f"/channels/{part(channel_id)}/snoop/{part(snoop_id)}",
            {
                "spy": spy,
                "whisper": whisper,
                "app": app,
                "appArgs": app_args,
            },
        )

    async def dial(
        self,
        *,
        channel_id: str,
        caller: str | None = None,
        timeout: int | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/dial."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/dial",
            {
                "caller": caller,
                "timeout": timeout,
            },
        )

    async def rtpstatistics(
        self,
        *,
        channel_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[RTPstat]:
        """GET /channels/{channelId}/rtp_statistics."""
        return await self._call(
            RTPstat,
            lane,
            "GET",
            f"/channels/{part(channel_id)}/rtp_statistics",
        )

    async def external_media(
        self,
        *,
        app: str,
        format: str,
        channel_id: str | None = None,
        variables: Mapping[str, str] | None = None,
        external_host: str | None = None,
        encapsulation: ExternalMediaEncapsulation | None = None,
        transport: ExternalMediaTransport | None = None,
        connection_type: ExternalMediaConnectionType | None = None,
        direction: ExternalMediaDirection | None = None,
        data: str | None = None,
        transport_data: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Channel]:
        """POST /channels/externalMedia."""
        return await self._call(
            Channel,
            lane,
            "POST",
            "/channels/externalMedia",
            {
                "channelId": channel_id,
                "app": app,
                "external_host": external_host,
                "encapsulation": encapsulation,
                "transport": transport,
                "connection_type": connection_type,
                "format": format,
                "direction": direction,
                "data": data,
                "transport_data": transport_data,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def transfer_progress(
        self,
        *,
        channel_id: str,
        states: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /channels/{channelId}/transfer_progress."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/channels/{part(channel_id)}/transfer_progress",
            {
                "states": states,
            },
        )


class DeviceStates:
    """Requests below /deviceStates."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[DeviceState, ...]]:
        """GET /deviceStates."""
        return await self._call(
            tuple[DeviceState, ...],
            lane,
            "GET",
            "/deviceStates",
        )

    async def get(
        self,
        *,
        device_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[DeviceState]:
        """GET /deviceStates/{deviceName}."""
        return await self._call(
            DeviceState,
            lane,
            "GET",
            f"/deviceStates/{part(device_name)}",
        )

    async def update(
        self,
        *,
        device_name: str,
        device_state: UpdateDeviceState,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """PUT /deviceStates/{deviceName}."""
        return await self._call(
            type(None),
            lane,
            "PUT",
            f"/deviceStates/{part(device_name)}",
            {
                "deviceState": device_state,
            },
        )

    async def delete(
        self,
        *,
        device_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /deviceStates/{deviceName}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/deviceStates/{part(device_name)}",
        )


class Endpoints:
    """Requests below /endpoints."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Endpoint, ...]]:
        """GET /endpoints."""
        return await self._call(
            tuple[Endpoint, ...],
            lane,
            "GET",
            "/endpoints",
        )

    async def send_message(
        self,
        *,
        to: str,
        from_: str,
        body: str | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """PUT /endpoints/sendMessage."""
        return await self._call(
            type(None),
            lane,
            "PUT",
            "/endpoints/sendMessage",
            {
                "to": to,
                "from": from_,
                "body": body,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def refer(
        self,
        *,
        to: str,
        from_: str,
        refer_to: str,
        to_self: bool | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /endpoints/refer."""
        return await self._call(
            type(None),
            lane,
            "POST",
            "/endpoints/refer",
            {
                "to": to,
                "from": from_,
                "refer_to": refer_to,
                "to_self": to_self,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def list_by_tech(
        self,
        *,
        tech: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Endpoint, ...]]:
        """GET /endpoints/{tech}."""
        return await self._call(
            tuple[Endpoint, ...],
            lane,
            "GET",
            f"/endpoints/{part(tech)}",
        )

    async def get(
        self,
        *,
        tech: str,
        resource: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Endpoint]:
        """GET /endpoints/{tech}/{resource}."""
        return await self._call(
            Endpoint,
            lane,
            "GET",
            f"/endpoints/{part(tech)}/{part(resource)}",
        )

    async def send_message_to_endpoint(
        self,
        *,
        tech: str,
        resource: str,
        from_: str,
        body: str | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """PUT /endpoints/{tech}/{resource}/sendMessage."""
        return await self._call(
            type(None),
            lane,
            "PUT",
            f"/endpoints/{part(tech)}/{part(resource)}/sendMessage",
            {
                "from": from_,
                "body": body,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def refer_to_endpoint(
        self,
        *,
        tech: str,
        resource: str,
        from_: str,
        refer_to: str,
        to_self: bool | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /endpoints/{tech}/{resource}/refer."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/endpoints/{part(tech)}/{part(resource)}/refer",
            {
                "from": from_,
                "refer_to": refer_to,
                "to_self": to_self,
            },
            body=None if variables is None else {"variables": variables},
        )


class Events:
    """Requests below /events."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def user_event(
        self,
        *,
        event_name: str,
        application: str,
        source: Sequence[str] | None = None,
        variables: Mapping[str, str] | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /events/user/{eventName}."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/events/user/{part(event_name)}",
            {
                "application": application,
                "source": source,
            },
            body=None if variables is None else {"variables": variables},
        )

    async def claim_channel(
        self,
        *,
        channel_id: str,
        application: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /events/claim."""
        return await self._call(
            type(None),
            lane,
            "POST",
            "/events/claim",
            {
                "channelId": channel_id,
                "application": application,
            },
        )


class Mailboxes:
    """Requests below /mailboxes."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Mailbox, ...]]:
        """GET /mailboxes."""
        return await self._call(
            tuple[Mailbox, ...],
            lane,
            "GET",
            "/mailboxes",
        )

    async def get(
        self,
        *,
        mailbox_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Mailbox]:
        """GET /mailboxes/{mailboxName}."""
        return await self._call(
            Mailbox,
            lane,
            "GET",
            f"/mailboxes/{part(mailbox_name)}",
        )

    async def update(
        self,
        *,
        mailbox_name: str,
        old_messages: int,
        new_messages: int,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """PUT /mailboxes/{mailboxName}."""
        return await self._call(
            type(None),
            lane,
            "PUT",
            f"/mailboxes/{part(mailbox_name)}",
            {
                "oldMessages": old_messages,
                "newMessages": new_messages,
            },
        )

    async def delete(
        self,
        *,
        mailbox_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /mailboxes/{mailboxName}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/mailboxes/{part(mailbox_name)}",
        )


class Playbacks:
    """Requests below /playbacks."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def get(
        self,
        *,
        playback_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Playback]:
        """GET /playbacks/{playbackId}."""
        return await self._call(
            Playback,
            lane,
            "GET",
            f"/playbacks/{part(playback_id)}",
        )

    async def stop(
        self,
        *,
        playback_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /playbacks/{playbackId}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/playbacks/{part(playback_id)}",
        )

    async def control(
        self,
        *,
        playback_id: str,
        operation: ControlOperation,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /playbacks/{playbackId}/control."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/playbacks/{part(playback_id)}/control",
            {
                "operation": operation,
            },
        )


class Recordings:
    """Requests below /recordings."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list_stored(
        self,
        *,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[StoredRecording, ...]]:
        """GET /recordings/stored."""
        return await self._call(
            tuple[StoredRecording, ...],
            lane,
            "GET",
            "/recordings/stored",
        )

    async def get_stored(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[StoredRecording]:
        """GET /recordings/stored/{recordingName}."""
        return await self._call(
            StoredRecording,
            lane,
            "GET",
            f"/recordings/stored/{part(recording_name)}",
        )

    async def delete_stored(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /recordings/stored/{recordingName}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/recordings/stored/{part(recording_name)}",
        )

    async def get_stored_file(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[bytes]:
        """GET /recordings/stored/{recordingName}/file."""
        return await self._call(
            bytes,
            lane,
            "GET",
            f"/recordings/stored/{part(recording_name)}/file",
        )

    async def copy_stored(
        self,
        *,
        recording_name: str,
        destination_recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[StoredRecording]:
        """POST /recordings/stored/{recordingName}/copy."""
        return await self._call(
            StoredRecording,
            lane,
            "POST",
            f"/recordings/stored/{part(recording_name)}/copy",
            {
                "destinationRecordingName": destination_recording_name,
            },
        )

    async def get_live(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[LiveRecording]:
        """GET /recordings/live/{recordingName}."""
        return await self._call(
            LiveRecording,
            lane,
            "GET",
            f"/recordings/live/{part(recording_name)}",
        )

    async def cancel(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /recordings/live/{recordingName}."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/recordings/live/{part(recording_name)}",
        )

    async def stop(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /recordings/live/{recordingName}/stop."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/recordings/live/{part(recording_name)}/stop",
        )

    async def pause(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /recordings/live/{recordingName}/pause."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/recordings/live/{part(recording_name)}/pause",
        )

    async def unpause(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /recordings/live/{recordingName}/pause."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/recordings/live/{part(recording_name)}/pause",
        )

    async def mute(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """POST /recordings/live/{recordingName}/mute."""
        return await self._call(
            type(None),
            lane,
            "POST",
            f"/recordings/live/{part(recording_name)}/mute",
        )

    async def unmute(
        self,
        *,
        recording_name: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[None]:
        """DELETE /recordings/live/{recordingName}/mute."""
        return await self._call(
            type(None),
            lane,
            "DELETE",
            f"/recordings/live/{part(recording_name)}/mute",
        )


class Sounds:
    """Requests below /sounds."""

    def __init__(self, rest: Rest) -> None:
        self._call = rest.call

    async def list(
        self,
        *,
        lang: str | None = None,
        format: str | None = None,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[tuple[Sound, ...]]:
        """GET /sounds."""
        return await self._call(
            tuple[Sound, ...],
            lane,
            "GET",
            "/sounds",
            {
                "lang": lang,
                "format": format,
            },
        )

    async def get(
        self,
        *,
        sound_id: str,
        lane: Lane = Lane.NORMAL,
    ) -> Outcome[Sound]:
        """GET /sounds/{soundId}."""
        return await self._call(
            Sound,
            lane,
            "GET",
            f"/sounds/{part(sound_id)}",
        )


class Ari:
    """All operations of one Asterisk over one transport."""

    def __init__(self, transport: Transport) -> None:
        rest = Rest(transport)
        self.applications = Applications(rest)
        self.asterisk = Asterisk(rest)
        self.bridges = Bridges(rest)
        self.channels = Channels(rest)
        self.device_states = DeviceStates(rest)
        self.endpoints = Endpoints(rest)
        self.events = Events(rest)
        self.mailboxes = Mailboxes(rest)
        self.playbacks = Playbacks(rest)
        self.recordings = Recordings(rest)
        self.sounds = Sounds(rest)
