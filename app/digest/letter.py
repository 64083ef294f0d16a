"""The letter of a day: numbers and addresses, in plain words and as HTML beside them."""

import re
from collections.abc import Sequence
from datetime import datetime

from app.digest.gathering import Waiting
from app.digest.models import DigestWish
from app.digest.service import stop_key
from app.invitations.letters import LANGUAGES, letter_environment
from app.notices.letters import Letter
from app.web.ground import Ground


def letter_of(parts: Ground, wish: DigestWish, waiting: Sequence[Waiting], zone: str, now: datetime) -> Letter:
    """What one account is told."""
    language = wish.language if wish.language in LANGUAGES else LANGUAGES[0]
    url = parts.settings.public_url
    stop = f"{url}/kabar-harian/{stop_key(parts.vault, wish.id)}"
    words = {
        "translator": parts.catalogues.translator(language),
        "lang": language,
        "zone": zone,
        "now": now,
        "office": parts.settings.office_name,
        "unit": parts.settings.office_unit,
        "url": url,
        "waiting": waiting,
        "total": sum(len(one.matters) for one in waiting),
        "settings": f"{url}/meja/kabar",
        "stop": stop,
    }
    env = letter_environment()
    subject, _, text = env.get_template(f"{language}/digest.txt").render(words).strip().partition("\n")
    html = env.get_template("digest.html").render({**words, "subject": subject})
    address = parts.vault.open(wish.address, "digest_wishes", "address", wish.id) or ""
    return Letter(address, subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html, unsubscribe=stop)
