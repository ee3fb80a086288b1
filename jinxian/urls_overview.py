"""Addresses of the home page, the overview with the lists behind its figures, and the pages of two functions."""

from django.urls import path

from jinxian.views import figures, functions, home, overview

urlpatterns = [
    path("", home.home, name="home"),
    path("overview/", overview.overview, name="overview"),
    path("overview/townships/<int:pk>/", overview.overview_township, name="overview_township"),
    path("overview/branches/<int:pk>/", overview.overview_branch, name="overview_branch"),
    path("figures/<slug:code>/", figures.figure_list, name="figure_list"),
    path("service/", functions.service, name="service"),
    path("education/", functions.education, name="education"),
]
