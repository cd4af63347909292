"""What no well-meaning client sends. Every answer is a problem that says what to do; nothing changes and nothing breaks."""

import asyncio
import json
import logging
import zlib
from dataclasses import dataclass

import aiohttp
import pytest

from app.console.api import MOST_BYTES
from app.console.told import Problem
from dialer.errors import StoreUnavailable
from tests.integration.console.bed import Bed

JSON = {"Content-Type": "application/json"}
AGENT = {"id": "bram", "name": "Bram", "endpoint": "PJSIP/bram", "skills": {}}


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    problem: Problem


async def post(
    http: aiohttp.ClientSession, data: bytes, path: str = "/api/v1/agents", headers: dict[str, str] = JSON
) -> Answered:
    async with http.post(path, data=data, headers=headers) as response:
        assert response.content_type == "application/problem+json"
        return Answered(response.status, Problem.model_validate_json(await response.text()))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"5", 422),
        (b'"text"', 422),
        (b"{", 400),
        (b"\x00", 400),
        (b"\xff\xfe", 400),
        (b"[" * 50_000, 400),
        (b'{"id": "\\ud800"}', 400),
        (b'{"id": NaN}', 422),
        (b"{" * 100, 400),
    ],
)
async def test_a_body_that_is_no_object_is_refused(
    http: aiohttp.ClientSession, data: bytes, status: int
) -> None:
    answered = await post(http, data)

    assert answered.status == status


async def test_a_body_that_is_too_large_is_refused(http: aiohttp.ClientSession) -> None:
    answered = await post(http, b" " * (MOST_BYTES + 1))

    assert answered.status == 413


async def test_a_compressed_body_is_not_unpacked(http: aiohttp.ClientSession) -> None:
    bomb = zlib.compress(b" " * 10_000_000)

    answered = await post(http, bomb, headers=JSON | {"Content-Encoding": "deflate"})

    assert answered.status == 400


async def test_a_form_is_no_json(http: aiohttp.ClientSession) -> None:
    answered = await post(http, b"id=bram", headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert answered.status == 415


async def test_all_faults_are_told_at_once_and_no_value_is_repeated(http: aiohttp.ClientSession) -> None:
    wrong = {
        "id": "Bram!",
        "name": "",
        "endpoint": "PJSIP/0611112222@trunk",
        "skills": {"sales": 11},
        "boss": True,
    }

    answered = await post(http, json.dumps(wrong).encode())

    assert [error.pointer for error in answered.problem.errors] == [
        "#/id",
        "#/name",
        "#/endpoint",
        "#/skills/sales",
        "#/boss",
    ]
    assert "0611112222" not in answered.problem.model_dump_json()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a\nb"},
        {"name": "a\x00b"},
        {"name": "x" * 101},
        {"name": " leading"},
        {"skills": {"sales": "8"}},
        {"skills": {"sales": 8.5}},
        {"skills": {"sales": True}},
        {"endpoint": "Local/112@from-internal"},
        {"endpoint": "PJSIP/trunk/sip:112@elsewhere"},
        {"id": "../etc"},
        {"dealers": "demo"},
    ],
)
async def test_a_field_that_could_do_harm_is_refused(
    bed: Bed, http: aiohttp.ClientSession, changes: dict[str, object]
) -> None:
    answered = await post(http, json.dumps(AGENT | changes).encode())

    assert answered.status == 422
    assert len(bed.control.agents()) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/agents/%00",
        "/api/v1/agents/..%2f..",
        "/api/v1/campaigns/%ff/pacing",
        "/api/v1/agents/ANNA",
        "/%0a",
    ],
)
async def test_a_path_that_cannot_be_leads_nowhere(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=1e9", "limit=1&limit=2", "other=1", "dealer=%00"]
)
async def test_a_query_that_will_not_do_is_refused(http: aiohttp.ClientSession, query: str) -> None:
    async with http.get(f"/api/v1/voicemails?{query}") as response:
        problem = Problem.model_validate_json(await response.text())

    assert response.status == 422
    assert problem.errors[0].parameter in {"limit", "other", "dealer"}


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
async def test_a_moment_that_no_calendar_has_in_utc_is_refused(http: aiohttp.ClientSession, at: str) -> None:
    disposition = {"agent": "anna", "disposition": "not_now", "until": at}

    told = await post(http, json.dumps(disposition).encode(), "/api/v1/calls/n1" + "0" * 26 + "/disposition")
    async with http.get("/api/v1/campaigns/apk/pacing/decisions", params={"at": at}) as response:
        asked = Problem.model_validate_json(await response.text())

    assert (told.status, [error.pointer for error in told.problem.errors]) == (422, ["#/until"])
    assert (response.status, [error.parameter for error in asked.errors]) == (422, ["at"])


async def test_a_number_that_no_database_can_hold_is_refused(http: aiohttp.ClientSession) -> None:
    person = {"dealer": "demo", "person": 2**63}

    answered = await post(http, json.dumps(person).encode(), "/api/v1/consents/show")

    assert (answered.status, [error.pointer for error in answered.problem.errors]) == (422, ["#/person"])


async def test_a_method_that_is_not_meant_says_which_are(http: aiohttp.ClientSession) -> None:
    async with http.delete("/api/v1/agents/anna") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET,PATCH"


async def test_the_name_for_the_audit_log_cannot_smuggle_anything(http: aiohttp.ClientSession) -> None:
    answered = await post(http, b"{}", headers=JSON | {"Dealerlijn-Who": "<b>boss</b>"})

    assert answered.status == 422
    assert answered.problem.errors[0].parameter == "Dealerlijn-Who"


async def test_a_database_that_is_away_is_said_to_be(
    bed: Bed, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> list[object]:
        raise StoreUnavailable("the database x is not reachable: start it")

    monkeypatch.setattr(bed.control, "campaigns", away)

    async with http.get("/api/v1/campaigns") as response:
        problem = Problem.model_validate_json(await response.text())

    assert (response.status, problem.remedy) == (503, "start it")


async def test_a_failure_of_ours_is_logged_and_tells_the_asker_nothing_of_it(
    bed: Bed, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> list[object]:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(bed.control, "queues", broken)

    async with http.get("/api/v1/queues") as response:
        text = await response.text()

    assert response.status == 500
    assert "secret detail" not in text
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "a request failed"
    ]


async def test_many_at_once_create_one_agent(http: aiohttp.ClientSession) -> None:
    async def create() -> int:
        async with http.post("/api/v1/agents", json=AGENT) as response:
            return response.status

    async with asyncio.TaskGroup() as group:
        created = [group.create_task(create()) for _ in range(20)]

    assert sorted(task.result() for task in created) == [201, *[409] * 19]


async def test_changes_at_once_never_leave_the_target_above_the_limit(http: aiohttp.ClientSession) -> None:
    async def patch(changes: dict[str, float]) -> None:
        async with http.patch("/api/v1/campaigns/apk-may/pacing", json=changes) as response:
            assert response.status in {200, 422}

    async with asyncio.TaskGroup() as group:
        for step in range(1, 15):
            group.create_task(patch({"target_ratio": step * 0.002}))
            group.create_task(patch({"limit_ratio": 0.03 - step * 0.002}))

    async with http.get("/api/v1/campaigns/apk-may/pacing") as response:
        pacing = await response.json()
    assert 0 < pacing["target_ratio"] <= pacing["limit_ratio"] <= 0.03
