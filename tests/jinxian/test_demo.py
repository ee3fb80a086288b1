"""The demo county: the same seed gives the same rows, the rows add up, and every figure follows from its cells.

The rows are written once for the whole module, at township scale, in a transaction that is rolled back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from accounts.models import User
from assessments import scoring, totals
from assessments.models import Entry, ItemTotal, Period, Sheet, SheetMember, SheetMove, Target
from assessments.workflow import MOVES
from jinxian.demo import facts
from jinxian.demo.accounts import PASSWORD, PERSONAS
from jinxian.demo.county import build, generate, pieces
from jinxian.demo.people import Calendar
from jinxian.demo.places import Ids
from jinxian.demo.work import work_of
from jinxian.lib import chinese, id_numbers
from members.models import Exemption, HouseholdLink, LinkTotal, Member, Post
from service_areas.models import Appointment, Branch, County, Household, ProductionTeam, ServiceArea, Village
from workbook.bulk import Table

pytestmark = pytest.mark.django_db  # a module without the mark, run alone, would get no test database

ON = date(2026, 10, 8)
CURRENT = {"year": 2026, "quarter": 3}
XIAOQIAO = facts.TOWNSHIPS[facts.TENTH]
SECRET = "id_number_encrypted"  # encryption is random by nature; everything else is equal


def rows_of(seed: int, on: date = ON) -> dict[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for table in tables_of(seed, on):
        fields = table.fields.split()
        left_out = fields.index(SECRET) if SECRET in fields else len(fields)
        found[table.model.__name__] += [row[:left_out] + row[left_out + 1 :] for row in table.rows]
    return found


def tables_of(seed: int = 1989, on: date = ON) -> Iterator[Table]:
    for piece in pieces(scale="township", seed=seed, on=on):
        yield from piece.tables


@pytest.fixture(scope="module")
def planned() -> dict[str, list[tuple[object, ...]]]:
    return rows_of(1989)


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[list[float]]:
    """The written township; gives the shares of progress that were reported."""
    shares: list[float] = []
    with django_db_blocker.unblock(), transaction.atomic():
        generate(scale="township", on=ON, progress=shares.append)
        yield shares
        transaction.set_rollback(True)


def current_sheets() -> object:
    return Sheet.objects.filter(period__year=2026, period__quarter=3)


def pangcun() -> Branch:
    return Branch.objects.get(name="庞村党支部")


# The plan of rows


def test_the_same_seed_gives_the_same_rows(planned):
    again = rows_of(1989)
    assert again.keys() == planned.keys()
    for name, rows in planned.items():
        assert again[name] == rows, name


def test_another_seed_gives_other_people_and_the_same_sizes(planned):
    other = rows_of(7)
    assert other["Member"] != planned["Member"]
    for name in ("Member", "Household", "ServiceArea", "Sheet", "Branch", "Village"):
        assert len(other[name]) == len(planned[name]), name


@pytest.mark.parametrize("on", [date(2026, 10, 1), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_any_day_gives_a_quarter_to_work_on(on):
    rows = rows_of(1989, on)
    periods = [dict(zip(field_names(Period, on), row, strict=True)) for row in rows["Period"]]
    assert [period["state"] for period in periods] == ["closed", "closed", "closed", "open"]
    assert periods[-1]["opens_on"] <= on < periods[-1]["due_on"] == on + timedelta(2)
    latest = max(timezone.localtime(row[-1]) for row in rows["SheetMove"])
    assert latest.date() < on or (on == periods[-1]["opens_on"] and latest.date() == on and latest.hour == 0)


def field_names(model: type, on: date) -> list[str]:
    return next(table.fields.split() for table in tables_of(on=on) if table.model is model)


def test_the_townships_add_up_to_the_report():
    townships = facts.TOWNSHIPS.values()
    for name, whole in (
        ("areas", 1312),
        ("members", 17046),
        ("households", 119842),
        ("linked", 116007),
        ("exempt", 928),
    ):
        assert sum(getattr(township, name) for township in townships) == whole, name
    assert sum(township.wells for township in townships) == 754
    assert sum(township.road_km for township in townships) == Decimal("121.6")
    assert sum(township.deeds for township in townships) == 151208
    assert [sum(column) for column in zip(*(township.states for township in townships), strict=True)] == [
        1017, 197, 49, 31, 18,
    ]  # fmt: skip
    for township in townships:
        assert sum(township.states) == township.areas


def test_the_whole_county_has_the_sizes_of_the_report():
    townships = build(scale="county", seed=1989, calendar=Calendar.ending(ON), ids=Ids())
    areas = [area for township in townships for area in township.areas]
    assert len(townships) == 10
    assert sum(len(township.branches) for township in townships) == 224
    assert sum(branch.village_pk is not None for township in townships for branch in township.branches) == 214
    assert len(areas) == 1312
    assert sum(len(area.people) for area in areas) == 17046
    assert sum(area.household_count for area in areas) == 119842
    for township in townships:
        assert Counter(area.state for area in township.areas) == +Counter(township.facts.states._asdict())
        exempt = [person.exemption(ON) for area in township.areas for person in area.people]
        assert sum(spell is not None and spell.scope == "all" for spell in exempt) == township.facts.exempt


def test_a_township_is_the_same_at_both_scales():
    calendar = Calendar.ending(ON)
    small = build(scale="township", seed=1989, calendar=calendar, ids=Ids())[0]
    large = next(t for t in build(scale="county", seed=1989, calendar=calendar, ids=Ids()) if t.code == small.code)
    for one, other in zip(small.areas, large.areas, strict=True):
        assert one.code == other.code
        assert [person.name for person in one.people] == [person.name for person in other.people]


def test_the_township_without_villages_has_teams_right_below_it():
    townships = build(scale="county", seed=1989, calendar=Calendar.ending(ON), ids=Ids())
    zhoujiazhuang = next(township for township in townships if township.name == "周家庄乡")
    assert [branch.place for branch in zhoujiazhuang.branches] == [f"{number}队" for number in "一二三四五六七八九十"]
    assert {branch.village_pk for branch in zhoujiazhuang.branches} == {None}
    assert zhoujiazhuang.areas[0].teams[0].name == "一队第一组"
    works = work_of(zhoujiazhuang, Calendar.ending(ON), Random(1))
    deeds = [line.value(1) or 0 for quarter in works.values() for w in quarter if w.is_counted for line in w.lines]
    assert sum(deeds) == zhoujiazhuang.facts.deeds


# What is written


def test_the_database_keeps_every_rule(county):
    connection.check_constraints()


def test_progress_goes_up_to_the_end(county):
    assert county == sorted(county)
    assert county[-1] == 1.0


def test_values_read_back_as_they_were_written(county, planned):
    for table in tables_of():
        if table.model in (Period, Sheet, SheetMember, Entry, Target, Member, SheetMove, HouseholdLink, Exemption):
            compare(table)


def compare(table: Table) -> None:
    fields = [name for name in table.fields.split() if not name.startswith("id_number")]
    kept = [table.fields.split().index(name) for name in fields]
    some = {row[0]: tuple(row[place] for place in kept) for row in table.rows[:: max(1, len(table.rows) // 300)]}
    found = {row[0]: row for row in table.model._default_manager.filter(pk__in=some).values_list(*fields)}
    assert found == some, table.model.__name__


def test_new_rows_get_free_keys(county):
    with transaction.atomic():
        assert County.objects.create(code="130999", name="邻县").pk > 1
        area = ServiceArea.objects.order_by("pk").first()
        assert SheetMove.objects.create(
            sheet=area.sheets.first(), verb="begin", seen_version=0, by_name="x", at=timezone.now()
        )
        transaction.set_rollback(True)


def test_the_sizes_of_the_township(county):
    assert Village.objects.count() == Branch.objects.count() == 21
    assert ServiceArea.objects.count() == XIAOQIAO.areas
    assert Member.objects.count() == XIAOQIAO.members
    assert Household.objects.count() == XIAOQIAO.households
    assert Member.objects.filter(member_type="probationary").count() == XIAOQIAO.probationary
    assert Exemption.objects.current(on=ON).filter(scope="all").count() == XIAOQIAO.exempt


def test_every_state_of_the_current_quarter_is_there(county):
    states = Counter(current_sheets().values_list("state", flat=True))
    assert states == {**XIAOQIAO.states._asdict()}
    assert current_sheets().reported().count() == 64 + 44
    older = Sheet.objects.exclude(pk__in=current_sheets())
    assert set(older.values_list("state", flat=True)) == {"closed"}
    assert older.missing().count() == 2


def test_the_reports_figures_come_out_exactly(county):
    found = ItemTotal.objects.filter(level="county").values_list("indicator__code").annotate(Sum("actual"))
    figures = dict(found)
    assert figures["wells"] == 75
    assert figures["road"] == 12100
    assert figures["deeds"] == 14388


def test_totals_are_equal_to_the_cells(county):
    for period in Period.objects.all():
        assert totals.differences(period) == []


def test_points_are_what_scoring_says(county):
    lines = SheetMember.objects.exclude(exempt_scope="all").prefetch_related("entries__item__indicator")
    for line in lines.filter(Q(exempt_scope__gt="") | Q(pk__lte=900)):
        entries = sorted(line.entries.all(), key=lambda entry: entry.item.position)
        rules = [
            scoring.ItemRule(e.item_id, e.item.indicator.kind, e.item.points, target=e.target, cap=e.item.cap)
            for e in entries
        ]
        cells = [scoring.Cell(entry.actual, entry.status == "applies") for entry in entries]
        score = scoring.score_line(rules, cells)
        assert [entry.points for entry in entries] == [each.points for each in score.items]
        assert (line.filled_count, line.needed_count) == (score.filled, score.needed)
        assert line.points == (score.total if score.filled else None)
        assert line.is_complete == (score.filled == score.needed)


def test_sheets_count_their_lines(county):
    counted = Sheet.objects.filter(lines__isnull=False).annotate(
        n=Count("lines"), exempt=Count("lines", filter=Q(lines__exempt_scope="all")),
        complete=Count("lines", filter=Q(lines__is_complete=True)),
        filled=Sum("lines__filled_count", filter=Q(lines__filled_by="branch")),
        needed=Sum("lines__needed_count", filter=Q(lines__filled_by="branch")),
        points=Sum("lines__points", filter=Q(lines__is_complete=True), default=0),
    )  # fmt: skip
    wrong = counted.exclude(
        n=F("member_count"), exempt=F("exempt_count"), complete=F("complete_count"), filled=F("filled_count"),
        needed=F("needed_count"),
    )  # fmt: skip
    assert not wrong.exists()
    for sheet in counted:
        assert round(sheet.points, 2) == sheet.points_sum
    assert Sheet.objects.filter(lines__isnull=True).values("state").distinct().count() == 2


def test_confirmed_sheets_are_filled_to_the_last_cell(county):
    reviewed = Sheet.objects.filter(Q(state="confirmed") | Q(state="closed", is_counted=True))
    assert not reviewed.exclude(filled_count=F("needed_count")).exists()
    lines = SheetMember.objects.filter(sheet__state="submitted", is_complete=False).exclude(exempt_scope="all")
    assert set(lines.values_list("filled_by", flat=True)) == {"township"}


def test_every_step_of_a_sheet_is_an_allowed_one(county):
    steps: dict[int, list[SheetMove]] = defaultdict(list)
    for move in SheetMove.objects.order_by("sheet", "pk"):
        steps[move.sheet_id].append(move)
    sheets = Sheet.objects.in_bulk()
    for pk, moves in steps.items():
        assert [move.at for move in moves] == sorted(move.at for move in moves)
        for before, move in zip([None, *moves], moves, strict=False):
            starts, leads_to = MOVES[move.verb]
            assert move.from_state == (before.to_state if before else "not_started")
            assert move.from_state in starts
            assert move.to_state == leads_to
        assert moves[-1].to_state == sheets[pk].state
        assert moves[-1].seen_version < sheets[pk].version
    assert all(not steps[pk] for pk, sheet in sheets.items() if sheet.state == "not_started")


def test_some_older_sheets_were_late_and_no_current_one_is(county):
    late = Sheet.objects.filter(first_submitted_at__date__gt=F("period__due_on"))
    assert 5 < late.count() < 60
    assert not late.filter(pk__in=current_sheets()).exists()


def test_links_cover_what_the_township_has_and_nobody_carries_too_many(county):
    total = LinkTotal.objects.get(level="township")
    assert (total.linkable_count, total.linked_count) == (XIAOQIAO.households, XIAOQIAO.linked)
    open_links = HouseholdLink.objects.filter(ended_on__isnull=True)
    carried = Counter(open_links.filter(is_primary=True).values_list("member", flat=True))
    assert 5 <= min(carried.values()) <= max(carried.values()) <= 20
    exempt = Exemption.objects.current(on=ON).filter(scope__in=["all", "links"]).values("member")
    assert not open_links.filter(member__in=exempt).exists()
    counted = Household.objects.annotate(n=Count("links", filter=Q(links__ended_on__isnull=True)))
    assert not counted.exclude(n=F("link_count")).exists()
    assert HouseholdLink.objects.filter(ended_on__isnull=False).exists()
    assert Household.objects.filter(link_count=2).exists()


def test_members_are_of_age_and_their_numbers_valid(county):
    for member in Member.objects.all():
        assert member.admitted_on.replace(year=member.admitted_on.year - 18, day=1) >= member.birth_date.replace(day=1)
        assert (member.full_on is None) == (member.member_type == "probationary")
        assert member.name_latin == chinese.latin_name(member.name)
        if member.id_number_hash and member.pk % 25 == 0:
            number = id_numbers.decrypt(member.id_number_encrypted)
            assert number.startswith("100183")  # no province 10: nobody's number
            id_numbers.parse_id_number(number, on=ON, sex=member.sex, birth_date=member.birth_date)
            assert id_numbers.keyed_hash(number) == member.id_number_hash
            assert id_numbers.masked(number) == member.id_number_masked
    share = Member.objects.filter(id_number_hash__isnull=False).count() / XIAOQIAO.members
    assert 0.88 < share < 0.92


def test_no_two_members_of_a_branch_share_a_name_and_some_names_are_rare(county):
    assert not Member.objects.values("branch", "name").annotate(n=Count("pk")).filter(n__gt=1).exists()
    rare = [name for name in Member.objects.values_list("name", flat=True) if any(ord(char) > 0xFFFF for char in name)]
    assert len(rare) == 3


def test_every_unit_has_its_leaders(county):
    kinds = Counter(Post.objects.filter(ended_on__isnull=True).values_list("kind", flat=True))
    assert kinds == {"secretary": 21, "leader": 124, "group_leader": 124}
    assert Post.objects.filter(ended_on__isnull=False).exists()
    assert not Post.objects.filter(started_on__lt=F("member__full_on")).exists()


def test_pangcun_is_as_the_documentation_tells_it(county):
    sheets = current_sheets().filter(branch=pangcun()).order_by("area__number")
    assert [(sheet.member_count, sheet.state, sheet.filled_count) for sheet in sheets] == [
        (13, "confirmed", 130),
        (13, "returned", 103),
        (12, "submitted", 120),
        (11, "draft", 64),
        (13, "not_started", 0),
    ]
    households = [LinkTotal.objects.get(level="area", unit_id=sheet.area_id).household_count for sheet in sheets]
    assert households == [88, 86, 84, 81, 92]
    assert ProductionTeam.objects.filter(village__name="庞村").count() == 9
    second = sheets[1]
    assert second.leader_name == "高文明"
    assert second.moves.get(verb="return").reason == facts.RETURN_REASON
    assert {line.name: line.points for line in second.lines.all()}["赵桂英"] == Decimal("99.73")
    assert second.lines.get(name="庞洪亮").filled_by == "township"
    assert second.lines.get(name="庞德旺").is_exempt


def test_each_persona_signs_in_and_holds_one_post(county):
    users = {user.username: user for user in User.objects.all()}
    expected = {persona.username: persona.role for persona in PERSONAS if persona.where[0] in ("", facts.TENTH)}
    assert users.keys() == expected.keys()
    for username, user in users.items():
        assert user.check_password(PASSWORD)
        assert Appointment.objects.get(user=user).role == expected[username]
    assert users["panghongliang"].member.name == "庞洪亮"
    assert Sheet.objects.visible_to(users["lishumin"]).count() == Sheet.objects.count()
    assert not Sheet.objects.visible_to(users["dongcaocun"]).filter(branch=pangcun()).exists()
    assert Member.objects.visible_to(users["panghongliang"]).count() == 62
