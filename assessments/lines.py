"""Drawing up a sheet: which members stand on it, in what order, what each has to fill in, by whose hand.

Membership is that of the quarter's last day (rule 6); who is secretary then or by now has a line that the township
fills in (rule 17), because a secretary could fill in no line of his own. A fully exempt or suspended member keeps a
line without cells; a partial exemption takes out the indicators it covers (rule 19).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max
from django.utils import timezone

from assessments.grid import Grid, items_of, read_grid
from assessments.marking import LINE_FIELDS, SHEET_FIELDS, mark_sheet
from assessments.models import Entry, Indicator, PlanItem, Sheet, SheetMember, Target
from assessments.periods import day_of_record, secretaries_on
from members.models import Affiliation, Exemption, Member, Post
from members.statuses import belonged_on, suspended_on

# As a secretary reads a list: the leader first, the own line last.
ORDER = {Post.Kind.LEADER: 0, Post.Kind.GROUP_LEADER: 1, Post.Kind.DEPUTY: 2, "": 3, Post.Kind.SECRETARY: 4}

BEGUN_FIELDS = (*SHEET_FIELDS, "leader_name", "leader_name_en")


def begin_lines(sheet: Sheet, *, on: date) -> Grid:
    """Write the lines and empty cells of a sheet that has none, and count them."""
    day = day_of_record(sheet.period, on=on)
    members = _members(sheet, day)
    lines = _lines(sheet, members, day)
    SheetMember.objects.bulk_create(lines)
    targets = _targets(sheet, members)
    items = items_of(sheet.plan_id)
    Entry.objects.bulk_create(
        entry for line in lines if not line.is_exempt for item in items if (entry := new_entry(line, item, targets))
    )
    sheet.leader_name, sheet.leader_name_en = _leader(lines)
    grid = read_grid(sheet)
    mark_sheet(grid)
    SheetMember.objects.bulk_update([row.line for row in grid.rows], LINE_FIELDS)
    Sheet.objects.filter(pk=sheet.pk).update(**{name: getattr(sheet, name) for name in BEGUN_FIELDS})
    return grid


def add_line(sheet: Sheet, member: Member, *, on: date) -> SheetMember:
    """Write one more line with its empty cells at the end of a begun sheet, the member as on the day `on`; count it."""
    (line,) = _lines(sheet, [member], on)
    line.position = (sheet.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    line.save(force_insert=True)
    targets = _targets(sheet, [member])
    entries = (new_entry(line, item, targets) for item in items_of(sheet.plan_id) if not line.is_exempt)
    Entry.objects.bulk_create(entry for entry in entries if entry)
    recount(sheet)
    return line


def take_off(line: SheetMember) -> None:
    """Take a line off its sheet, and count what is left. The caller has seen that nothing is filled in."""
    sheet = line.sheet
    line.delete()
    recount(sheet)


def recount(sheet: Sheet) -> None:
    """Score and count a sheet whose lines have changed; whoever has an older page of it open is told."""
    grid = read_grid(sheet)
    mark_sheet(grid)
    SheetMember.objects.bulk_update([row.line for row in grid.rows], LINE_FIELDS)
    sheet.version, sheet.changed_at = sheet.version + 1, timezone.now()
    counts = {name: getattr(sheet, name) for name in (*SHEET_FIELDS, "version", "changed_at")}
    Sheet.objects.filter(pk=sheet.pk).update(**counts)


def new_entry(line: SheetMember, item: PlanItem, targets: dict[tuple[int, int], Decimal]) -> Entry | None:
    """The empty cell of a line for an item; None for items that are filled only when there is something to report."""
    if item.indicator.is_optional:
        return None
    target = targets.get((line.member_id, item.pk))
    return Entry(line=line, item=item, target=target, status=_status(line, item, target))


def _status(line: SheetMember, item: PlanItem, target: Decimal | None) -> str:
    if line.exempt_scope and line.exempt_scope == item.indicator.burden:
        return Entry.Status.EXEMPT
    if item.indicator.kind == Indicator.Kind.QUANTITY and not target:
        return Entry.Status.NO_TARGET
    return Entry.Status.APPLIES


def _members(sheet: Sheet, day: date) -> list[Member]:
    """The area's members of the day; who stands on another sheet of the quarter already stays there."""
    rows = Affiliation.objects.current(on=day).filter(belonged_on(day), area=sheet.area_id)
    rows = rows.exclude(member__in=SheetMember.objects.filter(period=sheet.period_id).values("member"))
    return [row.member for row in rows.select_related("member").order_by("member__code")]


def _lines(sheet: Sheet, members: Sequence[Member], day: date) -> list[SheetMember]:
    posts = _posts(members, day)
    secretaries = secretaries_on({day, timezone.localdate()})
    suspended = suspended_on(members, day)
    exemptions = _exemptions(members, day)
    ordered = sorted(members, key=lambda member: ORDER[posts.get(member.pk, "")])
    return [
        _line(
            sheet, position, member, post=posts.get(member.pk, ""), exemption=exemptions.get(member.pk),
            by_township=member.pk in secretaries, is_suspended=member.pk in suspended,
        )
        for position, member in enumerate(ordered, start=1)
    ]  # fmt: skip


def _line(
    sheet: Sheet, position: int, member: Member, *, post: str, exemption: Exemption | None, by_township: bool,
    is_suspended: bool,
) -> SheetMember:  # fmt: skip
    line = SheetMember(
        sheet=sheet, period_id=sheet.period_id, branch_id=sheet.branch_id, member=member, position=position,
        name=member.name, name_latin=member.name_latin, member_type=member.member_type, post=post,
        filled_by=SheetMember.FilledBy.TOWNSHIP if by_township else SheetMember.FilledBy.BRANCH,
    )  # fmt: skip
    if exemption is not None:
        line.exempt_scope, line.exempt_until = exemption.scope, exemption.ended_on
    if is_suspended:
        line.exempt_scope, line.exempt_until = Exemption.Scope.ALL, None
    return line


def _posts(members: Sequence[Member], day: date) -> dict[int, str]:
    """Each member's post of the day; of several the one that decides whose hand fills the line."""
    rows = Post.objects.current(on=day).filter(member__in=members).values_list("member", "kind")
    by_weight = sorted(rows, key=lambda row: row[1] == Post.Kind.SECRETARY)
    return dict(by_weight)


def _exemptions(members: Sequence[Member], day: date) -> dict[int, Exemption]:
    rows = Exemption.objects.current(on=day).filter(member__in=members)
    by_weight = sorted(rows, key=lambda row: row.scope == Exemption.Scope.ALL)
    return {row.member_id: row for row in by_weight}


def _targets(sheet: Sheet, members: Sequence[Member]) -> dict[tuple[int, int], Decimal]:
    rows = Target.objects.filter(period=sheet.period_id, member__in=members, item__plan=sheet.plan_id)
    return {(member, item): value for member, item, value in rows.values_list("member", "item", "value")}


def _leader(lines: Sequence[SheetMember]) -> tuple[str, str]:
    return next(((line.name, line.name_latin) for line in lines if line.post == Post.Kind.LEADER), ("", ""))


def last_exempt_day(line: SheetMember) -> date | None:
    """The last day of the exemption; None where it has no end."""
    return line.exempt_until - timedelta(days=1) if line.exempt_until else None
