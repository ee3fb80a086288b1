"""Addresses of places, branches, areas, members and households, and of the search over all of them."""

from django.urls import path

from jinxian.views import areas, branches, households, members, places, search

urlpatterns = [
    path("organization/", places.place_tree, name="place_tree"),
    path("organization/townships/<int:pk>/", places.place_township, name="place_township"),
    path("organization/branches/", branches.branch_list, name="branch_list"),
    path("organization/branches/<int:pk>/", branches.branch_detail, name="branch_detail"),
    path("organization/areas/", areas.area_list, name="area_list"),
    path("organization/areas/<int:pk>/", areas.area_detail, name="area_detail"),
    path("organization/members/", members.member_list, name="member_list"),
    path("organization/members/<int:pk>/", members.member_detail, name="member_detail"),
    path("organization/households/", households.household_list, name="household_list"),
    path("search/", search.search, name="search"),
]
