"""The Party member service area: one small group, one or more former production teams, one branch."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.recording import history_of
from service_areas.dated import Dated, DatedQuerySet, dates_in_order
from service_areas.models.organization import Branch, SmallGroup
from service_areas.models.places import County, ProductionTeam, Township
from service_areas.named import Named
from service_areas.scoping import Paths


class ServiceArea(Named, Dated):
    """党员服务区. Stands between the villagers' committee and the villagers (domain rule 2).

    County and township repeat the branch's, so that a scope is one condition.
    """

    county = models.ForeignKey(County, models.PROTECT, related_name="areas", verbose_name=_("county"))
    township = models.ForeignKey(Township, models.PROTECT, related_name="areas", verbose_name=_("township"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="areas", verbose_name=_("Party branch"))
    small_group = models.ForeignKey(
        SmallGroup, models.PROTECT, related_name="areas", verbose_name=_("Party small group")
    )
    code = models.CharField(_("code"), max_length=24, unique=True)
    number = models.PositiveSmallIntegerField(_("number in the branch"))
    search_key = models.CharField(max_length=200, editable=False, default="")
    teams = models.ManyToManyField(
        ProductionTeam, through="service_areas.AreaTeam", related_name="areas", verbose_name=_("production teams")
    )

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "county",
        "township": "township",
        "branch": "branch",
        "area": "pk",
        "village": "branch__village",
        "own": "members__user",
    }

    class Meta:
        verbose_name = _("Party member service area")
        verbose_name_plural = _("Party member service areas")
        ordering = ["code"]
        constraints = [
            dates_in_order("service_area"),
            models.UniqueConstraint(
                fields=["small_group"],
                condition=Q(ended_on__isnull=True),
                name="service_area_one_per_small_group",
                violation_error_message=_("This small group carries another service area; end that first."),
            ),
            models.UniqueConstraint(
                fields=["branch", "number"],
                condition=Q(ended_on__isnull=True),
                name="service_area_number_once_per_branch",
                violation_error_message=_("Another service area of this branch has this number."),
            ),
        ]
        indexes = [models.Index(fields=["township", "branch"], name="service_area_township")]

    @property
    def area_id(self) -> int:
        """An area is its own area: permissions ask every row the same question."""
        return self.pk

    def clean(self) -> None:
        if self.branch_id and (self.branch.township_id != self.township_id or self.branch.county_id != self.county_id):
            raise ValidationError({"branch": _("This branch belongs to another township.")})
        if self.small_group_id and self.branch_id and self.small_group.branch_id != self.branch_id:
            raise ValidationError({"small_group": _("This small group belongs to another branch.")})


class AreaTeam(Dated):
    """A former production team's time in a service area; a team is in one area at a time."""

    area = models.ForeignKey(
        ServiceArea, models.PROTECT, related_name="area_teams", verbose_name=_("Party member service area")
    )
    team = models.ForeignKey(
        ProductionTeam, models.PROTECT, related_name="area_teams", verbose_name=_("former production team")
    )

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": "area__county",
        "township": "area__township",
        "branch": "area__branch",
        "area": "area",
    }

    class Meta:
        verbose_name = _("team of an area")
        verbose_name_plural = _("teams of areas")
        constraints = [
            dates_in_order("area_team"),
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(ended_on__isnull=True),
                name="area_team_one_area_at_a_time",
                violation_error_message=_("This team is in another service area; end that first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} – {self.area}"

    def clean(self) -> None:
        if not (self.area_id and self.team_id and self.started_on):
            return
        branch, team = self.area.branch, self.team
        elsewhere = (
            team.village_id != branch.village_id if branch.village_id else team.township_id != branch.township_id
        )
        if elsewhere:
            raise ValidationError({"team": _("This team does not lie in the place of the area's branch.")})
        overlapping = AreaTeam.objects.filter(team=team).exclude(pk=self.pk)
        overlapping = overlapping.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=self.started_on))
        if self.ended_on:
            overlapping = overlapping.filter(started_on__lt=self.ended_on)
        if overlapping.exists():
            raise ValidationError({"team": _("This team is in another service area; end that first.")})
