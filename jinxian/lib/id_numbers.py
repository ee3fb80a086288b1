"""Citizen identity numbers (公民身份号码): is one right, how is it stored and shown (domain.md rules 27, 28).

The check is GB 11643 with ISO 7064 MOD 11-2. The area code is not checked: codes are dated and people move. No
sentence here repeats a number, because sentences end up in pages and logs. Who may see a number is decided elsewhere.
"""

import hashlib
import hmac
import re
from datetime import date
from functools import lru_cache
from typing import Literal

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_noop

from jinxian.lib import Refused

Sex = Literal["m", "f"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX")
_SHAPE = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")


class IdNumberRefused(Refused):
    """The number cannot be a person's number, or not this person's; `code` names the reason."""


def parse_id_number(text: str, *, on: date, sex: str | None = None, birth_date: date | None = None) -> str:
    """The number as 18 (or 15) ASCII characters, the last perhaps X.

    IdNumberRefused where the shape, the date of birth (real, not after `on`) or the check digit is wrong, or where the
    number disagrees with `sex` ("m" or "f") or `birth_date` of the record. None or "" for these: not compared.
    """
    number = text.strip().translate(_FULL_WIDTH)
    if not _SHAPE.fullmatch(number):
        raise IdNumberRefused(
            "shape", gettext_noop("An ID number has 18 digits, the last may be X (older ones 15 digits)")
        )
    born = _birth_date(number, on)
    if len(number) == 18 and check_digit(number[:17]) != number[17]:
        raise IdNumberRefused(
            "check_digit", gettext_noop("The last digit does not fit the others: check the number for a slip")
        )
    if birth_date and born != birth_date:
        raise IdNumberRefused(
            "birth_date", gettext_noop("The date of birth in the ID number is not the one in the record")
        )
    if sex and _sex(number) != sex:
        raise IdNumberRefused("sex", gettext_noop("The ID number is of the other sex than the record"))
    return number


def check_digit(first17: str) -> str:
    """The 18th character for the first 17: 0 to 9 or X (MOD 11-2)."""
    return _CHECK_DIGITS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True)) % 11]


def masked(number: str) -> str:
    """“130·············42”: the first 3, the last 2, a point for each of the others."""
    hidden = len(number) - 5
    return number[:3] + "·" * hidden + number[-2:] if hidden > 0 else "·" * len(number)


def make_id_number(area_code: str, birth_date: date, sequence: int, sex: Sex) -> str:
    """A formally right number for an invented person; `sequence` 0 to 498 tells those of a day and place apart."""
    if not 0 <= sequence <= 498:
        raise ValueError(f"A day holds the sequences 0 to 498 per sex, not {sequence}.")
    order = 2 * sequence + (1 if sex == "m" else 2)
    first17 = f"{area_code}{birth_date:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


def encrypt(number: str) -> bytes:
    """For storage: unreadable without settings.ID_NUMBER_KEYS, different each time. The first key encrypts."""
    return _cipher(tuple(settings.ID_NUMBER_KEYS)).encrypt(number.encode("ascii"))


def decrypt(token: bytes | memoryview) -> str:
    """The number again, under any of the keys; cryptography's InvalidToken where none fits."""
    return _cipher(tuple(settings.ID_NUMBER_KEYS)).decrypt(bytes(token)).decode("ascii")


def keyed_hash(number: str) -> str:
    """64 hexadecimal digits, the same for the same person: for uniqueness and look-up without decrypting.

    A 15-digit number hashes like the 18-digit number its owner has today, so one person cannot be entered under both.
    """
    full = number if len(number) == 18 else _full_length(number)
    return hmac.new(settings.ID_NUMBER_HASH_KEY.encode(), full.encode("ascii"), hashlib.sha256).hexdigest()


def _birth_date(number: str, on: date) -> date:
    full = number if len(number) == 18 else _full_length(number)
    try:
        born = date(int(full[6:10]), int(full[10:12]), int(full[12:14]))
    except ValueError:
        raise IdNumberRefused(
            "no_such_date", gettext_noop("The date of birth in the ID number does not exist")
        ) from None
    if born > on:
        raise IdNumberRefused("future_date", gettext_noop("The date of birth in the ID number lies in the future"))
    return born


def _sex(number: str) -> Sex:
    order = number[16] if len(number) == 18 else number[14]
    return "m" if int(order) % 2 else "f"


def _full_length(fifteen: str) -> str:
    first17 = f"{fifteen[:6]}19{fifteen[6:]}"
    return first17 + check_digit(first17)


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
