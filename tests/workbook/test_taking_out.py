"""The export: what comes out is what the books hold, in words of the language, without ID numbers or other places."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from jinxian.lib import Refused
from members.models import HouseholdLink, Member
from service_areas.models import AreaTeam, County, LedgerEntry, PlaceChange, PlaceChangeUnit, Village
from tests.jinxian import admin_world as base
from tests.jinxian import organization_world
from tests.workbook.opened import SPACE, everything_in, formats_of, offered_in, sheets_in, xml_of
from workbook import taking_out
from workbook.format import BY_KEY, SHEETS
from workbook.layout import MOST_ROWS, NOT_DATA, title_of, words_of
from workbook.models import Run
from workbook.picture import Extent, rows_of
from workbook.taking_out import columns_to_take_out, make_files

pytestmark = pytest.mark.django_db
SISTER = "邻记"  # in every name of the branch next door
ID_NUMBER, ID_HASH, ID_MASKED = "130183198703240017", "9f" * 32, "130*************17"


@pytest.fixture
def w() -> SimpleNamespace:
    w = organization_world.world()
    plan = base.plan_of(w, author=w.officer)
    base.target(w, plan, base.period_of(w))
    Member.objects.filter(pk=w.plain.pk).update(
        birth_date=date(1987, 3, 24), contact="+86 138", id_number_hash=ID_HASH, id_number_masked=ID_MASKED,
        id_number_encrypted=ID_NUMBER.encode(),
    )  # fmt: skip
    change = PlaceChange.objects.create(
        county=w.county, township=w.township, kind="merge", changed_on=date(2026, 3, 1), document="晋组〔2026〕8号",
        by=w.officer, at=timezone.now(),
    )  # fmt: skip
    gone = Village.objects.create(township=w.township, code="130183100299", name="旧村", ended_on=date(2026, 3, 1))
    for side, village in (("before", gone), ("before", w.village), ("after", w.village)):
        PlaceChangeUnit.objects.create(change=change, side=side, village=village, name=village.name)
    return w


def sister_of(w: SimpleNamespace) -> None:
    """A second branch of the same township, with all that a branch has."""
    s = SimpleNamespace(county=w.county, township=w.township)
    s.village = Village.objects.create(township=w.township, code="130183100202", name=f"{SISTER}村")
    s.branch = base.branch(s, "02", village=s.village)
    s.branch.name = f"{SISTER}支部"
    s.branch.save()
    s.group, s.area = base.group_and_area(s, s.branch, 1)
    for row in (s.group, s.area):
        row.name = f"{SISTER}{row.name}"
        row.save()
    s.team = base.team(s, "1")
    s.team.name = f"{SISTER}队"
    s.team.save()
    AreaTeam.objects.create(area=s.area, team=s.team, started_on=base.BEGAN)
    s.household = base.household(s, "001")
    s.household.head_name = f"{SISTER}户主"
    s.household.save()
    s.member = base.member(s, "S1", f"{SISTER}党员")
    HouseholdLink.objects.create(member=s.member, household=s.household, branch=s.branch, started_on=base.BEGAN)


def made(w: SimpleNamespace, **options: Any) -> tuple[str, bytes, int]:
    run = Run(kind=Run.Kind.EXPORT, county=w.county, options={"language": "en"} | options)
    [(name, data)], row_count = make_files(run, tell=lambda share: None)
    return name, data, row_count


def expected_of(key: str, extent: Extent) -> list[list[Any]]:
    """The rows of the picture the way a spreadsheet holds them, in the active language."""
    sheet = BY_KEY[key]
    return [
        [_cell(column, values[sheet.places[column.key]]) for column in columns_to_take_out(sheet)]
        for _pk, values in rows_of(sheet, extent)
    ]


def _cell(column: Any, value: Any) -> Any:
    if value is None:
        return ""
    if column.kind == "refs":
        return " ".join(value)
    if isinstance(value, Decimal) or column.kind == "whole":
        return float(value)
    return words_of(column).get(value, value)


# What comes out


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_sheet_holds_its_headings_and_the_rows_of_the_picture(w, language: str) -> None:
    _name, data, row_count = made(w, language=language)
    found = sheets_in(data)
    count = 0
    with translation.override(language):
        assert [name for name in found if name not in NOT_DATA] == [title_of(sheet) for sheet in SHEETS]
        for sheet in SHEETS:
            head, *rows = found[title_of(sheet)]
            assert head == [str(column.heading) for column in sheet.columns if column.kind != "id_number"]
            assert rows == expected_of(sheet.key, Extent(w.county.pk)) and rows, sheet.key
            count += len(rows)
    assert row_count == count


def test_text_that_begins_like_a_formula_stays_text(w) -> None:
    Member.objects.filter(pk=w.plain.pk).update(name='=HYPERLINK("http://a")', name_latin="@a")
    _name, data, _count = made(w, sheets=["members"])
    [row] = [row for row in sheets_in(data)["Members"] if row[0] == w.plain.code]
    assert row[1] == '=HYPERLINK("http://a")' and "+86 138" in row and "@a" in row
    assert list(xml_of(data, "Members").iter(f"{SPACE}f")) == []
    assert "http://a" not in "".join(line for line in everything_in(data).split("\n") if "Relationship" in line)


def test_a_member_without_dates_has_empty_cells_and_one_with_dates_has_days(w) -> None:
    _name, data, _count = made(w, sheets=["members"])
    head, *rows = sheets_in(data)["Members"]
    by_code = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_code[w.head.code]["Date of birth"] == "" == by_code[w.head.code]["Date of admission"]
    assert by_code[w.plain.code]["Date of birth"] == date(1987, 3, 24)


def test_a_day_before_the_spreadsheets_first_is_written_as_text(w) -> None:
    Member.objects.filter(pk=w.plain.pk).update(birth_date=date(1899, 12, 30))
    _name, data, _count = made(w, sheets=["members"])
    assert "1899-12-30" in {row[3] for row in sheets_in(data)["Members"]}


def test_choices_and_yes_no_are_words_of_the_language(w) -> None:
    _name, data, _count = made(w, sheets=["links", "members"], language="zh-hans")
    with translation.override("zh-hans"):
        members = sheets_in(data)[title_of(BY_KEY["members"])]
        links = sheets_in(data)[title_of(BY_KEY["links"])]
    assert {row[2] for row in members[1:]} == {"男"}
    assert {row[3] for row in links[1:]} == {"是"}


def test_drop_downs_are_there_and_columns_for_reading_are_grey(w) -> None:
    _name, data, _count = made(w, sheets=["members"])
    assert offered_in(data, "Members")["C2:C1048576"] == '"male,female"'
    formats = formats_of(data)
    last = list(xml_of(data, "Members").iter(f"{SPACE}row"))[1][-1]
    assert formats[int(last.get("s"))] == {"number": "@", "is_bold": False, "color": "FF7F7F7F"}
    [autofilter] = xml_of(data, "Members").iter(f"{SPACE}autoFilter")
    assert autofilter.get("ref") == f"A1:Q{Member.objects.filter(branch__county=w.county).count() + 1}"


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_no_id_number_is_anywhere_in_the_file(w, format_: str) -> None:
    _name, data, _count = made(w, format=format_)
    text = everything_in(data)
    assert w.plain.code in text
    for secret in (ID_NUMBER, ID_HASH, ID_MASKED, ID_MASKED[:6] + "*", "Citizen identity number"):
        assert secret not in text


def test_more_rows_take_no_more_queries(w) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            made(w)
        return len(queries)

    before = count()
    sister_of(w)
    for number in range(9):
        base.member(w, f"N{number}")
        base.household(w, f"9{number}")
    assert count() == before <= 2 * len(SHEETS)


def test_it_tells_how_far_it_is_and_never_goes_back(w, monkeypatch) -> None:
    monkeypatch.setattr(taking_out, "TOLD_EVERY", 1)
    for format_ in ("xlsx", "csv"):
        shares: list[float] = []
        run = Run(kind=Run.Kind.EXPORT, county=w.county, options={"language": "en", "format": format_})
        make_files(run, tell=shares.append)
        assert len(shares) > 20 and shares == sorted(shares) and shares[-1] == 1


# Too much for a worksheet


def test_more_rows_than_a_worksheet_holds_are_refused_and_nothing_is_left_behind(w, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(taking_out, "MOST_ROWS", 3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Refused, match="“Members” has more rows than a worksheet holds"):
        made(w, sheets=["members"])
    assert list(tmp_path.iterdir()) == []
    made(w, sheets=["members"], format="csv")


def test_the_most_rows_of_a_worksheet_are_taken_and_not_one_more(w, monkeypatch) -> None:
    count = Member.objects.filter(branch__county=w.county).count()
    monkeypatch.setattr(taking_out, "MOST_ROWS", count + 1)  # with the heading
    made(w, sheets=["members"])
    monkeypatch.setattr(taking_out, "MOST_ROWS", count)
    with pytest.raises(Refused):
        made(w, sheets=["members"])
    assert MOST_ROWS == 1_048_576


def test_a_text_longer_than_a_cell_holds_is_refused_not_cut(w, monkeypatch) -> None:
    rows = [(1, ("130183", "晋" * 32_768, None))]
    monkeypatch.setattr(taking_out, "rows_of", lambda sheet, extent: iter(rows))
    with pytest.raises(Refused, match="What belongs into B2 of “County” is longer"):
        made(w, sheets=["county"])


# Places


def test_a_branch_takes_out_nothing_of_the_branch_next_door(w) -> None:
    sister_of(w)
    for format_ in ("xlsx", "csv"):
        _name, data, _count = made(w, branch=w.branch.pk, format=format_)
        text = everything_in(data)
        assert w.plain.name in text and w.household.head_name in text
        assert SISTER not in text and organization_world.SECRET not in text


def test_a_township_takes_out_its_branches_and_no_other_townships(w) -> None:
    sister_of(w)
    _name, data, _count = made(w, township=w.township.pk)
    text = everything_in(data)
    assert SISTER in text and organization_world.SECRET not in text


def test_a_county_takes_out_nothing_of_the_next_county(w) -> None:
    _name, data, _count = made(w)
    assert organization_world.SECRET in everything_in(data)
    assert w.twin.member.name not in everything_in(data) and w.twin.county.code not in everything_in(data)


def test_what_the_county_keeps_is_no_sheet_of_a_branch(w) -> None:
    _name, data, _count = made(w, branch=w.branch.pk)
    assert {"Members", "Household links"} <= {*sheets_in(data)}
    assert not {"Appointments", "Plan items", "Changes of places"} & {*sheets_in(data)}


# Files and their names


def test_the_file_bears_the_name_of_its_place_and_the_day(w) -> None:
    today = timezone.localdate().isoformat()
    assert made(w, sheets=["county"], language="zh-hans")[0] == f"{w.county.name}-{today}.xlsx"
    assert made(w, format="csv")[0] == f"{w.county.label}-{today}.zip"
    w.branch.name = w.branch.name_en = 'a/b\\c:"d"'
    w.branch.save()
    assert made(w, branch=w.branch.pk)[0] == f"a-b-c-d-{today}.xlsx"


def test_csv_is_one_file_per_sheet_with_a_byte_order_mark(w) -> None:
    name, data, row_count = made(w, sheets=["members", "households", "targets"], format="csv")
    assert name.endswith(".zip")
    with ZipFile(io.BytesIO(data)) as files:
        assert files.namelist() == ["Members.csv", "Households.csv", "Targets.csv"]
        texts = {each: files.read(each).decode("utf-8") for each in files.namelist()}
    assert all(text.startswith("\ufeff") for text in texts.values())
    rows = {each: list(csv.reader(io.StringIO(text[1:]))) for each, text in texts.items()}
    assert row_count == sum(len(each) - 1 for each in rows.values())
    assert [row[1] for row in rows["Members.csv"][1:]] == [
        values[1] for _pk, values in rows_of("members", Extent(w.county.pk))
    ]
    assert rows["Targets.csv"][1][:5] == ["2026", "4", "i1", w.member.code, "3"]
    [row] = [row for row in rows["Members.csv"] if row[0] == w.plain.code]
    assert row[2:4] == ["male", "1987-03-24"]


def test_one_sheet_as_csv_is_a_csv_file_named_as_the_sheet(w) -> None:
    name, data, _count = made(w, sheets=["households"], format="csv")
    assert name == "Households.csv" and data.startswith(b"\xef\xbb\xbf")
    assert [line[5] for line in csv.reader(io.StringIO(data.decode("utf-8-sig")))][1] == "Yes"


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-1", "@a", "\tx", "'quoted"])
def test_in_csv_what_looks_like_a_formula_has_an_apostrophe_before_it(w, text: str) -> None:
    Member.objects.filter(pk=w.plain.pk).update(contact=text)
    _name, data, _count = made(w, sheets=["members"], format="csv")
    assert f"'{text}" in {cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row}


# From the console


def command(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("export_workbook", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_console_writes_the_file_says_how_many_rows_and_enters_the_ledger(w, tmp_path: Path) -> None:
    path = tmp_path / "books.xlsx"
    path.write_text("an older one")
    said = command(path, "--county", w.county.code, "--sheets", "members, county", "--language", "en")
    count = Member.objects.filter(branch__county=w.county).count()
    assert f"County: 1\nMembers: {count}\n" in said and f"{count + 1} rows" in said
    assert list(sheets_in(path.read_bytes())) == ["Help", "County", "Members"]
    assert ID_HASH not in everything_in(path.read_bytes())
    entry = LedgerEntry.objects.get()
    assert (entry.verb, entry.by, entry.county, entry.subject_label) == ("export", None, w.county, "books.xlsx")
    assert entry.details == {"rows": count + 1}
    assert [*tmp_path.iterdir()] == [path] and path.stat().st_mode & 0o077 == 0


def test_the_console_writes_a_zip_of_csv_files(w, tmp_path: Path) -> None:
    command(tmp_path / "books.ZIP", "--county", w.county.code, "--language", "en", "--sheets", "county")
    with ZipFile(tmp_path / "books.ZIP") as files:
        assert files.namelist() == ["County.csv"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("{}/a.csv", "--county", "130183"), r"Let the name end in \.xlsx, or in \.zip"),
        (("{}/none/a.xlsx", "--county", "130183"), "The folder .*none does not exist"),
        (("{}/a.xlsx",), r"Which county\? Name it with --county: 130182, 130183\."),
        (("{}/a.xlsx", "--county", "999999"), "There is no county with the code 999999"),
        (("{}/a.xlsx", "--county", "130183", "--sheets", "people"), "There is no sheet people. There are: county, "),
        (("{}/a.xlsx", "--county", "130183", "--language", "fr"), "invalid choice"),
        (("{}/folder.xlsx", "--county", "130183", "--sheets", "county"), "folder.xlsx cannot be written: "),
    ],
)
def test_the_console_refuses_in_one_sentence_and_leaves_nothing(w, tmp_path, arguments: Any, sentence: str) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(CommandError, match=sentence):
        command(*(each.format(tmp_path) for each in arguments))
    assert [each.name for each in tmp_path.iterdir()] == ["folder.xlsx"]
    assert not LedgerEntry.objects.exists()


def test_the_console_passes_a_refusal_on_and_keeps_the_older_file(w, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(taking_out, "MOST_ROWS", 2)
    path = tmp_path / "books.xlsx"
    path.write_text("an older one")
    with pytest.raises(CommandError, match="more rows than a worksheet holds"):
        command(path, "--county", w.county.code)
    assert [*tmp_path.iterdir()] == [path] and path.read_text() == "an older one"


def test_the_console_says_that_there_is_no_county_yet(tmp_path: Path) -> None:
    assert not County.objects.exists()
    with pytest.raises(CommandError, match="There is no county to take out yet"):
        command(tmp_path / "a.xlsx")
