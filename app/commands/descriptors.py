"""How many connections this process may hold: each is an open file, and the database and the logs need some, too."""

import resource

import structlog

SPARE = 200
"""Open files that are kept for everything but connections."""

log = structlog.get_logger()


def room_for(connections: int) -> int:
    """Raise the soft limit of open files for so many connections; how many of them the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        except (OSError, ValueError):
            soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    allowed = max(soft - SPARE, soft // 2)
    if allowed < connections // 2:
        log.warning("serve.few_files", open_files=soft, connections=allowed, wanted=connections)
    return allowed
