"""`dealerlijn check-config`: the settings, the dealers, the prompts and Asterisk's files, all faults at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from app.asterisk.check_config import Entries, Finding, check_files, check_prompts, parse_entries
from app.asterisk.nodes import TRUNK, DealerNode, Login, Phone, PortRange, Trunk
from app.asterisk.prompts import read_manifest
from app.dealers import Dealers, DealersError, load_dealers
from app.settings import Settings, SettingsError, read_settings

_NO_PASSWORD = "none-is-installed"  # noqa: S105 - no password at all  # pragma: allowlist secret


def check_all(etc: Path, environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Every fault of an installation whose Asterisk has its files in `etc`. Raises PromptBroken."""
    findings: list[Finding] = []
    settings = dealers = None
    try:
        settings = read_settings(environment)
    except SettingsError as error:
        findings += [Finding("environment", "", "complete settings", "faults", str(error))]
    if settings is not None:
        manifest = read_manifest()
        findings += check_prompts(settings.sounds_dir, (*manifest.texts, *manifest.tones))
        try:
            dealers = load_dealers(settings.dealers_file)
        except DealersError as error:
            findings += [
                Finding(fault.file, fault.key, "", fault.problem, fault.remedy) for fault in error.faults
            ]
    if settings is not None and dealers is not None:
        findings += _check_asterisk(settings, dealers, etc)
    return findings


def _check_asterisk(settings: Settings, dealers: Dealers, etc: Path) -> list[Finding]:
    findings = []
    if settings.trunk_endpoint != TRUNK:
        remedy = "set DEALERLIJN_TRUNK_ENDPOINT to the endpoint in pjsip.conf"
        findings = [
            Finding("environment", "DEALERLIJN_TRUNK_ENDPOINT", TRUNK, settings.trunk_endpoint, remedy)
        ]
    try:
        node = _node(settings, dealers.phones, etc)
    except ValueError as error:
        return [*findings, Finding(str(etc), "", "values that can be used", str(error), "correct the file")]
    spool = _one(_entries(etc / "asterisk.conf"), "[directories] astspooldir", "")
    if spool and Path(spool) / "recording" != settings.recordings_dir:
        findings.append(
            Finding(
                "environment",
                "DEALERLIJN_RECORDINGS_DIR",
                f"{spool}/recording",
                str(settings.recordings_dir),
                "set it to the folder recording below astspooldir in asterisk.conf",
            )
        )
    return findings + check_files(node, etc)


def _node(settings: Settings, phones: Sequence[str], etc: Path) -> DealerNode:
    """The node as the settings want it. What they leave to the installation (SIP, RTP, the trunk, the phones' passwords)
    is as installed, so that it makes no difference. Raises ValueError for an installed value that cannot be.
    """
    asterisk, pjsip, rtp, queues = (
        _entries(etc / f"{name}.conf") for name in ("asterisk", "pjsip", "rtp", "queues")
    )
    host, _, port = _one(pjsip, "[udp transport] bind", "127.0.0.1:5060").rpartition(":")
    return DealerNode(
        name=_one(asterisk, "[options] systemname", "dealer"),
        state_dir=Path(_one(asterisk, "[directories] astetcdir", str(etc))).parent,
        sounds_dir=settings.sounds_dir,
        sip_host=host,
        sip_port=int(port),
        ari_port=urlsplit(settings.ari.url).port or 80,
        ari=Login(settings.ari.user, settings.ari.password),
        rtp=PortRange(
            int(_one(rtp, "[general] rtpstart", "10000")), int(_one(rtp, "[general] rtpend", "20000"))
        ),
        phones=tuple(Phone(name, _one(pjsip, f"[{name} auth] password", _NO_PASSWORD)) for name in phones),
        max_calls=int(_one(asterisk, "[options] maxcalls", "2000")),
        max_load=float(_one(asterisk, "[options] maxload", "16.0")),
        ami_port=settings.ami.port,
        ami=Login(settings.ami.user, settings.ami.password),
        app=settings.ari.app,
        trunk=_trunk(pjsip),
        fallback=tuple(
            name.removeprefix("PJSIP/")
            for name in queues.get("[dealerlijn-fallback] member", ())
            if name.removeprefix("PJSIP/") in phones
        ),
        webrtc="[websocket transport] protocol" in pjsip,
    )


def _trunk(pjsip: Entries) -> Trunk:
    host, _, port = (
        _one(pjsip, f"[{TRUNK} aor] contact", "sip:127.0.0.1:5060").removeprefix("sip:").rpartition(":")
    )
    peers = _one(pjsip, f"[{TRUNK} identify] match", host)
    return Trunk(
        host,
        int(port),
        () if peers == host else tuple(peers.split(",")),
        _one(pjsip, f"[{TRUNK} auth] username", "") or None,
        _one(pjsip, f"[{TRUNK} auth] password", ""),
    )


def _entries(path: Path) -> Entries:
    try:
        return parse_entries(path.read_text())
    except (OSError, UnicodeDecodeError):
        return {}  # `check_files` tells of it


def _one(entries: Entries, key: str, default: str) -> str:
    return entries.get(key, (default,))[0]
