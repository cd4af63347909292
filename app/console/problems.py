"""Everything that can be wrong with a request, as RFC 9457 problems that say what to do.

A problem never repeats a value that was sent: it may be a number or a name.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import hdrs, web
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.console.told import FieldError, Problem
from app.control_errors import (
    AmbiguousPerson,
    AsteriskAway,
    ClockInDoubt,
    NoConversation,
    NoPreview,
    NotHungUp,
    NotTheirCall,
    ObjectionStands,
    ObjectionWithoutNumber,
    OutOfBounds,
    PreviewRefused,
    ReloadRefused,
    SimulationBusy,
    SimulationFailed,
    TooLateToCorrect,
    UnknownCall,
    UnknownDealer,
    UnknownDisposition,
    UnknownPhone,
)
from app.storage.errors import AlreadyThere
from calls.words import AgentState
from dialer.errors import DemoProfile, StoreUnavailable, UnknownCampaign, UnknownProfile
from routing.errors import NotForThisDealer, NotNow, PhoneTaken, UnknownAgent

CONTENT_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A request is refused: `problem` is the answer."""

    def __init__(
        self, status: int, kind: str, detail: str, remedy: str, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            type=f"urn:dealerlijn:problem:{kind}",
            title=kind.replace("-", " ").capitalize(),
            status=status,
            detail=detail,
            remedy=remedy,
            errors=list(errors),
        )


_KNOWN: tuple[tuple[type[Exception], int, str], ...] = (
    (UnknownAgent, 404, "unknown-agent"),
    (UnknownCampaign, 404, "unknown-campaign"),
    (UnknownCall, 404, "unknown-call"),
    (NoPreview, 404, "no-preview"),
    (NotForThisDealer, 409, "not-for-this-dealer"),
    (PhoneTaken, 409, "phone-taken"),
    (NoConversation, 409, "no-conversation"),
    (NotTheirCall, 409, "not-their-call"),
    (AlreadyThere, 409, "already-there"),
    (ObjectionWithoutNumber, 409, "objection-without-number"),
    (ObjectionStands, 409, "objection-stands"),
    (TooLateToCorrect, 409, "too-late-to-correct"),
    (AmbiguousPerson, 409, "ambiguous-person"),
    (PreviewRefused, 409, "preview-refused"),
    (ClockInDoubt, 409, "clock-in-doubt"),
    (UnknownDealer, 422, "unknown-dealer"),
    (UnknownDisposition, 422, "unknown-disposition"),
    (UnknownPhone, 422, "unknown-phone"),
    (UnknownProfile, 422, "unknown-profile"),
    (DemoProfile, 422, "demo-profile"),
    (ReloadRefused, 409, "reload-refused"),
    (SimulationBusy, 409, "simulation-busy"),
    (SimulationFailed, 409, "simulation-failed"),
    (NotHungUp, 503, "not-hung-up"),
    (AsteriskAway, 503, "asterisk-away"),
    (StoreUnavailable, 503, "database-away"),
)
_HTTP_REMEDIES = {
    404: "see /api/v1/openapi.json for the paths there are",
    405: "use one of the methods in the Allow header",
    413: "send less",
}


def invalid(error: ValidationError, *, parameter: bool) -> Refused:
    """What pydantic found, every field at once; of the query when `parameter`, else of the body."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    if details[0]["type"] == "json_invalid":
        return Refused(400, "not-json", "the body is not JSON", "send one JSON object, in UTF-8")
    remedy = "correct the fields in `errors`"
    return Refused(
        422,
        "invalid-fields",
        f"{len(details)} field(s) will not do",
        remedy,
        [_field_error(detail, parameter=parameter) for detail in details],
    )


def _field_error(found: ErrorDetails, *, parameter: bool) -> FieldError:
    detail = found["msg"].removeprefix("Value error, ")
    if parameter:
        return FieldError(detail=detail, parameter=str(found["loc"][0]))
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in found["loc"])
    return FieldError(detail=detail, pointer="#" + "".join(f"/{step}" for step in steps))


def answer(problem: Problem) -> web.Response:
    """The HTTP answer that carries a problem."""
    return web.Response(
        status=problem.status,
        text=problem.model_dump_json(exclude_defaults=True),
        content_type=CONTENT_TYPE,
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem; one that nobody foresaw is logged and gives 500."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _from_http(error)
    except Refused as error:
        return answer(error.problem)
    except Exception as error:  # noqa: BLE001 - the boundary of one request
        return answer(_from_error(error, request))


def _from_error(error: Exception, request: web.Request) -> Problem:
    reason, _, remedy = str(error).partition(": ")
    for kind, status, name in _KNOWN:
        if isinstance(error, kind):
            return Refused(status, name, reason, remedy).problem
    if isinstance(error, NotNow):
        remedy = (
            "log the agent in first" if error.state is AgentState.LOGGED_OUT else "log the agent out first"
        )
        return Refused(409, "not-now", str(error), remedy).problem
    if isinstance(error, OutOfBounds):
        fields = [FieldError(detail=fault, pointer=f"#/{name}") for name, fault in error.faults.items()]
        return Refused(422, "out-of-bounds", error.reason, error.remedy, fields).problem
    resource = request.match_info.route.resource
    _log.error(
        "a request failed",
        exc_info=error,
        extra={"method": request.method, "route": None if resource is None else resource.canonical},
    )
    remedy = "look at the program's log; try again later"
    return Refused(500, "internal-error", "the program failed on this request", remedy).problem


def _from_http(error: web.HTTPException) -> web.Response:
    kind = error.reason.lower().replace(" ", "-")
    remedy = _HTTP_REMEDIES.get(error.status, "correct the request")
    response = answer(Refused(error.status, kind, error.reason, remedy).problem)
    if hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response
