"""The API described as OpenAPI 3.1, made from the operations themselves."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.console.fields import PATH_PATTERNS, WHO
from app.console.operations import AnyOperation
from app.console.problems import CONTENT_TYPE
from app.console.routes import ROOT, WHO_HEADER, AnyRoute, Nothing
from app.console.told import Problem

VERSION = "1.0.0"

Json = dict[str, Any]
_Schemas = Mapping[tuple[Any, JsonSchemaMode], Json]


def describe(operations: Sequence[AnyOperation]) -> Json:
    """The description of these operations."""
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for route in (each.route for each in operations):
        wanted.append((route.answer, "serialization"))
        if route.body is not Nothing:
            wanted.append((route.body, "validation"))
    schemas, definitions = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    paths: Json = {}
    for each in operations:
        paths.setdefault(ROOT + each.route.path, {})[each.route.method.lower()] = _described(each, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dealerlijn",
            "version": VERSION,
            "description": "Agents, calls and campaigns of the telephone contact centre.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: AnyOperation, schemas: _Schemas) -> Json:
    route = operation.route
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [route.path.split("/")[1]],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": {
            str(route.status): _content("application/json", schemas[route.answer, "serialization"], "Done")
        },
    }
    if route.body is not Nothing:
        schema = schemas[route.body, "validation"]
        needed = bool(route.body.model_json_schema().get("required"))
        described["requestBody"] = {"required": needed, "content": {"application/json": {"schema": schema}}}
    for status in _problem_statuses(route):
        described["responses"][str(status)] = _content(
            CONTENT_TYPE, schemas[Problem, "serialization"], HTTPStatus(status).phrase
        )
    return described


def _problem_statuses(route: AnyRoute) -> list[int]:
    statuses = [401, 422, 500, 503]
    if route.parameters:
        statuses.append(404)
    if route.method != "GET":
        statuses += [400, 408, 409, 413, 415]
    return sorted(statuses)


def _content(media_type: str, schema: Json, description: str) -> Json:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _path_parameters(route: AnyRoute) -> list[Json]:
    return [
        _parameter("path", name, {"type": "string", "pattern": f"^{PATH_PATTERNS[name]}$"}, required=True)
        for name in route.parameters
    ]


def _query_parameters(route: AnyRoute) -> list[Json]:
    described = route.query.model_json_schema()
    return [_parameter("query", name, schema) for name, schema in described.get("properties", {}).items()]


def _header_parameters(route: AnyRoute) -> list[Json]:
    if route.method == "GET":
        return []
    return [_parameter("header", WHO_HEADER, {"type": "string", "pattern": f"^{WHO}$", "default": "api"})]


def _parameter(place: str, name: str, schema: Json, *, required: bool = False) -> Json:
    return {"in": place, "name": name, "required": required, "schema": schema}
