"""One cell turned into a value, or refused with what is wrong and how to mend it.

Each function gives `(value, notice)`: None for a blank cell; a notice where the cell was taken in a way worth a look. A
guess is never made: a code that a spreadsheet keeps as a number is taken only while the number still holds every digit
(EXACT); as 1.30183E+11 it has lost some and is refused. With `secret` no sentence repeats what stands in the cell, and
none ever repeats what looks like an ID number: columns get mixed up. Asked for millions of cells, so the plain case
comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from jinxian.lib import Refused
from jinxian.lib.chinese import TextRefused, clean_text
from jinxian.lib.id_numbers import masked
from jinxian.lib.numbers import NumberRefused, parse_quantity, parse_yes_no, shown
from jinxian.lib.spreadsheets.kinds import Cell, CellError, Formula

PEOPLE = ("口", "人", "户", "个")
_SPACES = " \t\r\n\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff"
_FULL_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 32, 0x3002: 46}  # ！to ～, wide space, 。
)
# What a spreadsheet makes of a code: 1.30183E+11, 130183.0. “12E3” may well be somebody's code.
_NUMBER_LIKE = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+[0-9]+|[0-9]\.[0-9]+[eE][0-9]+|[0-9]{6,}\.0+")
_EXPONENT = re.compile(r"[eE]\+?[0-9]")
_LIKE_AN_ID_NUMBER = re.compile("[0-9０-９]{15,}[Xx]?")
_NOISE = Decimal("1e-9")
EXACT = 10**15  # whole numbers below it are kept digit by digit
_FIRST_SERIAL = date(1899, 12, 30)
_LAST_SERIAL = 80_000
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")

_ERROR = gettext_noop("The cell shows %(text)s. Mend the formula, or write the value.")
_NO_RESULT = gettext_noop("The cell holds a formula without a result. Write the value.")
_FORMULA = gettext_noop("The cell holds a formula; its result %(text)s was taken.")
_TOO_LONG = gettext_noop("This is longer than %(longest)s characters. Shorten it.")
_NOT_TEXT = gettext_noop("%(text)s is not a text here. Set the column to “text” and write it again.")
_TAKEN_AS_DIGITS = gettext_noop(
    "This cell is a number; it was taken as %(text)s. Leading zeros would be lost: set the column to text."
)
_CODE_AS_NUMBER = gettext_noop(
    "The code is kept as a number (%(text)s), so digits may be lost. Set the column to “text” and write it again."
)
_CODE_AS_EXPONENT = gettext_noop(
    "The code has become %(text)s, its last digits are lost. Set the column to “text” and write it again."
)
_SECRET_AS_NUMBER = gettext_noop(
    "The number is kept as a figure and its last digits are lost. Set the column to “text” and write it again."
)
_CODE_SPACES = gettext_noop("A code has no spaces. Take them out.")
_FOLDED = gettext_noop("Full-width characters were taken as “%(text)s”.")
_NOT_A_NUMBER = gettext_noop("“%(text)s” is not a number: enter digits only")
_TOO_FINE = gettext_noop("“%(text)s”: the finest step is %(step)s, round it")
_NOT_WHOLE = gettext_noop("“%(text)s”: a whole number is needed here.")
_BETWEEN = gettext_noop("“%(text)s”: between %(lowest)s and %(highest)s is possible here.")
_UNIT_LEFT_OUT = gettext_noop("Full-width digits or the unit were taken off: %(text)s.")
_NOT_A_DAY = gettext_noop("“%(text)s” is no day. Write it like 1987-03-24.")
_NO_SUCH_DAY = gettext_noop("“%(text)s”: there is no such day. Write it like 1987-03-24.")
_DAY_OR_MONTH = gettext_noop("“%(text)s” can be read in two ways. Write it like 1987-03-24.")
_ONLY_MONTH = gettext_noop("“%(text)s” lacks the day. Write it like 1987-03-24.")
_SERIAL = gettext_noop("This is the number of a day; it was taken as %(day)s. If that is wrong, write it like %(day)s.")
_OUTSIDE = gettext_noop("“%(text)s” lies outside %(earliest)s to %(latest)s.")
_WITH_TIME = gettext_noop("“%(text)s” has a time. Write the day alone, like 1987-03-24.")
_NOT_OFFERED = gettext_noop("“%(text)s” is none of these: %(offered)s.")
_YES_OR_NO = gettext_noop("“%(text)s”: write yes or no.")

_DAY_STYLES = re.compile(
    r"(?P<y>[0-9]{4})(?:(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})"
    r"|年(?P<m2>[0-9]{1,2})月(?P<d2>[0-9]{1,2})[日号]?|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))(?: 00:00(?::00)?)?"
)
_DAY_LAST = re.compile(r"(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<y>[0-9]{4})")
_MONTH_ONLY = re.compile(r"[0-9]{4}(?:[-/.][0-9]{1,2}|年(?:[0-9]{1,2}月?)?|[0-9]{2})?")
_TO_NINE = "[一二三四五六七八九]"
_CHINESE_DAY = re.compile(
    f"[〇零○一二三四五六七八九]{{4}}年(?:{_TO_NINE}|十[一二]?)月(?:{_TO_NINE}|[二三]?十{_TO_NINE}?)[日号]?"
)


class CellRefused(Refused):
    """What stands in the cell cannot be taken."""


class Notice(NamedTuple):
    """The cell was taken, but in a way that is worth a look."""

    code: str
    sentence: str
    values: dict[str, Any]


Taken = tuple[Any, Notice | None]


def text(cell: Cell, *, longest: int, secret: bool = False) -> Taken:
    """The text without spaces at its ends, otherwise as it is written; a whole number as its digits, with a notice."""
    if type(cell) is str:
        value = (cell if cell.isprintable() else _clean(cell)).strip(_SPACES)
        if len(value) > longest:
            raise CellRefused("too_long", _TOO_LONG, longest=longest)
        return value or None, None
    return _of_other(
        cell,
        lambda inner: text(inner, longest=longest, secret=secret),
        lambda inner: _number_as_text(inner, longest, secret),
        secret=secret,
    )


def _clean(cell: str) -> str:
    try:
        return clean_text(cell, multiline=False)
    except TextRefused as refused:
        raise CellRefused(refused.code, refused.message) from None


def _number_as_text(cell: Any, longest: int, secret: bool) -> Taken:
    if isinstance(cell, float) and is_exact(cell):
        return _taken_as_digits(cell, longest, secret)
    raise CellRefused("not_text", _NOT_TEXT, text=as_shown(cell, secret=secret))


def _taken_as_digits(cell: float, longest: int, secret: bool) -> Taken:
    digits = str(int(cell))
    if len(digits) > longest:
        raise CellRefused("too_long", _TOO_LONG, longest=longest)
    return digits, Notice("taken_as_digits", _TAKEN_AS_DIGITS, {"text": quoted(digits, secret=secret)})


def is_exact(cell: float) -> bool:
    """Whether the number is a whole one of which the file has kept every digit."""
    return abs(cell) < EXACT and cell.is_integer()


def code(cell: Cell, *, longest: int, secret: bool = False) -> Taken:
    """A code: no spaces, full-width signs folded with a notice. A number is taken while it holds every digit."""
    if type(cell) is str:
        value, notice = cell.strip(_SPACES).removeprefix("'"), None
        if not value.isascii():
            value, notice = _folded(value, secret)
        if not value:
            return None, None
        if not value.isprintable():
            value = _clean(value)
        if len(value.split()) > 1:
            raise CellRefused("code_spaces", _CODE_SPACES)
        if _NUMBER_LIKE.fullmatch(value):
            raise _code_as_number(value, secret)
        if len(value) > longest:
            raise CellRefused("too_long", _TOO_LONG, longest=longest)
        return value, notice
    return _of_other(
        cell, lambda inner: code(inner, longest=longest, secret=secret),
        lambda inner: _number_as_code(inner, longest, secret),
        secret=secret,
    )  # fmt: skip


def _folded(value: str, secret: bool) -> tuple[str, Notice | None]:
    folded = value.translate(_FULL_WIDTH).strip()
    if folded == value:
        return value, None
    return folded, Notice("folded", _FOLDED, {"text": quoted(folded, secret=secret)})


def _number_as_code(cell: Any, longest: int, secret: bool) -> Taken:
    if isinstance(cell, float):
        if cell >= 0 and is_exact(cell):
            return _taken_as_digits(cell, longest, secret)
        raise _code_as_number(as_shown(cell), secret)
    raise CellRefused("not_text", _NOT_TEXT, text=as_shown(cell, secret=secret))


def _code_as_number(number: str, secret: bool) -> CellRefused:
    if secret:
        return CellRefused("secret_as_number", _SECRET_AS_NUMBER)
    if _EXPONENT.search(number):
        return CellRefused("code_as_number", _CODE_AS_EXPONENT, text=number)
    return CellRefused("code_as_number", _CODE_AS_NUMBER, text=quoted(number))


def whole(cell: Cell, *, lowest: int, highest: int) -> Taken:
    """A whole number between the two; “5 口” and full-width digits with a notice."""
    value, notice = _number(cell, decimals=0)
    if value is None:
        return None, notice
    if not lowest <= value <= highest:
        raise CellRefused("outside", _BETWEEN, text=as_shown(cell), lowest=lowest, highest=highest)
    return int(value), notice


def decimal(cell: Cell, *, decimals: int, highest: Decimal) -> Taken:
    """A number of 0 or more with at most so many decimals; the noise of binary fractions is rounded off."""
    value, notice = _number(cell, decimals=decimals)
    if value is not None and not 0 <= value <= highest:
        raise CellRefused("outside", _BETWEEN, text=as_shown(cell), lowest=0, highest=f"{highest:f}")
    return value, notice


def _number(cell: Cell, *, decimals: int) -> tuple[Decimal | None, Notice | None]:
    if type(cell) is float:
        return _of_float(cell, decimals), None
    if type(cell) is str:
        try:
            value = parse_quantity(cell, decimals=decimals, unit="", units=PEOPLE)
        except NumberRefused as refused:
            params = refused.params | {"text": quoted(cell.strip(_SPACES))}
            raise CellRefused(refused.code, refused.message, **params) from None
        if value is None or re.fullmatch(r"[0-9]+(\.[0-9]+)?", cell.strip(_SPACES), re.ASCII):
            return value, None
        return value, Notice("unit_left_out", _UNIT_LEFT_OUT, {"text": f"{value:f}"})
    return _of_other(cell, lambda inner: _number(inner, decimals=decimals), _no_number)


def _of_float(cell: float, decimals: int) -> Decimal:
    """The number with so many decimals; a spreadsheet's 0.30000000000000004 is 0.3, but nothing is rounded."""
    if not isfinite(cell):
        _no_number(cell)
    number = Decimal(repr(cell))
    if abs(cell) >= 1e15:
        return number  # beyond what anybody is allowed, and too long to be rounded
    rounded = round(number, decimals)
    if abs(rounded - number) < _NOISE:
        return rounded or abs(rounded)  # no “-0”
    if decimals == 0:
        raise CellRefused("not_whole", _NOT_WHOLE, text=as_shown(cell))
    raise CellRefused("too_fine", _TOO_FINE, text=f"{cell:.15g}", step=f"{Decimal(1).scaleb(-decimals):f}")


def _no_number(cell: Any) -> Taken:
    raise CellRefused("not_a_number", _NOT_A_NUMBER, text=as_shown(cell))


def day(cell: Cell, *, earliest: date = date(1900, 1, 1), latest: date | None = None) -> Taken:
    """A day: a date cell, its number with a notice, or text in one of the usual styles, year first."""
    value, notice = _day(cell)
    if value is not None and (value < earliest or (latest is not None and value > latest)):
        bounds = {"earliest": str(earliest), "latest": str(latest or date.max)}
        raise CellRefused("outside", _OUTSIDE, text=str(value), **bounds)
    return value, notice


def _day(cell: Cell) -> tuple[date | None, Notice | None]:
    if type(cell) is str:
        return _day_written(cell), None
    if isinstance(cell, datetime):
        if cell.time() != time(0):
            raise CellRefused("with_time", _WITH_TIME, text=cell.isoformat(" ", "minutes"))
        return cell.date(), None
    if isinstance(cell, date):
        return cell, None
    return _of_other(cell, _day, _serial)


def _serial(cell: Any) -> Taken:
    if isinstance(cell, float) and cell.is_integer() and 1900 <= cell <= 2100:
        raise CellRefused("only_month", _ONLY_MONTH, text=str(int(cell)))  # a year, and not a day of 1905
    if isinstance(cell, float) and cell.is_integer() and 1 <= cell <= _LAST_SERIAL:
        found = _FIRST_SERIAL + timedelta(int(cell))
        return found, Notice("serial", _SERIAL, {"day": found.isoformat()})
    if isinstance(cell, float) and cell.is_integer() and 18_000_000 < cell < 22_000_000:
        return _day_written(str(int(cell))), None  # 19870324 typed as a number
    raise CellRefused("not_a_day", _NOT_A_DAY, text=as_shown(cell))


def _day_written(cell: str) -> date | None:
    plain = cell.strip(_SPACES).translate(_FULL_WIDTH).strip()
    if not plain:
        return None
    if "年" in plain:
        plain = "".join(plain.split())
        if _CHINESE_DAY.fullmatch(plain):
            plain = _chinese_day(plain)
    found = _DAY_STYLES.fullmatch(plain)
    if found is None:
        return _other_day(plain)
    month = found["m"] or found["m2"] or found["m3"]
    return _date(int(found["y"]), int(month), int(found["d"] or found["d2"] or found["d3"]), plain)


def _other_day(plain: str) -> date:
    """Day last with the year behind, where it can be read in one way only; otherwise refused."""
    if found := _DAY_LAST.fullmatch(plain):
        first, second = int(found["a"]), int(found["b"])
        if first <= 12 and second <= 12 and first != second:
            raise CellRefused("day_or_month", _DAY_OR_MONTH, text=quoted(plain))
        month, day_of_month = (first, second) if first <= 12 else (second, first)
        return _date(int(found["y"]), month, day_of_month, plain)
    if _MONTH_ONLY.fullmatch(plain):
        raise CellRefused("only_month", _ONLY_MONTH, text=quoted(plain))
    raise CellRefused("not_a_day", _NOT_A_DAY, text=quoted(plain))


def _date(year: int, month: int, day_of_month: int, plain: str) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise CellRefused("no_such_day", _NO_SUCH_DAY, text=quoted(plain)) from None


def _chinese_day(plain: str) -> str:
    """“1987年3月24日” for 一九八七年三月二十四日."""
    year, rest = plain.split("年")
    month, rest = rest.split("月")
    return f"{year.translate(_CHINESE_DIGITS)}年{_chinese_number(month)}月{_chinese_number(rest.rstrip('日号'))}日"


def _chinese_number(words: str) -> int:
    tens, ten, ones = words.partition("十")
    if not ten:
        return int(words.translate(_CHINESE_DIGITS))
    return 10 * int(tens.translate(_CHINESE_DIGITS) or 1) + int(ones.translate(_CHINESE_DIGITS) or 0)


def choice(cell: Cell, *, choices: Mapping[str, str], offered: str) -> Taken:
    """The stored value for a word of the list, in whatever spelling `choices` knows (no case, no spaces)."""
    if type(cell) is str:
        found = choices.get(cell)
        if found is None:
            found = choices.get(re.sub(r"\s+", "", cell.translate(_FULL_WIDTH)).casefold())
        if found is not None:
            return found, None
        if not cell.strip(_SPACES):
            return None, None
        raise CellRefused("not_offered", _NOT_OFFERED, text=quoted(cell), offered=offered)
    return _of_other(
        cell,
        lambda inner: choice(inner, choices=choices, offered=offered),
        lambda inner: choice(as_shown(inner), choices=choices, offered=offered),
    )


def yes_no(cell: Cell) -> Taken:
    """True for 是, yes, 1, true and a tick, False for 否, no, 0, false and a cross, as numbers.py has it."""
    if type(cell) is bool:
        return cell, None
    if type(cell) is not str:
        return _of_other(cell, yes_no, lambda inner: yes_no(as_shown(inner)))
    word = cell.strip(_SPACES).casefold()
    if word in ("true", "false"):
        return word == "true", None
    try:
        value = parse_yes_no(cell)
    except NumberRefused:
        raise CellRefused("yes_or_no", _YES_OR_NO, text=quoted(cell)) from None
    return None if value is None else bool(value), None


def _of_other(cell: Cell, again: Callable[[Any], Any], other: Callable[[Any], Any], *, secret: bool = False) -> Any:
    """Blank, an error, or a formula's result, of which is asked `again`; everything else is `other`'s."""
    if cell is None:
        return None, None
    if isinstance(cell, CellError):
        raise CellRefused("error", _ERROR, text=cell.text)
    if isinstance(cell, Formula):
        if cell.value is None or cell.value == "":
            raise CellRefused("no_result", _NO_RESULT)
        value, notice = again(cell.value)
        return value, notice or Notice("formula", _FORMULA, {"text": as_shown(cell.value, secret=secret)})
    return other(cell)


def as_shown(cell: Any, *, secret: bool = False) -> str:
    """A cell the way a spreadsheet shows it, fit for a sentence; every digit of a number that has kept them."""
    if isinstance(cell, Formula):
        cell = cell.value
    if cell is None or isinstance(cell, CellError):
        return cell.text if cell else ""
    if secret:
        return "···"
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if is_exact(cell):
            return quoted(str(int(cell)))
        return f"{cell:.5E}" if abs(cell) >= EXACT else f"{cell:.15g}"
    return quoted(str(cell))


def quoted(written: str, *, secret: bool = False) -> str:
    """What is written, fit for a sentence: short, printable, an ID number masked."""
    return "···" if secret else shown(without_id_numbers(written[:200]))


def without_id_numbers(written: str) -> str:
    """The text with the middle of every ID number masked."""
    return _LIKE_AN_ID_NUMBER.sub(_perhaps_masked, written)


def _perhaps_masked(found: re.Match[str]) -> str:
    """15 digits are an old ID number only where the 9th to 12th are a month and a day: teams' codes have 15, too."""
    number = found[0]
    if len(number) == 15 and not (1 <= int(number[8:10]) <= 12 and 1 <= int(number[10:12]) <= 31):
        return number
    return masked(number)
