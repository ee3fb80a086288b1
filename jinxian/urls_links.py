"""Addresses of households, of the link planner and of the handover of a member's households."""

from django.urls import path

from jinxian.views import household_edit, link_plans

urlpatterns = [
    path("organization/households/new/", household_edit.household_new, name="household_new"),
    path("organization/households/<int:pk>/", household_edit.household_edit, name="household_edit"),
    path("organization/branches/<int:pk>/links/", link_plans.link_plan_branch, name="link_plan_branch"),
    path("organization/areas/<int:pk>/links/", link_plans.link_plan_area, name="link_plan_area"),
    path("organization/branches/<int:pk>/links/take/", link_plans.link_plan_take, name="link_plan_take"),
    path("organization/members/<int:pk>/handover/", link_plans.handover, name="handover"),
    path("organization/members/<int:pk>/handover/take/", link_plans.handover_take, name="handover_take"),
]
