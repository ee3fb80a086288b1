"""Forms of a member's record: entered, changed, moved within the branch; status, posts and the ID number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jinxian.lib.chinese import TextRefused, clean_text
from members.identity import LONGEST_REASON, SHORTEST_REASON
from members.models import Member
from members.statuses import NEXT
from members.transfer_forms import DayField, LineField, StepForm
from service_areas.models import Branch, ServiceArea, SmallGroup

RECORD = ("name", "name_latin", "sex", "birth_date", "member_type", "admitted_on", "full_on", "contact")
WITH_DOCUMENT = frozenset({"member_type", "full_on"})  # changed by members.statuses only
OF_BRANCH = ("name_latin", "contact")
DAYS = ("birth_date", "admitted_on", "full_on")


class RecordForm(forms.ModelForm):
    """Fields of the record; what is true of the row as a whole is asked by members.registration when it saves."""

    class Meta:
        model = Member
        fields: tuple[str, ...] = RECORD
        widgets = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in DAYS}

    def __init__(self, *args: Any, fields: tuple[str, ...] = RECORD, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {*self.fields} - {*fields}:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("name", "name_latin", "contact"):
            if name in cleaned:
                try:
                    cleaned[name] = clean_text(cleaned[name] or "", multiline=False)
                except TextRefused as refused:
                    self.add_error(name, str(refused))
        return cleaned

    def _post_clean(self) -> None:
        """The instance is filled and checked under the lock."""


class PlaceForm(StepForm):
    """Small group and area inside the branch, and from which day."""

    small_group: Any = forms.ModelChoiceField(
        None, label=_("Party small group"), required=False, empty_label=_("None yet"),
        help_text=_("Left empty, it is the one that the service area rests on."),
    )  # fmt: skip
    area: Any = forms.ModelChoiceField(
        None, label=_("Party member service area"), required=False, empty_label=_("None yet")
    )
    on = DayField(label=_("From"))

    def __init__(self, data: Any = None, *, user: Any, branch: Branch, initial: Any = None) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"on": today} | (initial or {}))
        for name, model in (("small_group", SmallGroup), ("area", ServiceArea)):
            rows = model.objects.visible_to(user).current(on=today).filter(branch=branch).order_by("code")
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(gettext("This day lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """An area rests on its small group, which need not be chosen as well."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        area = cleaned.get("area")
        if area is not None and cleaned.get("small_group") is None:
            cleaned["small_group"] = area.small_group
        return cleaned


class BranchForm(forms.Form):
    """Which branch a new member is of, where the person keeps several."""

    branch: Any = forms.ModelChoiceField(None, label=_("Party branch"), empty_label=_("Choose one"))

    def __init__(self, data: Any = None, *, branches: Any) -> None:
        super().__init__(data)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class StatusForm(StepForm):
    status = forms.ChoiceField(label=_("New status"))
    on = DayField(label=_("Since"))
    document = LineField(label=_("Document no."), max_length=60)

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)
        offered = [("", _("Choose one")), *((status, Member.Status(status).label) for status in NEXT[member.status])]
        self.fields["status"].choices = offered  # type: ignore[attr-defined]


class FullForm(StepForm):
    on = DayField(label=_("Full member since"))
    document = LineField(label=_("Document no."), max_length=60)


class MemberField(forms.ModelChoiceField):
    """A member of a branch; two of one name are told apart by their area."""

    def label_from_instance(self, member: Any) -> str:
        return f"{member.label} · {member.area.label}" if member.area else str(member.label)


class PostForm(StepForm):
    """Who holds the post, from when."""

    member: Any = MemberField(None, label=_("Party member"), empty_label=_("Choose one"))
    on = DayField(label=_("From"))

    def __init__(self, data: Any = None, *, members: Any) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class EndForm(StepForm):
    on = DayField(label=_("Until"), help_text=_("The first day on which it no longer holds."))


class NumberForm(StepForm):
    id_number = LineField(
        label=_("Citizen identity number"),
        max_length=40,
        help_text=_("18 digits, the last may be X. It is kept encrypted and shown masked."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["id_number"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}


class ReasonForm(StepForm):
    reason = LineField(
        label=_("Why the whole number is needed"), min_length=SHORTEST_REASON, max_length=LONGEST_REASON,
        help_text=_("The person reads it."),
    )  # fmt: skip
