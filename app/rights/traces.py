"""What a database keeps of rows that were changed: SQLite's write-ahead log still holds the pages as they were."""

import asyncio
from sqlite3 import OperationalError

from app.database.engine import BUSY, Database

WAITING = 200
"""Milliseconds for which writers may be held up; whoever does not get through tries again later."""
PATIENCE = 5.0


async def scrub_pages(database: Database) -> bool:
    """Bring the write-ahead log into the file and empty it; False when readers hold on to it. PostgreSQL's vacuum does its own."""
    if database.gate is None:
        return True
    async with database.gate.held(), database.writer.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(f"PRAGMA busy_timeout={WAITING}")
        try:
            async with asyncio.timeout(PATIENCE):
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                row = await cursor.fetchone()
                return row is not None and not row[0]
        except (TimeoutError, OperationalError):
            return False
        finally:
            await driver.execute(f"PRAGMA busy_timeout={int(BUSY * 1000)}")
