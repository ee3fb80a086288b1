"""Posts: who holds which, since when, and the access that comes and goes with it.

The holder before ends on the day the new one begins and stays visible. A secretary's and a leader's post gives an
account the appointment of that role at that place, and leaving the post ends it on that day. That appointment follows
from the post: who may fill the post (members.permissions.may_fill_post) gives it, and service_areas.appointing, which
decides about appointments that follow from nothing, is not asked. Nobody fills a post with himself (prevent rule 7).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Affiliation, Exemption, Member, Post
from members.records import refuse_post
from service_areas.models import Appointment, Branch, ServiceArea, SmallGroup

# Kind of post → the role it gives, and at which kind of place. Deputies and group leaders sign in as members.
ACCESS = {
    Post.Kind.SECRETARY: (Appointment.Role.SECRETARY, "branch"),
    Post.Kind.LEADER: (Appointment.Role.LEADER, "area"),
}
Unit = Branch | ServiceArea | SmallGroup


@transaction.atomic
def begin_post(*, member: Member, kind: str, unit: Unit, on: date, by: Any) -> Post:
    """The member holds the post from the day `on`; who held it until then ends on that day (deputies may be several).

    Errors: ValidationError where the member is of another branch, gone, suspended or exempt, is the person who asks,
    the unit is no more, or the present holder began after that day.
    """
    type(unit)._default_manager.select_for_update().get(pk=unit.pk)  # of two who fill it at once, one comes first
    branch = unit if isinstance(unit, Branch) else unit.branch
    _refuse(member, branch, on)
    if not unit.holds(on=on):
        raise ValidationError({"on": _("%(place)s did not exist on that day.") % {"place": unit.label}})
    post = Post(member=member, kind=kind, branch=branch, started_on=on)
    if isinstance(unit, ServiceArea):
        post.area = unit
    elif isinstance(unit, SmallGroup):
        post.small_group = unit
    refuse_oneself(post, by=by)
    refuse_post(post)
    for former in holders(kind, unit):
        if former.member_id == member.pk:
            raise ValidationError({"member": _("%(name)s holds this post already.") % {"name": member.label}})
        if kind != Post.Kind.DEPUTY:
            end_post(post=former, on=on, by=by)
    _refuse_overlap(post, unit)
    post.full_clean()
    post.save()
    access_follows(post)
    return post


@transaction.atomic
def end_post(*, post: Post, on: date, by: Any) -> None:
    """The post is held no longer from the day `on`, and the access it gave ends on that day. ValidationError."""
    if on < post.started_on:
        words = {"name": post.member.label, "day": date_format(post.started_on)}
        sentence = _("%(name)s holds this post from %(day)s on; it cannot end before.")
        raise ValidationError({"on": sentence % words})
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day lies in the future.")})
    post.ended_on = on
    post.save(update_fields=["ended_on"])
    access_follows(post)


def access_follows(post: Post) -> None:
    """The access that the post gives begins with it and ends on the day the post does."""
    if post.ended_on is None:
        _give_access(post)
        return
    held_again = Post.objects.filter(member=post.member, kind=post.kind, branch=post.branch, ended_on__isnull=True)
    if held_again.filter(area=post.area, small_group=post.small_group).exists():
        return  # a spell of the past: the post is held anew
    for appointment in access_of(post):
        appointment.ended_on = max(post.ended_on, appointment.started_on)
        appointment.save(update_fields=["ended_on"])


def refuse_oneself(post: Post, *, by: Any) -> None:
    """Raise ValidationError where a post begins with the very person who fills it (prevent rule 7)."""
    if post._state.adding and post.member.user_id is not None and by is not None and post.member.user_id == by.pk:
        raise ValidationError(_("Nobody fills a post with himself: it goes one level up."))


def holders(kind: str, unit: Unit) -> list[Post]:
    """Who holds the post of the unit until further notice."""
    return list(_of_unit(unit).filter(kind=kind, ended_on__isnull=True).select_related("member__user"))


def _of_unit(unit: Unit) -> QuerySet[Post]:
    place = {ServiceArea: "area", SmallGroup: "small_group", Branch: "branch"}[type(unit)]
    return Post.objects.filter(**{place: unit})


def access_of(post: Post) -> list[Appointment]:
    """The open appointments that the post gave its holder's account."""
    if post.member.user_id is None or post.kind not in ACCESS:
        return []
    role, place = ACCESS[Post.Kind(post.kind)]
    at = {place: getattr(post, f"{place}_id")}
    return list(Appointment.objects.filter(user=post.member.user_id, role=role, ended_on__isnull=True, **at))


def _refuse(member: Member, branch: Branch, on: date) -> None:
    if member.branch_id != branch.pk:
        raise ValidationError({"member": _("This member belongs to another branch.")})
    if member.status not in Member.PRESENT or member.status == Member.Status.SUSPENDED:
        raise ValidationError({"member": _("%(name)s cannot hold a post now.") % {"name": member.label}})
    if Exemption.objects.current(on=on).filter(member=member, scope=Exemption.Scope.ALL).exists():
        raise ValidationError({"member": _("%(name)s is exempt from all work.") % {"name": member.label}})
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day lies in the future.")})
    if not Affiliation.objects.current(on=on).filter(member=member, branch=branch).exists():
        words = {"name": member.label, "branch": branch.label}
        raise ValidationError({"on": _("%(name)s did not belong to %(branch)s on that day.") % words})


def _refuse_overlap(post: Post, unit: Unit) -> None:
    """A holder who ended later than the new one would begin held the post then."""
    if post.kind == Post.Kind.DEPUTY:
        return
    held = _of_unit(unit).filter(kind=post.kind, ended_on__gt=post.started_on).exclude(ended_on=F("started_on"))
    former = held.select_related("member").order_by("-ended_on").first()
    if former is not None and former.ended_on is not None:
        words = {"name": former.member.label, "day": date_format(former.ended_on)}
        raise ValidationError({"on": _("%(name)s held this post until %(day)s.") % words})


def _give_access(post: Post) -> None:
    if post.kind not in ACCESS or post.member.user_id is None or access_of(post):
        return
    role, place = ACCESS[Post.Kind(post.kind)]
    at: dict[str, Any] = {place: getattr(post, place)}
    appointment = Appointment(user=post.member.user, role=role, started_on=post.started_on, **at)
    appointment.full_clean()
    appointment.save()
