"""What is applied for before it holds: the transfer of a member to another branch, and an exemption from assessment.

The rows here are the application with its steps. What it leads to (an affiliation that begins, an exemption that
holds) is a dated row of its own; transfers.py and exemptions.py write both together.
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
from members.models.member import BY_BRANCH, Exemption, Member
from service_areas.models import Branch
from service_areas.scoping import Paths, ScopedQuerySet


class TransferQuerySet(ScopedQuerySet):
    def open(self) -> TransferQuerySet:
        """Applied for or issued; among them those whose last day has gone by."""
        return self.filter(state__in=Transfer.OPEN)


class Transfer(models.Model):
    """组织关系转接. One transfer of a member: applied → issued → received, or ended otherwise (domain.md rule 6).

    The old branch stays responsible until receipt. `valid_until` is the last day of the step that is open: until then
    the township issues the letter, then the new branch returns the slip. Past it the transfer has expired.
    """

    class State(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("transfer", "Applied for")
        ISSUED = "issued", pgettext_lazy("transfer", "Letter issued")
        RECEIVED = "received", pgettext_lazy("transfer", "Received")
        REJECTED = "rejected", pgettext_lazy("transfer", "Rejected")
        REVOKED = "revoked", pgettext_lazy("transfer", "Revoked")
        EXPIRED = "expired", pgettext_lazy("transfer", "Expired")

    OPEN: ClassVar[tuple[str, ...]] = (State.APPLIED, State.ISSUED)

    member = models.ForeignKey(Member, models.PROTECT, related_name="transfers", verbose_name=_("Party member"))
    from_branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="transfers_out", verbose_name=_("from the branch")
    )
    to_branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="transfers_in", verbose_name=_("to the branch")
    )  # NULL: out of the county, to `outside`
    outside = models.CharField(_("organization outside the county"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.APPLIED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    letter_no = models.CharField(_("letter no."), max_length=60, blank=True)
    dues_paid_until = models.DateField(_("dues paid until"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"))
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_on = models.DateField(_("received on"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True)  # received, rejected, revoked or expired
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TransferQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {
        "county": ("from_branch__county", "to_branch__county"),
        "township": ("from_branch__township", "to_branch__township"),
        "branch": ("from_branch", "to_branch"),
        "own": "member__user",
    }

    class Meta:
        verbose_name = _("transfer of affiliation")
        verbose_name_plural = _("transfers of affiliation")
        ordering = ["-applied_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["applied", "issued"]),
                name="transfer_one_open_per_member",
                violation_error_message=_("A transfer of this member is under way already."),
            ),
            models.CheckConstraint(
                name="transfer_has_one_destination",
                condition=Q(to_branch__isnull=False, outside="") | Q(to_branch__isnull=True) & ~Q(outside=""),
                violation_error_message=_("A transfer leads to a branch of the county, or out of the county."),
            ),
            models.CheckConstraint(
                name="transfer_to_another_branch",
                condition=Q(to_branch__isnull=True) | ~Q(to_branch=F("from_branch")),
                violation_error_message=_("The member belongs to this branch already."),
            ),
        ]
        indexes = [models.Index(fields=["to_branch", "state"], name="transfer_to_branch")]

    def __str__(self) -> str:
        return f"{self.member} → {self.destination}"

    @property
    def destination(self) -> str:
        return self.to_branch.label if self.to_branch else self.outside

    def state_on(self, on: date) -> str:
        """The state of the day: an open one whose last day has gone by has expired, whether or not anybody said so."""
        has_expired = self.state in self.OPEN and self.valid_until < on
        return str(self.State.EXPIRED if has_expired else self.state)


class ExemptionApplication(models.Model):
    """免予考核申请. Applied for, agreed by the branch, filed with the township; then an exemption holds (rule 19)."""

    class State(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("exemption", "Applied for")
        AGREED = "agreed", pgettext_lazy("exemption", "Agreed by the branch")
        FILED = "filed", pgettext_lazy("exemption", "Filed with the township")
        REFUSED = "refused", pgettext_lazy("exemption", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("exemption", "Withdrawn")

    OPEN: ClassVar[tuple[str, ...]] = (State.APPLIED, State.AGREED)

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="exemption_applications", verbose_name=_("Party member")
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("Party branch"))
    reason = models.CharField(_("reason"), max_length=16, choices=Exemption.Reason.choices)
    scope = models.CharField(_("scope"), max_length=10, choices=Exemption.Scope.choices, default=Exemption.Scope.ALL)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("until"), null=True, blank=True,
        help_text=_("The first day on which it no longer holds; empty: until further notice."),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.APPLIED)
    agreed_on = models.DateField(_("agreed by the branch on"), null=True, blank=True)  # the day of its meeting
    exemption = models.OneToOneField(
        Exemption, models.PROTECT, null=True, blank=True, related_name="application", verbose_name=_("exemption")
    )  # NULL: not filed
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)  # filed, refused or withdrawn
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    refusal = models.CharField(_("reason of the refusal"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()
    history = history_of()
    scope_paths: ClassVar[Paths] = {**BY_BRANCH, "own": "member__user"}

    class Meta:
        verbose_name = _("application for exemption")
        verbose_name_plural = _("applications for exemption")
        ordering = ["-applied_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "scope"],
                condition=Q(state__in=["applied", "agreed"]),
                name="exemption_application_one_open_per_scope",
                violation_error_message=_("This has been applied for already."),
            ),
            models.CheckConstraint(
                name="exemption_application_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} – {self.get_scope_display()}"
