"""The API description is valid, and the server keeps to it whatever is generated from it."""

import asyncio
from typing import Any

import aiohttp
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.console.api import OPERATIONS
from app.console.openapi import describe
from tests.integration.console.bed import TOKEN, Bed

EXAMPLES = 10


def test_the_description_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(describe(OPERATIONS)).validate()


def test_every_operation_has_its_own_name_and_a_summary() -> None:
    operations = [operation for path in describe(OPERATIONS)["paths"].values() for operation in path.values()]

    assert len({operation["operationId"] for operation in operations}) == len(OPERATIONS)
    assert all(operation["summary"].endswith(".") for operation in operations)


async def test_the_description_is_served(bed: Bed) -> None:
    async with aiohttp.ClientSession(bed.url) as session, session.get("/api/v1/openapi.json") as response:
        assert await response.json() == describe(OPERATIONS)


async def test_the_server_keeps_to_its_description_for_good_and_bad_requests(bed: Bed) -> None:
    def probe_all() -> int:
        schema = schemathesis.openapi.from_dict(describe(OPERATIONS))
        schema.config.update(base_url=bed.url)
        probed = 0
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            for mode in GenerationMode:
                _probe(found.ok(), mode)
            probed += 1
        return probed

    assert await asyncio.to_thread(probe_all) == len(OPERATIONS)


def _probe(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def probe(case: Case[Any]) -> None:
        # What a schema cannot say (a dealer that exists, a number in use) is refused with 422 too.
        case.call_and_validate(
            headers={"Authorization": f"Bearer {TOKEN}"}, excluded_checks=[positive_data_acceptance]
        )

    probe()
