"""A file kept unreadable while it waits: the installation's keys for ID numbers seal and open it."""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(data: bytes) -> bytes:
    return _cipher(tuple(settings.ID_NUMBER_KEYS)).encrypt(data)


def unseal(sealed: bytes | memoryview) -> bytes:
    """The file again; cryptography's InvalidToken where none of the keys fits."""
    return _cipher(tuple(settings.ID_NUMBER_KEYS)).decrypt(bytes(sealed))


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
