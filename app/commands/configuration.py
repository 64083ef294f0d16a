"""How uvicorn runs this application: the same in `serve`, in each of its workers and in the tests."""

import asyncio
from functools import partial
from typing import cast

import uvicorn

from app.commands.descriptors import room_for
from app.live.wire import Wire
from app.main import Application
from app.settings import Settings
from app.web.connection import Connection

GRACE = 3
"""Seconds that open requests have to end after SIGTERM."""
FRAME = 64 * 1024
"""Bytes of a websocket message above which its socket ends; the room refuses politely from half of it."""


def configuration(app: Application, settings: Settings) -> uvicorn.Config:
    """The configuration of one serving process; raises its limit of open files as far as its connections need."""
    app.doorkeeper.most = room_for(settings.max_connections)
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=cast("type[asyncio.Protocol]", partial(Connection, app.doorkeeper)),
        ws=Wire,
        ws_max_size=FRAME,
        ws_per_message_deflate=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=",".join(settings.trusted_proxies) or None,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=15,
    )
