"""One cell turned into a value, or refused with what is wrong and how to mend it.

Each function gives `(value, notice)`: None for a blank cell; a notice where the cell was taken in a way worth a look. A
guess is never made: a code that a spreadsheet has turned into a number has perhaps lost digits, and is refused. With
`secret` no sentence repeats what stands in the cell. Asked for millions of cells, so the plain case comes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from jinxian.lib import Refused
from jinxian.lib.chinese import clean_text
from jinxian.lib.numbers import LARGEST, parse_quantity, shown
from jinxian.lib.spreadsheets.kinds import Cell, CellError, Formula

PEOPLE = ("口", "人", "户", "个")
_SPACES = " \t\r\n\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff"
_FULL_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 32, 0x3002: 46}  # ！to ～, wide space, 。
)
_NUMBER_LIKE = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]+|[0-9]{6,}\.0+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")
_FIRST_SERIAL = date(1899, 12, 30)
_LAST_SERIAL = 80_000
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")

_ERROR = gettext_noop("The cell shows %(text)s. Mend the formula, or write the value.")
_NO_RESULT = gettext_noop("The cell holds a formula without a result. Write the value.")
_FORMULA = gettext_noop("The cell holds a formula; its result %(text)s was taken.")
_TOO_LONG = gettext_noop("This is longer than %(longest)s characters. Shorten it.")
_NOT_TEXT = gettext_noop("%(text)s is not a text here. Set the column to “text” and write it again.")
_NUMBER_AS_TEXT = gettext_noop("A number stands here; it was taken as the text “%(text)s”.")
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
_TO_TEN = "一二三四五六七八九十"
_CHINESE_DAY = re.compile(f"[〇零○{_TO_TEN}]{{4}}年[{_TO_TEN}]{{1,2}}月[{_TO_TEN}]{{1,3}}[日号]?")

_YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "对", "有"})
_NO = frozenset({"否", "no", "n", "false", "0", "×", "x", "不", "无"})


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
        if cell.isprintable() and not _CONTROL.search(cell):
            value = cell.strip(_SPACES)
        else:
            value = clean_text(cell, multiline=False).strip(_SPACES)
        if len(value) > longest:
            raise CellRefused("too_long", _TOO_LONG, longest=longest)
        return value or None, None
    return _of_other(cell, lambda inner: text(inner, longest=longest, secret=secret), _number_as_text, secret=secret)


def _number_as_text(cell: Any, secret: bool) -> Taken:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e9:
        digits = str(int(cell))
        return digits, Notice("number_as_text", _NUMBER_AS_TEXT, {"text": "···" if secret else digits})
    raise CellRefused("not_text", _NOT_TEXT, text="···" if secret else _as_shown(cell))


def code(cell: Cell, *, longest: int, secret: bool = False) -> Taken:
    """A code: no spaces, full-width signs folded with a notice. Whatever a spreadsheet holds as a number is refused."""
    if type(cell) is str:
        value = cell.strip(_SPACES).removeprefix("'")
        notice = None
        if not value.isascii():
            folded = value.translate(_FULL_WIDTH)
            if folded != value:
                notice = Notice("folded", _FOLDED, {"text": "···" if secret else shown(folded)})
                value = folded.strip()
        if not value:
            return None, None
        if not value.isprintable() or _CONTROL.search(value):
            value = clean_text(value, multiline=False)
        if " " in value:
            raise CellRefused("code_spaces", _CODE_SPACES)
        if _NUMBER_LIKE.fullmatch(value):
            _refuse_number(value, secret)
        if len(value) > longest:
            raise CellRefused("too_long", _TOO_LONG, longest=longest)
        return value, notice
    return _of_other(cell, lambda inner: code(inner, longest=longest, secret=secret), _not_a_code, secret=secret)


def _not_a_code(cell: Any, secret: bool) -> Taken:
    if isinstance(cell, float):
        _refuse_number(f"{cell:.5E}" if abs(cell) >= 1e11 else f"{cell:.10g}", secret)
    raise CellRefused("not_text", _NOT_TEXT, text="···" if secret else _as_shown(cell))


def _refuse_number(as_shown: str, secret: bool) -> None:
    if secret:
        raise CellRefused("secret_as_number", _SECRET_AS_NUMBER)
    sentence = _CODE_AS_EXPONENT if "E" in as_shown.upper() else _CODE_AS_NUMBER
    raise CellRefused("code_as_number", sentence, text=as_shown)


def whole(cell: Cell, *, lowest: int, highest: int) -> Taken:
    """A whole number between the two; “5 口” and full-width digits with a notice."""
    value, notice = _number(cell, decimals=0)
    if value is None:
        return None, notice
    if not lowest <= value <= highest:
        raise CellRefused("outside", _BETWEEN, text=_as_shown(cell), lowest=lowest, highest=highest)
    return int(value), notice


def decimal(cell: Cell, *, decimals: int, highest: Decimal) -> Taken:
    """A number of 0 or more with at most so many decimals; the noise of binary fractions is rounded off."""
    value, notice = _number(cell, decimals=decimals)
    if value is not None and not 0 <= value <= highest:
        raise CellRefused("outside", _BETWEEN, text=_as_shown(cell), lowest=0, highest=highest)
    return value, notice


def _number(cell: Cell, *, decimals: int) -> tuple[Decimal | None, Notice | None]:
    if type(cell) is float:
        number = Decimal(repr(cell)) if abs(cell) < 1e15 else Decimal(LARGEST + 1)
        rounded = round(number, decimals)
        if abs(rounded - number) < Decimal("1e-9"):
            return rounded, None
        number_text = _as_shown(cell)
        if decimals == 0:
            raise CellRefused("not_whole", _NOT_WHOLE, text=number_text)
        return parse_quantity(number_text, decimals=decimals, unit=""), None  # refuses what is too fine
    if type(cell) is str:
        value = parse_quantity(cell, decimals=decimals, unit="", units=PEOPLE)
        plain = cell.strip(_SPACES)
        if value is None or re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain, re.ASCII):
            return value, None
        return value, Notice("unit_left_out", _UNIT_LEFT_OUT, {"text": f"{value:f}"})
    return _of_other(cell, lambda inner: _number(inner, decimals=decimals), _no_number, secret=False)


def _no_number(cell: Any, secret: bool) -> Taken:
    raise CellRefused("not_a_number", _NOT_WHOLE, text=_as_shown(cell))


def day(cell: Cell, *, earliest: date = date(1900, 1, 1), latest: date | None = None) -> Taken:
    """A day: a date cell, its number with a notice, or text in one of the usual styles, year first."""
    value, notice = _day(cell)
    if value is not None and (value < earliest or (latest is not None and value > latest)):
        raise CellRefused("outside", _OUTSIDE, text=str(value), earliest=earliest, latest=latest or "")
    return value, notice


def _day(cell: Cell) -> tuple[date | None, Notice | None]:
    if isinstance(cell, datetime):
        if cell.time() != time(0):
            raise CellRefused("with_time", _WITH_TIME, text=cell.isoformat(" ", "minutes"))
        return cell.date(), None
    if isinstance(cell, date):
        return cell, None
    if type(cell) is str:
        return _day_written(cell)
    return _of_other(cell, _day, _serial, secret=False)


def _serial(cell: Any, secret: bool) -> Taken:
    if isinstance(cell, float) and cell.is_integer() and 1 <= cell <= _LAST_SERIAL:
        found = _FIRST_SERIAL + timedelta(int(cell))
        return found, Notice("serial", _SERIAL, {"day": found.isoformat()})
    if isinstance(cell, float) and cell.is_integer() and 18_000_000 < cell < 22_000_000:
        return _day_written(str(int(cell)))  # 19870324 typed as a number
    raise CellRefused("not_a_day", _NOT_A_DAY, text=_as_shown(cell))


def _day_written(cell: str) -> tuple[date | None, Notice | None]:
    plain = cell.strip(_SPACES).translate(_FULL_WIDTH).strip()
    if not plain:
        return None, None
    if _CHINESE_DAY.fullmatch(plain):
        plain = _chinese_day(plain)
    found = _DAY_STYLES.fullmatch(plain)
    if found is None:
        return _other_day(plain), None
    month = found["m"] or found["m2"] or found["m3"]
    return _date(int(found["y"]), int(month), int(found["d"] or found["d2"] or found["d3"]), plain), None


def _other_day(plain: str) -> date:
    """Day last with the year behind, where it can be read in one way only; otherwise refused."""
    if found := _DAY_LAST.fullmatch(plain):
        first, second = int(found["a"]), int(found["b"])
        if first <= 12 and second <= 12 and first != second:
            raise CellRefused("day_or_month", _DAY_OR_MONTH, text=shown(plain))
        month, day_of_month = (first, second) if first <= 12 else (second, first)
        return _date(int(found["y"]), month, day_of_month, plain)
    if _MONTH_ONLY.fullmatch(plain):
        raise CellRefused("only_month", _ONLY_MONTH, text=shown(plain))
    raise CellRefused("not_a_day", _NOT_A_DAY, text=shown(plain))


def _date(year: int, month: int, day_of_month: int, plain: str) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise CellRefused("no_such_day", _NO_SUCH_DAY, text=shown(plain)) from None


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
        raise CellRefused("not_offered", _NOT_OFFERED, text=shown(cell), offered=offered)
    return _of_other(
        cell,
        lambda inner: choice(inner, choices=choices, offered=offered),
        lambda inner, secret: choice(_as_shown(inner), choices=choices, offered=offered),
        secret=False,
    )


def yes_no(cell: Cell) -> Taken:
    """True for 是, yes, 1 and a tick, False for 否, no, 0."""
    if type(cell) is bool:
        return cell, None
    if isinstance(cell, CellError | Formula) or cell is None:
        return _of_other(cell, yes_no, _no_number, secret=False)
    word = _as_shown(cell).translate(_FULL_WIDTH).strip(_SPACES).casefold()
    if not word:
        return None, None
    if word not in _YES | _NO:
        raise CellRefused("yes_or_no", _YES_OR_NO, text=shown(word))
    return word in _YES, None


def _of_other(cell: Cell, again: Any, other: Any, *, secret: bool) -> Any:
    """Blank, an error or a formula's result; everything else is `other`'s."""
    if cell is None:
        return None, None
    if isinstance(cell, CellError):
        raise CellRefused("error", _ERROR, text=cell.text)
    if isinstance(cell, Formula):
        if cell.value is None or cell.value == "":
            raise CellRefused("no_result", _NO_RESULT)
        value, notice = again(cell.value)
        shown_text = "···" if secret else shown(str(value))
        return value, notice or Notice("formula", _FORMULA, {"text": shown_text})
    return other(cell, secret)


def _as_shown(cell: Any) -> str:
    """A cell the way a spreadsheet shows it, fit for a sentence."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.5E}" if abs(cell) >= 1e11 else f"{cell:.10g}"
    return shown(str(cell))
