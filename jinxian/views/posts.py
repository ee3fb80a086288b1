"""Filling and ending posts: secretary and deputies by the township, leaders by the branch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.membership import fill_post
from assessments.views.finding import CONFLICT
from members.forms import EndForm, PostForm
from members.models import Member, Post
from members.permissions import may_fill_post
from members.posts import end_post, holders
from members.registration import warnings_of
from service_areas.crumbs import crumbs_of_scope
from service_areas.models import Branch, ServiceArea, SmallGroup
from service_areas.permissions import require

UNITS: dict[str, Any] = {
    Post.Kind.SECRETARY: Branch, Post.Kind.DEPUTY: Branch, Post.Kind.LEADER: ServiceArea,
    Post.Kind.GROUP_LEADER: SmallGroup,
}  # fmt: skip


@require_http_methods(["GET", "POST"])
def post_begin(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A member of the branch takes a post of a unit; the present holder ends on that day."""
    if kind not in UNITS:
        raise Http404(_("There is nothing here."))
    unit = get_object_or_404(UNITS[kind].objects.visible_to(request.user), pk=pk)
    branch = unit if isinstance(unit, Branch) else unit.branch
    require(may_fill_post(request.user, kind, branch))
    members = Member.objects.visible_to(request.user).filter(branch=branch, status__in=Member.PRESENT)
    form, status = PostForm(request.POST or None, members=members.select_related("area").order_by("code")), 200
    present = holders(kind, unit)
    seen = " ".join(str(post.pk) for post in present)
    is_valid = form.is_valid()
    if form.is_bound and request.POST.get("seen", seen) != seen:
        form.add_error(None, _("Somebody else filled or ended this post meanwhile. Look above who holds it now."))
        status = CONFLICT
    elif is_valid:
        try:
            post = fill_post(kind=kind, unit=unit, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            words = {"name": post.member.label, "post": post.get_kind_display(), "place": unit.label}
            messages.success(request, _("%(name)s is now %(post)s, %(place)s.") % words)
            for warning in warnings_of(post.member):
                messages.warning(request, warning)
            return redirect(_page_of(unit))
    context = {
        "form": form, "unit": unit, "branch": branch, "kind": Post.Kind(kind), "holders": present, "seen": seen,
        "back": _page_of(unit), "crumbs": crumbs_of_scope(request.user),
    }  # fmt: skip
    return render(request, "jinxian/posts/post_begin.html", context, status=status)


@require_http_methods(["GET", "POST"])
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The post is held no longer from a day on."""
    posts = Post.objects.visible_to(request.user).select_related("member", "branch", "area", "small_group")
    post = get_object_or_404(posts, pk=pk, ended_on__isnull=True)
    require(may_fill_post(request.user, post.kind, post.branch))
    form, back = EndForm(request.POST or None), _page_of(post.area or post.small_group or post.branch)
    if form.is_valid():
        try:
            end_post(post=post, on=form.cleaned_data["on"], by=request.user)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, _("The post of %(name)s has ended.") % {"name": post.member.label})
            return redirect(back)
    context = {"form": form, "post": post, "back": back, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "jinxian/posts/post_end.html", context)


def _page_of(unit: Branch | ServiceArea | SmallGroup) -> str:
    """The page on which the unit's holders stand: a small group's is its branch's."""
    if isinstance(unit, ServiceArea):
        return reverse("area_detail", args=[unit.pk])
    return reverse("branch_detail", args=[unit.pk if isinstance(unit, Branch) else unit.branch_id])
