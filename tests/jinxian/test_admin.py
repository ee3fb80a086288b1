"""The admin's door, its rows, and input that must not break it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.urls import reverse

from assessments.models import Entry, Plan, Sheet, SheetMember
from assessments.periods import issue_sheets
from assessments.plans import publish
from members.models import Exemption, HouseholdLink, Member, Post
from service_areas.models import Appointment, Branch, County, Township
from tests.jinxian import admin_world as world

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
SHEETS = {"assessments.Sheet", "assessments.SheetMember", "assessments.Entry"}
HUGE = "9" * 30


@pytest.fixture
def w() -> Any:
    return world.everything()


@pytest.fixture
def full(w: Any) -> Any:
    """One row at least of every model, in both counties where it is cheap."""
    plan = world.plan_of(w, author=w.officer)
    w.plan, w.period = plan, world.period_of(w)
    w.target = world.target(w, plan, w.period)
    HouseholdLink.objects.create(member=w.member, household=w.household, branch=w.branch, started_on=world.BEGAN)
    Post.objects.create(member=w.member, kind=Post.Kind.SECRETARY, branch=w.branch, started_on=world.BEGAN)
    Exemption.objects.create(member=w.member, branch=w.branch, reason="old", started_on=world.BEGAN)
    publish(plan, by=w.officer_b, on=world.BEGAN)
    issue_sheets(period=w.period, by=w.officer)
    return w


def page(model: Any, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


# The door


def test_without_a_session_the_admin_leads_to_our_own_sign_in(client: Any) -> None:
    response = client.get("/admin/members/member/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/sign-in/?next=/admin/members/member/"


@pytest.mark.parametrize("who", ["auditor", "secretary", "nobody"])
def test_who_sets_nothing_up_is_told_so_and_not_sent_in_circles(w: Any, who: str) -> None:
    client = world.signed_in(getattr(w, who))
    for url in ("/admin/", "/admin/members/member/", "/admin/autocomplete/", "/admin/jsi18n/", "/admin/nothing/"):
        response = client.get(url)
        assert response.status_code == 403
        assert "Only county staff and system administrators" in response.content.decode()


@pytest.mark.parametrize("who", ["officer", "keeper", "superuser"])
def test_who_sets_up_gets_in(w: Any, who: str) -> None:
    assert world.signed_in(getattr(w, who)).get("/admin/").status_code == 200


def test_is_staff_alone_opens_nothing(w: Any) -> None:
    w.nobody.is_staff = True
    w.nobody.save()
    assert world.signed_in(w.nobody).get("/admin/").status_code == 403


def test_an_appointment_that_ended_opens_nothing_from_the_next_request_on(w: Any) -> None:
    client = world.signed_in(w.officer)
    assert client.get("/admin/").status_code == 200
    w.officer.appointments.update(ended_on=world.BEGAN)
    assert client.get("/admin/").status_code == 403


def test_sign_out_and_password_are_the_sites_own_pages(w: Any) -> None:
    client = world.signed_in(w.officer)
    assert client.post("/admin/logout/").status_code == 404
    assert client.get("/admin/password_change/").status_code == 404
    html = client.get("/admin/").content.decode()
    assert reverse("accounts:sign_out") in html and reverse("home") in html


# Rows and verbs


def test_county_staff_see_their_own_county_and_not_the_twin(full: Any) -> None:
    client = world.signed_in(full.officer)
    for model in (County, Township, Branch, Member):
        html = client.get(page(model)).content.decode()
        assert "晋" in html or "130183" in html
        assert "藁城" not in html and "130182" not in html


def test_a_row_of_another_county_does_not_exist(w: Any) -> None:
    client = world.signed_in(w.officer)
    for row in (w.twin.county, w.twin.township, w.twin.branch, w.twin.area, w.twin.member, w.twin.household):
        for name in ("change", "history"):
            assert client.get(page(type(row), name, row.pk)).status_code == 404
        assert client.post(page(type(row), "change", row.pk), {}).status_code == 404


def test_choices_and_searches_stay_in_the_county(w: Any) -> None:
    client = world.signed_in(w.officer)
    query = {"app_label": "members", "model_name": "member", "field_name": "branch"}
    found = client.get("/admin/autocomplete/", query | {"term": "支部"}).json()["results"]
    assert found == [{"id": str(w.branch.pk), "text": f"{w.branch.label} · {w.township.label}"}]


def test_a_posted_row_of_another_county_is_no_choice(w: Any) -> None:
    given = {"code": "M9", "name": "单", "sex": "m", "member_type": "full", "status": "normal"}
    address = page(Member, "add")
    response = world.typed(world.signed_in(w.officer), address, **given, branch=w.twin.branch.pk)
    assert "valid choice" in world.errors_of(response)


def test_a_superuser_sets_up_every_county(w: Any) -> None:
    html = world.signed_in(w.superuser).get(page(Branch)).content.decode()
    assert w.branch.code in html and w.twin.branch.code in html


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_administrator_keeps_accounts_and_places_and_sees_no_member_and_no_assessment(full: Any, model: Any) -> None:
    kept = {
        "User",
        "Appointment",
        "County",
        "Township",
        "Village",
        "ProductionTeam",
        "Branch",
        "SmallGroup",
        "ServiceArea",
    }
    response = world.signed_in(full.keeper).get(page(model))
    assert response.status_code == (200 if model.__name__ in kept else 403)


def test_administrator_chooses_among_areas_but_does_not_set_them_up(w: Any) -> None:
    client = world.signed_in(w.keeper)
    assert client.get(page(type(w.area), "change", w.area.pk)).status_code == 200
    assert client.post(page(type(w.area), "change", w.area.pk), {}).status_code == 403
    assert client.get(page(type(w.area), "add")).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_nothing_is_ever_deleted(full: Any, model: Any) -> None:
    for who in (full.officer, full.superuser):
        client = world.signed_in(who)
        row = model._default_manager.first()
        if row is not None:
            assert client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code in (403, 404)
        client.post(
            page(model), {"action": "delete_selected", "_selected_action": [row.pk if row else 1], "post": "yes"}
        )
        assert row is None or model._default_manager.filter(pk=row.pk).exists()


def test_sheets_are_looked_at_and_not_changed(full: Any) -> None:
    client = world.signed_in(full.officer)
    sheet = Sheet.objects.get(area=full.area)
    assert client.get(page(Sheet, "change", sheet.pk)).status_code == 200
    assert client.post(page(Sheet, "change", sheet.pk), {"state": "confirmed"}).status_code == 403
    assert client.get(page(Sheet, "add")).status_code == 403
    assert world.signed_in(full.superuser).get(page(Sheet)).status_code == 403


# Every page, with every kind of input


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens(full: Any, model: Any, language: str) -> None:
    client = world.signed_in(full.officer)
    client.cookies["django_language"] = language
    assert client.get(page(model)).status_code == 200
    assert client.get(page(model), {"q": "庞 1"}).status_code == 200
    row = admin.site.get_model_admin(model).get_queryset(client.get(page(model)).wsgi_request).first()
    if row is not None:
        assert client.get(page(model, "change", row.pk)).status_code == 200
        assert client.get(page(model, "history", row.pk)).status_code == 200
    assert client.get(page(model, "add")).status_code in (200, 403)


BAD_QUERIES = [
    {"q": "\x00"},
    {"q": "词 " * 3000},
    {"q": "%"},
    {"id__exact": HUGE},
    {"id__exact": "abc"},
    {"id__exact": "\x00"},
    {"id__in": f"1,{HUGE}"},
    {"pk": "\x00"},
    {"in_township": HUGE},
    {"in_township": "\x00", "in_branch": "x"},
    {"branch__id__exact": HUGE},
    {"branch__id__exact": "abc"},
    {"county__id__exact": HUGE},
    {"code": "\x00"},
    {"code__contains": "\x00"},
    {"started_on__gte": "x"},
    {"started_on__year": HUGE},
    {"year": HUGE},
    {"state__exact": "\x00"},
    {"holds": "\x00"},
    {"p": HUGE},
    {"p": "-1"},
    {"o": f"{HUGE}.-1.x"},
    {"_facets": "True", "all": ""},
    {"e": "1"},
    {"nonsense__deep__er": "1"},
]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_a_wrong_address_is_not_our_error(full: Any, model: Any) -> None:
    client = world.signed_in(full.officer)
    for query in BAD_QUERIES:
        response = client.get(page(model), query)
        assert response.status_code in (200, 302, 400), (query, response.status_code)
    for key in (HUGE, "abc", "\x00", "-1", "0", "1_0", "٣", "🂡", "a/b", "9" * 5000):
        response = client.get(page(model, "change", admin.utils.quote(key)))
        assert response.status_code == 404, (key[:40], response.status_code)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_a_form_filled_with_nonsense_comes_back(full: Any, model: Any) -> None:
    client = world.signed_in(full.officer)
    names = [field.name for field in model._meta.fields]
    for value in ("\x00", HUGE, "9" * 5000, "abc", "-1", "\udcff", "１２", "٣", "0000-00-00", "a" * 20000):
        body = urlencode(dict.fromkeys(names, value), errors="surrogatepass")
        seen = client.get(f"{page(model, 'add')}?{body}")
        sent = client.post(page(model, "add"), body, content_type="application/x-www-form-urlencoded")
        assert seen.status_code in (200, 400, 403) and sent.status_code in (200, 302, 400, 403), (
            value[:20],
            sent.status_code,
        )


def test_nonsense_in_actions_and_search_fields_is_refused(w: Any) -> None:
    client = world.signed_in(w.officer)
    for key in (HUGE, "abc", "\x00"):
        response = client.post(page(Plan), {"action": "publish", "_selected_action": [key], "index": "0"})
        assert response.status_code in (302, 400)
    ask = {"app_label": "members", "model_name": "member", "field_name": "branch"}
    for bad in (
        {"term": "\x00"},
        {"term": "x " * 4000},
        {"page": HUGE},
        {"page": "x"},
        {"term": "a", "field_name": "name"},
    ):
        assert client.get("/admin/autocomplete/", ask | bad).status_code in (200, 403, 404)


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("accounts.User", {"password__startswith": "md5"}),
        ("accounts.User", {"is_superuser__exact": "1"}),
        ("members.Member", {"id_number_hash__startswith": "a"}),
        ("service_areas.Appointment", {"user__password__startswith": "md5"}),
    ],
)
def test_secrets_cannot_be_guessed_through_the_address(w: Any, model: str, query: dict[str, str]) -> None:
    from django.apps import apps

    assert world.signed_in(w.officer).get(page(apps.get_model(model)), query).status_code == 400


# Queries


def many(w: Any) -> None:
    """Enough rows for a page and a half, so that a query per row shows."""
    for number in range(2, 62):
        team = world.team(w, f"{number:03}")
        branch = world.branch(w, f"{number:03}", village=w.village)
        group, area = world.group_and_area(w, branch, number)
        person = world.member(w, f"M{number:03}")
        house = world.household(w, f"{number:03}")
        HouseholdLink.objects.create(member=person, household=house, branch=w.branch, started_on=world.BEGAN)
        world.appoint(world.user(f"u{number}"), world.ROLES.SECRETARY, branch=branch)
        Exemption.objects.create(member=person, branch=w.branch, reason="old", started_on=world.BEGAN)
        Post.objects.create(member=person, kind=Post.Kind.SECRETARY, branch=branch, started_on=world.BEGAN)
        type(area).objects.filter(pk=area.pk).update(search_key="x")
        type(w.target).objects.create(item=w.target.item, period=w.period, member=person, value=1)
        type(w.area.area_teams.get()).objects.create(area=area, team=team, started_on=world.BEGAN)


@pytest.fixture
def crowded(full: Any) -> Any:
    many(full)
    issue_sheets(period=full.period, by=full.officer)
    sheet = Sheet.objects.get(area=full.area)
    for position, person in enumerate(Member.objects.filter(area=full.area)):
        common = {"period": full.period, "branch": full.branch, "name": person.name, "member_type": person.member_type}
        line = SheetMember.objects.create(sheet=sheet, member=person, position=position, **common)
        Entry.objects.create(line=line, item=full.target.item, actual=1)
    Sheet.objects.update(state=Sheet.State.SUBMITTED)
    return full


def test_list_pages_stay_under_fifteen_queries(crowded: Any, django_assert_max_num_queries: Any) -> None:
    client = world.signed_in(crowded.officer)
    for model in MODELS:
        with django_assert_max_num_queries(14, info=model.__name__):
            response = client.get(page(model), {"in_township": crowded.township.pk, "q": "1"})
            client_rows = response.context["cl"].result_list if response.status_code == 200 else []
        with django_assert_max_num_queries(14, info=model.__name__):
            response = client.get(page(model))
            assert response.status_code == 200
        assert client_rows is not None


def test_change_pages_draw_no_long_choices(crowded: Any, django_assert_max_num_queries: Any) -> None:
    client = world.signed_in(crowded.officer)
    for model in MODELS:
        row = admin.site.get_model_admin(model).get_queryset(client.get(page(model)).wsgi_request).first()
        with django_assert_max_num_queries(30, info=model.__name__):
            response = client.get(page(model, "change", row.pk))
        assert response.status_code == 200
        assert response.content.count(b"<option") < 60, model


def test_add_pages_draw_no_long_choices(crowded: Any) -> None:
    client = world.signed_in(crowded.officer)
    for model in MODELS:
        response = client.get(page(model, "add"))
        assert response.content.count(b"<option") < 60, model


def test_every_model_with_a_name_is_in_the_admin() -> None:
    """What is left out is written by the program alone."""
    from django.apps import apps

    ours = {"accounts", "service_areas", "members", "assessments"}
    missing = {m.__name__ for m in apps.get_models() if m._meta.app_label in ours} - {m.__name__ for m in MODELS}
    totals, records = {"LinkTotal", "ItemTotal"}, {"EntryChange", "SheetMove", "LedgerEntry"}
    steps = {"Activation", "ExemptionApplication", "PlaceChange", "PlaceChangeUnit", "Transfer"}
    assert {name for name in missing if not name.startswith("Historical")} == totals | records | steps
    assert Appointment in MODELS
