"""Codes, numbers and names of the units that begin with a change: what is proposed, and what is refused.

An area's code is its branch's with the number, as 130183106220-06; a number that was ever used in the branch is not
proposed again, because ended areas keep their codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from jinxian.lib.chinese import chinese_ordinal, latin_place
from members.place_changes.asked import New, refuse_name
from service_areas.models import Branch, ServiceArea, SmallGroup, Village
from service_areas.placing import fill_search_key, place_branch

LAST_NUMBER = 32767
GROUP_CODE_LENGTH = SmallGroup._meta.get_field("code").max_length or 0
NAMED_NUMBERS = range(1, 100)  # 第一 to 第九十九


def next_number(branch: Branch, taken: Iterable[int] = ()) -> int:
    """One more than any number the branch has used, ended areas included."""
    highest = ServiceArea.objects.filter(branch=branch.pk).aggregate(last=Max("number"))["last"] if branch.pk else 0
    return max(highest or 0, *taken, 0) + 1


def proposed_code(branch: Branch, number: int) -> str:
    """The branch's code with the number; where that was used, the next one that was not."""
    code = f"{branch.code}-{number:02}"
    while ServiceArea.objects.filter(code=code).exists():
        number += 1
        code = f"{branch.code}-{number:02}"
    return code


def proposed_names(number: int) -> tuple[str, str]:
    """第六服务区 and “Area 6”."""
    name = f"{chinese_ordinal(number)}服务区" if number in NAMED_NUMBERS else f"{number}服务区"
    return name, f"Area {number}"


def proposed_group_names(branch: Branch, number: int) -> tuple[str, str]:
    """庞村第六党小组 and “Pangcun Small Group 6”, after the village or, where it serves none, after the branch."""
    place, place_en = branch.name.removesuffix("党支部"), branch.name_en.removesuffix(" Branch")
    if branch.village is not None:
        place, place_en = branch.village.name, branch.village.name_en
    ordinal = chinese_ordinal(number) if number in NAMED_NUMBERS else str(number)
    name = f"{place}{ordinal}党小组"[: SmallGroup._meta.get_field("name").max_length]
    return name, f"{place_en} Small Group {number}" if place_en else ""


def free_groups(branch: Branch, *, on: date, ending: Iterable[ServiceArea] = ()) -> Any:
    """Small groups of the branch that carry no area, or only one that ends with the change."""
    carried = ServiceArea.objects.filter(branch=branch.pk, ended_on__isnull=True)
    carried = carried.exclude(pk__in=[area.pk for area in ending])
    return SmallGroup.objects.current(on=on).filter(branch=branch.pk).exclude(pk__in=carried.values("small_group"))


def begin_area(
    branch: Branch, new: New, *, on: date, place: int, among: Sequence[ServiceArea] = (), ending: Sequence[Any] = ()
) -> ServiceArea:
    """The area that will begin, not saved, on a small group that is there or not saved either.

    `place` is its place among the new ones, for the names of fields in errors; `among` are those before it, `ending`
    the areas that make way. Errors: ValidationError for a code, number, group or name that is taken or does not fit.
    """
    number = new.number or next_number(branch, [area.number for area in among])
    _refuse_number(branch, number, place, among, ending)
    code = new.code or proposed_code(branch, number)
    if code in {area.code for area in among} or ServiceArea.objects.filter(code=code).exists():
        raise ValidationError({f"code_{place}": _("The code %(code)s is taken.") % {"code": code}})
    name, name_en = (new.name, new.name_en) if new.name else proposed_names(number)
    refuse_name(name, f"name_{place}")
    area = ServiceArea(
        county_id=branch.county_id, township_id=branch.township_id, branch=branch, code=code, number=number,
        name=name, name_en=name_en, started_on=on,
    )  # fmt: skip
    area.small_group = _group(branch, new, area, on, place, among, ending)
    fill_search_key(area)
    refuse_fields(area, ("code", "name", "name_en"), place=place)
    return area


def _refuse_number(branch: Branch, number: int, place: int, among: Sequence[Any], ending: Sequence[Any]) -> None:
    if not 1 <= number <= LAST_NUMBER:
        raise ValidationError({f"number_{place}": _("A number of 1 or more is needed here.")})
    held = ServiceArea.objects.filter(branch=branch.pk, number=number, ended_on__isnull=True) if branch.pk else None
    is_held = held is not None and held.exclude(pk__in=[area.pk for area in ending]).exists()
    if is_held or number in {area.number for area in among}:
        sentence = _("Another service area of this branch has the number %(number)s.")
        raise ValidationError({f"number_{place}": sentence % {"number": number}})


def _group(
    branch: Branch, new: New, area: ServiceArea, on: date, place: int, among: Sequence[Any], ending: Sequence[Any]
) -> SmallGroup:
    if new.group is not None:
        is_free = free_groups(branch, on=on, ending=ending).filter(pk=new.group.pk).exists()
        if not is_free or new.group.pk in {other.small_group_id for other in among}:
            sentence = _("This small group carries another service area, or is of another branch.")
            raise ValidationError({f"group_{place}": sentence})
        return new.group
    name, name_en = (new.group_name, "") if new.group_name else proposed_group_names(branch, area.number)
    refuse_name(name, f"group_name_{place}")
    held = SmallGroup.objects.filter(branch=branch.pk, name=name, ended_on__isnull=True) if branch.pk else None
    if (held is not None and held.exists()) or name in {other.small_group.name for other in among}:
        sentence = _("Another small group of this branch is called %(name)s.") % {"name": name}
        raise ValidationError({f"group_name_{place}": sentence})
    return SmallGroup(branch=branch, code=_group_code(area.code), name=name, name_en=name_en, started_on=on)


def _group_code(area_code: str) -> str:
    """The area's code with a G, and a number where that was used."""
    begins, count = area_code[: GROUP_CODE_LENGTH - 3], 1
    code = f"{begins}G"
    while SmallGroup.objects.filter(code=code).exists():
        count += 1
        code = f"{begins}G{count}"
    return code


def begin_village(township: Any, new: New, *, place: int = 1) -> Village:
    """The village that will begin, not saved. ValidationError for a code that is taken or has not twelve digits."""
    refuse_name(new.name, f"name_{place}")
    if not new.code:
        raise ValidationError({f"code_{place}": _("Write the village's code of twelve digits.")})
    if Village.objects.filter(code=new.code).exists():
        raise ValidationError({f"code_{place}": _("The code %(code)s is taken.") % {"code": new.code}})
    village = Village(
        township=township, code=new.code, name=new.name, name_en=new.name_en or latin_place(new.name),
        committee_name=new.committee_name or f"{new.name}村民委员会",
    )  # fmt: skip
    refuse_fields(village, ("code", "name", "name_en", "committee_name"), place=place)
    return village


def begin_branch(village: Village, new: New, *, on: date, place: int = 1) -> Branch:
    """The branch of a new village, not saved. ValidationError for a code that is taken, an empty name."""
    name = new.branch_name or f"{village.name}党支部"
    code = new.branch_code or village.code
    if Branch.objects.filter(code=code).exists():
        raise ValidationError({f"branch_code_{place}": _("The code %(code)s is taken.") % {"code": code}})
    name_en = new.branch_name_en or f"{village.name_en} Branch"
    branch = Branch(township=village.township, village=village, code=code, name=name, name_en=name_en, started_on=on)
    place_branch(branch)
    errors = _errors(branch, ("code", "name", "name_en"))
    if errors:
        raise ValidationError({f"branch_{field}_{place}": messages for field, messages in errors.items()})
    return branch


def refuse_fields(row: Any, names: Sequence[str], *, place: int) -> None:
    """Raise ValidationError, by field and place, for what the fields themselves refuse: length, digits."""
    errors = _errors(row, names)
    if errors:
        raise ValidationError({f"{field}_{place}": messages for field, messages in errors.items()})


def _errors(row: Any, names: Sequence[str]) -> dict[str, Any]:
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name not in names])
    except ValidationError as error:
        return error.message_dict
    return {}
