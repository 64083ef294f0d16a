"""Quantities and rupiah in a text: read by bounded patterns, so that any length and any number of digits is harmless."""

import re
from dataclasses import dataclass

MOST_RUPIAH = 2**53 - 1
MOST_QUANTITY = 10**12

_NUMBER = r"\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,4})?(?![\d])|\d{1,3}(?:,\d{3}){2,5}(?!\d)|\d{1,15}(?:[.,]\d{1,4})?(?!\d)"
_SCALES = {
    "rb": 10**3, "ribu": 10**3, "rbu": 10**3, "k": 10**3, "jt": 10**6, "juta": 10**6, "jta": 10**6, "jutaan": 10**6,
    "m": 10**9, "mil": 10**9, "miliar": 10**9, "milyar": 10**9, "miliyar": 10**9, "milliar": 10**9,
    "t": 10**12, "triliun": 10**12, "trilyun": 10**12,
}  # fmt: skip
_MONEY = re.compile(
    rf"(?:(?P<sign>\b(?:rp|idr)\.?[ :]{{0,3}})|(?<![\d.,]))(?P<number>{_NUMBER})"
    rf"(?:[ ]?-[ ]?(?P<upper>{_NUMBER}))?[ ]?(?:(?P<scale>ribu|rbu|rb|jutaan|juta|jta|jt|mil|mi?ll?i?yar|mill?iar|tril[iy]un|[mtk])(?![^\W_])|(?![^\W\d_]))",
    re.IGNORECASE,
)
_MONEY_WORD = re.compile(
    r"\b(?:anggaran\w{0,3}|biaya\w{0,3}|dana\w{0,3}|pagu|senilai|sebesar|nilai\w{0,3}|rab|budget|rupiah|estimasi|harga|modal|total)\b"
    r"[^\d\n]{0,30}$",
    re.IGNORECASE,
)
_EACH_BEFORE = re.compile(r"(?:@|\b(?:per|setiap|masing-masing|tiap|harga satuan))[^\d\n]{0,14}$", re.IGNORECASE)
_EACH_AFTER = re.compile(r"(?:,-)?\s{0,2}(?:/|per\b)\s{0,2}[^\W\d_]", re.IGNORECASE)

_UNITS = {
    "m": "m", "meter": "m", "metr": "m", "mtr": "m", "mt": "m", "km": "km", "kilo": "km", "kilometer": "km",
    "m2": "m2", "meter2": "m2", "meter persegi": "m2", "m persegi": "m2", "m3": "m3", "meter kubik": "m3", "m kubik": "m3", "kubik": "m3",
    "ha": "ha", "hektar": "ha", "hektare": "ha", "unit": "unit", "titik": "titik", "ttk": "titik", "buah": "buah", "bh": "buah",
    "paket": "paket", "pkt": "paket", "ls": "ls", "orang": "orang", "org": "orang", "ekor": "ekor", "batang": "batang", "btg": "batang",
    "kelompok": "kelompok", "klp": "kelompok", "set": "set", "kk": "kk", "rumah": "rumah", "lokasi": "lokasi", "ruang": "ruang",
    "kelas": "kelas", "lembar": "lembar", "sak": "sak", "ton": "ton", "kg": "kg", "tiang": "tiang", "pohon": "pohon", "lembaga": "lembaga",
    "kegiatan": "kegiatan", "pedukuhan": "padukuhan", "padukuhan": "padukuhan", "stel": "stel", "pasang": "pasang", "siswa": "orang",
    "anak": "orang", "peserta": "orang", "warga": "orang", "lampu": "titik", "bibit": "bibit", "pcs": "buah",
    "umkm": "umkm", "bidang": "bidang", "jamban": "unit", "liter": "liter", "tandon": "unit", "sumur": "unit", "kursi": "buah",
}  # fmt: skip
_UNIT = "|".join(sorted((re.escape(unit).replace("\\ ", " ") for unit in _UNITS), key=len, reverse=True))
_COUNTS = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9, "sepuluh": 10,
    "sebelas": 11, "selusin": 12,
}  # fmt: skip
_ROUND = {"sepuluh": 10, "seratus": 100}
_MONEY_IN_WORDS = re.compile(
    rf"\b(?:(?P<round>{'|'.join(_ROUND)})|(?P<count>{'|'.join(_COUNTS)})(?:\s(?P<tens>puluh|ratus|belas))?)\s(?P<scale>juta|ribu|miliar|milyar)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    rf"(?<![^\W_])(?<!\d[.,/])(?:(?P<number>{_NUMBER})(?:an\b)?|(?P<count>{'|'.join(_COUNTS)})\b)(?:\s{{0,2}}\([^()\d]{{1,40}}\))?"
    rf"(?:\s{{0,2}}(?:m|meter|mtr)?\s{{0,2}}[x×*]\s{{0,2}}(?:{_NUMBER})){{0,2}}\s{{0,2}}-?(?P<unit>{_UNIT})(?![^\W_])(?!\s?/)",
    re.IGNORECASE,
)
_LENGTH_BEFORE = re.compile(
    r"\b(?:se)?panjang\w{0,3}[^\d\n.;]{0,24}$|\bp\s{0,2}[:=.]?\s{0,2}$|\bvol(?:ume)?\w{0,3}\b[^\d\n;]{0,16}$|\bluas\w{0,3}[^\d\n.;]{0,20}$",
    re.IGNORECASE,
)
_MEASURE_BEFORE = re.compile(
    r"\b(?:(?:lebar|tinggi|ketinggian|dalam|kedalaman|tebal|ketebalan|diameter|jarak|berjarak|radius|sedalam|setinggi|selebar|ukuran|berukuran)(?:nya)?"
    r"\s{0,2}[:=.]?\s{0,2}(?:\w{1,8}\s)?|(?<!/)[ltd]\s{0,2}[:=.]?\s{0,2})$",
    re.IGNORECASE,
)
_SERVED_BEFORE = re.compile(r"\b(?:untuk|utk|bagi|oleh|dihuni|melayani|manfaat|dari)\b[^\d\n]{0,24}$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"\b(?:rt|rw|no|nomor|rp)\W{0,3}$", re.IGNORECASE)
_AWAY = re.compile(r"\s{0,2}(?:dari|sebelum|setelah|sesudah|lagi)\b", re.IGNORECASE)
_PEOPLE = {"orang", "kk", "rumah", "pohon", "kelas"}
_AROUND = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much: the number as written and the unit in its usual short form (m, km, m2, titik, unit …)."""

    value: int | float
    unit: str


def is_measured(text: str, at: int) -> bool:
    """Whether a number with a unit begins here."""
    return _QUANTITY.match(text, at) is not None


def to_number(written: str) -> int | float | None:
    """An Indonesian number: dots before three digits part thousands, a comma parts decimals; None when too large."""
    if len(written) > 24:
        return None
    if re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", written):
        plain = written.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", written):
        plain = written.replace(".", "").replace(",", ".")
    else:
        plain = written.replace(",", ".")
    value = float(plain)
    if value >= MOST_RUPIAH:
        return None
    return int(value) if value.is_integer() else value


def _spelled(text: str) -> int | None:
    """A sum in words, such as *lima puluh juta*."""
    match = _MONEY_IN_WORDS.search(text)
    if match is None:
        return None
    if match["round"]:
        count = _ROUND[match["round"].lower()]
    else:
        count = _COUNTS[match["count"].lower()]
        count = count + 10 if (tens := (match["tens"] or "").lower()) == "belas" else count * {"puluh": 10, "ratus": 100}.get(tens, 1)
    return count * _SCALES[match["scale"].lower()]


def find_budget(text: str) -> int | None:
    """The budget in whole rupiah: a named total before the first other sum; a range counts by its upper end."""
    best: tuple[int, int] | None = None
    for match in _MONEY.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        named = bool(_MONEY_WORD.search(before))
        amount = _rupiah(match, before, named)
        if amount is None or _EACH_BEFORE.search(before) or _EACH_AFTER.match(text, match.end()):
            continue
        rank = 2 if named and "total" in before.lower() else 1
        if best is None or rank > best[0]:
            best = (rank, amount)
    return best[1] if best else _spelled(text)


def _rupiah(match: re.Match[str], before: str, named: bool) -> int | None:
    number, upper, scale = match["number"], match["upper"], match["scale"]
    factor = _SCALES.get(scale.lower().replace("ll", "l") if scale else "", 1)
    if scale and len(scale) == 1 and not match["sign"] and not named and not _is_milliard(match, before):
        return None
    if not scale and not match["sign"] and number.count(".") < 2 and not (named and len(number) >= 6):
        return None
    value = to_number(upper or number)
    amount = None if value is None else round(value * factor)
    if amount is None or not 1_000 <= amount <= MOST_RUPIAH:
        return None
    return amount


def _is_milliard(match: re.Match[str], before: str) -> bool:
    """Whether a bare letter means money: it is a metre or nothing but in `1,5 M`, unless that measures something."""
    decimal = re.fullmatch(r"\d{1,2}[.,]\d", match["number"])
    measured = _MEASURE_BEFORE.search(before) or _LENGTH_BEFORE.search(before)
    return match["scale"] == "M" and bool(decimal) and not match["upper"] and not measured


def find_quantity(text: str) -> Quantity | None:
    """The leading quantity: a length, area or volume said to be one, else the first that is neither width nor people served."""
    best: tuple[int, Quantity] | None = None
    for match in _QUANTITY.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        value = to_number(match["number"]) if match["number"] else _COUNTS[match["count"].lower()]
        unit = _UNITS[" ".join(match["unit"].lower().split())]
        if value is None or not 0 < value <= MOST_QUANTITY or _NAME_BEFORE.search(before) or _AWAY.match(text, match.end()):
            continue
        if _LENGTH_BEFORE.search(before):
            rank = 3
        elif _MEASURE_BEFORE.search(before):
            continue
        else:
            rank = 1 if unit in _PEOPLE or _SERVED_BEFORE.search(before) else 2
        if best is None or rank > best[0]:
            best = (rank, Quantity(value, unit))
    return best[1] if best else None
