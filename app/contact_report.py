"""The report of the faults in a file of contacts, and where it may be written: over nothing that is not such a report."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from app.contact_errors import ReportFailed, UnusableReport
from dialer.contact_file import RowFault

_HEADINGS = ("line", "column", "reason", "remedy")
# A spreadsheet that saved it may have chosen other separators and quotes.
_FIRST_LINE = re.compile("[;,\t]".join(f'"?{heading}"?' for heading in _HEADINGS).encode() + rb"\s*\Z")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_FIRST_LINE = 100


def usual_report(path: Path) -> Path:
    """Where the faults of a file go: beside it."""
    return path.with_name(f"{path.name}.errors.csv")


def check_place(report: Path, contacts: Path) -> None:
    """Raise UnusableReport when the report would go over the file of contacts itself, or over any file that is no report.

    Raises ReportFailed when that cannot be told.
    """
    try:
        if contacts.exists() and report.exists() and report.samefile(contacts):
            raise UnusableReport(f"{report} is the file of contacts itself")
        if report.is_file() and not _is_report(report):
            raise UnusableReport(f"{report} is there already and is no report of an import")
    except OSError as error:
        raise ReportFailed(report, error.strerror or type(error).__name__, 0) from error


def _is_report(path: Path) -> bool:
    """Whether an import wrote a file; one that is empty has nothing to lose."""
    with path.open("rb") as file:
        first = file.readline(_LONGEST_FIRST_LINE)
    return not first or _FIRST_LINE.match(first.removeprefix(_BYTE_ORDER_MARK)) is not None


def write_report(report: Path, faults: Sequence[RowFault]) -> None:
    """Write the faults for a spreadsheet; without faults, take an older report away. Raises ReportFailed."""
    try:
        if not faults:
            # A device or a pipe is a place to write to, and nothing to take away.
            if report.is_file() or report.is_dir():
                report.unlink()
            return
        with report.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(_HEADINGS)
            for fault in faults:
                writer.writerow((fault.line, *map(_harmless, (fault.column, fault.reason, fault.remedy))))
    except OSError as error:
        raise ReportFailed(report, error.strerror or type(error).__name__, len(faults)) from error


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking text that came out of the file for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
