"""Work on a template in a child process with bounds of time and memory: a file from outside decides how long it takes, the room must not wait for it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from anyio import BrokenWorkerProcess, fail_after, to_process

from app.documents.blocks import WordDocument
from app.documents.files import TOGETHER, empty_file, nothing_left
from app.documents.template_fill import Values, filled, opens
from app.documents.template_findings import Finding, Unfit
from app.documents.template_marks import Vocabulary
from app.errors import Unavailable

try:
    import resource
except ImportError:  # a system without limits for processes keeps those of time
    resource = None  # type: ignore[assignment]  # a module or nothing

SECONDS = 30.0
"""From start to end, without the time in which another document is made."""
ROOM = 768 * 1024 * 1024
"""Bytes of memory that one template may take on top of what the process has."""
Made = TypeVar("Made")


async def checked(content: bytes, words: Vocabulary, trials: tuple[Values, ...], about: WordDocument) -> tuple[Finding, ...]:
    """What speaks against a template, after filling it with each of the trials; nothing when it can be used."""
    try:
        return await _bounded(_check, content, words, trials, about)
    except (TimeoutError, BrokenWorkerProcess):
        return (Finding("template.too_heavy"),)


async def from_template(content: bytes, words: Vocabulary, values: Values, about: WordDocument) -> Path:
    """The filled document in a temporary file that the caller removes; Unfit for a template that cannot be used (any more).

    Unavailable when it took too long or its process died: the machine is busy, the template was tried before it was kept.
    """
    try:
        made = await _bounded(_write, content, words, values, about)
    except (TimeoutError, BrokenWorkerProcess) as busy:
        raise Unavailable("template.busy") from busy
    if isinstance(made, tuple):
        raise Unfit(*made)
    return Path(made)


async def _bounded(function: Callable[..., Made], *given: object) -> Made | tuple[Finding, ...]:
    async with TOGETHER:
        with fail_after(SECONDS):
            return await to_process.run_sync(_held, function, *given, cancellable=True)


def _held(function: Callable[..., Made], *given: object) -> Made | tuple[Finding, ...]:
    """In the child: with less memory than the machine has. What a file from outside breaks is an answer and no crash."""
    before = _lowered()
    try:
        return function(*given)
    except Unfit as unfit:
        return unfit.findings
    except MemoryError:
        return (Finding("template.too_heavy"),)
    except Exception as problem:  # noqa: BLE001 - whatever libraries raise for a file that is no proper Word document
        return (Finding("template.does_not_open", {"kind": type(problem).__name__}),)
    finally:
        if before is not None:
            resource.setrlimit(resource.RLIMIT_AS, before)


def _lowered() -> tuple[int, int] | None:
    if resource is None or not Path("/proc/self/statm").exists():
        return None
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most if before[1] == resource.RLIM_INFINITY else min(most, before[1]), before[1]))
    return before


def _check(content: bytes, words: Vocabulary, trials: tuple[Values, ...], about: WordDocument) -> tuple[Finding, ...]:
    for values in trials:
        if not opens(filled(content, words, values, about)):
            return (Finding("template.does_not_open", {"kind": "body"}),)
    return ()


def _write(content: bytes, words: Vocabulary, values: Values, about: WordDocument) -> str:
    made = filled(content, words, values, about)
    target = empty_file(".docx")
    with nothing_left(target):
        Path(target).write_bytes(made)
    return target
