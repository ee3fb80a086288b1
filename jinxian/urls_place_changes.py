"""Addresses of changes of villages and service areas."""

from django.urls import path

from jinxian.views import place_changes

urlpatterns = [
    path("organization/changes/", place_changes.place_change_list, name="place_change_list"),
    path("organization/changes/new/", place_changes.place_change_new, name="place_change_new"),
    path("organization/changes/confirm/", place_changes.place_change_confirm, name="place_change_confirm"),
    path("organization/changes/<int:pk>/", place_changes.place_change_detail, name="place_change_detail"),
]
