"""What can go wrong with an Asterisk of ours before a call exists."""


class AsteriskError(Exception):
    """Base of this package's errors; the message names the object and the remedy."""


class AsteriskMissing(AsteriskError):
    """No usable Asterisk program was found."""


class AsteriskTooOld(AsteriskError):
    """The Asterisk found is older than the oldest version we serve calls with."""


class AsteriskStartFailed(AsteriskError):
    """Asterisk did not become ready in time; the message ends with its last log lines."""


class AsteriskGone(AsteriskError):
    """The instance does not run, or its control socket does not answer."""


class PromptBroken(AsteriskError):
    """A prompt cannot be made; the message names the file and the remedy."""


class CredentialsBroken(AsteriskError):
    """The file of passwords cannot be used; the message names it and the remedy."""


class TelephonyBroken(AsteriskError):
    """telephony.toml cannot be used; the message names the file and every fault."""
