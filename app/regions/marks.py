"""Texts in one form, in a time that only their length decides."""

import unicodedata

MOST_MARKS = 8
"""Marks over one letter that any writing needs; more are a picture, and bringing a long run of them into order takes the square of its length."""


def composed(text: str) -> str:
    """The text in NFC; of more than MOST_MARKS combining marks in a row the rest are left out."""
    if text.isascii():
        return text
    kept, run = [], 0
    for sign in text:
        run = run + 1 if unicodedata.combining(sign) else 0
        if run <= MOST_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))
