"""Forms of a household: entered anew, changed as a whole, or only its contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jinxian.lib.chinese import TextRefused, clean_text
from service_areas.models import Household, ProductionTeam


class HouseholdForm(forms.ModelForm):
    class Meta:
        model = Household
        fields: tuple[str, ...] = ("number", "head_name", "people_count", "contact", "is_linkable")

    def clean(self) -> dict[str, Any]:
        """What no database keeps is refused, and spaces at the ends go; the table's own rules are asked when saving."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("number", "head_name", "contact"):
            try:
                cleaned[name] = clean_text(cleaned.get(name) or "", multiline=False).strip("　 ")
            except TextRefused as refused:
                self.add_error(name, str(refused))
        for name in ("number", "head_name"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This must not be empty."))
        return cleaned

    def _post_clean(self) -> None:
        """The instance is filled and checked by members.households, under its lock."""


class NewHouseholdForm(HouseholdForm):
    team = forms.ModelChoiceField(
        ProductionTeam.objects.none(), label=_("Former production team"), empty_label=_("Choose one")
    )

    class Meta(HouseholdForm.Meta):
        fields = ("team", *HouseholdForm.Meta.fields)

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]


class ContactForm(HouseholdForm):
    class Meta(HouseholdForm.Meta):
        fields = ("contact",)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        try:
            cleaned["contact"] = clean_text(cleaned.get("contact") or "", multiline=False)
        except TextRefused as refused:
            self.add_error("contact", str(refused))
        return cleaned
