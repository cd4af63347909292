"""Why a file of contacts cannot be imported as a whole."""

from pathlib import Path


class UnusableFile(Exception):
    """A file cannot be read as a list of contacts. `remedy` says what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class UnusableReport(Exception):
    """What is to be the report is another file, which was left alone; nothing was stored."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"nothing was done: {reason}: give another place with --report, or move that file away"
        )


class ReportFailed(Exception):
    """The report cannot be written, or an older one not be removed; nothing was stored."""

    def __init__(self, report: Path, reason: str, faults: int) -> None:
        what = f"the report of {faults} faults cannot be written to" if faults else "there is an old report"
        super().__init__(
            f"nothing was stored: {what} {report} ({reason}): give another place with --report, "
            "or let this user write there"
        )
