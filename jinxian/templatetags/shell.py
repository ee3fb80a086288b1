"""Tags and filters of the shell: icons, states, form controls, links that keep the query, numbers and dates.

They only format what they are given: no query, no permission, no rule.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect, Select
from django.forms.widgets import ChoiceWidget
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

register = template.Library()

NOTHING = "—"
# state → (colour, icon, word): shape + word + colour, never colour alone
STATES: dict[str, tuple[str, str, Any]] = {
    "not_started": ("", "circle-dashed", _("Not started")),
    "draft": ("warn", "half", _("Draft")),
    "submitted": ("info", "circle-arrow-up", _("Submitted")),
    "returned": ("bad", "arrow-back-up", _("Returned")),
    "confirmed": ("ok", "circle-check", _("Confirmed")),
    "closed": ("", "lock", _("Closed")),
    "reopened": ("warn", "lock-open", _("Reopened")),
    "overdue": ("bad", "clock-exclamation", _("Overdue")),
    "exempt": ("", "ban", _("Exempt")),
}
NOTE_ICONS = {
    "": "info-circle",
    "ok": "circle-check",
    "info": "info-circle",
    "warn": "alert-triangle",
    "bad": "circle-x",
}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """`{% icon "circle-check" %}`, `{% icon "eye" "i-lg" %}`: decoration, hidden from screen readers."""
    return _icon(static("icons.svg"), name, classes)


@cache
def _icon(sprite: str, name: str, classes: str) -> SafeString:
    css = f"i {classes}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name)


@register.simple_tag
def state(code: str, text: Any = "", *, pill: bool = False) -> SafeString:
    """A state by its code: `{% state sheet.state %}`, `{% state "returned" text pill=True %}`."""
    colour, symbol, word = STATES[code]
    return mark(colour, symbol, text or word, pill=pill)


@register.simple_tag
def mark(colour: str, symbol: str, text: Any, *, pill: bool = False) -> SafeString:
    """Anything that reads like a state: `{% mark "warn" "clock" "In 2 days" %}`. Colours: ok info warn bad or empty."""
    css = " ".join(filter(None, ["st", colour, "pill" if pill else ""]))
    return format_html('<span class="{}">{}{}</span>', css, icon(symbol), text)


@register.filter
def note_icon(kind: str) -> str:
    """The icon of a note of this kind."""
    return NOTE_ICONS.get(kind or "", "info-circle")


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's input with the look of the page, marked where it was refused."""
    css = _control_class(field)
    if css and field.errors:
        css += " is-err"
    own = field.field.widget.attrs.get("class", "")
    return mark_safe(field.as_widget(attrs={"class": f"{css} {own}".strip()}))


def _control_class(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, RadioSelect):
        return ""
    return "form-select" if isinstance(widget, Select | ChoiceWidget) else "form-control"


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the label stands beside the control, not above it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag(takes_context=True)
def query(context: template.Context, *pairs: Any) -> str:
    """The page's own query with these names set: `{% query "page" 3 %}`; an empty value takes a name out."""
    asked = context["request"].GET.copy()
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        if value in (None, ""):
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return f"?{asked.urlencode()}"


@register.filter
def records(table: Any) -> list[Any]:
    """The rows of a django-tables2 table's current page as they came from the database."""
    return [row.record for row in table.paginated_rows]


@register.filter
def page_numbers(page: Any) -> list[Any]:
    """The page numbers to offer: first, last and those around the current one, with gaps."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def column_name(text: Any) -> SafeString:
    """The head of a narrow column: a Chinese name of more than four characters may break in its middle."""
    name = str(text)
    if len(name) <= 4 or name.isascii():
        return format_html("{}", name)
    middle = (len(name) + 1) // 2
    return format_html("{}<wbr>{}", name[:middle], name[middle:])


@register.filter
def grouped(value: Any) -> str:
    """1312 → 1,312; decimals as they are; nothing → —."""
    return NOTHING if value in (None, "") else f"{_decimal(value):,f}"


@register.filter
def quantity(value: Any, places: int = 0) -> str:
    """A quantity at its unit's precision: 15690 → 15,690 and 4.60 → 4.6 with one place."""
    return NOTHING if value in (None, "") else f"{_rounded(value, places):,f}"


@register.filter
def points(value: Any) -> str:
    """Points with two decimals: 96.1 → 96.10; nothing → —."""
    return quantity(value, 2)


@register.filter
def percent1(value: Any) -> str:
    """A share of 1 in percent with one decimal: 0.9684 → 96.8 %; nothing → —."""
    return NOTHING if value in (None, "") else f"{_rounded(_decimal(value) * 100, 1):,f}\u00a0%"


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(value: Any, places: int) -> Decimal:
    return _decimal(value).quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


@register.filter
def day(value: date | datetime | None, year: str = "") -> str:
    """8 Oct or 10月8日; with the year where asked: `{{ date|day:"year" }}`. Nothing → —."""
    if value is None:
        return NOTHING
    wanted = pgettext("date with year", "j M Y") if year else pgettext("date", "j M")
    return dateformat.format(_local(value), wanted)


@register.filter
def moment(value: datetime | None, year: str = "") -> str:
    """Day and time: 6 Oct, 16:20 or 10月6日 16:20; with the year where asked. Nothing → —."""
    if value is None:
        return NOTHING
    wanted = pgettext("date and time with year", "j M Y, H:i") if year else pgettext("date and time", "j M, H:i")
    return dateformat.format(_local(value), wanted)


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
