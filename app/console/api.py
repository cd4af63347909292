"""The API on the server: the token, reading a request, and answering it through its operation."""

import asyncio
import hmac
import re

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware
from pydantic import ValidationError

from app.console.fields import WHO, Ask
from app.console.handlers import (
    agents,
    calls,
    campaigns,
    capacity,
    consents,
    conversations,
    decisions,
    previews,
    profiles,
    telephony,
    what_if,
)
from app.console.operations import AnyOperation, Asked
from app.console.problems import Handler, Refused, answer, invalid
from app.console.routes import DESCRIPTION_PATH, WHO_HEADER, AnyRoute, Nothing
from app.console.told import FieldError
from app.control import Control

OPERATIONS: tuple[AnyOperation, ...] = (
    *agents.OPERATIONS,
    *calls.OPERATIONS,
    *campaigns.OPERATIONS,
    *capacity.OPERATIONS,
    *decisions.OPERATIONS,
    *conversations.OPERATIONS,
    *consents.OPERATIONS,
    *previews.OPERATIONS,
    *profiles.OPERATIONS,
    *telephony.OPERATIONS,
    *what_if.OPERATIONS,
)
MOST_BYTES = 64 * 1024
_READ_SECONDS = 10.0


def add_api(app: web.Application, control: Control) -> None:
    """Serve every operation."""
    for operation in OPERATIONS:
        route = operation.route
        app.router.add_route(route.method, route.server_path, _served(operation, control))


def token_guard(token: str) -> Middleware:
    """Let nobody below `ROOT` who does not have the token, whether the path exists or not; the description is public."""
    wanted = token.encode()

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/api") or request.path == DESCRIPTION_PATH:
            return await handler(request)
        scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        known = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), wanted)
        if scheme.lower() == "bearer" and known:
            return await handler(request)
        response = answer(
            Refused(
                401,
                "no-token",
                "the token is missing or wrong",
                "send the header Authorization: Bearer TOKEN",
            ).problem
        )
        response.headers[hdrs.WWW_AUTHENTICATE] = 'Bearer realm="dealerlijn"'
        return response

    return guard


def _served(operation: AnyOperation, control: Control) -> Handler:
    route = operation.route

    async def serve(request: web.Request) -> web.Response:
        asked = Asked(
            path=request.match_info,
            who=_who(request),
            query=_query(route, request),
            body=await _body(route, request),
        )
        result = await operation.handle(control, asked)
        return web.json_response(text=result.model_dump_json(), status=route.status)

    return serve


def _query(route: AnyRoute, request: web.Request) -> Ask:
    given = dict(request.query)
    twice = [
        FieldError(detail="give it once", parameter=name)
        for name in given
        if len(request.query.getall(name)) > 1
    ]
    if twice:
        raise Refused(422, "invalid-fields", "a parameter was given twice", "give each once", twice)
    try:
        query: Ask = route.query.model_validate(given)
    except ValidationError as error:
        raise invalid(error, parameter=True) from error
    return query


async def _body(route: AnyRoute, request: web.Request) -> Ask:
    if route.method == "GET":
        return Nothing()
    try:
        async with asyncio.timeout(_READ_SECONDS):
            raw = await request.read()
    except TimeoutError as error:
        raise Refused(408, "too-slow", "the body did not arrive in time", "send it at once") from error
    if raw and request.content_type != "application/json":
        raise Refused(415, "not-json", "the body is not JSON", "send it with Content-Type: application/json")
    try:
        body: Ask = route.body.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise invalid(error, parameter=False) from error
    return body


def _who(request: web.Request) -> str:
    who = request.headers.get(WHO_HEADER, "api")
    if re.fullmatch(WHO, who) is None:
        fault = FieldError(detail=f"must match {WHO}", parameter=WHO_HEADER)
        raise Refused(
            422, "invalid-fields", "the name for the audit log will not do", "give a plain name", [fault]
        )
    return who
