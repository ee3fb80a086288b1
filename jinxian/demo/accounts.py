"""One sign-in per persona of the demo county, and who stands behind each step of a sheet.

Everybody has the same password, which the demo prints. People without an account are kept by name only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from random import Random
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import User
from jinxian.demo import facts
from jinxian.demo.names import NamePool, in_latin
from jinxian.demo.people import Person
from jinxian.demo.places import COUNTY_PK, BranchPlace, TownshipPlace, branch_name
from service_areas.models import Appointment
from workbook.bulk import Table

PASSWORD = "JinXian-1989"
SINCE = date(2024, 3, 1)


class Persona(NamedTuple):
    """An account: who, and where as (township, branch's place); `person` is a member's name or post there."""

    label: str
    username: str
    name: str
    role: str
    title: str = ""
    where: tuple[str, str] = ("", "")
    person: str = ""


TITLES = {
    "县委组织部": "Organization Department",
    "县委办公室": "County committee office",
    "组织委员": "Organization officer",
    "书记": "Secretary",
    "": "",
}
XIAOQIAO, PANGCUN = (facts.TENTH, ""), (facts.TENTH, facts.PANGCUN)
DONGCAO, TAOYUAN = (facts.TENTH, "东曹村"), ("130183103", "")
PERSONAS = (
    Persona(gettext_noop("County staff"), "haojianmin", "郝建民", "county_staff", "县委组织部"),
    Persona(gettext_noop("County staff who publishes plans"), "zhouwenjing", "周文静", "county_staff", "县委办公室"),
    Persona(
        gettext_noop("Township staff, Xiaoqiao Town"), "lishumin", "李淑敏", "township_staff", "组织委员", XIAOQIAO
    ),
    Persona(
        gettext_noop("Branch secretary, Pangcun"), "panghongliang", "庞洪亮", "secretary", "书记", PANGCUN, "庞洪亮"
    ),
    Persona(gettext_noop("Service-area leader, Pangcun"), "gaowenming", "高文明", "leader", "", PANGCUN, "高文明"),
    Persona(gettext_noop("Party member, Pangcun"), "panglixin", "庞立新", "member", "", PANGCUN, "庞立新"),
    Persona(gettext_noop("Villagers' committee clerk, Pangcun"), "yinsufen", "尹素芬", "clerk", "", PANGCUN),
    Persona(gettext_noop("Auditor"), "mawenbin", "马文斌", "auditor"),
    Persona(gettext_noop("System administrator"), "xulei", "许磊", "administrator"),
    Persona(gettext_noop("Branch secretary, Dongcaocun"), "dongcaocun", "", "secretary", "书记", DONGCAO, "secretary"),
    Persona(
        gettext_noop("Branch secretary, another township"), "taoyuan", "", "secretary", "书记", TAOYUAN, "secretary"
    ),
)


class Actor(NamedTuple):
    """Whoever made a step: the account where there is one, and the name in any case."""

    user_pk: int | None
    name: str
    name_latin: str
    post: str
    post_en: str


class Account(NamedTuple):
    pk: int
    persona: Persona
    name: str
    branch: BranchPlace | None
    person: Person | None


def accounts_in(townships: Sequence[TownshipPlace]) -> list[Account]:
    """The personas whose place was generated; their members then know their account."""
    by_code = {township.code: township for township in townships}
    found = []
    for pk, persona in enumerate(PERSONAS, start=1):
        code, place = persona.where
        if code and code not in by_code:
            continue
        is_in_branch = code and persona.role != "township_staff"
        branch = _branch(by_code[code], place) if is_in_branch else None
        person = _person(branch, persona) if branch and persona.person else None
        if person:
            person.user_pk = pk
        found.append(Account(pk, persona, persona.name or (person.name if person else ""), branch, person))
    return found


def _branch(township: TownshipPlace, place: str) -> BranchPlace:
    return next(branch for branch in township.branches if place in ("", branch.place))


def _person(branch: BranchPlace, persona: Persona) -> Person:
    return next(
        person for area in branch.areas for person in area.people if persona.person in (person.name, person.post)
    )


def tables(accounts: Sequence[Account], townships: Sequence[TownshipPlace], on: date) -> Iterator[Table]:
    # One hash for all: a hash of one's own costs half a second each and hides nothing where the password is printed.
    password = make_password(PASSWORD, salt="demonstration-county-130183")
    joined = timezone.make_aware(datetime.combine(min(on, SINCE), time(9)))
    yield Table(
        User,
        "id username password name name_latin language email is_superuser is_staff is_active date_joined",
        [
            (pk, persona.username, password, name, in_latin(name), "zh-hans", "", False, False, True, joined)
            for pk, persona, name, _, _ in accounts
        ],
    )  # fmt: skip
    yield Table(
        Appointment,
        "id user_id role title title_en started_on county_id township_id branch_id area_id village_id",
        [
            (
                pk, account.pk, account.persona.role, account.persona.title, TITLES[account.persona.title],
                min(on, SINCE), *_place(account, townships),
            )
            for pk, account in enumerate(accounts, start=1)
        ],
    )  # fmt: skip


def _place(account: Account, townships: Iterable[TownshipPlace]) -> tuple[int | None, ...]:
    """County, township, branch, area, village: one of them."""
    role, branch, person = account.persona.role, account.branch, account.person
    if role == "township_staff":
        return None, next(each.pk for each in townships if each.code == account.persona.where[0]), None, None, None
    if role == "leader" and person:
        return None, None, None, person.area.pk, None
    if role == "clerk" and branch:
        return None, None, None, None, branch.village_pk
    if branch:
        return None, None, branch.pk, None, None
    return COUNTY_PK, None, None, None, None


class Actors:
    """Who submits for a branch, who reviews for a township, who closes for the county."""

    def __init__(self, accounts: Sequence[Account], seed: int) -> None:
        self._users: Mapping[str, Account] = {account.persona.username: account for account in accounts}
        self._seed = seed

    def secretary(self, branch: BranchPlace) -> Actor:
        person = next(person for area in branch.areas for person in area.people if person.post == "secretary")
        name, name_en = branch_name(branch)
        return Actor(person.user_pk, person.name, person.name_latin, f"{name} 书记", f"Secretary, {name_en}")

    def reviewer(self, township: TownshipPlace) -> Actor:
        post = f"{township.name} 组织委员", f"Organization officer, {township.name_en}"
        staff = self._users["lishumin"]
        if township.code == staff.persona.where[0]:
            return Actor(staff.pk, staff.name, in_latin(staff.name), *post)
        name = NamePool("", Random(f"{self._seed}/{township.code}/reviewer")).member("m", 45)
        return Actor(None, name, in_latin(name), *post)

    def county(self) -> Actor:
        staff = self._users["haojianmin"]
        title, place = staff.persona.title, facts.COUNTY_NAME
        post = f"{place} {title}", f"{TITLES[title]}, {facts.COUNTY_NAME_EN}"
        return Actor(staff.pk, staff.name, in_latin(staff.name), *post)


def sign_ins() -> list[dict[str, str]]:
    """One per persona that has an account here, for `--accounts`. The names are the same in every language."""
    names = set(User.objects.values_list("username", flat=True))
    return [
        {"name": persona.label, "username": persona.username, "password": PASSWORD, "language": "zh-hans"}
        for persona in PERSONAS
        if persona.username in names
    ]
