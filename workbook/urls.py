"""Addresses of the county workbook."""

from django.urls import path

from workbook.views import exports, problems, runs

urlpatterns = [
    path("organization/workbook/", runs.run_list, name="run_list"),
    path("organization/workbook/bring-in/", runs.run_new, name="run_new"),
    path("organization/workbook/take-out/", exports.export_new, name="export_new"),
    path("organization/workbook/template/", exports.template_file, name="template_file"),
    path("organization/workbook/<int:pk>/", runs.run_detail, name="run_detail"),
    path("organization/workbook/<int:pk>/changes/", problems.run_changes, name="run_changes"),
    path("organization/workbook/<int:pk>/progress/", runs.run_progress, name="run_progress"),
    path("organization/workbook/<int:pk>/decide/", problems.run_decide, name="run_decide"),
    path("organization/workbook/<int:pk>/write/", runs.run_write, name="run_write"),
    path("organization/workbook/<int:pk>/check/", runs.run_check, name="run_check"),
    path("organization/workbook/<int:pk>/discard/", runs.run_discard, name="run_discard"),
    path("organization/workbook/<int:pk>/wrong-rows/", problems.run_wrong_rows, name="run_wrong_rows"),
    path("organization/workbook/<int:pk>/files/<int:file>/", exports.run_file, name="run_file"),
]
