"""Who may set up what: a table of every model of the admin × county staff and administrator, all others at its door.

The addresses come from the resolver. The sister township belongs to the same county and is set up with it; what may
not be found here is the twin, the county next to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib import admin
from django.contrib.admin.sites import site
from django.db.models import ForeignKey
from django.urls import reverse

from tests.access import asking
from tests.access.addresses import every_address
from tests.access.asking import DENIED, OF_A, OF_B, everything_written, marks_on, outcome
from tests.access.marks import FIND_ALL
from tests.access.world import client_of, undone, written_world

pytestmark = pytest.mark.django_db

# Model → what county staff and the system administrator do with its rows.
TABLE = {
    "accounts.user": ("sets up", "sets up"),
    "service_areas.appointment": ("sets up", "sets up"),
    "service_areas.county": ("edits", "edits"),
    "service_areas.township": ("sets up", "sets up"),
    "service_areas.village": ("sets up", "sets up"),
    "service_areas.productionteam": ("sets up", "sets up"),
    "service_areas.branch": ("sets up", "sets up"),
    "service_areas.smallgroup": ("sets up", "looks"),
    "service_areas.servicearea": ("sets up", "looks"),
    "service_areas.areateam": ("sets up", "nothing"),
    "service_areas.household": ("sets up", "nothing"),
    "members.member": ("sets up", "nothing"),
    "members.affiliation": ("looks", "nothing"),
    "members.post": ("sets up", "nothing"),
    "members.exemption": ("sets up", "nothing"),
    "members.householdlink": ("sets up", "nothing"),
    "assessments.indicator": ("sets up", "nothing"),
    "assessments.plan": ("begins", "nothing"),
    "assessments.planitem": ("looks", "nothing"),
    "assessments.period": ("sets up", "nothing"),
    "assessments.target": ("begins", "nothing"),
    "assessments.sheet": ("looks", "nothing"),
    "assessments.sheetmember": ("looks", "nothing"),
    "assessments.entry": ("looks", "nothing"),
}
# What somebody does → page → the answer for the own row and for the twin's; `ok`: shown, or done.
PAGES = (
    "GET changelist",
    "GET add",
    "POST add",
    "GET change",
    "POST change",
    "GET history",
    "GET delete",
    "POST delete",
)
ANSWERS = {
    "sets up": ("ok", "ok", "ok", "ok 404", "ok 404", "ok 404", "403 403", "403 403"),
    "begins": ("ok", "ok", "ok", "ok 404", "403 404", "ok 404", "403 403", "403 403"),  # fixed once it is in use
    "edits": ("ok", "403", "403", "ok 404", "ok 404", "ok 404", "403 403", "403 403"),
    "looks": ("ok", "403", "403", "ok 404", "403 403", "ok 404", "403 403", "403 403"),
    "nothing": ("403", "403", "403", "403 403", "403 403", "404 404", "403 403", "403 403"),
}
KINDS = {page.partition(" ")[2] for page in PAGES}
OTHERS = {"index", "login", "autocomplete", "jsi18n", "app_list", "auth_user_password_change"}
CATCH_ALL = "admin/(?P<url>.*)$"
INSIDE = ("county", "administrator")
OUTSIDE = ("anonymous", "township_a", "auditor", "nobody", "ended")
MAY_READ = OF_A | OF_B


@pytest.fixture(scope="module")
def w(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with written_world(django_db_blocker) as world:
        world.written = everything_written()
        world.rows = {name: rows_of(at) for name, at in world.at.items() if name in {"own", "twin"}}
        yield world


def rows_of(at: SimpleNamespace) -> dict[str, Any]:
    """One row of every model, by its label."""
    sheet = at.sheets["submitted"]
    line = sheet.lines.first()
    return {
        "accounts.user": at.secretary,
        "service_areas.appointment": at.secretary.appointments.get(),
        "service_areas.county": at.area.county,
        "service_areas.township": at.township,
        "service_areas.village": at.village,
        "service_areas.productionteam": at.team,
        "service_areas.branch": at.branch,
        "service_areas.smallgroup": at.group,
        "service_areas.servicearea": at.area,
        "service_areas.areateam": at.area.area_teams.get(),
        "service_areas.household": at.household,
        "members.member": at.plain,
        "members.affiliation": at.plain.affiliations.get(),
        "members.post": at.head.posts.get(),
        "members.exemption": at.exemption,
        "members.householdlink": at.link,
        "assessments.indicator": at.item.indicator,
        "assessments.plan": at.plan,
        "assessments.planitem": at.item,
        "assessments.period": sheet.period,
        "assessments.target": at.plain.targets.first(),
        "assessments.sheet": sheet,
        "assessments.sheetmember": line,
        "assessments.entry": line.entries.first(),
    }


def page_of(model: str, kind: str, *keys: Any) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{kind}", args=keys)


def test_every_address_of_the_admin_is_in_the_table() -> None:
    addresses = {name for name, pattern in every_address() if pattern.startswith("admin/")}
    of_models = {f"admin:{model.replace('.', '_')}_{kind}" for model in TABLE for kind in KINDS}
    nameless = {f"admin/{model.replace('.', '/')}/<path:object_id>/" for model in TABLE}
    assert addresses == of_models | nameless | {f"admin:{name}" for name in OTHERS} | {CATCH_ALL}


def test_at_least_four_in_ten_cells_are_denials() -> None:
    cells = [cell for does in TABLE.values() for each in does for page in ANSWERS[each] for cell in page.split()]
    cells += ["403"] * len(OUTSIDE) * len(PAGES) * len(TABLE)
    assert sum(cell in DENIED for cell in cells) >= 0.4 * len(cells)


@pytest.mark.parametrize("model", TABLE)
def test_county_staff_and_administrator_do_what_the_table_says(w: SimpleNamespace, model: str) -> None:
    faults = []
    for who, does in zip(INSIDE, TABLE[model], strict=True):
        for page, answers in zip(PAGES, ANSWERS[does], strict=True):
            for at, expected in zip(("own", "twin"), answers.split(), strict=False):
                got, marks = answer(w, who, page, model, at)
                if got != expected or marks - MAY_READ:
                    faults.append(f"{who} {page} {at}: {got} instead of {expected}, words of {sorted(marks)}")
    assert faults == []


def answer(w: SimpleNamespace, who: str, page: str, model: str, at: str) -> tuple[str, set[str]]:
    method, kind = page.split()
    keys = [] if kind in {"changelist", "add"} else [w.rows[at][model].pk]
    with undone():
        response = client_of(w, who).generic(method, page_of(model, kind, *keys))
        got = outcome(response)
        assert method == "GET" or got not in DENIED or everything_written() == w.written
        return "ok" if got in {"200", "302"} else got, marks_on(response)


@pytest.mark.parametrize("model", TABLE)
def test_all_others_stand_before_the_door(w: SimpleNamespace, model: str) -> None:
    for who in OUTSIDE:
        for page in PAGES:
            got, marks = answer(w, who, page, model, "own")
            assert got == ("door" if who == "anonymous" else "403"), (who, page)
            assert marks <= asking.MAY_READ.get(who, set()), (who, page)


@pytest.mark.parametrize("who", OUTSIDE)
def test_the_pages_without_a_model_have_the_same_door(w: SimpleNamespace, who: str) -> None:
    pages = [reverse(f"admin:{name}") for name in ("index", "jsi18n", "autocomplete")]
    for url in [*pages, "/admin/members/", "/admin/members/member/1/", "/admin/no/such/page/"]:
        response = client_of(w, who).get(url, follow=True)
        if who == "anonymous":
            assert unquote(response.redirect_chain[-1][0]) == f"{reverse('accounts:sign_in')}?next={url}"
        else:
            assert response.status_code == 403, url


@pytest.mark.parametrize(("who", "apps"), [("county", 4), ("administrator", 2)])
def test_the_pages_without_a_model_show_what_is_theirs(w: SimpleNamespace, who: str, apps: int) -> None:
    client = client_of(w, who)
    labels = ("accounts", "service_areas", "members", "assessments")
    found = [client.get(reverse("admin:app_list", args=[label])).status_code for label in labels]
    assert found == [200] * apps + [404] * (4 - apps)
    assert marks_on(client.get(reverse("admin:index"))) == set()
    assert client.get("/admin/no/such/page/").status_code == 404
    assert client.get(reverse("admin:jsi18n")).status_code == 200
    assert client.get(reverse("admin:login"))["Location"].startswith(reverse("accounts:sign_in"))


def test_passwords_are_set_below_the_own_level_in_the_own_county(w: SimpleNamespace) -> None:
    own, twin = w.at["own"], w.at["twin"]
    users = (own.secretary, w.people["county"], w.people["administrator"], twin.secretary)
    for who, expected in (("county", "200 403 403 404"), ("administrator", "200 200 403 404")):
        urls = [reverse("admin:auth_user_password_change", args=[user.pk]) for user in users]
        assert " ".join(str(client_of(w, who).get(url).status_code) for url in urls) == expected


# What else names a row: searches, actions, and the fields of a form


@pytest.mark.parametrize("model", TABLE)
def test_no_search_and_no_choice_finds_a_row_of_the_twin(w: SimpleNamespace, model: str) -> None:
    page = admin_of(model)
    for who in INSIDE:
        client = client_of(w, who)
        found = marks_on(client.get(page_of(model, "changelist"), {"q": FIND_ALL}))
        for name in page.autocomplete_fields:
            asked = {"app_label": page.opts.app_label, "model_name": page.opts.model_name, "field_name": name}
            found |= marks_on(client.get(reverse("admin:autocomplete"), asked | {"term": FIND_ALL}))
        assert found <= MAY_READ, who


def test_the_search_finds_what_there_is(w: SimpleNamespace) -> None:
    found = marks_on(client_of(w, "county").get(page_of("members.member", "changelist"), {"q": FIND_ALL}))
    assert {"a1x", "a2x", "b1x"} <= found


@pytest.mark.parametrize(("model", "action"), [("assessments.plan", "publish"), ("assessments.period", "issue")])
def test_an_action_does_nothing_to_a_row_of_the_twin(w: SimpleNamespace, model: str, action: str) -> None:
    before = everything_written()
    with undone():
        chosen = {"action": action, "_selected_action": [w.rows["twin"][model].pk], "index": "0"}
        client_of(w, "county").post(page_of(model, "changelist"), chosen)
        assert everything_written() == before


@pytest.mark.parametrize("model", [name for name, (county, _other) in TABLE.items() if county == "sets up"])
def test_no_field_of_a_form_takes_a_row_of_the_twin(w: SimpleNamespace, model: str) -> None:
    strange = dict(foreign_keys(w, admin_of(model).model))
    with undone():
        form = client_of(w, "county").post(page_of(model, "add"), strange).context["adminform"].form
    for name in strange.keys() & form.fields.keys():
        assert "valid choice" in " ".join(form.errors.get(name, [])), name


def foreign_keys(w: SimpleNamespace, model: Any) -> Iterator[tuple[str, Any]]:
    for field in model._meta.fields:
        if isinstance(field, ForeignKey) and field.related_model._meta.label_lower in TABLE:
            yield field.name, w.rows["twin"][field.related_model._meta.label_lower].pk


def admin_of(model: str) -> admin.ModelAdmin:
    return next(page for of, page in site._registry.items() if of._meta.label_lower == model)
