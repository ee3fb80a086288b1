"""Filling and ending posts: secretary and deputies by the township, leaders by the branch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.forms import EndForm, PostForm
from members.models import Member, Post
from members.permissions import may_fill_post
from members.posts import begin_post, end_post, holders
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
    form = PostForm(request.POST or None, members=members.order_by("code"))
    if form.is_valid():
        try:
            post = begin_post(kind=kind, unit=unit, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            words = {"name": post.member.label, "post": post.get_kind_display(), "place": unit.label}
            messages.success(request, _("%(name)s is now %(post)s, %(place)s.") % words)
            return redirect("branch_detail", branch.pk)
    context = {
        "form": form, "unit": unit, "branch": branch, "kind": Post.Kind(kind), "holders": holders(kind, unit),
        "crumbs": crumbs_of_scope(request.user),
    }  # fmt: skip
    return render(request, "jinxian/posts/post_begin.html", context)


@require_http_methods(["GET", "POST"])
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The post is held no longer from a day on."""
    posts = Post.objects.visible_to(request.user).select_related("member", "branch", "area", "small_group")
    post = get_object_or_404(posts, pk=pk, ended_on__isnull=True)
    require(may_fill_post(request.user, post.kind, post.branch))
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            end_post(post=post, on=form.cleaned_data["on"], by=request.user)
        except ValidationError as error:
            form.take(error)
        else:
            messages.success(request, _("The post of %(name)s has ended.") % {"name": post.member.label})
            return redirect("branch_detail", post.branch_id)
    context = {"form": form, "post": post, "crumbs": crumbs_of_scope(request.user)}
    return render(request, "jinxian/posts/post_end.html", context)
