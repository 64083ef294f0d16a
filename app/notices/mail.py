"""E-mail over SMTP: one letter at a time over one connection each; temporary answers mean later, final ones mean never for this address."""

import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, parseaddr

import aiosmtplib
import anyio

from app.notices.channels import Delayed, Refused
from app.notices.letters import Letter
from app.settings import MailSettings

TIMEOUT = 10.0
"""Seconds for each step of the conversation."""
QUIET = 20.0
"""Seconds without a new attempt after the server could not be reached, so that a dead server does not hold up other jobs."""


@dataclass
class Mailer:
    """The office's mail server."""

    settings: MailSettings
    timeout: float = TIMEOUT
    quiet: float = QUIET
    _turn: anyio.Lock = field(default_factory=anyio.Lock)
    _away_until: float = 0.0

    async def send(self, letter: Letter, delivery_id: str) -> None:
        """Hand one letter in; Refused when the server said never for this address, Delayed for everything that may pass."""
        message = write(letter, delivery_id, self.settings.sender)
        async with self._turn:
            if time.monotonic() < self._away_until:
                raise Delayed("mail.away")
            try:
                with anyio.fail_after(self.timeout * 3):
                    await self._hand_in(message)
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError):
                # OSError holds TimeoutError, a refused connection and a broken certificate.
                self._away_until = time.monotonic() + self.quiet
                raise Delayed("mail.away") from None

    async def _hand_in(self, message: EmailMessage) -> None:
        client = aiosmtplib.SMTP(
            hostname=self.settings.host,
            port=self.settings.port,
            timeout=self.timeout,
            use_tls=self.settings.security == "tls",
            start_tls=self.settings.security == "starttls",
            username=self.settings.user,
            password=self.settings.password,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPNotSupported) as problem:
            # A wrong password or missing STARTTLS is the office's matter, not this address's.
            raise Delayed("mail.sign_in") from problem
        try:
            await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as problem:
            raise _verdict(problem.recipients[0].code, "mail.address_refused") from None
        except aiosmtplib.SMTPResponseException as problem:
            raise _verdict(problem.code, "mail.letter_refused") from None
        except (aiosmtplib.SMTPNotSupported, UnicodeError, ValueError):
            raise Refused("mail.bad_address") from None
        finally:
            client.close()


def write(letter: Letter, delivery_id: str, sender: str) -> EmailMessage:
    """The message as it travels; its id is the delivery's, so that a letter sent twice by accident shows once."""
    message = EmailMessage(policy=SMTP_POLICY)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    try:
        message["From"] = sender
        message["To"] = letter.to
    except (ValueError, IndexError, UnicodeError):
        raise Refused("mail.bad_address") from None
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{delivery_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    if letter.enclosed:
        file = letter.enclosed
        message.add_attachment(file.content.decode(), subtype=file.subtype, filename=file.name, params=dict(file.parameters))
    return message


def _verdict(code: int, refusal: str) -> Refused | Delayed:
    return Refused(refusal) if 500 <= code < 600 else Delayed("mail.later")
