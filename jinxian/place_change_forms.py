"""The forms of changes of villages and areas: shape of input, choices of the place. The rules are the subject modules'.

Fields of a unit that begins end in its place among the new ones (`name_1`, `teams_2`), as the errors of the rules do.
What is left empty there is proposed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.place_changes import DOCUMENT_LENGTH, Asked, New, asked_of
from members.models import Member
from members.transfer_forms import DayField, LineField, StepForm
from service_areas.models import Branch, PlaceChange, ProductionTeam, ServiceArea, SmallGroup, Village

Kind = PlaceChange.Kind
Unit = ServiceArea | Village
NEW = "new"
MOST_PARTS = 3  # new areas of one split
NAME_LENGTH, NAME_EN_LENGTH, CODE_LENGTH = 60, 120, 24


def tick(queryset: Any, label: Any, *, required: bool = False) -> forms.ModelMultipleChoiceField:
    widget = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    return forms.ModelMultipleChoiceField(queryset, label=label, required=required, widget=widget)


class ChangeForm(StepForm):
    """What every change has: the day and the document."""

    on = DayField(label=_("First day of the new state"), help_text=_("Today or earlier."))
    document = LineField(label=_("Document no."), max_length=DOCUMENT_LENGTH)

    def __init__(self, data: Any = None, *, user: Any, unit: Unit, kind: str, parts: int = 1, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user, self.unit, self.kind, self.parts = user, unit, kind, parts
        self.fields["on"].initial = timezone.localdate()
        self.add_fields()
        self.order_fields([name for name in self.fields if name not in ("on", "document")])

    def add_fields(self) -> None:
        """The fields of the kind."""

    def fill_from(self, query: QueryDict) -> None:
        """What was chosen before, without a word on whether it fits."""
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.initial = query.getlist(name)
            elif isinstance(field, forms.BooleanField):
                field.initial = name in query
            elif name in query:
                field.initial = query[name][:200]

    def asked(self) -> Asked:
        """What is asked for. ValidationError where a day is missing."""
        on: date = self.cleaned_data["on"]
        return asked_of(
            kind=self.kind, units=self.units(), on=on, into=self.into(), new=self.new(),
            ends_groups=self.cleaned_data.get("ends_groups", True),
        )  # fmt: skip

    def units(self) -> list[Unit]:
        return [self.unit]

    def into(self) -> Any:
        return None

    def new(self) -> list[New]:
        return []

    def destinations(self) -> list[Branch]:
        """The branches a move may lead to."""
        return []

    def text(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")

    # What a new area or village is described by.

    def add_name(self, place: int, *, required: bool = False) -> None:
        self.fields[f"name_{place}"] = LineField(label=_("Name"), max_length=NAME_LENGTH, required=required)
        self.fields[f"name_en_{place}"] = LineField(label=_("English name"), max_length=NAME_EN_LENGTH, required=False)

    def add_area(self, place: int, groups: Any) -> None:
        self.add_name(place)
        self.fields[f"code_{place}"] = LineField(label=_("Code"), max_length=CODE_LENGTH, required=False)
        self.fields[f"number_{place}"] = forms.IntegerField(
            label=_("Number in the branch"), min_value=1, max_value=32767, required=False
        )
        self.fields[f"group_{place}"] = forms.ModelChoiceField(
            groups, label=_("Party small group"), required=False, empty_label=_("A new one")
        )
        self.fields[f"group_name_{place}"] = LineField(
            label=_("Name of the new small group"), max_length=NAME_LENGTH, required=False
        )

    def area(self, place: int, **given: Any) -> New:
        return New(
            name=self.text(f"name_{place}"), name_en=self.text(f"name_en_{place}"), code=self.text(f"code_{place}"),
            number=self.cleaned_data.get(f"number_{place}"), group=self.cleaned_data.get(f"group_{place}"),
            group_name=self.text(f"group_name_{place}"), **given,
        )  # fmt: skip

    def add_village(self) -> None:
        self.add_name(1)
        self.fields["code_1"] = LineField(label=_("Code"), max_length=12, required=False)
        self.fields["committee_name_1"] = LineField(label=_("Villagers' committee"), max_length=80, required=False)

    def village(self, **given: Any) -> New:
        return New(
            name=self.text("name_1"), name_en=self.text("name_en_1"), code=self.text("code_1"),
            committee_name=self.text("committee_name_1"), **given,
        )  # fmt: skip

    def groups_of(self, branch: Branch) -> Any:
        """Small groups of the branch that go on; which of them are free, the rule says."""
        rows = SmallGroup.objects.visible_to(self.user).current(on=timezone.localdate())
        return rows.filter(branch=branch).order_by("code")


class RenameForm(ChangeForm):
    def add_fields(self) -> None:
        self.add_name(1, required=True)
        self.fields["name_1"].initial, self.fields["name_en_1"].initial = self.unit.name, self.unit.name_en

    def new(self) -> list[New]:
        return [New(name=self.text("name_1"), name_en=self.text("name_en_1"))]


class CloseForm(ChangeForm):
    def add_fields(self) -> None:
        if isinstance(self.unit, ServiceArea):
            self.fields["ends_groups"] = forms.BooleanField(
                label=_("Its Party small group ends too, if nobody is left in it"), required=False, initial=True
            )


class MergeForm(ChangeForm):
    """Which go together, and which one stays: the one the page was opened for, another, or a new one."""

    def add_fields(self) -> None:
        rows: Any
        if isinstance(self.unit, ServiceArea):
            rows = ServiceArea.objects.visible_to(self.user).filter(branch=self.unit.branch_id)
        else:
            rows = Village.objects.visible_to(self.user).filter(township=self.unit.township_id)
        self.others = rows.filter(ended_on__isnull=True).exclude(pk=self.unit.pk).order_by("code")
        self.fields["units"] = tick(self.others, _("Goes together with"))
        choices = [(str(row.pk), row.label) for row in [self.unit, *self.others]]
        self.fields["into"] = forms.ChoiceField(
            label=_("What stays"), choices=[*choices, (NEW, _("A new one"))], initial=str(self.unit.pk)
        )
        if isinstance(self.unit, ServiceArea):
            self.add_area(1, self.groups_of(self.unit.branch))
        else:
            self.add_village()

    def units(self) -> list[Unit]:
        return [self.unit, *self.cleaned_data["units"]]

    def into(self) -> Any:
        key = self.cleaned_data["into"]
        return None if key == NEW else next(row for row in [self.unit, *self.others] if str(row.pk) == key)

    def new(self) -> list[New]:
        if self.cleaned_data["into"] != NEW:
            return []
        return [self.area(1) if isinstance(self.unit, ServiceArea) else self.village()]


class SplitAreaForm(ChangeForm):
    """Up to three new areas; each takes teams and members of this one."""

    def add_fields(self) -> None:
        assert isinstance(self.unit, ServiceArea)
        teams = ProductionTeam.objects.visible_to(self.user).filter(
            area_teams__area=self.unit, area_teams__ended_on__isnull=True
        )
        members = Member.objects.visible_to(self.user).filter(
            affiliations__area=self.unit, affiliations__ended_on__isnull=True
        )
        for place in range(1, self.parts + 1):
            self.fields[f"teams_{place}"] = tick(teams.order_by("code"), _("Teams, with their households"))
            self.fields[f"members_{place}"] = tick(members.order_by("code"), _("Members"))
            self.add_area(place, self.groups_of(self.unit.branch))

    def new(self) -> list[New]:
        given = [
            {
                "teams": tuple(self.cleaned_data[f"teams_{place}"]),
                "members": tuple(self.cleaned_data[f"members_{place}"]),
            }
            for place in range(1, self.parts + 1)
        ]
        return [self.area(place, **rows) for place, rows in enumerate(given, start=1)]


class SplitVillageForm(ChangeForm):
    """The new village, its teams, and its branch: one of the township that serves no village, or a new one."""

    def add_fields(self) -> None:
        teams = ProductionTeam.objects.visible_to(self.user).filter(village=self.unit.pk).order_by("code")
        self.fields["teams_1"] = tick(teams, _("Teams, with the areas that lie in them"))
        self.add_village()
        self.fields["name_1"].required = self.fields["code_1"].required = True
        branches = Branch.objects.visible_to(self.user).current(on=timezone.localdate())
        branches = branches.filter(township=self.unit.township_id, village__isnull=True).order_by("code")
        self.fields["branch_1"] = forms.ModelChoiceField(
            branches, label=_("Its Party branch"), required=False, empty_label=_("A new one")
        )
        self.fields["branch_name_1"] = LineField(
            label=_("Name of the new branch"), max_length=NAME_LENGTH, required=False
        )
        self.fields["branch_name_en_1"] = LineField(
            label=_("English name of the new branch"), max_length=NAME_EN_LENGTH, required=False
        )
        self.fields["branch_code_1"] = LineField(
            label=_("Code of the new branch"), max_length=CODE_LENGTH, required=False
        )

    def new(self) -> list[New]:
        names = {name: self.text(f"{name}_1") for name in ("branch_name", "branch_name_en", "branch_code")}
        teams = tuple(self.cleaned_data["teams_1"])
        return [self.village(teams=teams, branch=self.cleaned_data.get("branch_1"), **names)]


class MoveForm(ChangeForm):
    """To which branch: those in whose place the teams lie."""

    def add_fields(self) -> None:
        unit = self.unit
        villages: Any
        if isinstance(unit, ServiceArea):
            teams = unit.area_teams.filter(ended_on__isnull=True)
            villages, own = teams.values("team__village"), unit.branch_id
        else:
            villages, own = Village.objects.visible_to(self.user).filter(pk=unit.pk).values("pk"), 0
        branches = Branch.objects.visible_to(self.user).current(on=timezone.localdate())
        branches = branches.filter(township=unit.township_id, ended_on__isnull=True).exclude(pk=own)
        fitting = branches.filter(village__isnull=True) | branches.filter(village__in=villages)
        self.fitting = fitting.order_by("code")
        self.fields["into"] = forms.ModelChoiceField(
            self.fitting, label=_("To the branch"), empty_label=_("Choose one")
        )
        if isinstance(unit, ServiceArea):
            self.add_name(1)
            self.fields["code_1"] = LineField(label=_("Code"), max_length=CODE_LENGTH, required=False)
            self.fields["number_1"] = forms.IntegerField(
                label=_("Number in the branch"), min_value=1, max_value=32767, required=False
            )
            self.fields["group_name_1"] = LineField(
                label=_("Name of the new small group"), max_length=NAME_LENGTH, required=False
            )

    def destinations(self) -> list[Branch]:
        return list(self.fitting)

    def into(self) -> Any:
        return self.cleaned_data["into"]

    def new(self) -> list[New]:
        return [self.area(1)] if isinstance(self.unit, ServiceArea) else []


OF_AREA: dict[str, type[ChangeForm]] = {
    Kind.MERGE: MergeForm, Kind.SPLIT: SplitAreaForm, Kind.MOVE: MoveForm, Kind.RENAME: RenameForm,
    Kind.CLOSE: CloseForm,
}  # fmt: skip
OF_VILLAGE = OF_AREA | {Kind.SPLIT: SplitVillageForm}


def form_of(unit: Unit, kind: str) -> type[ChangeForm]:
    return (OF_AREA if isinstance(unit, ServiceArea) else OF_VILLAGE)[kind]
