"""What is asked for when a village or service area changes, before anything is looked up.

One `Asked` is made by a page or by a row of a workbook; what it moves and whether it may is decided by the module of
its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member
from service_areas.models import Branch, PlaceChange, ProductionTeam, ServiceArea, SmallGroup, Village

Unit = ServiceArea | Village
Kind = PlaceChange.Kind
NAME_LENGTH = ServiceArea._meta.get_field("name").max_length or 0


class Changed(Exception):
    """What would move is no longer what was seen. Nothing was written: look at the preview again."""


@dataclass(frozen=True)
class New:
    """A unit that begins with the change; of a renamed one the new name.

    Code, number, name and small group of an area are proposed where they are left out. `teams` and `members` are what a
    split gives to it. A new village's areas need a branch: one that is there, or a new one by its code and name.
    """

    name: str = ""
    name_en: str = ""
    code: str = ""
    number: int | None = None  # of an area in its branch
    group: SmallGroup | None = None  # one of the branch that carries no area; None: a new one
    group_name: str = ""
    teams: tuple[ProductionTeam, ...] = ()
    members: tuple[Member, ...] = ()
    committee_name: str = ""  # of a village
    branch: Branch | None = None
    branch_code: str = ""
    branch_name: str = ""
    branch_name_en: str = ""


@dataclass(frozen=True)
class Asked:
    """Units of one sort, the day of the new state, and what they become.

    `into` is the unit of a merger that stays, or the branch they move to; without it a merger makes `new[0]`.
    """

    kind: str
    units: tuple[Unit, ...]
    on: date
    into: Unit | Branch | None = None
    new: tuple[New, ...] = ()
    ends_groups: bool = True  # whether small groups that nobody is left in end too

    @property
    def areas(self) -> list[ServiceArea]:
        return [unit for unit in self.units if isinstance(unit, ServiceArea)]

    @property
    def villages(self) -> list[Village]:
        return [unit for unit in self.units if isinstance(unit, Village)]

    @property
    def county_id(self) -> int:
        first = self.units[0]
        return first.county_id if isinstance(first, ServiceArea) else first.township.county_id

    @property
    def township_id(self) -> int:
        return self.units[0].township_id


def refuse_shape(asked: Asked) -> None:
    """Raise ValidationError for no units, one that comes twice or has ended, two sorts of them, a day still to come."""
    if not asked.units:
        raise ValidationError({"units": _("Choose what changes.")})
    if len({unit.pk for unit in asked.units}) < len(asked.units):
        raise ValidationError({"units": _("The same place stands there twice.")})
    if asked.areas and asked.villages:
        raise ValidationError({"units": _("A change is about villages or about service areas, not about both.")})
    for unit in asked.units:
        if unit.ended_on is not None:
            raise ValidationError({"units": _("%(place)s has an end already.") % {"place": unit.label}})
    if asked.on > timezone.localdate():
        raise ValidationError({"on": _("This day is still to come. Enter the change when it holds.")})


def refuse_name(name: str, field: str) -> None:
    """Raise ValidationError for a name that is empty or too long."""
    if not name.strip():
        raise ValidationError({field: _("Write the name.")})
    if len(name) > NAME_LENGTH:
        raise ValidationError({field: _("A name has %(count)s characters at most.") % {"count": NAME_LENGTH}})
