"""The path above a page leads only where the person may go."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse

from service_areas.crumbs import branch_url, crumbs_of_scope
from tests.jinxian import organization_world as world
from tests.jinxian.admin_world import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> SimpleNamespace:
    return world.world()


@pytest.mark.parametrize("who", ["officer", "staff", "secretary", "leader", "clerk", "member_user", "auditor"])
def test_every_place_on_the_path_that_is_a_link_opens(w: SimpleNamespace, who: str) -> None:
    user = getattr(w, who)
    urls = [url for _label, url in crumbs_of_scope(user)] + [branch_url(user, w.branch.pk)]
    client = signed_in(user)
    assert {client.get(url).status_code for url in urls if url} <= {200}


def test_the_path_names_every_place_down_to_the_own(w: SimpleNamespace) -> None:
    labels = [label for label, _url in crumbs_of_scope(w.leader)]
    assert labels == [w.county.label, w.township.label, w.branch.label, w.area.label]


def test_a_clerk_gets_the_name_of_the_branch_and_no_link(w: SimpleNamespace) -> None:
    page = signed_in(w.clerk).get(reverse("area_detail", args=[w.area.pk])).content.decode()
    assert w.branch.label in page
    assert reverse("branch_detail", args=[w.branch.pk]) not in page


def test_without_an_appointment_there_is_no_path(w: SimpleNamespace) -> None:
    assert crumbs_of_scope(w.nobody) == []
