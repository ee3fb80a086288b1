"""Which of two names a page shows.

The county writes its names in Chinese; an English page shows the romanised or English
name where one was entered and the Chinese one otherwise.
"""

from django.utils.translation import get_language


def in_language(name: str, name_en: str) -> str:
    """`name_en` on an English page if it is filled, else `name`."""
    return name_en if name_en and (get_language() or "").startswith("en") else name
