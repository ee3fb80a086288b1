"""What the organization's lists share: the context of a list page, its links, counts beside its rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, FloatField, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jinxian.filters import ListFilter
from jinxian.tables import arrange
from members.models import LinkTotal, Member
from service_areas.crumbs import Crumbs, county_url, crumbs_of_scope, township_url
from service_areas.models import County, Township


def list_context(request: HttpRequest, table: Any, listing: ListFilter, *, url_name: str) -> dict[str, Any]:
    """`table` sorted and paged, its `rows`, how many were `found`, the filter and what it keeps in links."""
    rows = arrange(request, table)
    shown = [name for name, is_drawn in listing.drawn.items() if is_drawn]
    kept = {name: value for name, value in listing.given.items() if name not in shown and name != "q"}
    if sort := request.GET.get("sort"):
        kept["sort"] = sort[:40]
    return {
        "table": table,
        "rows": rows,
        "found": table.paginator.count,
        "filter": listing,
        "selects": [listing.form[name] for name in shown],
        "kept": kept.items(),
        "clear_url": reverse(url_name),
        "crumbs": crumbs_of_scope(request.user),
    }


def address(request: HttpRequest, **changed: Any) -> str:
    """The page's own address with these names set, on its first page; None takes a name out."""
    asked = request.GET.copy()
    for name, value in {**changed, "page": None}.items():
        asked.pop(name, None)
        if value is not None:
            asked[name] = str(value)
    return f"?{asked.urlencode()}"


def crumbs_to(user: Any, *, county: County, township: Township) -> Crumbs:
    return [
        (county.label, county_url(user, county.pk)),
        (township.label, township_url(user, county.pk, township.pk)),
    ]


def member_count(user: Any, path: str) -> Any:
    """An annotation: the members of the row who belong to the Party's organization today."""
    members = Member.objects.visible_to(user).filter(status__in=Member.PRESENT, **{path: OuterRef("pk")})
    counted = members.order_by().values(path).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def with_link_totals(queryset: QuerySet[Any], user: Any, level: str) -> QuerySet[Any]:
    """Households, linkable and linked ones of each row, and the share of linked ones to sort by."""
    totals = LinkTotal.objects.visible_to(user).filter(level=level, unit_id=OuterRef("pk"))
    names = ("household_count", "linkable_count", "linked_count")
    queryset = queryset.annotate(**{name: Subquery(totals.values(name)) for name in names})
    share = Cast(F("linked_count"), FloatField()) / NullIf(F("linkable_count"), Value(0))
    return queryset.annotate(coverage=ExpressionWrapper(share, output_field=FloatField()))


def coverage_of(total: Any) -> float | None:
    """Linked ÷ linkable (rule 8); None where nothing is to be linked."""
    return total.linked_count / total.linkable_count if total and total.linkable_count else None


def last_day(row: Any) -> date | None:
    """The last day on which a dated row holds; None where it has no end."""
    return row.ended_on - timedelta(days=1) if row.ended_on else None


def left_out_sentence(names: list[str]) -> str:
    """What to say of filters whose value nobody offered; empty where there is none."""
    if not names:
        return ""
    return _("Left out, because there is no such choice here: %(names)s.") % {
        "names": pgettext("between names", ", ").join(names)
    }
