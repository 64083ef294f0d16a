"""The web process: one FastAPI application over the assembled parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from fastapi import FastAPI
from starlette.types import ASGIApp

from app.assembly import handlers, routers
from app.outbox.worker import Worker
from app.web import problems
from app.web.files import StaticFiles
from app.web.ground import Ground
from app.web.guards import Guards
from app.web.pages import environment

DESCRIPTION = "Sidang forum musrenbang: pendaftaran, seleksi, undangan, ruang, usulan, dan ekspor."


def create_app(ground: Ground, *, work: bool = True) -> ASGIApp:
    """The application; with `work` it also does the jobs of the outbox."""
    static = StaticFiles()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            if work:
                worker = Worker(ground.database, ground.clock, handlers(ground))
                ground.database.listeners.append(worker.ring)
                group.start_soon(worker.run)
            yield
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
    app.state.pages = environment(static)
    problems.install(app)
    for router in routers():
        app.include_router(router)
    app.mount("/static", static)
    return Guards(app, ground.settings, ground.clock)
