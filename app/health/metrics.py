"""The numbers of this process in the form of Prometheus, gathered when asked for; no label names a room or a person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from app.chat.house import House
from app.database.engine import Database
from app.health.checkup import Report
from app.health.pulse import Pulse
from app.live.bell import Hearing
from app.measures import Spread
from app.outbox.models import JobState
from app.outbox.worker import Worker
from app.web.doorkeeper import Doorkeeper
from app.web.traffic import Traffic


@dataclass(frozen=True)
class Sources:
    """Everything in this process that counts something; `worker` is None where another process does the jobs."""

    house: House
    database: Database
    doorkeeper: Doorkeeper
    traffic: Traffic
    pulse: Pulse
    worker: Worker | None


def written(sources: Sources, report: Report) -> bytes:
    """All numbers as text."""
    registry = CollectorRegistry()
    registry.register(_Numbers(sources, report))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Numbers(Collector):
    def __init__(self, sources: Sources, report: Report) -> None:
        self._sources = sources
        self._report = report

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: names are not looked up anywhere."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        yield from _standing(self._report)
        yield from _rooms(self._sources.house)
        yield from _web(self._sources.traffic, self._sources.doorkeeper)
        yield from _machine(self._sources)


def _standing(report: Report) -> Iterator[Metric]:
    facts = report.facts
    yield _gauge("ready", "Whether requests should come here", report.ready)
    yield _gauge("database_up", "Whether the database answers", facts is not None)
    yield _gauge("database_writes", "Whether the database takes writes", report.writes)
    yield _gauge("draining", "Whether the process is about to end", report.draining)
    yield _gauge("hub_age_seconds", "Seconds since the hub last compared heads", report.hub_seconds)
    if facts is not None:
        yield _gauge("oldest_job_seconds", "Seconds by which the oldest waiting job is late", facts.oldest_job)
        yield _gauge("clock_skew_seconds", "Seconds between this clock and the database's", facts.skew)
        yield _gauges("jobs", "Jobs in the database", "state", {state.value: facts.jobs.get(state, 0) for state in SHOWN})
    if report.disk_free is not None:
        yield _gauge("disk_free_bytes", "Free space where the data lies", report.disk_free)


SHOWN = (JobState.WAITING, JobState.RUNNING, JobState.SET_ASIDE)


def _rooms(house: House) -> Iterator[Metric]:
    hub, writers = house.hub, house.writers
    yield _gauge("sockets", "People's connections in rooms", hub.sockets)
    yield _gauge("unauthenticated_sockets", "Sockets that have not said who they are", house.strangers)
    yield _gauge("parked_sockets", "Connections that do not read what they are sent", hub.parked)
    yield _gauge("rooms", "Rooms with connections in this process", len(hub.rooms))
    yield _count("deliveries", "Events times readers", hub.delivered)
    yield _count("log_reads", "Reads of a room's log", house.log_reads)
    yield _gauge("bell_heard", "Whether other processes are heard, or there are none", house.bell.state in {Hearing.NONE, Hearing.HEARD})
    yield _count("bell_rung", "Notifications sent to other processes", house.bell.rung)
    yield _count("bell_taken", "Notifications heard from other processes", house.bell.taken)
    yield _gauge("messages_waiting", "Messages that wait for their transaction", writers.queues.waiting)
    yield _count("messages_committed", "Messages whose transaction has committed", writers.committed)
    yield _spread("commit_seconds", "Seconds of a transaction of messages", writers.commit_seconds)
    yield _spread("batch_messages", "Messages in one transaction", writers.batch_messages)
    yield _spread("ack_seconds", "Seconds from a message's arrival to its acknowledgement", writers.ack_seconds)
    yield _counts("refusals", "Frames and messages refused", "code", house.refused)
    yield _counts("closes", "Connections sent away", "code", hub.closes)


def _web(traffic: Traffic, doorkeeper: Doorkeeper) -> Iterator[Metric]:
    requests = CounterMetricFamily("rembuk_http_requests", "Requests answered", labels=("method", "route", "status"))
    for (method, route, status), n in traffic.requests.items():
        requests.add_metric((method, route, str(status)), n)
    yield requests
    seconds = HistogramMetricFamily("rembuk_http_request_seconds", "Seconds until the answer begins", labels=("route",))
    for route, spread in traffic.seconds.items():
        seconds.add_metric((route,), _buckets(spread), spread.total)
    yield seconds
    yield _gauge("http_connections", "Open connections that are no sockets", len(doorkeeper.watched))
    yield _count("http_connections_opened", "Connections accepted", doorkeeper.opened)
    yield _counts("http_connections_refused", "Connections refused or cut", "reason", doorkeeper.refused)


def _machine(sources: Sources) -> Iterator[Metric]:
    yield _spread("loop_lag_seconds", "Delays of the event loop", sources.pulse.lag)
    yield _gauge("loop_lag_worst_seconds", "Longest delay of the event loop of late", sources.pulse.worst)
    database = sources.database
    pools = {"write": database.writer, "read": database.reader, "patient": database.patient}
    yield _gauges("database_connections", "Database connections in use", "pool", {name: in_use(one) for name, one in pools.items()})
    if sources.worker is not None:
        yield _counts("jobs_ended", "Jobs of this process", "outcome", sources.worker.ended)


def in_use(engine: object) -> int:
    """How many connections of an engine are out at work."""
    taken = getattr(getattr(engine, "pool", None), "checkedout", None)
    return int(taken()) if taken is not None else 0


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"rembuk_{name}", meaning, value=float(value))


def _count(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"rembuk_{name}", meaning, value=value)


def _gauges(name: str, meaning: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"rembuk_{name}", meaning, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family


def _counts(name: str, meaning: str, label: str, values: Mapping[str, int] | Mapping[int, int]) -> Metric:
    family = CounterMetricFamily(f"rembuk_{name}", meaning, labels=(label,))
    for key, value in values.items():
        family.add_metric((str(key),), value)
    return family


def _spread(name: str, meaning: str, spread: Spread) -> Metric:
    return HistogramMetricFamily(f"rembuk_{name}", meaning, buckets=_buckets(spread), sum_value=spread.total)


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    """Cumulative counts by upper bound, as Prometheus wants them."""
    found: list[tuple[str, float]] = []
    below = 0
    for bound, n in zip((*spread.bounds, float("inf")), spread.counts, strict=True):
        below += n
        found.append(("+Inf" if bound == float("inf") else str(float(bound)), below))
    return found
