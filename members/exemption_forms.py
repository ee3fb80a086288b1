"""Forms of exemptions: what is applied for, the branch's meeting, a refusal, an end, the yearly review.

A reason is a code; nothing about anybody's health is written down. People type the last day on which something holds,
the rows keep the first one on which it no longer does. The rules are members/exemptions.py's.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jinxian.lib.chinese import TextRefused, clean_text
from members.exemptions import in_words, window
from members.models import Exemption
from members.transfer_forms import DayField, StepForm

LAST_YEAR = 2100
REASON_LENGTH = 200
GOES_ON, ENDS = "goes_on", "ends"


class ApplyForm(StepForm):
    """From what, why, from when to when."""

    scope = forms.ChoiceField(label=_("Exempt from"), choices=Exemption.Scope.choices)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose one")), *Exemption.Reason.choices],
        help_text=_("Only the kind of reason. No illness is named and nothing about health is written down."),
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Left empty: until further notice. It is looked at again every year."),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = window(on=on)
        sentence = _("From %(first)s to %(last)s: at most one quarter back, at the latest in the next quarter.")
        self.fields["starts_on"].help_text = sentence % {"first": in_words(first), "last": in_words(last)}

    def clean_ends_on(self) -> date | None:
        """The first day on which it no longer holds."""
        last_day: date | None = self.cleaned_data["ends_on"]
        if last_day is None:
            return None
        if last_day.year > LAST_YEAR:
            raise ValidationError(_("This day is too far away."))
        return last_day + timedelta(days=1)


class AgreeForm(StepForm):
    agreed_on = DayField(label=_("Day of the branch meeting"))


class FileForm(StepForm):
    """Nothing to fill in: what was agreed is filed as it is."""


class RefuseForm(StepForm):
    reason = forms.CharField(
        label=_("Reason of the refusal"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The branch and the member read it. Write nothing about health."),
    )

    def clean_reason(self) -> str:
        try:
            return clean_text(self.cleaned_data["reason"])
        except TextRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


class WithdrawForm(StepForm):
    """Nothing to fill in."""


class EndForm(StepForm):
    """The first day on which the member is assessed again."""

    on = DayField(label=_("Back to work on"), help_text=_("From this day on the exemption holds no longer."))


class ReviewForm(StepForm):
    """It goes on as it is, or it ends on a day."""

    decision = forms.ChoiceField(
        label=_("What is decided"), widget=forms.RadioSelect, choices=[(GOES_ON, _("It goes on")), (ENDS, _("It ends"))]
    )
    on = DayField(label=_("Back to work on"), required=False, help_text=_("Only where it ends: the first day of work."))

    def clean(self) -> dict[str, Any]:
        """`on` is the day it ends, None where it goes on."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        decision, on = cleaned.get("decision"), cleaned.get("on")
        if decision == GOES_ON and on:
            self.add_error("on", _("It goes on: leave the day empty. Or choose that it ends."))
        if decision == ENDS and on is None and "on" not in self.errors:
            self.add_error("on", _("Choose the day on which it ends."))
        return cleaned
