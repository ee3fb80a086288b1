"""Appointments: who holds which role, where, from when to when. Every right comes from here."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.recording import history_of
from jinxian.lib.labels import in_language
from service_areas.dated import Dated, DatedQuerySet, dates_in_order
from service_areas.models.areas import ServiceArea
from service_areas.models.organization import Branch
from service_areas.models.places import County, Township, Village
from service_areas.scoping import Paths

PLACES = ("county", "township", "branch", "area", "village")


class Appointment(Dated):
    """任职. A role at one place; rights add up over a person's current appointments."""

    class Role(models.TextChoices):
        COUNTY_STAFF = "county_staff", _("County staff")
        TOWNSHIP_STAFF = "township_staff", _("Township staff")
        SECRETARY = "secretary", _("Branch secretary")
        LEADER = "leader", _("Service-area leader")
        MEMBER = "member", _("Party member")
        CLERK = "clerk", _("Villagers' committee clerk")
        AUDITOR = "auditor", _("Auditor")
        ADMINISTRATOR = "administrator", _("System administrator")

    # Which kind of place each role is held at; the constraint below says the same to the database.
    PLACE_OF: ClassVar[dict[str, tuple[str, ...]]] = {
        Role.COUNTY_STAFF: ("county",),
        Role.TOWNSHIP_STAFF: ("township",),
        Role.SECRETARY: ("branch",),
        Role.LEADER: ("area",),
        Role.MEMBER: ("branch",),
        Role.CLERK: ("village",),
        Role.AUDITOR: ("county", "township"),
        Role.ADMINISTRATOR: ("county",),
    }
    READING: ClassVar[frozenset[str]] = frozenset({Role.AUDITOR, Role.MEMBER})

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    title = models.CharField(
        _("title"), max_length=40, blank=True, help_text=_("As it stands on the door, if it differs.")
    )
    title_en = models.CharField(_("English title"), max_length=80, blank=True)
    county = models.ForeignKey(County, models.PROTECT, null=True, blank=True, verbose_name=_("county"))
    township = models.ForeignKey(Township, models.PROTECT, null=True, blank=True, verbose_name=_("township"))
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("Party branch"))
    area = models.ForeignKey(
        ServiceArea, models.PROTECT, null=True, blank=True, verbose_name=_("Party member service area")
    )
    village = models.ForeignKey(Village, models.PROTECT, null=True, blank=True, verbose_name=_("village"))

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": ("county", "township__county", "branch__county", "area__county", "village__township__county"),
        "township": ("township", "branch__township", "area__township", "village__township"),
        "own": "user",
    }

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-started_on"]
        constraints = [
            dates_in_order("appointment"),
            models.CheckConstraint(
                name="appointment_place_fits_role",
                condition=Q(
                    role__in=["county_staff", "administrator"], **{f"{p}__isnull": p != "county" for p in PLACES}
                )
                | Q(role="township_staff", **{f"{p}__isnull": p != "township" for p in PLACES})
                | Q(role__in=["secretary", "member"], **{f"{p}__isnull": p != "branch" for p in PLACES})
                | Q(role="leader", **{f"{p}__isnull": p != "area" for p in PLACES})
                | Q(role="clerk", **{f"{p}__isnull": p != "village" for p in PLACES})
                | Q(role="auditor", **{f"{p}__isnull": p != "county" for p in PLACES})
                | Q(role="auditor", **{f"{p}__isnull": p != "township" for p in PLACES}),
                violation_error_message=_("This role is held at another kind of place."),
            ),
        ]
        indexes = [models.Index(fields=["user", "ended_on"], name="appointment_user")]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()} {self.place_label}"

    @property
    def place(self) -> County | Township | Branch | ServiceArea | Village | None:
        return next((getattr(self, place) for place in PLACES if getattr(self, f"{place}_id")), None)

    @property
    def place_label(self) -> str:
        return self.place.label if self.place else ""

    @property
    def title_label(self) -> str:
        """The title as entered, or the role's name."""
        return in_language(self.title, self.title_en) or str(self.Role(self.role).label)

    @property
    def label(self) -> str:
        """“庞村党支部 书记”, “Secretary, Pangcun Branch”."""
        return gettext("%(title)s, %(place)s") % {"title": self.title_label, "place": self.place_label}

    def clean(self) -> None:
        """Prevent rule 7: an auditor's account has no writing appointment at the same time."""
        if not (self.user_id and self.started_on):
            return
        others = Appointment.objects.filter(user=self.user_id).exclude(pk=self.pk)
        others = others.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=self.started_on))
        if self.ended_on:
            others = others.filter(started_on__lt=self.ended_on)
        roles = {*others.values_list("role", flat=True), self.role}
        if self.Role.AUDITOR in roles and roles - self.READING:
            raise ValidationError(_("An auditor only reads: this account has a writing appointment at the same time."))
