"""Addresses of the slips for the first sign-in."""

from django.urls import path

from jinxian.views import slips

urlpatterns = [
    path("organization/slips/", slips.slip_list, name="slip_list"),
    path("organization/slips/print/", slips.slip_print, name="slip_print"),
]
