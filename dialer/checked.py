"""Files that a person writes, checked at once: every fault by its key, with a remedy."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from dialer.errors import FileFault, FileFaults

_REMEDIES = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not known", "remove it, or correct it"),
}
Model = TypeVar("Model", bound="Table")


class Table(BaseModel):
    """A table of a file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def checked(model: type[Model], file: str, data: Mapping[str, object]) -> Model:
    """Return what a file says. Raises FileFaults with every fault, each without the value that was written."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    raise FileFaults(file, [_fault(each["loc"], each["type"], each["msg"]) for each in found])


def read_toml(path: Path) -> Mapping[str, Any]:
    """Read a file. Raises FileFaults when it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        fault = FileFault("", f"cannot be read ({error.strerror})", "give a readable file")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = FileFault("", f"is no TOML ({error})", "correct it there")
    raise FileFaults(str(path), [fault])


def _fault(place: tuple[int | str, ...], kind: str, message: str) -> FileFault:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place if part != "[key]")
    problem, remedy = _REMEDIES.get(kind, ("will not do", message.removeprefix("Value error, ")))
    return FileFault(key.removeprefix("."), problem, remedy)
