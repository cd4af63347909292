"""Which errors a command is expected to end with, and how. It knows errors only, and nothing that raises them."""

from pydantic import ValidationError

from app.asterisk.errors import AsteriskError
from app.cli_frame import Exit
from app.console.errors import ApiError, ApiUnreachable
from app.contact_errors import ReportFailed, UnusableFile, UnusableReport
from app.dealers_errors import DealersError
from app.settings import SettingsError
from app.storage.errors import StorageError, WrongDatabaseUrl
from customers.errors import RegisterError, RegisterUnreachable
from dialer.errors import DialerError, StoreUnavailable

_ENDINGS: tuple[tuple[type[Exception], Exit], ...] = (
    (SettingsError, Exit.SETTINGS),
    (DealersError, Exit.SETTINGS),
    (WrongDatabaseUrl, Exit.SETTINGS),
    (StoreUnavailable, Exit.UNREACHABLE),
    (RegisterUnreachable, Exit.UNREACHABLE),
    (RegisterError, Exit.REFUSED),
    (ApiUnreachable, Exit.UNREACHABLE),
    (ApiError, Exit.REFUSED),
    (AsteriskError, Exit.REFUSED),
    (StorageError, Exit.REFUSED),
    (DialerError, Exit.REFUSED),
    (UnusableFile, Exit.REFUSED),
    (UnusableReport, Exit.REFUSED),
    (ReportFailed, Exit.REFUSED),
)


def ending(error: Exception) -> tuple[str, Exit] | None:
    """The sentence and the exit code that an expected error ends a command with; None for any other error."""
    if isinstance(error, ValidationError):
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        return "these values will not do:\n  " + "\n  ".join(faults), Exit.REFUSED
    return next(((str(error), code) for kind, code in _ENDINGS if isinstance(error, kind)), None)
