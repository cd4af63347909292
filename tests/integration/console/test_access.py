import aiohttp
import pytest

from app.console.api import OPERATIONS
from app.console.routes import AnyRoute
from tests.integration.console.bed import LIVE, TOKEN, Bed

WRONG = {
    "nothing": None,
    "another token": "Bearer " + "x" * len(TOKEN),
    "the beginning of the token": f"Bearer {TOKEN[:-1]}",
    "more than the token": f"Bearer {TOKEN}x",
    "another scheme": f"Basic {TOKEN}",
    "no scheme": TOKEN,
    "no token": "Bearer",
    "what is no ASCII": "Bearer têken",
}
ROUTES = [each.route for each in OPERATIONS]
PUBLIC = ("/", "/metrics", "/healthz", "/readyz", "/api/v1/openapi.json")


def path_of(route: AnyRoute) -> str:
    return route.filled_path(
        {"agent_id": "anna", "campaign_id": "apk-may", "dealer_id": "demo", "call_id": LIVE}
    )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_no_route_does_anything_without_the_token(bed: Bed, route: AnyRoute) -> None:
    agents = bed.control.agents()
    async with aiohttp.ClientSession(bed.url) as session:
        for said, header in WRONG.items():
            headers = {} if header is None else {"Authorization": header}

            async with session.request(route.method, path_of(route), headers=headers, json={}) as response:
                problem = await response.json(content_type="application/problem+json")

            assert response.status == 401, said
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            assert "Authorization" in problem["remedy"]
    assert bed.facts == []
    assert bed.control.agents() == agents


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_lets_the_token_in(http: aiohttp.ClientSession, route: AnyRoute) -> None:
    async with http.request(route.method, path_of(route)) as response:
        assert response.status != 401


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/api", "/api/v2/agents"])
async def test_what_does_not_exist_looks_the_same_without_the_token(bed: Bed, path: str) -> None:
    async with aiohttp.ClientSession(bed.url) as session, session.get(path) as response:
        assert response.status == 401


@pytest.mark.parametrize("path", PUBLIC)
async def test_the_pages_for_watching_need_no_token_and_tell_none(bed: Bed, path: str) -> None:
    async with aiohttp.ClientSession(bed.url) as session, session.get(path) as response:
        text = await response.text()

    assert response.status == 200
    assert TOKEN not in text
