"""Migrations: what they make is what the models say, on both databases; two that start at once do not race."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from app.database.migrate import current, head, migrate
from app.tables import metadata
from app.web.ground import Ground


def difference(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


async def stands_at(ground: Ground) -> str:
    async with ground.database.read() as db:
        return await current(db)


async def test_the_migrations_make_what_the_models_say(ground: Ground) -> None:
    async with ground.database.reader.connect() as connection:
        assert await connection.run_sync(difference) == []
    assert await stands_at(ground) == head() != ""


async def test_several_may_start_at_once(ground: Ground) -> None:
    url = ground.settings.database_url
    await asyncio.gather(*(migrate(url) for _ in range(3)))
    assert await stands_at(ground) == head()
