"""The lists' columns and what each is sorted by; templates/parts/table.html and the page's own part draw them."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

PER_PAGE = 25
NUMBER = {"th": {"class": "num"}}


def arrange(request: HttpRequest, table: tables.Table) -> list[Any]:
    """Sort and page the table as the address asks; its rows. An unknown column or page is the first one."""
    asked = request.GET.getlist(table.prefixed_order_by_field)
    if asked:
        table.order_by = asked
    try:
        table.paginate(page=request.GET.get(table.prefixed_page_field, "1"), per_page=PER_PAGE)
    except (PageNotAnInteger, EmptyPage):
        table.page = table.paginator.page(1)
    return [row.record for row in table.paginated_rows]


class PlainTable(tables.Table):
    class Meta:
        order_by_field = "sort"


def _by(name: str, *then: str) -> Any:
    """Sort by an annotation, rows without a value last, then in the list's own order."""

    def order(self: Any, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        field = F(name).desc(nulls_last=True) if is_descending else F(name).asc(nulls_last=True)
        return queryset.order_by(field, *then), True

    return order


class BranchTable(PlainTable):
    branch = tables.Column(_("Party branch"), order_by="code")
    township = tables.Column(_("Township"), order_by=("township__code", "code"))
    secretary = tables.Column(_("Branch secretary"), orderable=False)
    areas = tables.Column(_("Service areas"), order_by=("area_count", "code"), attrs=NUMBER)
    members = tables.Column(_("Members"), order_by=("member_count", "code"), attrs=NUMBER)
    households = tables.Column(_("Households"), order_by=("household_count", "code"), attrs=NUMBER)
    coverage = tables.Column(_("Link coverage"), attrs=NUMBER)
    missing = tables.Column(_("Sheets"), orderable=False, attrs=NUMBER)

    order_coverage = _by("coverage", "code")


class AreaTable(PlainTable):
    area = tables.Column(_("Service area"), order_by=("code",))
    branch = tables.Column(_("Party branch"), order_by=("branch__name", "code"))
    township = tables.Column(_("Township"), order_by=("township__code", "code"))
    leader = tables.Column(_("Leader"), orderable=False)
    members = tables.Column(_("Members"), order_by=("member_count", "code"), attrs=NUMBER)
    households = tables.Column(_("Households"), order_by=("household_count", "code"), attrs=NUMBER)
    coverage = tables.Column(_("Link coverage"), attrs=NUMBER)
    state = tables.Column(_("Sheet"))
    points = tables.Column(_("Mean points"), attrs=NUMBER)

    order_coverage = _by("coverage", "code")
    order_state = _by("sheet_rank", "code")
    order_points = _by("mean", "code")


class MemberTable(PlainTable):
    member = tables.Column(_("Member"), order_by=("name", "code"))
    place = tables.Column(_("Branch, service area"), order_by=("branch__code", "area__code", "code"))
    type = tables.Column(_("Type"), order_by=("member_type", "code"))
    situation = tables.Column(_("Situation"), orderable=False)
    standing = tables.Column(_("Party standing, years"), attrs=NUMBER)
    links = tables.Column(_("Linked households"), order_by=("link_count", "code"), attrs=NUMBER)
    points = tables.Column(_("Points"), attrs=NUMBER)

    order_points = _by("points", "code")

    def order_standing(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        """The longest standing has the earliest admission."""
        date = F("admitted_on").asc(nulls_last=True) if is_descending else F("admitted_on").desc(nulls_last=True)
        return queryset.order_by(date, "code"), True


class HouseholdTable(PlainTable):
    number = tables.Column(_("No."), order_by=("team__code", "number"))
    head = tables.Column(_("Head of household"), order_by=("head_name", "team__code", "number"))
    team = tables.Column(_("Team, branch"), order_by=("team__code", "number"))
    people = tables.Column(_("People"), order_by=("people_count", "team__code", "number"), attrs=NUMBER)
    linked = tables.Column(_("Linked member"), order_by=("link_count", "team__code", "number"))
