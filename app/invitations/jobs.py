"""Jobs of invitations: which function does which kind."""

from collections.abc import Mapping
from typing import Any

from app.invitations.changes import CHUNK as CHANGE_CHUNK
from app.invitations.changes import tell_of_change
from app.invitations.letters import letter_environment, letter_of
from app.invitations.routing import CHUNK, fall_back, route
from app.notices.console import Console
from app.notices.letters import Letter
from app.notices.machine import Senders, deliver
from app.notices.mail import Mailer
from app.notices.models import Channel, Delivery
from app.notices.service import DELIVER, ROUTE
from app.outbox.worker import Again, Handler
from app.settings import Settings
from app.web.ground import Ground


def senders(settings: Settings) -> Senders:
    """The channels that the machine serves with these settings."""
    console = {Channel.CONSOLE: Console()} if settings.console_mail else {}
    return {**console, **({Channel.EMAIL: Mailer(settings.mail)} if settings.mail else {})}


def jobs(ground: Ground) -> Mapping[str, Handler]:
    """The handlers of this feature by kind."""
    served, env = senders(ground.settings), letter_environment()

    async def compose(delivery: Delivery) -> Letter | None:
        return await letter_of(ground, env, delivery)

    async def route_notices(payload: dict[str, Any]) -> None:
        ids = [str(one) for one in payload["notice_ids"]]
        for start in range(0, len(ids), CHUNK):
            async with ground.database.write() as db:
                await route(db, ground.settings, ids[start : start + CHUNK], ground.clock.now())

    async def deliver_one(payload: dict[str, Any]) -> None:
        outcome = await deliver(ground.database, ground.clock, served, compose, fall_back, str(payload["delivery_id"]))
        if outcome is not None and outcome.again is not None:
            raise Again(outcome.again)

    async def schedule_changed(payload: dict[str, Any]) -> None:
        told = CHANGE_CHUNK
        while told == CHANGE_CHUNK:
            async with ground.database.write() as db:
                told = await tell_of_change(db, str(payload["session_id"]), str(payload["change_id"]), ground.clock.now())

    return {ROUTE: route_notices, DELIVER: deliver_one, "invitations.schedule_changed": schedule_changed}
