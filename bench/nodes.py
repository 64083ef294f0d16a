"""How far several processes on one PostgreSQL go: two costs measured on a database, and a simulation with them as parameters.

python bench/nodes.py measure postgresql://user@host/name     what a NOTIFY and a look at the heads cost there
python bench/nodes.py simulate --notify 5000 --heads 1000     how many nodes, rooms and messages that carries
"""

import argparse
import asyncio
import random
import statistics
import time

import asyncpg

POLL = 2.0
SPACE = 0.004


async def measure(url: str) -> None:
    mouths = [await asyncpg.connect(url) for _ in range(4)]
    ears = [await asyncpg.connect(url) for _ in range(4)]
    heard: list[float] = []
    for ear in ears:
        await ear.add_listener("bench", lambda _c, _p, _ch, sent: heard.append(time.perf_counter() - float(sent)))
    for count in (1, 2, 4):
        sent = await asyncio.gather(*(_ring(mouth, 3.0) for mouth in mouths[:count]))
        print(f"NOTIFY, {count} at a time, 4 listening: {sum(sent) / 3:.0f} a second")
    heard.clear()
    for _ in range(200):
        await mouths[0].execute(f"NOTIFY bench, '{time.perf_counter()}'")
        await asyncio.sleep(0.01)
    print(
        f"from NOTIFY to hearing: median {statistics.median(heard) * 1000:.2f} ms, p99 {sorted(heard)[int(len(heard) * 0.99)] * 1000:.2f} ms"
    )
    one = mouths[0]
    await one.execute("CREATE TEMP TABLE heads (room varchar(16), log varchar(10), head bigint, PRIMARY KEY (room, log))")
    await one.execute("INSERT INTO heads SELECT 'r' || n, 'public', n FROM generate_series(1, 5000) n")
    for rooms in (1, 20, 500):
        names = [f"r{n}" for n in range(1, rooms + 1)]
        began, times = time.perf_counter(), 0
        while time.perf_counter() - began < 2:
            await one.fetch("SELECT room, log, head FROM heads WHERE room = ANY($1)", names)
            times += 1
        print(f"heads of {rooms} rooms: {2000 / times:.2f} ms")
    for connection in mouths + ears:
        await connection.close()


async def _ring(mouth: asyncpg.Connection, seconds: float) -> int:
    until, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        await mouth.execute(f"NOTIFY bench, '{time.perf_counter()}'")
        count += 1
    return count


def simulate(notify: float, heads: float, seconds: float = 20.0) -> None:
    """One queue for NOTIFYs, as the database has; every node coalesces for SPACE and has one in flight; all nodes read each batch once."""
    print("nodes  batches/s of all  NOTIFY/s  delay p50  p99 ms  reads/s  database busy")
    for nodes in (2, 4, 8, 16, 32):
        for batches in (50, 500, 2000):
            _row(nodes, batches, notify, heads, seconds)


def _row(nodes: int, batches: int, notify: float, heads: float, seconds: float) -> None:
    draw = random.Random(nodes * batches)
    arrivals = sorted((draw.uniform(0, seconds), draw.randrange(nodes)) for _ in range(int(batches * seconds)))
    waiting: list[list[float]] = [[] for _ in range(nodes)]
    free_at, next_at, rung, delays = 0.0, [0.0] * nodes, 0, []

    def ring(node: int, now: float) -> None:
        nonlocal free_at, rung
        free_at = max(free_at, now) + 1 / notify
        delays.extend(free_at - at for at in waiting[node])
        waiting[node].clear()
        next_at[node] = free_at + SPACE
        rung += 1

    for at, node in arrivals:
        for other in range(nodes):
            if waiting[other] and next_at[other] <= at:
                ring(other, max(next_at[other], waiting[other][0]))
        waiting[node].append(at)
        if next_at[node] <= at:
            ring(node, at)
    delays.sort()
    reads = rung / seconds * (nodes - 1) + nodes / POLL
    busy = rung / seconds / notify + reads / heads
    middle, late = (delays[int(len(delays) * part)] * 1000 for part in (0.5, 0.99))
    print(f"{nodes:5}  {batches:16}  {rung / seconds:8.0f}  {middle:9.2f}  {late:6.2f}  {reads:7.0f}  {busy:12.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("measure").add_argument("url")
    simulating = verbs.add_parser("simulate")
    simulating.add_argument("--notify", type=float, required=True, help="NOTIFYs a second that the database takes")
    simulating.add_argument("--heads", type=float, required=True, help="reads of a batch a second that it takes")
    given = parser.parse_args()
    if given.verb == "measure":
        asyncio.run(measure(given.url))
    else:
        simulate(given.notify, given.heads)


if __name__ == "__main__":
    main()
