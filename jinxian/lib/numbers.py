"""What a person types into a cell, turned into a Decimal or refused with a sentence.

Decided here: which ways of writing a number are plain enough to take, and the words for those that are not. A guess
is never made: what can be read two ways is refused. Python's own Decimal() is no judge, it takes `1e5`, `1_000` and
`٣`. Not decided here: whether a number is plausible for its item (that warns, elsewhere).
"""

import re
import unicodedata
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_noop, pgettext

from jinxian.lib import Refused

LARGEST = Decimal("9999999999")
SHOWN_LENGTH = 60

# Surrounding white space that keyboards, spreadsheets and web pages leave behind.
_SPACES = " \t\r\n\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\ufeff"
# A Chinese input method also writes 。 for the point of “12.5”.
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，。", "0123456789.,.")
_LEADING = re.compile(r"[0-9.,]+")
# A group of thousands never starts with 0: “0,200” is somebody's decimal comma.
_AMOUNT = re.compile(r"(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+")
_DASHES = r"\-\u2010-\u2015\u2212"

_WHOLE = gettext_noop("“%(text)s”: enter a whole number")
_WHOLE_UNIT = gettext_noop("“%(text)s”: %(unit)s are whole numbers")
_TOO_FINE = gettext_noop("“%(text)s”: the finest step is %(step)s, round it")
_TOO_LARGE = gettext_noop("“%(text)s”: the largest number that can be entered is %(maximum)s")
_UNSEEN = gettext_noop("“%(text)s” contains a character that cannot be seen: type the number again")
_FRACTION = gettext_noop("“%(text)s”: write the fraction as a decimal, 0.5 for a half")
_OTHER_DIGITS = gettext_noop("“%(text)s”: use the digits 0 to 9")
_OTHER_UNIT = gettext_noop("“%(text)s”: this is counted in %(unit)s. Enter the number alone")
_NO_UNIT = gettext_noop("“%(text)s”: enter the number alone")
_NOT_A_NUMBER = gettext_noop("“%(text)s” is not a number: enter digits only")
_YES_OR_NO = gettext_noop("“%(text)s”: enter yes or no")
_ABOVE_MAXIMUM = gettext_noop("“%(text)s”: at most %(maximum)s points can be given")

# Tried in this order on the compatibility form (full-width signs folded), all of it must match.
_REASONS = tuple(
    (code, re.compile(pattern, re.IGNORECASE | re.DOTALL | re.ASCII), message)
    for code, pattern, message in (
        (
            "none_word",
            rf"[{_DASHES}/]+|无|没|没有|none|nil|no|nothing|n/a",
            gettext_noop("“%(text)s”: if there were none, enter 0"),
        ),
        ("negative", rf"[{_DASHES}]\s*[\d.,].*", gettext_noop("“%(text)s”: a number below 0 cannot be entered")),
        ("plus", r"\+\s*[\d.,].*", gettext_noop("“%(text)s”: leave out the plus sign")),
        (
            "formula",
            r"[=@].*|[\d.,]+\s*[-+*×÷^].*",
            gettext_noop("“%(text)s”: formulas are not worked out here, enter the result"),
        ),
        ("fraction", r"[\d.,]+\s*/\s*\d.*", _FRACTION),
        ("percent", r"[\d.,]+\s*[%‰]", gettext_noop("“%(text)s”: enter the amount, not a percentage")),
        (
            "exponent",
            r"[\d.,]+e[-+]?\d+",
            gettext_noop("“%(text)s”: write the number out in full, without the letter e"),
        ),
        ("hexadecimal", r"0[xbo][\da-f]+", gettext_noop("“%(text)s”: write it as an ordinary number, in digits only")),
        ("infinite", r"inf(inity)?|nan|∞", gettext_noop("“%(text)s” is not an amount: enter what was counted")),
        ("underscore", r"[\d.,]*_.*", gettext_noop("“%(text)s”: leave out the underscore")),
        ("spaces", r"[\d.,]+\s+[\d.,].*", gettext_noop("“%(text)s”: type the number in one piece, without spaces")),
        ("two_points", r"[\d,]*\.[\d,]*\..*", gettext_noop("“%(text)s” has two decimal points: leave one")),
        (
            "comma",
            r"[\d.]*,.*",
            gettext_noop("“%(text)s” can be read in two ways: leave out the comma, or write a point for decimals"),
        ),
        (
            "multiplier",
            r"[\d.]+\s*([万亿].*|[千百十kw])",
            gettext_noop("“%(text)s”: write the number out in full, 12000 for 1.2万"),
        ),
    )
)

_YES = frozenset(("是", "yes", "y", "1", "√", "✓", "✔", "☑"))
_NO = frozenset(("否", "no", "n", "0", "×", "✕", "✖", "✗", "✘", "☒"))


class NumberRefused(Refused):
    """What stands in the cell is no number that can be taken; `code` names the reason."""


def parse_quantity(text: str, *, decimals: int, unit: str = "", units: tuple[str, ...] = ()) -> Decimal | None:
    """The number typed, with exactly `decimals` places; None where nothing was typed (empty is not zero).

    Taken: full-width digits, point and comma, correctly grouped thousands, and the item's own unit after the number
    (`unit`, or one of its other spellings `units`). Anything else raises NumberRefused; nothing is rounded.
    """
    typed = text.strip(_SPACES)
    if not typed:
        return None
    value = Decimal(_digits(typed, unit, units).replace(",", ""))
    if value > LARGEST:
        raise NumberRefused("too_large", _TOO_LARGE, text=shown(typed), maximum=format_quantity(LARGEST, 0))
    return _at_precision(value, typed, decimals, unit)


def parse_yes_no(text: str) -> Decimal | None:
    """1 for yes, 0 for no, None where nothing was typed. 有 and 无 say what there is, not whether: refused."""
    typed = text.strip(_SPACES)
    word = _compatible(typed)
    if not typed:
        return None
    if word not in _YES | _NO:
        raise NumberRefused("yes_or_no", _YES_OR_NO, text=shown(typed))
    return Decimal(1) if word in _YES else Decimal(0)


def parse_judgement(text: str, *, maximum: Decimal) -> Decimal | None:
    """Points given by judgement, 0 to `maximum`, 2 places; None where nothing was typed."""
    unit = pgettext("after a number", "points")
    points = parse_quantity(text, decimals=2, unit=unit, units=("分", "points", "point"))
    if points is not None and points > maximum:
        raise NumberRefused(
            "above_maximum", _ABOVE_MAXIMUM, text=shown(text.strip(_SPACES)), maximum=format_trimmed(maximum)
        )
    return points


def format_quantity(value: Decimal | None, decimals: int, *, group: bool = True) -> str:
    """“1,312” or “4.60”: rounded half up to `decimals` places, thousands grouped unless told otherwise; None is “”."""
    if value is None:
        return ""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if not rounded:
        rounded = rounded.copy_abs()  # no “-0”
    return f"{rounded:,f}" if group else f"{rounded:f}"


def format_trimmed(value: Decimal, decimals: int = 2) -> str:
    """“10”, “7.5” or “11.11”: at most `decimals` places, no zeros at the end; for points and percentages."""
    text = format_quantity(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(text: str) -> str:
    """What was typed, fit to be repeated in a sentence: one line, at most 60 characters, nothing unprintable."""
    # Cut first: a pasted megabyte need not be looked through.
    short = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
    return "".join(char if char.isprintable() else "\ufffd" for char in short)


def _digits(typed: str, unit: str, units: tuple[str, ...]) -> str:
    """The number without its unit, ASCII digits, commas and a point; NumberRefused where it is anything else."""
    plain = typed.translate(_FULL_WIDTH)
    head = _LEADING.match(plain)
    if head and _AMOUNT.fullmatch(head[0]):
        rest = plain[head.end() :].strip(_SPACES)
        if not rest or _compatible(rest) in {_compatible(name) for name in (unit, *units)}:
            return head[0]
    raise _refusal(typed, unit)


def _at_precision(value: Decimal, typed: str, decimals: int, unit: str) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(step, ROUND_DOWN)
    if rounded == value:
        return rounded
    if decimals:
        raise NumberRefused("too_fine", _TOO_FINE, text=shown(typed), step=f"{step:f} {unit}".rstrip())
    raise NumberRefused("not_whole", _WHOLE_UNIT if unit else _WHOLE, text=shown(typed), unit=unit)


def _refusal(typed: str, unit: str) -> NumberRefused:
    """Why this is no number, in the words that help most."""
    code, message = _reason(typed[:200], unit)
    return NumberRefused(code, message, text=shown(typed), unit=unit)


def _reason(typed: str, unit: str) -> tuple[str, str]:
    # Read before folding, which would turn “5²” into 52 and hide what was typed.
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in typed):
        return "unseen", _UNSEEN
    if any(unicodedata.decomposition(char).startswith("<fraction>") for char in typed):
        return "fraction", _FRACTION
    plain = typed.translate(_FULL_WIDTH)
    if (plain[0].isnumeric() and not plain[0].isascii()) or any(
        char.isdigit() and not char.isascii() for char in plain
    ):
        return "other_digits", _OTHER_DIGITS
    folded = _compatible(plain)
    for code, pattern, message in _REASONS:
        if pattern.fullmatch(folded):
            return code, message
    if re.fullmatch(r"[\d.]+\D+", folded, re.ASCII):
        return "unit", _OTHER_UNIT if unit else _NO_UNIT
    return "not_a_number", _NOT_A_NUMBER


def _compatible(text: str) -> str:
    """For comparing only: full-width letters and signs as ASCII, no capitals, no space at the ends."""
    return unicodedata.normalize("NFKC", text).casefold().strip(_SPACES)
