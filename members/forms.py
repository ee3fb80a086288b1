"""Forms of a member's record: entered, changed, moved within the branch; status, posts and the ID number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jinxian.lib.chinese import TextRefused, clean_text
from members.models import Member, Post
from members.statuses import NEXT
from members.transfer_forms import DayField, LineField, StepForm
from service_areas.models import Branch, ServiceArea, SmallGroup

RECORD = ("name", "name_latin", "sex", "birth_date", "member_type", "admitted_on", "full_on", "contact")
DAYS = ("birth_date", "admitted_on", "full_on")
OF_BRANCH = ("name_latin", "contact")


class RecordForm(forms.ModelForm):
    """Fields of the record; what is true of the row as a whole is asked by members.registration when it saves."""

    class Meta:
        model = Member
        fields: tuple[str, ...] = RECORD

    def __init__(self, *args: Any, fields: tuple[str, ...] = RECORD, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {*fields}:
            del self.fields[name]
        for name in DAYS:
            if name in self.fields:
                self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

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

    def take(self, error: ValidationError) -> None:
        for name, errors in error.update_error_dict({}).items():
            self.add_error(name if name in self.fields else None, errors)


class PlaceForm(StepForm):
    """Small group and area inside the branch, and from which day."""

    small_group = forms.ModelChoiceField(SmallGroup.objects.none(), label=_("Party small group"), required=False)
    area = forms.ModelChoiceField(ServiceArea.objects.none(), label=_("Party member service area"), required=False)
    on = DayField(label=_("From"), help_text=_("What held before ends on that day."))

    def __init__(self, data: Any = None, *, branch: Branch, initial: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"on": timezone.localdate()} | (initial or {}), **kwargs)
        today = timezone.localdate()
        for name, model in (("small_group", SmallGroup), ("area", ServiceArea)):
            rows: Any = model._default_manager
            self.fields[name].queryset = rows.current(on=today).filter(branch=branch)  # type: ignore[attr-defined]


class BranchForm(forms.Form):
    """Which branch a new member is of, where the person keeps several."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label=_("Party branch"))

    def __init__(self, data: Any = None, *, branches: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["branch"].queryset = branches  # type: ignore[attr-defined]


class StatusForm(StepForm):
    status = forms.ChoiceField(label=_("New status"))
    on = DayField(label=_("Since"))
    document = LineField(label=_("Document no."), max_length=60)

    def __init__(self, data: Any = None, *, member: Member, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered = [(status, Member.Status(status).label) for status in NEXT[member.status]]
        self.fields["status"].choices = offered  # type: ignore[attr-defined]


class FullForm(StepForm):
    on = DayField(label=_("Full member since"))
    document = LineField(label=_("Document no."), max_length=60)


class PostForm(StepForm):
    """Who holds the post, from when."""

    member = forms.ModelChoiceField(Member.objects.none(), label=_("Party member"))
    on = DayField(label=_("From"))

    def __init__(self, data: Any = None, *, members: Any, **kwargs: Any) -> None:
        super().__init__(data, initial={"on": timezone.localdate()}, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class EndForm(StepForm):
    on = DayField(label=_("Until"), help_text=_("The first day on which it no longer holds."))


class NumberForm(StepForm):
    number = LineField(
        label=_("Citizen identity number"),
        max_length=40,
        help_text=_("18 digits, the last may be X. It is kept encrypted and shown masked."),
    )


class ReasonForm(StepForm):
    reason = LineField(label=_("Why the whole number is needed"), max_length=200, min_length=5)


KIND_OF_UNIT = {
    "secretary": Post.Kind.SECRETARY,
    "deputy": Post.Kind.DEPUTY,
    "leader": Post.Kind.LEADER,
    "group_leader": Post.Kind.GROUP_LEADER,
}
