"""What is typed when a workbook is brought in or taken out: files, a day, a place, sheets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_areas.models import County, Township
from workbook.format import SHEETS

MEGABYTES = 32
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
        help_text=gettext_lazy("One xlsx, or several csv files, 32 MB together. Nothing is written before you say so."),
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

    def __init__(self, *args: Any, counties: list[County], may_found: bool, **kwargs: Any) -> None:
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
    township = forms.ChoiceField(label=gettext_lazy("Township"), required=False)

    def __init__(self, *args: Any, townships: list[Township], left_out: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [sheet for sheet in SHEETS if sheet.key not in left_out]
        self.fields["sheets"].choices = [(sheet.key, sheet.title) for sheet in offered]  # type: ignore[attr-defined]
        self.fields["sheets"].initial = [sheet.key for sheet in offered if sheet.key != "targets"]
        choices = [("", _("The whole county")), *((str(each.pk), each.label) for each in townships)]
        self.fields["township"].choices = choices  # type: ignore[attr-defined]
        if not townships:
            del self.fields["township"]
