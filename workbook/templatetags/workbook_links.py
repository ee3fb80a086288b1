"""The ways from a list of the admin to the county workbook, for who may go them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from workbook.lists import SHEET_OF
from workbook.permissions import may_export, may_import

register = template.Library()


class Way(NamedTuple):
    label: str
    url: str


@register.simple_tag
def workbook_links(user: Any, options: Any) -> list[Way]:
    """`{% workbook_links request.user cl.opts as ways %}`: none for a model that no sheet brings in."""
    sheet = SHEET_OF.get(options.label_lower)
    if sheet is None:
        return []
    ways = []
    if may_import(user):
        ways.append(Way(_("Import from a workbook"), f"{reverse('run_new')}?sheet={sheet}"))
    if may_export(user):
        ways.append(Way(_("Export"), f"{reverse('export_new')}?sheet={sheet}"))
    return ways
