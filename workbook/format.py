"""The county workbook, declared once: its sheets in the order they build on each other, their columns, what each means.

The empty template, the reading of a file, the export and the help sheet all follow from this page. A heading is
accepted in every language of the application and under the names given as `aliases`; which way a column is read is its
`kind`. Rules that bind several columns or rows stand in workbook/rules/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import Indicator, PlanItem
from members.models import Exemption, Member, Post
from service_areas.models import Appointment, PlaceChange

LONG = 60


@dataclass(frozen=True, eq=False)
class Column:
    """One column. `refers` names the sheet whose code stands here; `kind` says how a cell is read.

    Kinds: code, text, ref (one code or unique name), refs (several), whole, decimal, day, choice, yes_no, id_number,
    reading (written out for people, not read in).
    """

    key: str
    heading: Any
    meaning: Any
    kind: str = "text"
    example: str = ""
    is_needed: bool = False
    refers: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    longest: int = LONG
    lowest: int = 0
    highest: int = 10_000
    decimals: int = 2
    default: Any = None  # of a new row whose cell is empty
    aliases: tuple[str, ...] = ()
    is_kept: bool = False  # once it is there it is never emptied, though a new row may leave it out

    @property
    def may_be_cleared(self) -> bool:
        """Whether “clear” may stand here: the record can be without it."""
        return not (self.is_needed or self.is_kept or self.default is not None or self.kind in ("whole", "yes_no"))


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet. `keys` are the columns by which a row is found again; `starts` the day in the key that may be left
    out: the row that holds today is meant then.
    """

    key: str
    title: Any
    meaning: Any
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    starts: str = ""
    aliases: tuple[str, ...] = ()

    @cached_property
    def places(self) -> dict[str, int]:
        """Column key → its place in a row's values."""
        return {column.key: place for place, column in enumerate(self.columns)}

    @cached_property
    def key_places(self) -> tuple[int, ...]:
        return tuple(self.places[key] for key in self.keys)

    def column(self, key: str) -> Column:
        return self.columns[self.places[key]]


def _code(meaning: Any, example: str, *, longest: int = 24, aliases: tuple[str, ...] = ()) -> Column:
    return Column("code", _("Code"), meaning, "code", example, is_needed=True, longest=longest,
                  aliases=("编码", "代码", "编号", *aliases))  # fmt: skip


def _name(example: str, *aliases: str) -> Column:
    return Column("name", _("Name"), _("As the county writes it."), "text", example, is_needed=True, aliases=aliases)


_NAME_EN = Column("name_en", _("English name"), _("For English pages; may be empty."), longest=120)
_FROM = Column("from", _("From"), _("The day it began; empty: the day chosen for this import."), "day", "2026-01-01",
               is_kept=True)  # fmt: skip
_UNTIL = Column(
    "until", _("Until"), _("The first day on which it no longer holds; empty: until further notice."), "day"
)
_TOWNSHIP = Column("township", _("Township code"), _("Its code, or its name."), "ref", "130183101", refers="townships")
_BRANCH = Column("branch", _("Branch code"), _("Its code, or its name where only one is called so."), "ref",
                 "130183101201-01", is_needed=True, refers="branches", aliases=("Party branch", "党支部"))  # fmt: skip
_MEMBER = Column("member", _("Member code"), _("Code, or the name where only one is called so."), "ref",
                 "130183101201-01-001", is_needed=True, refers="members", aliases=("Party member", "党员"))  # fmt: skip

COUNTY = Sheet(
    "county", _("County"), _("The county itself; one row."),
    (
        _code(_("Six digits (GB/T 2260)."), "130183", longest=6),
        _name("晋县"),
        _NAME_EN,
    ),
    keys=("code",),
)  # fmt: skip
TOWNSHIPS = Sheet(
    "townships", _("Townships"), _("Townships and towns."),
    (
        _code(_("Nine digits (statistical code)."), "130183101", longest=12, aliases=("township_code",)),
        _name("某某镇", "township"),
        _NAME_EN,
    ),
    keys=("code",),
)  # fmt: skip
VILLAGES = Sheet(
    "villages", _("Villages"),
    _("Administrative villages. The list of the statistics office can be brought in as it is: its townships follow."),
    (
        _code(_("Twelve digits (statistical code)."), "130183101201", longest=12, aliases=("village_code", "村代码")),
        Column("name", _("Name"), _("Empty: taken from the committee's name."), "text", "某村", is_kept=True),
        Column("committee", _("Villagers' committee"), _("Its full name."), "text", "某村村民委员会", longest=80,
               aliases=("village_committee", "村委会", "居委会")),
        Column("township", _("Township code"), _("Its code, or its name in the next column."), "ref", "130183101",
               refers="townships", aliases=("township_code", "乡镇代码"), is_kept=True),
        Column("township_name", _("Township"), _("A township that is not there yet is entered under this name."),
               "text", "某某镇", aliases=("township", "乡镇")),
        _NAME_EN,
        _UNTIL,
    ),
    keys=("code",),
)  # fmt: skip
TEAMS = Sheet(
    "teams", _("Production teams"), _("Former production teams: the regions of the service areas."),
    (
        _code(_("Digits only: the village's code and two more."), "13018310120101", longest=20),
        _name("一队"),
        Column("village", _("Village code"), _("Empty where the township has no villages."), "ref", "130183101201",
               refers="villages"),
        Column("township", _("Township code"), _("Empty: the village's."), "ref", "130183101", refers="townships",
               is_kept=True),
        _NAME_EN,
    ),
    keys=("code",),
)  # fmt: skip
BRANCHES = Sheet(
    "branches", _("Party branches"), _("Party branches, each in a township."),
    (
        _code(_("Letters, digits and hyphens."), "130183101201-01"),
        _name("某村党支部"),
        Column("township", _("Township code"), _("Its code, or its name."), "ref", "130183101", is_needed=True,
               refers="townships"),
        Column("village", _("Village code"), _("Empty where the branch serves no single village."), "ref",
               "130183101201", refers="villages"),
        _NAME_EN,
        _FROM,
        _UNTIL,
    ),
    keys=("code",),
)  # fmt: skip
GROUPS = Sheet(
    "groups", _("Small groups"), _("Party small groups of the branches."),
    (
        _code(_("Letters, digits and hyphens."), "130183101201-01-G1"),
        _name("第一党小组"),
        _BRANCH,
        _NAME_EN,
        _FROM,
        _UNTIL,
    ),
    keys=("code",),
)  # fmt: skip
AREAS = Sheet(
    "areas", _("Service areas"), _("Party member service areas: one small group, one or more production teams."),
    (
        _code(_("Letters, digits and hyphens."), "130183101201-01-1"),
        _name("第一服务区"),
        Column("number", _("Number in the branch"), _("Empty: the next free one."), "whole", "1", lowest=1,
               highest=999),
        _BRANCH,
        Column("group", _("Small group code"), _("The small group the area rests on."), "ref",
               "130183101201-01-G1", is_needed=True, refers="groups", aliases=("Party small group", "党小组")),
        Column("teams", _("Team codes"), _("One or more, with a space or a comma between."), "refs",
               "13018310120101 13018310120102", refers="teams", aliases=("Production teams", "原生产队")),
        _NAME_EN,
        _FROM,
        _UNTIL,
    ),
    keys=("code",),
)  # fmt: skip
MEMBERS = Sheet(
    "members", _("Members"), _("Party members. Somebody without a code is found by name, date of birth and branch."),
    (
        Column("code", _("Code"), _("Empty: found by name, date of birth and branch, or a new code is given."),
               "code", "130183101201-01-001", aliases=("编码", "代码", "编号")),
        Column("name", pgettext_lazy("person", "Name"), _("As in the register."), "text", "张某某", is_needed=True,
               aliases=("姓名",)),
        Column("sex", _("Sex"), _("May be empty where an ID number is given."), "choice",
               choices=dict(Member.Sex.choices), aliases=("性别",), is_kept=True),
        Column("birth_date", _("Date of birth"), _("Like 1987-03-24; may be empty where an ID number is given."),
               "day", "1987-03-24", aliases=("出生年月日", "生日")),
        _BRANCH,
        Column("group", _("Small group code"), _("May be empty."), "ref", "130183101201-01-G1", refers="groups",
               aliases=("Party small group", "党小组")),
        Column("area", _("Service area code"), _("May be empty."), "ref", "130183101201-01-1", refers="areas",
               aliases=("Service area", "服务区")),
        Column("since", _("There since"), _("In this branch, group and area; empty: the day chosen for this import."),
               "day", "2024-03-01", is_kept=True),
        Column("type", _("Member type"), _("Full or probationary."), "choice", choices=dict(Member.Type.choices),
               default=Member.Type.FULL, aliases=("人员类别",)),
        Column("admitted_on", _("Date of admission"), _("May be empty."), "day", "2010-07-01"),
        Column("full_on", _("Date of full membership"), _("May be empty."), "day", "2011-07-01"),
        Column("status", _("Status"), _("Another one than normal needs its date and document."), "choice",
               choices=dict(Member.Status.choices), default=Member.Status.NORMAL),
        Column("status_on", _("Status since"), _("The day of the change."), "day"),
        Column("status_document", _("Document no."), _("Of the change of status.")),
        Column("contact", _("Contact"), _("A telephone number."), "text", longest=40, aliases=("电话", "联系电话")),
        Column("id_number", _("Citizen identity number"),
               _("May be empty. Kept encrypted and never written into an export."), "id_number",
               aliases=("身份证号", "身份证号码", "公民身份证号码")),
        Column("name_latin", _("Name in Latin letters"), _("Empty: formed from the name."), "text", longest=80),
        Column("branch_name", _("Party branch"), _("For reading."), "reading"),
    ),
    keys=("code",),
)  # fmt: skip
POSTS = Sheet(
    "posts", _("Posts"), _("Who leads what, and who did. A new holder ends the post of the one before on that day."),
    (
        _MEMBER,
        Column("kind", _("Post"), _("Which post."), "choice", is_needed=True, choices=dict(Post.Kind.choices)),
        Column("unit", _("Unit code"), _("The branch's, the service area's or the small group's code."), "code",
               "130183101201-01", is_needed=True),
        _FROM,
        _UNTIL,
        Column("member_name", _("Party member"), _("For reading."), "reading"),
    ),
    keys=("member", "kind", "unit", "from"), starts="from",
)  # fmt: skip
EXEMPTIONS = Sheet(
    "exemptions", _("Exemptions"), _("Members exempt from assessment. The reason is a code, never a diagnosis."),
    (
        _MEMBER,
        Column("scope", _("Scope"), _("What the member is exempt from."), "choice",
               choices=dict(Exemption.Scope.choices), default=Exemption.Scope.ALL),
        Column("reason", _("Reason"), _("One of the list."), "choice", is_needed=True,
               choices=dict(Exemption.Reason.choices)),
        _FROM,
        _UNTIL,
        Column("agreed_on", _("Agreed by the branch on"), _("The day of the meeting."), "day"),
        Column("filed_on", _("Filed with the township on"), _("May be empty."), "day"),
        Column("reviewed_on", _("Last reviewed on"), _("May be empty."), "day"),
        Column("member_name", _("Party member"), _("For reading."), "reading"),
    ),
    keys=("member", "scope", "from"), starts="from",
)  # fmt: skip
HOUSEHOLDS = Sheet(
    "households", _("Households"), _("Head, number, contact and a people count, and nothing more."),
    (
        Column("team", _("Team code"), _("The former production team."), "ref", "13018310120101", is_needed=True,
               refers="teams", aliases=("Production team", "原生产队")),
        Column("number", _("Household no."), _("Once per team."), "text", "01-001", is_needed=True, longest=24,
               aliases=("户号",)),
        Column("head", _("Head of household"), _("The name."), "text", "李某", is_needed=True, aliases=("户主",)),
        Column("people", _("People"), _("How many belong to it."), "whole", "4", lowest=1, highest=99, default=1,
               aliases=("人口", "人数")),
        Column("contact", _("Contact"), _("A telephone number."), "text", longest=40, aliases=("电话", "联系电话")),
        Column("linkable", _("To be linked"), _("No: nobody is to look after it."), "yes_no", default=True),
        Column("branch", _("Branch code"), _("Empty: the branch of the service area that holds the team."), "ref",
               "130183101201-01", refers="branches", is_kept=True),
        Column("head_latin", _("Name in Latin letters"), _("Empty: formed from the name."), "text", longest=80),
    ),
    keys=("team", "number"),
)  # fmt: skip
LINKS = Sheet(
    "links", _("Household links"), _("Which member looks after which household."),
    (
        _MEMBER,
        Column("team", _("Team code"), _("Of the household."), "ref", "13018310120101", is_needed=True,
               refers="teams"),
        Column("number", _("Household no."), _("Once per team."), "text", "01-001", is_needed=True, longest=24),
        Column("primary", _("Primary"), _("No: helps the one who looks after it."), "yes_no", default=True),
        _FROM,
        _UNTIL,
        Column("member_name", _("Party member"), _("For reading."), "reading"),
        Column("head", _("Head of household"), _("For reading."), "reading"),
    ),
    keys=("member", "team", "number", "from"), starts="from", aliases=("links",),
)  # fmt: skip
APPOINTMENTS = Sheet(
    "appointments", _("Appointments"), _("Who signs in, in which role, at which place. New accounts get a slip."),
    (
        Column("username", _("User name"), _("By which the person signs in."), "code", "zhangmoumou", is_needed=True,
               longest=150),
        Column("name", pgettext_lazy("person", "Name"), _("Of the person."), "text", "张某某", is_needed=True),
        Column("role", _("Role"), _("One of the list."), "choice", is_needed=True,
               choices=dict(Appointment.Role.choices)),
        Column("place", _("Place code"), _("The code of the county, township, branch, service area or village."),
               "code", "130183101201-01", is_needed=True),
        Column("title", _("Title"), _("As on the door, if it differs."), "text", longest=40),
        Column("title_en", _("English title"), _("May be empty."), "text", longest=80),
        Column("member", _("Member code"), _("The person's own record as a Party member; may be empty."), "ref",
               "130183101201-01-001", refers="members"),
        _FROM,
        _UNTIL,
    ),
    keys=("username", "role", "place", "from"), starts="from",
)  # fmt: skip
QUARTERS = Sheet(
    "quarters", _("Quarters"), _("The assessment periods with their three dates."),
    (
        Column("year", _("Year"), _("Of the quarter."), "whole", "2026", is_needed=True, lowest=1980, highest=2200),
        Column("quarter", _("Quarter"), _("1 to 4."), "whole", "1", is_needed=True, lowest=1, highest=4),
        Column("opens_on", _("Opens on"), _("Sheets can be filled in from this day on."), "day", "2026-04-01",
               is_needed=True),
        Column("due_on", _("Due on"), _("A sheet first submitted after this day is late."), "day", "2026-04-10",
               is_needed=True),
        Column("closes_on", _("Closes on"), _("The last day of entry; locked afterwards."), "day", "2026-04-30",
               is_needed=True),
    ),
    keys=("year", "quarter"),
)  # fmt: skip
PLAN_ITEMS = Sheet(
    "plan_items", _("Plan items"), _("The year's plan as a draft, with its indicators. Base points make 100."),
    (
        Column("year", _("Year"), _("Of the plan."), "whole", "2026", is_needed=True, lowest=1980, highest=2200),
        Column("indicator", _("Indicator code"), _("Letters, digits and hyphens."), "code", "visits", is_needed=True),
        Column("name", _("Indicator name"), _("Its name."), "text", "联系户走访", is_needed=True),
        Column("position", _("Position"), _("Its place in the sheet; empty: the next."), "whole", "1", lowest=1,
               highest=999),
        Column("points", _("Points"), _("More than 0, at most 100."), "decimal", "15", is_needed=True, highest=100),
        Column("kind", _("Kind"), _("One of the list."), "choice", choices=dict(Indicator.Kind.choices),
               default=Indicator.Kind.QUANTITY),
        Column("unit", _("Unit"), _("Of a quantity."), "text", "户次", longest=12),
        Column("decimals", _("Decimals"), _("0 to 3."), "whole", "0", highest=3, default=0),
        Column("function", _("Function"), _("One of the four."), "choice", is_needed=True,
               choices=dict(Indicator.Function.choices)),
        Column("rule", _("Rule"), _("One of the list."), "choice", choices=dict(PlanItem.Rule.choices),
               default=PlanItem.Rule.PROPORTIONAL),
        Column("cap", _("Cap"), _("1.00: full points at most."), "decimal", "1", highest=2, default=1),
        Column("direction", _("Direction"), _("Whether more or less is better."), "choice",
               choices=dict(Indicator.Direction.choices), default=Indicator.Direction.MORE),
        Column("burden", _("Partial exemption"), _("Who is exempt from this work does not fill the item."), "choice",
               choices={value: label for value, label in Indicator.Burden.choices if value}),
        Column("name_en", _("English name"), _("For English pages; may be empty."), longest=120),
        Column("unit_en", _("English unit"), _("May be empty."), longest=24),
        Column("summary_unit", _("Unit of totals"), _("Where it is larger, like 公里 for 米."), longest=12),
        Column("summary_unit_en", _("English unit of totals"), _("May be empty."), longest=24),
        Column("summary_factor", _("Units in one unit of totals"), _("1000 米 in 1 公里."), "whole", lowest=1,
               highest=1_000_000, default=1),
        Column("summary_decimals", _("Decimals of totals"), _("0 to 3."), "whole", highest=3, default=0),
    ),
    keys=("year", "indicator"),
)  # fmt: skip
TARGETS = Sheet(
    "targets", _("Targets"), _("What a member is asked for in a quarter that has not opened yet."),
    (
        Column("year", _("Year"), _("Of the quarter."), "whole", "2026", is_needed=True, lowest=1980, highest=2200),
        Column("quarter", _("Quarter"), _("1 to 4."), "whole", "1", is_needed=True, lowest=1, highest=4),
        Column("indicator", _("Indicator code"), _("Of an item of the year's plan."), "code", "visits",
               is_needed=True),
        _MEMBER,
        Column("value", _("Target"), _("In the indicator's unit."), "decimal", "12", is_needed=True, decimals=3,
               highest=10_000_000_000),
        Column("member_name", _("Party member"), _("For reading."), "reading"),
    ),
    keys=("year", "quarter", "indicator", "member"),
)  # fmt: skip
PLACE_CHANGES = Sheet(
    "place_changes", _("Changes of places"),
    _("Villages and service areas that merge, move, are renamed or closed. They are carried out last."),
    (
        Column("kind", _("Change"), _("One of the list; a split is made on its page."), "choice", is_needed=True,
               choices={value: label for value, label in PlaceChange.Kind.choices if value != PlaceChange.Kind.SPLIT}),
        Column("unit", _("Unit code"), _("The village's or service area's code."), "code", "130183101201-01-2",
               is_needed=True),
        Column("into", _("Into"), _("The code of what it becomes part of, or of the new branch; a new name."), "text",
               "130183101201-01-1"),
        Column("on", _("Day"), _("The first day of the new state; today or earlier."), "day", "2026-10-01",
               is_needed=True),
        Column("document", _("Document no."), _("Of the decision."), "text", "晋组〔2026〕8号", is_needed=True),
    ),
    keys=("kind", "unit", "on"),
)  # fmt: skip

SHEETS = (
    COUNTY, TOWNSHIPS, VILLAGES, TEAMS, BRANCHES, GROUPS, AREAS, MEMBERS, POSTS, EXEMPTIONS, HOUSEHOLDS, LINKS,
    APPOINTMENTS, QUARTERS, PLAN_ITEMS, TARGETS, PLACE_CHANGES,
)  # fmt: skip
BY_KEY = {sheet.key: sheet for sheet in SHEETS}
