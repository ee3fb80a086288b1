"""Calendar quarters: their days, their neighbours and their names in both languages.

When a quarter is entered, due or closed is not decided here but by the period (domain.md rule 18). No clock: the day is
always an argument.
"""

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.translation import gettext, gettext_noop

# Four names each, because Chinese writes the number of a quarter as a word (第三季度).
_NAMES = (
    gettext_noop("Quarter 1, %(year)s"),
    gettext_noop("Quarter 2, %(year)s"),
    gettext_noop("Quarter 3, %(year)s"),
    gettext_noop("Quarter 4, %(year)s"),
)
_SHORT_NAMES = (gettext_noop("Q1"), gettext_noop("Q2"), gettext_noop("Q3"), gettext_noop("Q4"))


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of a calendar year, `number` 1 to 4. Sorts by time."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 4 and date.min.year <= self.year <= date.max.year):
            raise ValueError(f"There is no quarter {self.number} of {self.year}.")

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def last_ended(cls, on: date) -> Self:
        """The latest quarter whose last day lies before `on`: the one that is being reported on that day."""
        return cls.containing(on).previous()

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, 3 * self.number, 30 if self.number in (2, 3) else 31)

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @property
    def label(self) -> str:
        """“Quarter 3, 2026”, 2026年第三季度."""
        return gettext(_NAMES[self.number - 1]) % {"year": self.year}

    @property
    def short_label(self) -> str:
        """“Q3”, 三季度: only where the year stands beside it."""
        return gettext(_SHORT_NAMES[self.number - 1])

    def __str__(self) -> str:
        return self.label

    def previous(self) -> Self:
        return type(self)(self.year, self.number - 1) if self.number > 1 else type(self)(self.year - 1, 4)

    def next(self) -> Self:
        return type(self)(self.year, self.number + 1) if self.number < 4 else type(self)(self.year + 1, 1)

    def year_before(self) -> Self:
        return type(self)(self.year - 1, self.number)
