"""The list of sheets."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

NUM = {"th": {"class": "num"}}


class SheetTable(tables.Table):
    area = tables.Column(_("Service area"), order_by=("branch__code", "area__number"))
    state = tables.Column(_("State"), order_by=("state", "branch__code", "area__number"))
    township = tables.Column(_("Township"), order_by=("township__code", "branch__code", "area__number"))
    leader = tables.Column(_("Leader"), orderable=False)
    filled = tables.Column(_("Filled"), order_by="filled_count", attrs=NUM)
    mean = tables.Column(_("Mean points"), orderable=False, attrs=NUM)
    submitted = tables.Column(_("First submitted"), order_by="first_submitted_at")

    class Meta:
        attrs = {"class": "jx"}
        order_by = "township"
