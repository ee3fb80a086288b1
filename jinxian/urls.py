"""Every address of the site. Pages that bring several floors together live here; the rest with their app."""

from django.urls import include, path

from jinxian.admin_site import site as admin_site

urlpatterns = [
    path("", include("jinxian.urls_overview")),
    path("", include("jinxian.urls_organization")),
    path("", include("jinxian.urls_transfers")),
    path("", include("jinxian.urls_exemptions")),
    path("", include("jinxian.urls_links")),
    path("", include("jinxian.urls_people")),
    path("", include("jinxian.urls_place_changes")),
    path("", include("jinxian.urls_slips")),
    path("", include("workbook.urls")),
    path("management/", include("assessments.urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin_site.urls),
]
