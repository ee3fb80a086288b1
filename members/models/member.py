"""A Party member, the branch and group the member belonged to and when, posts, exemptions.

`Member.branch`, `small_group` and `area` are pointers to the open affiliation, kept by
members.affiliations; the dated rows are the truth for any other day.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.recording import history_of
from jinxian.lib.labels import in_language
from service_areas.dated import Dated, DatedQuerySet, dates_in_order
from service_areas.models import Branch, ServiceArea, SmallGroup
from service_areas.scoping import Paths, ScopedQuerySet

BY_BRANCH: Paths = {"county": "branch__county", "township": "branch__township", "branch": "branch"}


class Member(models.Model):
    """党员. One Party member. Type and status are changed by people only, with date and document (rule 4).

    The ID number is optional, encrypted, unique by a keyed hash, and shown masked.
    """

    class Sex(models.TextChoices):
        MALE = "m", _("male")
        FEMALE = "f", _("female")

    class Type(models.TextChoices):
        FULL = "full", _("Full member")
        PROBATIONARY = "probationary", _("Probationary member")

    class Status(models.TextChoices):
        NORMAL = "normal", _("Normal")
        SUSPENDED = "suspended", _("Suspended")
        RESTORED = "restored", _("Restored")
        LEFT = "left", _("Left the Party")
        REMOVED = "removed", _("Removed")
        DECEASED = "deceased", _("Deceased")
        TRANSFERRED = "transferred", _("Transferred out")

    PRESENT: ClassVar[frozenset[str]] = frozenset({Status.NORMAL, Status.SUSPENDED, Status.RESTORED})

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="member", verbose_name=_("user")
    )  # NULL: the member has no account
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="members", verbose_name=_("Party branch"))
    small_group = models.ForeignKey(
        SmallGroup, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("Party small group")
    )
    area = models.ForeignKey(
        ServiceArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("Party member service area"),
    )
    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    name_latin = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    search_key = models.CharField(max_length=240, editable=False, default="")  # members.search fills it
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    member_type = models.CharField(_("member type"), max_length=16, choices=Type.choices, default=Type.FULL)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.NORMAL)
    status_on = models.DateField(_("status since"), null=True, blank=True)
    status_document = models.CharField(_("document no."), max_length=60, blank=True)
    admitted_on = models.DateField(_("date of admission"), null=True, blank=True)
    full_on = models.DateField(_("date of full membership"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    id_number_encrypted = models.BinaryField(null=True, editable=False)
    id_number_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 — NULL: none
    id_number_masked = models.CharField(_("citizen identity number"), max_length=18, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {**BY_BRANCH, "area": "area", "own": "user"}

    class Meta:
        verbose_name = _("Party member")
        verbose_name_plural = _("Party members")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="member_full_after_admission",
                condition=Q(full_on__isnull=True) | Q(admitted_on__isnull=True) | Q(full_on__gte=F("admitted_on")),
                violation_error_message=_("Full membership cannot begin before admission."),
            ),
        ]
        indexes = [models.Index(fields=["branch", "area", "name"], name="member_branch_area_name")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return in_language(self.name, self.name_latin)

    def party_standing(self, *, on: date) -> int | None:
        """Whole years since admission (党龄); None where the date is not known."""
        if self.admitted_on is None:
            return None
        had_anniversary = (on.month, on.day) >= (self.admitted_on.month, self.admitted_on.day)
        return on.year - self.admitted_on.year - (not had_anniversary)


class Affiliation(Dated):
    """组织关系. A member's time in a branch, small group and area; one open row per member."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="affiliations", verbose_name=_("Party member"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="affiliations", verbose_name=_("Party branch"))
    small_group = models.ForeignKey(
        SmallGroup, models.PROTECT, null=True, blank=True, verbose_name=_("Party small group")
    )
    area = models.ForeignKey(
        ServiceArea, models.PROTECT, null=True, blank=True, related_name="affiliations",
        verbose_name=_("Party member service area"),
    )  # fmt: skip

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {**BY_BRANCH, "area": "area", "own": "member__user"}

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["started_on"]
        constraints = [
            dates_in_order("affiliation"),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(ended_on__isnull=True),
                name="affiliation_one_open_per_member",
                violation_error_message=_("This member belongs to a branch already; end that first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.branch}"


class Post(Dated):
    """职务. A post a member holds in the branch; former holders stay visible."""

    class Kind(models.TextChoices):
        SECRETARY = "secretary", _("Branch secretary")
        DEPUTY = "deputy", _("Deputy secretary")
        LEADER = "leader", _("Service-area leader")
        GROUP_LEADER = "group_leader", _("Small-group leader")

    member = models.ForeignKey(Member, models.PROTECT, related_name="posts", verbose_name=_("Party member"))
    kind = models.CharField(_("post"), max_length=16, choices=Kind.choices)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="posts", verbose_name=_("Party branch"))
    area = models.ForeignKey(
        ServiceArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("Party member service area"),
    )
    small_group = models.ForeignKey(
        SmallGroup, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("Party small group")
    )

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {**BY_BRANCH, "area": "area", "village": "branch__village", "own": "member__user"}

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["started_on"]
        constraints = [
            dates_in_order("post"),
            models.CheckConstraint(
                name="post_place_fits_kind",
                condition=Q(kind__in=["secretary", "deputy"], area__isnull=True, small_group__isnull=True)
                | Q(kind="leader", area__isnull=False, small_group__isnull=True)
                | Q(kind="group_leader", area__isnull=True, small_group__isnull=False),
                violation_error_message=_(
                    "A leader needs a service area, a group leader a small group, others neither."
                ),
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(kind="secretary", ended_on__isnull=True),
                name="post_one_secretary_per_branch",
                violation_error_message=_("This branch has a secretary already; end that post first."),
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(kind="leader", ended_on__isnull=True),
                name="post_one_leader_per_area",
                violation_error_message=_("This service area has a leader already; end that post first."),
            ),
            models.UniqueConstraint(
                fields=["small_group"],
                condition=Q(kind="group_leader", ended_on__isnull=True),
                name="post_one_leader_per_small_group",
                violation_error_message=_("This small group has a leader already; end that post first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.get_kind_display()}"


class Exemption(Dated):
    """免予考核. Takes a member out of assessment, wholly or for one kind of work; never a zero (rule 19).

    The reason is a code, never a diagnosis.
    """

    class Reason(models.TextChoices):
        OLD = "old", _("Old and infirm")
        ILL = "ill", _("Seriously ill")
        INCAPACITATED = "incapacitated", _("Incapacitated")
        AWAY = "away", _("Long-term away")
        SUSPENDED = "suspended", _("Suspended")
        OTHER = "other", _("Other")

    class Scope(models.TextChoices):
        ALL = "all", _("All work")
        LINKS = "links", _("Household links only")
        PHYSICAL = "physical", _("Physical work only")

    member = models.ForeignKey(Member, models.PROTECT, related_name="exemptions", verbose_name=_("Party member"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="exemptions", verbose_name=_("Party branch"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices)
    scope = models.CharField(_("scope"), max_length=10, choices=Scope.choices, default=Scope.ALL)
    agreed_on = models.DateField(_("agreed by the branch on"), null=True, blank=True)
    filed_on = models.DateField(_("filed with the township on"), null=True, blank=True)
    reviewed_on = models.DateField(
        _("last reviewed on"), null=True, blank=True, help_text=_("An exemption is looked at again every year.")
    )  # NULL: not since it began

    objects = DatedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {**BY_BRANCH, "own": "member__user"}

    class Meta:
        verbose_name = _("exemption from assessment")
        verbose_name_plural = _("exemptions from assessment")
        ordering = ["started_on"]
        constraints = [
            dates_in_order("exemption"),
            models.UniqueConstraint(
                fields=["member", "scope"],
                condition=Q(ended_on__isnull=True),
                name="exemption_one_open_per_scope",
                violation_error_message=_("This member is exempt from this already; end that exemption first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.get_scope_display()}"
