"""Addresses of the sheets and the review."""

from django.urls import path

from assessments.views import cells, lists, moves, review, sheets

app_name = "assessments"

urlpatterns = [
    path("sheets/", lists.sheet_list, name="sheet_list"),
    path("sheets/<int:pk>/", sheets.sheet_detail, name="sheet_detail"),
    path("sheets/<int:pk>/begin/", sheets.sheet_begin, name="sheet_begin"),
    path("sheets/<int:pk>/cells/", sheets.sheet_save, name="sheet_save"),
    path("sheets/<int:pk>/cells/<int:line>/<int:item>/", cells.sheet_cell, name="sheet_cell"),
    path("sheets/<int:pk>/members/<int:line>/", cells.sheet_line, name="sheet_line"),
    path("sheets/<int:pk>/summary/", sheets.sheet_summary, name="sheet_summary"),
    path("sheets/<int:pk>/submit/", moves.sheet_submit, name="sheet_submit"),
    path("sheets/<int:pk>/take-back/", moves.sheet_take_back, name="sheet_take_back"),
    path("sheets/<int:pk>/return/", moves.sheet_return, name="sheet_return"),
    path("sheets/<int:pk>/confirm/", moves.sheet_confirm, name="sheet_confirm"),
    path("sheets/<int:pk>/reopen/", moves.sheet_reopen, name="sheet_reopen"),
    path("review/", review.review, name="review"),
    path("review/confirm/", review.review_confirm, name="review_confirm"),
]
