"""Numbers in Indonesian words, as records write days and years."""

_WORDS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
_PARTS = ((1000, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", "sepuluh"))


def spelled(number: int) -> str:
    """A whole number from 0 to 999,999 in words: `dua ribu dua puluh satu`."""
    if number < 12:
        return _WORDS[number]
    if number < 20:
        return f"{_WORDS[number - 10]} belas"
    size, many, one = next(part for part in _PARTS if number >= part[0])
    count, rest = divmod(number, size)
    said = one if count == 1 else f"{spelled(count)} {many}"
    return f"{said} {spelled(rest)}" if rest else said
