"""What the server tells besides the answers of its routes: problems, and whether it is ready."""

from pydantic import BaseModel

READY_PATH = "/readyz"


class FieldError(BaseModel):
    """What is wrong with one field: of the body, as a JSON pointer, or a parameter of the query or the header."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """An answer that is no success (RFC 9457). `remedy` says what to do; `errors` names every field at fault."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    errors: list[FieldError] = []


class Readiness(BaseModel):
    """Whether calls can be taken, and which check says what. While the clock is not believed no campaign dials."""

    ready: bool
    checks: dict[str, bool]
    clock_believed: bool = True
