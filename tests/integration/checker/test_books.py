"""The checker reads tables and journal with plain SQL."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.checker.books import Entry, counts_of, read_books

SCHEMA = """
CREATE TABLE contacts (contact_id INTEGER, number TEXT);
CREATE TABLE objections (call_id TEXT, at TEXT);
CREATE TABLE attempts (call_id TEXT, campaign_id TEXT, contact_id INTEGER, committed_at TEXT, answered_at TEXT, connected_at TEXT,
    abandoned_at TEXT, message_at TEXT, ended_at TEXT, agent_id TEXT, outcome TEXT, called_off_at TEXT, cause TEXT,
    ring_seconds REAL, talk_seconds REAL);
CREATE TABLE facts (seq INTEGER PRIMARY KEY, kind TEXT, at TEXT, call_id TEXT, campaign_id TEXT, body TEXT);
INSERT INTO contacts VALUES (1, '+311');
INSERT INTO attempts VALUES ('c1', 'apk', 1, '1970-01-01 00:00:01.500000', NULL, NULL, NULL, NULL, '1970-01-01 00:00:02', NULL, 'busy', NULL, 'busy', 0.4, 0.0);
INSERT INTO attempts VALUES ('c9', 'tyres', 1, '1970-01-01 00:00:01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"""
COMMITTED = "INSERT INTO facts (kind, at, call_id, campaign_id, body) VALUES ('AttemptCommitted', '1970-01-01 00:00:01.500000', 'c1', 'apk', '{\"contact_id\": 1}')"
ENDED = "INSERT INTO facts (kind, at, call_id, campaign_id, body) VALUES ('AttemptEnded', '1970-01-01 00:00:02', 'c1', 'apk', '{\"contact_id\": 1, \"outcome\": \"busy\", \"ring_seconds\": 0.4, \"talk_seconds\": 0.0}')"
ENTRY = Entry("c1", "+311", 1.5, ended_at=2.0, outcome="busy", ring_seconds=0.4, talk_seconds=0.0)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one attempt of the campaign and one of another."""
    file = tmp_path / "books.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(SCHEMA)
    return file


def test_one_campaign_is_read_from_the_table_and_from_the_journal(database: Path) -> None:
    _insert(database, COMMITTED, ENDED)

    books = read_books(database, "apk", {})

    assert (books.table, books.journal, books.repeated) == ([ENTRY], [ENTRY], [])


def test_what_the_journal_tells_twice_or_without_a_beginning_is_said(database: Path) -> None:
    _insert(database, COMMITTED, ENDED, ENDED, ENDED.replace("'c1'", "'c2'"))

    books = read_books(database, "apk", {})

    assert books.repeated == [
        "c1: AttemptEnded is in the journal twice",
        "c2: never committed in the journal",
    ]


def test_an_objection_belongs_to_its_call_and_number(database: Path) -> None:
    _insert(database, "INSERT INTO objections VALUES ('c1', '1970-01-01 00:00:01.800000')")

    books = read_books(database, "apk", {})

    assert (books.objections, books.table[0].objected_at) == ({"+311": 1.8}, 1.8)


def _insert(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_who_was_called_off_is_read_from_the_table_and_from_the_journal(database: Path) -> None:
    _insert(
        database,
        COMMITTED,
        COMMITTED.replace("AttemptCommitted", "AttemptCalledOff").replace("01.500000", "01.700000"),
        ENDED.replace('"busy"', '"unanswered", "cause": "called_off"'),
        "UPDATE attempts SET called_off_at = '1970-01-01 00:00:01.700000', outcome = 'unanswered', cause = 'called_off'"
        " WHERE call_id = 'c1'",
    )

    books = read_books(database, "apk", {})

    assert books.table == books.journal
    assert (books.table[0].called_off_at, books.table[0].called_off) == (1.7, True)
    assert counts_of(books.table).called_off == 1
