"""Errors of the database. An outage is `dialer.errors.StoreUnavailable`; the errors here need a person or an end."""

from pathlib import Path

from calls.ids import NodeId


class StorageError(Exception):
    """Root of this package's errors. `remedy` says what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class WrongDatabaseUrl(StorageError):
    """The address of the database cannot be used."""


class SchemaTooNew(StorageError):
    """A newer program has changed the database."""


class NoLocalJournal(StorageError):
    """The place for facts that wait for the database cannot be used."""

    def __init__(self, where: Path, why: str) -> None:
        super().__init__(
            f"facts cannot wait in {where} while the database is away ({why})",
            "let this program read and write it, or name another folder in DEALERLIJN_JOURNAL_DIR",
        )


class StaleEpoch(StorageError):
    """Another controller has taken charge of the node: this one must not write any more."""

    def __init__(self, node: NodeId, epoch: int) -> None:
        super().__init__(
            f"epoch {epoch} of node {node} is over", "another controller has taken charge; stop this one"
        )
        self.node = node
        self.epoch = epoch


class AlreadyThere(StorageError):
    """Something with this name exists."""
