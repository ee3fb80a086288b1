"""Writing a plan into the books: everything in the caller's transaction, each row with its history.

Thousands of rows go in by the statement (bulk.py); what ends is ended before what begins, so that no rule of the
database is broken in between. Nothing is decided here: the plan says what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, models
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.recording import NEVER_KEPT
from assessments import membership
from jinxian.lib import Refused
from members.links import recount_county
from members.models import Post
from service_areas.models import County
from workbook.bulk import Table, write
from workbook.models import Run
from workbook.planning import Plan, SheetPlan
from workbook.reading import Row

EXCHANGED = gettext_noop("Two rows exchange something that is there only once, a number or a post. Bring them in one after the other.")  # fmt: skip  # noqa: E501
READ_BACK = 400  # rows read back in one statement
AT_ONCE = 20_000  # rows that go in by one statement; more would only take memory
MANY = 1000  # rows after which the planner is told how large the tables are now
LOCKED = (
    "service_areas_township", "service_areas_village", "service_areas_productionteam", "service_areas_branch",
    "service_areas_smallgroup", "service_areas_servicearea", "service_areas_areateam", "service_areas_household",
    "service_areas_appointment", "members_member", "members_affiliation", "members_post", "members_exemption",
    "members_householdlink", "assessments_planitem", "assessments_target",
)  # fmt: skip


def lock_books(county: County | None) -> None:
    """Nobody changes the books between the plan and its writing; they are still read. SQLite locks by itself.

    Sheets come first, because whoever moves a member takes them in this order.
    """
    if county is not None:
        membership.hold_all(county)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(LOCKED)} IN SHARE ROW EXCLUSIVE MODE")
    if county is not None:
        County.objects.select_for_update().get(pk=county.pk)


class Writer:
    """Inserts and updates with history, and the database's keys of what was there and what comes."""

    def __init__(self, plan: Plan, run: Run) -> None:
        self.plan, self.run, self.now = plan, run, timezone.now()
        self._pks: dict[str, dict[Any, int]] = {}

    @property
    def county(self) -> County:
        assert self.plan.county is not None  # the county's own sheet is written first
        return self.plan.county

    def pk(self, key: str, code: Any) -> int | None:
        """The database's key of a row of a sheet by the key it has there; None for None."""
        if code is None:
            return None
        new = self._pks.get(key, {}).get(code)
        return new if new is not None else self.plan.sheets[key].known[code][0]

    def number(self, key: str, rows: Iterable[Row], model: type[models.Model]) -> list[Row]:
        """Give new rows their keys, so that others can point at them."""
        numbered = list(rows)
        kept = self._pks.setdefault(key, {})
        for row, pk in zip(numbered, reserve(model, len(numbered)), strict=True):
            row.pk = kept[row.key] = pk
        return numbered

    def insert(self, model: type[models.Model], fields: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """`fields` as in bulk.Table; rows that bear no key of their own get one."""
        has_keys = fields.startswith("id ")
        rows = iter(rows)
        while part := list(islice(rows, AT_ONCE)):
            if not has_keys:
                part = [(pk, *row) for pk, row in zip(reserve(model, len(part)), part, strict=True)]
            table = Table(model, fields if has_keys else f"id {fields}", part)
            write(table)
            self._remember(table, "+")

    def update(self, model: type[models.Model], changed: dict[int, dict[str, Any]]) -> None:
        """Row's key → field (attribute name) → value. Rows with the same fields go by one statement each."""
        by_fields: dict[tuple[str, ...], list[int]] = {}
        for pk, values in changed.items():
            if values:
                by_fields.setdefault(tuple(sorted(values)), []).append(pk)
        columns: dict[str, models.Field[Any, Any]] = {field.attname: field for field in model._meta.concrete_fields}
        for names, pks in by_fields.items():
            sets = ", ".join(f"{connection.ops.quote_name(str(columns[name].column))} = %s" for name in names)
            statement = f"UPDATE {connection.ops.quote_name(model._meta.db_table)} SET {sets} WHERE id = %s"
            prepared = [
                (*(columns[name].get_db_prep_save(changed[pk][name], connection) for name in names), pk) for pk in pks
            ]
            with connection.cursor() as cursor:
                cursor.executemany(statement, prepared)
        self._remember_changed(model, [pk for pks in by_fields.values() for pk in pks])

    def _remember_changed(self, model: Any, pks: Sequence[int]) -> None:
        if not hasattr(model, "history"):
            return
        names = [field.attname for field in model._meta.concrete_fields if field.name not in NEVER_KEPT]
        for start in range(0, len(pks), READ_BACK):
            rows = model._base_manager.filter(pk__in=pks[start : start + READ_BACK]).values_list(*names)
            self._remember(Table(model, " ".join(names), list(rows)), "~")

    def _remember(self, table: Table, kind: str) -> None:
        model: Any = table.model
        if not hasattr(model, "history") or not table.rows:
            return
        names = table.fields.split()
        kept = [place for place, name in enumerate(names) if name not in NEVER_KEPT]
        fields = [names[place] for place in kept]
        by = (self.run.pk, self.now, kind, self.run.by_id)
        rows = [(*(row[place] for place in kept), *by) for row in table.rows]
        columns = f"{' '.join(fields)} import_run history_date history_type history_user_id"
        write(Table(model.history.model, columns, rows))


def reserve(model: type[models.Model], count: int) -> Sequence[int]:
    """So many free keys of a table. Needs the lock of `lock_books`, or SQLite's."""
    table = model._meta.db_table
    if not count:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [pk for (pk,) in cursor.fetchall()]
        # Keys that were given once are never given again, also where the row has gone.
        cursor.execute(f"SELECT max(id) FROM {table}")
        highest = cursor.fetchone()[0] or 0
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        given = cursor.fetchone()
    start = max(highest, given[0] if given else 0) + 1
    return range(start, start + count)


def _follow(writer: Writer) -> None:
    """The lines of sheets that are being filled in follow members who came or went, and new secretaries."""
    members, posts = writer.plan.sheets["members"], writer.plan.sheets["posts"]
    places = {members.sheet.places[key] for key in ("group", "area")}
    went = [row for row in members.changed if places & {*row.changed}]
    moved = {row.pk: members.value(members.merged[row.key], "since") for row in [*members.added, *went]}
    secretaries = [row for row in posts.added if posts.value(row, "kind") == Post.Kind.SECRETARY]
    keys = [writer.pk("members", posts.value(row, "member")) for row in secretaries]
    membership.follow_many(moved=moved, secretaries=[pk for pk in keys if pk is not None], by=writer.run.by)


def write_plan(plan: Plan, *, run: Run, tell: Callable[[float], None]) -> None:
    """All of the plan. Errors: Refused where rows exchange what is there once; the transaction is then taken back."""
    from workbook.place_changes import carry_out_all
    from workbook.writers import WRITERS

    writer = Writer(plan, run)
    whole = sum(len(sheet.rows) for sheet in plan.sheets.values()) + 1
    done = 0
    try:
        for key, write_sheet in WRITERS.items():
            sheet: SheetPlan = plan.sheets[key]
            if sheet.rows:
                write_sheet(writer, sheet)
            done += len(sheet.rows)
            tell(0.9 * done / whole)
        if whole > MANY:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        recount_county(county=writer.county, on=timezone.localdate())
        _follow(writer)
        carry_out_all(writer, plan.sheets["place_changes"])
    except IntegrityError as error:
        if "unique" in str(error).lower():
            raise Refused("exchanged", EXCHANGED) from error
        raise
    tell(1)
