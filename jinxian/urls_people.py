"""Addresses of a member's record, posts, and the history of records."""

from django.urls import path

from jinxian.views import history, member_edit, members, posts

MEMBER = "organization/members/<int:pk>"

urlpatterns = [
    path("organization/members/new/", member_edit.member_new, name="member_new"),
    path(f"{MEMBER}/timeline/", members.member_timeline, name="member_timeline"),
    path(f"{MEMBER}/edit/", member_edit.member_edit, name="member_edit"),
    path(f"{MEMBER}/move/", member_edit.member_move, name="member_move"),
    path(f"{MEMBER}/status/", member_edit.member_status, name="member_status"),
    path(f"{MEMBER}/full/", member_edit.member_full, name="member_full"),
    path(f"{MEMBER}/id-number/", member_edit.member_id_number, name="member_id_number"),
    path(f"{MEMBER}/id-number/reveal/", member_edit.member_id_reveal, name="member_id_reveal"),
    path("organization/posts/<slug:kind>/<int:pk>/begin/", posts.post_begin, name="post_begin"),
    path("organization/posts/<int:pk>/end/", posts.post_end, name="post_end"),
    path("organization/history/<slug:kind>/<int:pk>/", history.history_record, name="history_record"),
]
