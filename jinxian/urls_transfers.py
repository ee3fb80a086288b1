"""Addresses of the transfer of a member: the list, the application, one transfer with its steps and prints."""

from django.urls import path

from jinxian.views import transfers

urlpatterns = [
    path("organization/transfers/", transfers.transfer_list, name="transfer_list"),
    path("organization/members/<int:pk>/transfer/", transfers.transfer_new, name="transfer_new"),
    path("organization/transfers/<int:pk>/", transfers.transfer_detail, name="transfer_detail"),
    path("organization/transfers/<int:pk>/issue/", transfers.transfer_issue, name="transfer_issue"),
    path("organization/transfers/<int:pk>/receive/", transfers.transfer_receive, name="transfer_receive"),
    path("organization/transfers/<int:pk>/reject/", transfers.transfer_reject, name="transfer_reject"),
    path("organization/transfers/<int:pk>/revoke/", transfers.transfer_revoke, name="transfer_revoke"),
    path("organization/transfers/<int:pk>/letter/", transfers.transfer_letter, name="transfer_letter"),
    path("organization/transfers/<int:pk>/slip/", transfers.transfer_slip, name="transfer_slip"),
]
