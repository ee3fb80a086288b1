"""The forms of a transfer's steps: shape of input, choices of the place. The rules are members/transfers.py's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jinxian.lib.chinese import TextRefused, clean_text
from members.models import Member, Transfer
from members.transfers import DAYS_VALID, destinations
from service_areas.models import Branch, ServiceArea, SmallGroup

FOUNDED = date(1921, 7, 1)
MOST_FOUND = 8  # branches that a search offers


class LineField(forms.CharField):
    """One line of text without what no eye can see."""

    def to_python(self, value: Any) -> str:
        try:
            return clean_text(super().to_python(value) or "", multiline=False)
        except TextRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class StepForm(forms.Form):
    """A form on a page with others of its kind: the ids of its fields begin with its name."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}_%s", **kwargs)

    def take(self, error: ValidationError) -> None:
        """Put a rule's refusal beside its field, or above the form where it names none of them."""
        for name, errors in error.update_error_dict({}).items():
            self.add_error(name if name in self.fields else None, errors)


class ApplyForm(StepForm):
    """Where to, why, dues. `found` are the branches that match what was searched for, `found_count` how many do."""

    q = LineField(label=_("Branch in the county"), required=False, max_length=60)
    to_branch = LineField(required=False, max_length=18)
    outside = LineField(
        label=_("Organization outside the county"), required=False,
        max_length=Transfer._meta.get_field("outside").max_length,
    )  # fmt: skip
    reason = LineField(label=_("Reason"), max_length=Transfer._meta.get_field("reason").max_length)
    dues_paid_until = DayField(label=_("Dues paid until"))

    def __init__(self, data: Any = None, *, member: Member, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.member = member
        self.fields["q"].widget.attrs |= {"type": "search", "autocomplete": "off"}

    def search(self) -> tuple[list[Branch], int]:
        """The first branches that match the words, the chosen one among them, and how many match."""
        words = str(self["q"].value() or "")[:60]
        matching = destinations(self.member, words) if words.strip() else destinations(self.member).none()
        found, count = list(matching[:MOST_FOUND]), matching.count()
        chosen = self.chosen()
        if chosen is not None and chosen not in found:
            found.insert(0, chosen)
        return found, count

    def chosen(self) -> Branch | None:
        """The branch whose number was sent, if the member can go there."""
        text = str(self["to_branch"].value() or "").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            return None
        return destinations(self.member).filter(pk=int(text)).first()

    def clean_dues_paid_until(self) -> date:
        day: date = self.cleaned_data["dues_paid_until"]
        if day < (self.member.admitted_on or FOUNDED):
            raise ValidationError(gettext("This is before the member was admitted."))
        if day > timezone.localdate() + timedelta(days=366):
            raise ValidationError(gettext("Dues are paid for a year ahead at most."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sent, outside = cleaned.get("to_branch"), cleaned.get("outside", "")
        cleaned["to_branch"] = self.chosen()
        if sent and cleaned["to_branch"] is None:
            self.add_error("q", gettext("There is no such branch in the county today."))
        elif bool(sent) == bool(outside) and "outside" not in self.errors:
            both = gettext("Either a branch of the county or an organization outside, not both.")
            none = gettext("Search for the branch and choose it, or write the organization outside the county.")
            self.add_error("q", both if sent else none)
        return cleaned


class IssueForm(StepForm):
    letter_no = LineField(label=_("Letter no."), max_length=Transfer._meta.get_field("letter_no").max_length)
    valid_until = DayField(label=_("Valid until"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"valid_until": timezone.localdate() + timedelta(days=DAYS_VALID)})


class RejectForm(StepForm):
    reason = LineField(label=_("Reason"), max_length=Transfer._meta.get_field("ended_reason").max_length)


class RevokeForm(StepForm):
    reason = LineField(
        label=_("Reason"), required=False, max_length=Transfer._meta.get_field("ended_reason").max_length
    )


class ReceiveForm(StepForm):
    """The new branch's receipt; the choices are those of the branch that the person sees."""

    on = DayField(label=_("Received on"))
    small_group = forms.ModelChoiceField(
        SmallGroup.objects.none(), label=_("Party small group"), required=False, empty_label=_("None yet")
    )
    area = forms.ModelChoiceField(
        ServiceArea.objects.none(), label=_("Party member service area"), required=False, empty_label=_("None yet")
    )

    def __init__(self, data: Any = None, *, user: Any, branch: Branch) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        today = timezone.localdate()
        for name, model in (("small_group", SmallGroup), ("area", ServiceArea)):
            rows = model.objects.visible_to(user).current(on=today).filter(branch=branch).order_by("code")
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An area rests on its small group, which need not be chosen as well."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        area = cleaned.get("area")
        if area is not None and cleaned.get("small_group") is None:
            cleaned["small_group"] = area.small_group
        return cleaned


class SlipForm(StepForm):
    """The slip that came back from outside the county."""

    on = DayField(label=_("Received there on"))
    document = LineField(
        label=_("Document no. of the slip"), max_length=Member._meta.get_field("status_document").max_length
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
