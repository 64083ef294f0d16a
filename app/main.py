"""The web process: one FastAPI application over the assembled parts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

import anyio
from fastapi import FastAPI
from jinja2 import Environment
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.assembly import handlers, open_house, routers
from app.chat.house import House
from app.figures.kept import Kept
from app.health.checkup import Checkup
from app.health.metrics import Sources
from app.health.pulse import Pulse
from app.live.wire import TURNS
from app.outbox.worker import Worker
from app.web import problems
from app.web.doorkeeper import Doorkeeper
from app.web.files import StaticFiles
from app.web.ground import Ground
from app.web.guards import Guards
from app.web.pages import environment
from app.web.traffic import Traffic

AT_ONCE = 16
"""Handshakes of room sockets that are worked on at the same time, so that a crowd does not hold up those who are in."""
DESCRIPTION = "Sidang forum musrenbang: pendaftaran, seleksi, undangan, ruang, usulan, dan ekspor."


@dataclass(frozen=True)
class Application:
    """The ASGI application, its live rooms for whoever must close them in time, and who watches its connections."""

    app: ASGIApp
    house: House
    doorkeeper: Doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def create_app(ground: Ground, *, work: bool = True) -> Application:
    """The application; with `work` it also does the jobs of the outbox."""
    static, pages = _shipped()
    house = open_house(ground)
    doorkeeper = Doorkeeper()
    traffic = Traffic()
    pulse = Pulse()
    worker = Worker(ground.database, ground.clock, handlers(ground)) if work else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
        async with house.running(), anyio.create_task_group() as group:
            group.start_soon(pulse.run)
            if worker is not None:
                ground.database.listeners.append(worker.ring)
                group.start_soon(worker.run)
            yield {TURNS: asyncio.Semaphore(AT_ONCE)}
            group.cancel_scope.cancel()
        await ground.database.close()

    app = FastAPI(
        title="Rembuk",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.ground = ground
    app.state.house = house
    app.state.figures = Kept()
    app.state.checkup = Checkup(ground, house)
    app.state.sources = Sources(house, ground.database, doorkeeper, traffic, pulse, worker)
    app.state.pages = pages
    problems.install(app)
    app.router.routes.extend(_doors())
    app.mount("/static", static)
    return Application(Guards(app, ground.settings, ground.clock, traffic), house, doorkeeper)


@cache
def _shipped() -> tuple[StaticFiles, Environment]:
    """Static files and templates: the same in every application of a process, read and compiled once."""
    static = StaticFiles()
    return static, environment(static)


@cache
def _doors() -> Sequence[BaseRoute]:
    """The doors of every feature with all that each depends on, worked out once a process and not while its first visitor waits."""
    plan = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in routers():
        plan.include_router(router)
    for door in plan.router.routes:
        door.matches({"type": "http", "method": "GET", "path": "/-", "root_path": "", "headers": []})
    return plan.router.routes
