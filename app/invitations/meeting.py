"""The name by which people know the place of a meeting, read from its link."""

from urllib.parse import urlsplit

NAMES = {
    "zoom.us": "Zoom",
    "zoom.com": "Zoom",
    "meet.google.com": "Google Meet",
    "teams.microsoft.com": "Microsoft Teams",
    "teams.live.com": "Microsoft Teams",
    "meet.jit.si": "Jitsi",
    "webex.com": "Webex",
}


def meeting_name(link: str | None) -> str:
    """Zoom, Google Meet …; empty when the link's host is not a known one."""
    host = (urlsplit(link).hostname or "") if link else ""
    return next((name for known, name in NAMES.items() if host == known or host.endswith(f".{known}")), "")
