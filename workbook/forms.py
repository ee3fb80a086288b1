"""What is typed when a workbook is brought in or taken out: files, a day, a place, sheets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_areas.models import County
from workbook.format import SHEETS
from workbook.models import Run
from workbook.reach import Part
from workbook.taking_out import OF_COUNTY

MEGABYTES = 64
FILES = 20
OLDEST = timedelta(days=731)
NEW_COUNTY = "new"


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files as a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        files = [super(FilesField, self).clean(each, initial) for each in given]
        if len(files) > FILES:
            raise ValidationError(_("Choose at most %(count)s files.") % {"count": FILES})
        if sum(file.size for file in files) > MEGABYTES * 1024 * 1024:
            raise ValidationError(
                _("Together the files are larger than %(count)s MB. Bring the sheets in one by one.")
                % {"count": MEGABYTES}
            )
        return files


class BringInForm(forms.Form):
    workbook = FilesField(
        label=gettext_lazy("Workbook"),
        help_text=gettext_lazy("One xlsx, or several csv files, 64 MB together. Nothing is written before you say so."),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("This file is empty. Choose it again."),
        },
        widget=SeveralFiles(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    effective_on = forms.DateField(
        label=gettext_lazy("Changes hold from"),
        help_text=gettext_lazy("What begins or ends by it without a day of its own begins or ends on this day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the day like 2026-10-01.")},
    )
    county = forms.ChoiceField(label=gettext_lazy("County"), required=False)

    def __init__(
        self, *args: Any, counties: list[County], may_found: bool, after: Run | None = None, **kwargs: Any
    ) -> None:
        """`after` is an import of which mended rows come back: its day and its county are meant."""
        super().__init__(*args, **kwargs)
        self.counties = {str(county.pk): county for county in counties}
        choices = [(pk, county.label) for pk, county in self.counties.items()]
        if may_found:
            choices.append((NEW_COUNTY, _("A new county, it comes with the workbook")))
        self.fields["county"].choices = choices  # type: ignore[attr-defined]
        if len(choices) < 2:
            self.fields["county"].widget = forms.HiddenInput()
        self.fields["county"].initial = choices[0][0] if choices else ""
        self.fields["effective_on"].initial = timezone.localdate()
        if after is not None:
            self.fields["effective_on"].initial = after.effective_on
            self.fields["county"].initial = str(after.county_id or NEW_COUNTY)

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        today = timezone.localdate()
        if day > today:
            raise ValidationError(_("This day lies in the future. Bring the workbook in when it holds."))
        if day < today - OLDEST:
            raise ValidationError(_("This day lies more than two years back."))
        return day

    @property
    def chosen_county(self) -> County | None:
        """None: a new one."""
        chosen = self.cleaned_data.get("county") or self.fields["county"].initial
        return self.counties.get(str(chosen))


class TakeOutForm(forms.Form):
    place = forms.ChoiceField(
        label=gettext_lazy("Place"),
        required=False,
        help_text=gettext_lazy("Appointments, plan items and changes of places come only with the whole county."),
    )
    sheets = forms.MultipleChoiceField(
        label=pgettext_lazy("workbook", "Sheets"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one sheet.")},
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[
            ("xlsx", gettext_lazy("Workbook (xlsx)")),
            ("csv", gettext_lazy("A csv file per sheet")),
        ],
        widget=forms.RadioSelect,
        initial="xlsx",
    )

    def __init__(self, *args: Any, parts: list[Part], sheet: str = "", **kwargs: Any) -> None:
        """`parts` are what the person may take out, the one that is meant without a choice first."""
        super().__init__(*args, **kwargs)
        self.parts = {part.key: part for part in parts}
        is_of_county = any(not part.limits for part in parts)
        offered = [each for each in SHEETS if is_of_county or each.key not in OF_COUNTY]
        keys = [each.key for each in offered]
        self.fields["sheets"].choices = [(each.key, each.title) for each in offered]  # type: ignore[attr-defined]
        self.fields["sheets"].initial = [sheet] if sheet in keys else [key for key in keys if key != "targets"]
        self.fields["place"].choices = [(part.key, part.label) for part in parts]  # type: ignore[attr-defined]
        if not is_of_county:
            self.fields["place"].help_text = ""
        if len(parts) < 2:
            del self.fields["place"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and self.part.limits and OF_COUNTY.issuperset(cleaned["sheets"]):
            raise ValidationError({"sheets": _("These sheets come only with the whole county. Choose another one.")})
        return cleaned

    @property
    def part(self) -> Part:
        """The chosen part; the first one without a choice."""
        return self.parts.get(self.cleaned_data.get("place", "")) or next(iter(self.parts.values()))
