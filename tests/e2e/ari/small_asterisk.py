"""A small real Asterisk for tests of the adapters: no phones, Local channels, and itself as SIP registrar."""

import struct
from dataclasses import dataclass
from pathlib import Path

from app.asterisk.instance import AsteriskInstance
from app.asterisk.program import AsteriskProgram

USER = "tester"
PASSWORD = "no-secret-in-a-test"  # pragma: allowlist secret

_DIRECTORIES = ("etc", "run", "spool", "log", "db", "data")

_FILES = {
    "asterisk.conf": """
[directories]
astetcdir => {state}/etc
astrundir => {state}/run
astspooldir => {state}/spool
astlogdir => {state}/log
astdbdir => {state}/db
astkeydir => {state}/db
astvarlibdir => /usr/share/asterisk
astdatadir => /usr/share/asterisk
astcachedir => {state}/db
[options]
documentation_language = en_US
""",
    "modules.conf": """
[modules]
autoload = no
load = res_timing_timerfd.so
load = res_sorcery_config.so
load = res_sorcery_memory.so
load = res_sorcery_astdb.so
load = codec_alaw.so
load = codec_ulaw.so
load = codec_resample.so
load = format_sln.so
load = format_wav.so
load = format_pcm.so
load = res_musiconhold.so
load = bridge_simple.so
load = bridge_softmix.so
load = bridge_holding.so
load = chan_bridge_media.so
load = res_pjproject.so
load = res_pjsip.so
load = res_pjsip_authenticator_digest.so
load = res_pjsip_outbound_authenticator_digest.so
load = res_pjsip_outbound_registration.so
load = res_pjsip_endpoint_identifier_user.so
load = res_pjsip_registrar.so
load = pbx_config.so
load = func_global.so
load = func_logic.so
load = func_timeout.so
load = func_channel.so
load = app_stasis.so
load = app_userevent.so
load = res_http_websocket.so
load = res_websocket_client.so
load = res_stasis.so
load = res_stasis_answer.so
load = res_stasis_device_state.so
load = res_stasis_playback.so
load = res_stasis_recording.so
load = res_stasis_snoop.so
load = res_ari.so
load = res_ari_model.so
load = res_ari_applications.so
load = res_ari_asterisk.so
load = res_ari_bridges.so
load = res_ari_channels.so
load = res_ari_device_states.so
load = res_ari_endpoints.so
load = res_ari_events.so
load = res_ari_playbacks.so
load = res_ari_recordings.so
load = res_ari_sounds.so
""",
    "http.conf": """
[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = {ari_port}
sessionlimit = 1000
""",
    "ari.conf": """
[general]
enabled = yes
websocket_write_timeout = 500
[{user}]
type = user
read_only = no
password = {password}
""",
    "manager.conf": """
[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = {ami_port}
[{user}]
secret = {password}
read = system,user
write = system
writetimeout = 1000
""",
    "pjsip.conf": """
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{sip_port}
[phone]
type = endpoint
context = nowhere
aors = phone
auth = phone
disallow = all
allow = alaw
[phone]
type = aor
max_contacts = 1
remove_existing = yes
qualify_frequency = 2
[phone]
type = auth
auth_type = digest
username = phone
password = {password}
[line]
type = registration
transport = udp
outbound_auth = phone
server_uri = sip:127.0.0.1:{sip_port}
client_uri = sip:phone@127.0.0.1:{sip_port}
contact_user = phone
expiration = 60
retry_interval = 2
""",
    "logger.conf": """
[general]
[logfiles]
messages = notice,warning,error
""",
    "indications.conf": """
[general]
country = nl
[nl]
description = Netherlands
ringcadence = 1000,4000
dial = 425
busy = 425/500,0/500
ring = 425/1000,0/4000
congestion = 425/250,0/250
callwaiting = 425/500,0/9500
dialrecall = 425/500,0/50
record = 1400/500,0/15000
info = 950/330,1400/330,1800/330,0/1000
stutter = 425/500,0/50
""",
    "musiconhold.conf": """
[default]
mode = files
directory = {state}/data/moh
""",
    # `person` is whoever is at the far end of a Local channel; 1 answers after a moment, 2 is busy, 3 never answers.
    "extensions.conf": """
[from-trunk]
exten => _X.,1,Stasis(${{DL_APP}},in,${{EXTEN}})
 same => n,GotoIf($["${{STASISSTATUS}}" = "FAILED"]?fallback)
 same => n,Hangup()
 same => n(fallback),Answer()
 same => n,UserEvent(Fallback)
 same => n,Wait(30)
[answered]
exten => _[a-z0-9].,1,Stasis(${{DL_APP}},answered,${{EXTEN}})
 same => n,Hangup()
[person]
exten => 1,1,Wait(0.3)
 same => n,Answer()
 same => n,Wait(30)
exten => 2,1,Wait(0.3)
 same => n,Busy()
exten => 3,1,Ringing()
 same => n,Wait(30)
exten => caller,1,Answer()
 same => n,Wait(60)
""",
}


@dataclass(frozen=True, slots=True)
class SmallAsterisk:
    """A running one; `sounds` holds `short` (0.3 s) and `long` (20 s) of silence."""

    instance: AsteriskInstance
    ari_url: str
    ami_port: int
    sounds: Path


def prepare(program: AsteriskProgram, state: Path, first_port: int) -> SmallAsterisk:
    """Write its files below `state`; ARI, AMI and SIP listen on `first_port` and the next two."""
    for name in (*_DIRECTORIES, "spool/recording"):
        (state / name).mkdir(parents=True, exist_ok=True)
    places = {"state": state, "user": USER, "password": PASSWORD, "ari_port": first_port}
    places |= {"ami_port": first_port + 1, "sip_port": first_port + 2}
    for name, text in _FILES.items():
        (state / "etc" / name).write_text(text.format(**places))
    sounds = state / "data" / "sounds"
    for directory in (sounds, state / "data" / "moh"):
        directory.mkdir(exist_ok=True)
        _silence(directory / "short.sln", seconds=0.3)
        _silence(directory / "long.sln", seconds=20)
    instance = AsteriskInstance(program, state)
    return SmallAsterisk(instance, f"http://127.0.0.1:{first_port}/ari", first_port + 1, sounds)


def _silence(path: Path, seconds: float) -> None:
    path.write_bytes(struct.pack("<h", 0) * int(8000 * seconds))
