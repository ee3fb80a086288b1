"""Addresses of exemptions from assessment: the list, the application with its steps, the end and the yearly review."""

from django.urls import path

from jinxian.views import exemptions

APPLICATION = "organization/exemptions/applications/<int:pk>"

urlpatterns = [
    path("organization/exemptions/", exemptions.exemption_list, name="exemption_list"),
    path("organization/members/<int:pk>/exemption/", exemptions.exemption_new, name="exemption_new"),
    path(f"{APPLICATION}/", exemptions.exemption_detail, name="exemption_detail"),
    path(f"{APPLICATION}/agree/", exemptions.exemption_agree, name="exemption_agree"),
    path(f"{APPLICATION}/file/", exemptions.exemption_file, name="exemption_file"),
    path(f"{APPLICATION}/refuse/", exemptions.exemption_refuse, name="exemption_refuse"),
    path(f"{APPLICATION}/withdraw/", exemptions.exemption_withdraw, name="exemption_withdraw"),
    path("organization/exemptions/<int:pk>/end/", exemptions.exemption_end, name="exemption_end"),
    path("organization/exemptions/<int:pk>/review/", exemptions.exemption_review, name="exemption_review"),
]
