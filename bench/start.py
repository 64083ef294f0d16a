"""`python -m bench.start [--applications N]`: what a process does before and at its first visitor, for several applications in one process.

Prints milliseconds: building the application, an address that there is not (every door is looked at), the same again, a first page, the same again.
"""

import argparse
import asyncio
import tempfile
import time
from itertools import pairwise

import httpx

from app.assembly import lay_ground
from app.database.migrate import migrate
from app.main import create_app
from app.settings import from_environment

ASKED = ("/nowhere", "/nowhere", "/masuk", "/masuk")


async def main() -> None:
    """Build the applications one after the other on one empty SQLite database."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--applications", type=int, default=3)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/start.db"
        await migrate(url)
        settings = from_environment({"REMBUK_DATA_DIR": f"{folder}/data", "REMBUK_DATABASE_URL": url})
        print("built  " + "  ".join(ASKED))
        for _ in range(asked.parse_args().applications):
            took = [time.perf_counter()]
            ground = lay_ground(settings)
            app = create_app(ground, work=False)
            took.append(time.perf_counter())
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=settings.public_url, headers={"Accept": "text/html"}) as visitor:
                for address in ASKED:
                    await visitor.get(address)
                    took.append(time.perf_counter())
            await ground.database.close()
            print("  ".join(f"{1000 * (after - before):5.0f}" for before, after in pairwise(took)))


if __name__ == "__main__":
    asyncio.run(main())
