"""Errors of the API's client."""

from app.console.told import Problem


class ApiError(Exception):
    """The API did not do what was asked; the text says what to do."""


class ApiUnreachable(ApiError):
    """Nobody answers as the API does at its address."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"no answer from {url} ({reason}): start the program with `dealerlijn serve`, "
            "or set DEALERLIJN_HTTP_HOST and DEALERLIJN_HTTP_PORT to where it runs"
        )


class ApiRefused(ApiError):
    """The API refused; `problem` is what it said."""

    def __init__(self, problem: Problem) -> None:
        fields = "".join(
            f"\n  {field.pointer or field.parameter}: {field.detail}" for field in problem.errors
        )
        super().__init__(f"{problem.detail}: {problem.remedy}{fields}")
        self.problem = problem
