"""Printing figures: a small table for people, one JSON object for machines."""

import json
from collections.abc import Mapping, Sequence

Cell = str | int | float


def show(rows: Sequence[Mapping[str, Cell]]) -> None:
    """Print rows that have the same columns; numbers stand to the right."""
    if not rows:
        return
    texts = [[_text(cell) for cell in row.values()] for row in rows]
    heads = list(rows[0])
    widths = [max(len(line[column]) for line in [heads, *texts]) for column in range(len(heads))]
    for line, right in [(heads, [not isinstance(cell, str) for cell in rows[0].values()])] + [
        (text, [not isinstance(cell, str) for cell in row.values()])
        for text, row in zip(texts, rows, strict=True)
    ]:
        cells = zip(line, widths, right, strict=True)
        print(
            "  ".join(
                cell.rjust(width) if number else cell.ljust(width) for cell, width, number in cells
            ).rstrip()
        )


def tell(name: str, figures: Mapping[str, object]) -> None:
    """Print the JSON object as the last line."""
    print(json.dumps({"benchmark": name, **figures}))


def _text(cell: Cell) -> str:
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)
