"""Route × role: every door is in the table, and opens for those roles only."""

import re
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.access.models import Role
from app.assembly import routers
from app.web.ground import Ground
from tests.conftest import Office
from tests.factories import make_session

Door = tuple[str, str]
Who = str | frozenset[Role] | set[Role]


def table() -> dict[Door, Who]:
    """`public`, `attendee` (a seat's link or cookie), `signed_in`, or the set of roles that may pass (admin always may)."""
    found: dict[Door, Who] = {}
    for path in sorted((Path(__file__).parents[1] / "rights").glob("[!_]*.py")):
        found |= import_module(f"tests.rights.{path.stem}").RIGHTS
    return found


def doors() -> set[Door]:
    """Every method and path of the application, in routers within routers too."""
    return {
        (method, str(route.path))
        for router in routers()
        for route in iter_route_contexts(router.routes)
        if isinstance(route.original_route, APIRoute)
        for method in (route.methods or set()) - {"HEAD"}
    }


def test_every_door_is_in_the_table_and_nothing_else() -> None:
    missing, extra = doors() - set(table()), set(table()) - doors()
    assert (missing, extra) == (set(), set())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
async def test_each_role_passes_exactly_its_doors(ground: Ground, office: Office, web: httpx.AsyncClient) -> None:
    session, sites = await make_session(ground)
    wrong = []
    for (method, path), who in sorted(table().items()):
        if who == "public":
            continue
        address = path.replace("{slug}", session.slug).replace("{site}", sites[0].code).replace("{room}", session.room)
        address = re.sub(r"\{[^}]+\}", "nihil", address)
        headers = {"Accept": "application/json"}
        nobody = await web.request(method, address, headers=headers)
        if nobody.status_code != 401:
            wrong.append((method, path, "nobody", nobody.status_code))
        for role in Role:
            answer = await web.request(method, address, headers={**headers, **office.bearer(role.value)})
            passes = who == "signed_in" or (not isinstance(who, str) and role in {*who, Role.ADMIN})
            if passes == (answer.status_code in {401, 403}):
                wrong.append((method, path, role.value, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("door", sorted(table()))
def test_the_table_names_known_roles(door: Door) -> None:
    who = table()[door]
    assert who in {"public", "attendee", "signed_in"} if isinstance(who, str) else who <= set(Role)
