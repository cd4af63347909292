"""The parts of the documents that are made from the code say what the code says."""

from pathlib import Path

from docs.draw_life import redrawn
from docs.list_settings import FILE, settings_page


def test_the_page_of_settings_lists_what_the_program_reads() -> None:
    assert FILE.read_text(encoding="utf-8") == settings_page()


def test_the_drawn_life_cycles_are_those_of_the_tables() -> None:
    text = Path("docs/ARCHITECTURE.md").read_text(encoding="utf-8")

    assert redrawn(text) == text
