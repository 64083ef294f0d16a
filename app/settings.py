"""Settings: one frozen object, built by an entry point from the environment (prefix REMBUK_) and handed down."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit


class SettingsProblem(Exception):
    """A setting that cannot be used; the text says which and why, for the person at the console."""


@dataclass(frozen=True)
class MailSettings:
    """Where letters are handed in: `host:port`, optional log-in, `starttls` | `tls` | `none`, and the sender."""

    host: str
    port: int
    user: str | None
    password: str | None
    security: str
    sender: str


@dataclass(frozen=True)
class Settings:
    """Everything that differs from office to office; paths are absolute, addresses have no trailing slash.

    `bell_url` is a way to the database that leads around a PgBouncer; absent, processes tell each other through `database_url`.
    """

    data_dir: Path
    database_url: str
    public_urls: tuple[str, ...]
    bell_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: tuple[str, ...] = ()
    keys: str | None = None
    mail: MailSettings | None = None
    console_mail: bool = False
    clock_offset: timedelta = field(default_factory=timedelta)
    office_name: str = "Pemerintah Daerah"
    office_unit: str = "Bappeda"
    accent: str = ""
    data_licence: str = ""
    """Under which terms the public data may be used, as one sentence; empty: nothing is said but whose they are."""
    log_json: bool = True
    limits: bool = True
    max_connections: int = 20_000
    metrics_token: str | None = None

    @property
    def public_url(self) -> str:
        """The address that links, QR codes and letters carry."""
        return self.public_urls[0]

    @property
    def secure(self) -> bool:
        """Whether cookies may be marked Secure: the public address is https."""
        return self.public_url.startswith("https://")

    @property
    def on_sqlite(self) -> bool:
        """Whether the embedded database is used: one process, one writer."""
        return self.database_url.startswith("sqlite")

    def at(self, host: str, port: int) -> "Settings":
        """The same settings for a server that listens there; loopback addresses are public when none was given."""
        urls = loopback(port) if self.public_urls == loopback(self.port) else self.public_urls
        return replace(self, host=host, port=port, public_urls=urls)


def loopback(port: int) -> tuple[str, ...]:
    """The addresses under which a browser on this machine reaches the server."""
    return (f"http://127.0.0.1:{port}", f"http://localhost:{port}", f"http://[::1]:{port}")


def from_environment(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from REMBUK_* variables and, for those not set, from the file named by REMBUK_FILE (`NAME=value` lines)."""
    env = dict(os.environ if env is None else env)
    if "REMBUK_FILE" in env:
        env = {**_file(Path(env["REMBUK_FILE"])), **env}

    def text(name: str, default: str = "") -> str:
        return env.get(f"REMBUK_{name}", default).strip()

    data_dir = Path(text("DATA_DIR", "data")).absolute()
    port = _number("PORT", text("PORT", "8000"))
    urls = tuple(_origin(u) for u in text("PUBLIC_URL").replace(",", " ").split()) or loopback(port)
    return Settings(
        data_dir=data_dir,
        database_url=database_url(text("DATABASE_URL") or f"sqlite:///{data_dir / 'rembuk.db'}"),
        bell_url=database_url(text("BELL_URL")) if text("BELL_URL") else None,
        public_urls=urls,
        host=text("HOST", "127.0.0.1"),
        port=port,
        trusted_proxies=tuple(text("TRUSTED_PROXIES").replace(",", " ").split()),
        keys=text("KEYS") or None,
        mail=_mail(text),
        console_mail=text("CONSOLE_MAIL") in {"1", "true", "yes"},
        clock_offset=timedelta(seconds=float(text("CLOCK_OFFSET", "0"))),
        office_name=text("OFFICE_NAME", "Pemerintah Daerah"),
        office_unit=text("OFFICE_UNIT", "Bappeda"),
        accent=text("ACCENT"),
        data_licence=text("DATA_LICENCE"),
        log_json=text("LOG", "json") == "json",
        limits=text("LIMITS", "on") != "off",
        metrics_token=text("METRICS_TOKEN") or None,
        max_connections=_number("MAX_CONNECTIONS", text("MAX_CONNECTIONS", "20000")),
    )


def database_url(url: str) -> str:
    """The same database through its asyncio driver: aiosqlite or asyncpg."""
    scheme, _, rest = url.partition("://")
    match scheme.partition("+")[0]:
        case "sqlite":
            return f"sqlite+aiosqlite://{rest}"
        case "postgres" | "postgresql":
            return f"postgresql+asyncpg://{rest}"
    raise SettingsProblem(f"REMBUK_DATABASE_URL: unknown kind of database {scheme!r}; use sqlite:/// or postgresql://")


def _mail(text: Callable[..., str]) -> MailSettings | None:
    address = text("SMTP")
    if not address:
        return None
    host, _, port = address.rpartition(":")
    security = text("SMTP_SECURITY", "starttls")
    if security not in {"starttls", "tls", "none"}:
        raise SettingsProblem("REMBUK_SMTP_SECURITY: use starttls, tls or none")
    if not host:
        raise SettingsProblem("REMBUK_SMTP: write it as host:port")
    return MailSettings(
        host=host,
        port=_number("SMTP", port),
        user=text("SMTP_USER") or None,
        password=text("SMTP_PASSWORD") or None,
        security=security,
        sender=text("SMTP_SENDER", "rembuk@localhost"),
    )


def _file(path: Path) -> dict[str, str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise SettingsProblem(f"REMBUK_{name}: {text!r} is not a whole number")
    return int(text)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
        raise SettingsProblem(f"REMBUK_PUBLIC_URL: {url!r} is no address like https://musrenbang.kota.go.id")
    return f"{parts.scheme}://{parts.netloc}"
