"""Another name for a village or service area. Sheets that were begun or reported keep the name of their time."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jinxian.lib.chinese import latin_place
from members.place_changes.asked import Asked, refuse_name
from members.place_changes.naming import refuse_fields
from members.place_changes.plan import Plan, Record
from service_areas.models import Village


def plan_rename(asked: Asked) -> Plan:
    """One unit's new name, in both languages; a villagers' committee that is called after its village follows it.

    Errors: ValidationError for more than one unit, no name, one that is too long, and the name it has already.
    """
    if len(asked.units) != 1 or len(asked.new) != 1:
        raise ValidationError({"units": _("Rename one place at a time.")})
    unit, new = asked.units[0], asked.new[0]
    refuse_name(new.name, "name_1")
    values = {"name": new.name, "name_en": new.name_en}
    if isinstance(unit, Village):
        values["name_en"] = new.name_en or latin_place(new.name)
        if unit.committee_name.startswith(unit.name):
            values["committee_name"] = new.name + unit.committee_name.removeprefix(unit.name)
    if (unit.name, unit.name_en) == (values["name"], values["name_en"]):
        raise ValidationError({"name_1": _("It is called so already.")})
    refuse_fields(type(unit)(**values), tuple(values), place=1)
    plan = Plan(asked, renamed=[(unit, values)])
    plan.records.append(Record(asked.kind, [(unit, unit.name, unit.name_en)], [unit], {}))
    return plan
