"""What is fixed about the demo county: the size of each township, its part of the report's figures, and 庞村.

Everything that is not fixed here is drawn at random from a seed by the other modules. The townships add up to
1,312 service areas, 17,046 members, 119,842 households; 754 wells, 121.6 km of field road, 151,208 good deeds.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

VILLAGES = Path(__file__).resolve().parent.parent.parent / "data" / "jinzhou_villages.csv"
COUNTY_CODE, COUNTY_NAME, COUNTY_NAME_EN = "130183", "晋县", "Jin County"
WITHOUT_VILLAGES = "130183201"  # 周家庄乡: the list's ten "villages" are its ten teams (domain rule 1)
TENTH = "130183106"  # 小樵镇, about a tenth of the county and the township of 庞村
PANGCUN = "庞村"


class States(NamedTuple):
    """How many sheets of the current quarter are in which state."""

    confirmed: int
    submitted: int
    returned: int
    draft: int
    not_started: int


class TownshipFacts(NamedTuple):
    areas: int
    members: int
    exempt: int  # from all work, in the current quarter
    probationary: int
    households: int
    linked: int
    states: States
    wells: int  # this and the next two: over the counted sheets of the four quarters
    road_km: Decimal
    deeds: int


def _township(sizes: str, states: str, results: str) -> TownshipFacts:
    areas, members, exempt, probationary, households, linked = map(int, sizes.split())
    wells, road, deeds = results.split()
    return TownshipFacts(
        areas, members, exempt, probationary, households, linked, States(*map(int, states.split())),
        int(wells), Decimal(road), int(deeds),
    )  # fmt: skip


# Areas, members, exempt, probationary, households, linked | confirmed … not started | wells, road, deeds
TOWNSHIPS = {
    "130183100": _township("246 3191 174 80 23195 22553", "198 33 9 4 2", "138 22.4 28410"),
    "130183101": _township("128 1661 91 42 11605 11203", "110 11 2 3 2", "70 11.6 14620"),
    "130183102": _township("74 960 52 24 6709 6664", "74 0 0 0 0", "44 6.8 8730"),
    "130183103": _township("141 1829 100 46 12784 12392", "120 13 4 3 1", "82 13.0 16120"),
    "130183104": _township("137 1777 97 44 12421 11853", "101 23 8 3 2", "79 12.8 15640"),
    "130183105": _township("148 1920 105 48 13418 12886", "118 21 6 2 1", "86 13.9 17050"),
    "130183106": _township("124 1634 86 41 11242 10830", "64 44 5 6 5", "75 12.1 14388"),
    "130183107": _township("106 1375 75 34 9610 9402", "90 11 1 3 1", "62 9.8 12110"),
    "130183108": _township("158 2050 112 51 14325 13757", "112 27 11 5 3", "92 14.6 18360"),
    "130183201": _township("50 649 36 16 4533 4467", "30 14 3 2 1", "26 4.6 5780"),
}


class BranchFacts(NamedTuple):
    """A branch whose areas are fixed, each by its members, households and state; teams per area where they are."""

    members: tuple[int, ...]
    households: tuple[int, ...]
    states: tuple[str, ...] = ()
    teams: tuple[int, ...] = ()


BRANCHES = {
    (TENTH, "庞村"): BranchFacts(
        (13, 13, 12, 11, 13),
        (88, 86, 84, 81, 92),
        ("confirmed", "returned", "submitted", "draft", "not_started"),
        (2, 2, 2, 2, 1),
    ),
    (TENTH, "东曹村"): BranchFacts(
        (16, 14, 12, 15, 12, 10),
        (90, 95, 84, 86, 84, 73),
        ("submitted", "returned", "returned", "submitted", "draft", "not_started"),
    ),
    # The fifth area has two members only, which the pages warn about.
    (TENTH, "屯尚村"): BranchFacts(
        (9, 7, 8, 7, 2, 6),
        (108, 84, 96, 84, 24, 72),
        ("returned", "submitted", "draft", "submitted", "not_started", "confirmed"),
    ),
}
TEAM_BRANCHES = (  # 周家庄乡, 一队 to 十队, five areas each: members and households
    (71, 499), (65, 453), (59, 408), (78, 544), (65, 453), (52, 363), (65, 453), (71, 499), (58, 408), (65, 453),
)  # fmt: skip

# Households without a linked member in the five areas of 庞村; six of 431.
PANGCUN_UNLINKED = (0, 3, 0, 1, 2)
NOT_LINKED_HEADS = ("庞连喜", "王小满", "李福来")


class PersonFacts(NamedTuple):
    """A member of 庞村 whose name, post and figures are fixed."""

    name: str
    sex: str
    born: int  # years before the day of the demo
    standing: int  # years in the Party
    post: str = ""
    exempt: str = ""
    links: int = 0
    heads: str = ""
    current: str = ""  # the ten base items of the current quarter; “-” is an empty cell
    before: str = ""  # of the quarter before


# Second area of 庞村, in the order of its sheet.
# Items: visits deeds labour road grain requests talks meetings study dues
SECOND_AREA = (
    PersonFacts("高文明", "m", 52, 24, "leader", "", 9, "高玉田 高满仓 高银锁 张凤山",
                "36 6 5 6.0 820 2 2 3 12 1", "36 5 6 5.5 800 1 2 3 12 1"),
    PersonFacts("庞振海", "m", 60, 33, "group_leader", "", 8, "庞老黑 庞全喜 刘青山 刘文才",
                "34 4 5 6.4 760 1 2 3 12 1", "32 4 5 6.0 780 1 2 3 11 1"),
    PersonFacts("刘桂兰", "f", 55, 26, "", "", 8, "刘福海 刘二柱 王满囤",
                "30 5 4 5.2 700 1 1 3 12 1", "30 4 4 5.0 690 1 1 3 12 1"),
    PersonFacts("庞立新", "m", 49, 28, "", "", 7, "庞文学 庞保全 庞书田",
                "28 3 4 4.6 720 0 1 2 9 1", "30 4 4 5.2 700 1 1 3 10 1"),
    PersonFacts("王秀珍", "f", 47, 20, "", "", 8, "王大喜 王树林 李庆丰",
                "33 5 3 4.5 710 1 2 3 12 1", "31 5 3 4.4 700 1 2 3 12 1"),
    PersonFacts("张国栋", "m", 44, 18, "", "", 8, "张玉宝 张春旺 张铁牛",
                "31 38 5 6.1 750 1 1 3 11 1", "30 4 5 5.8 740 1 1 3 12 1"),
    PersonFacts("庞玉梅", "f", 38, 14, "", "", 7, "庞计划 庞小五 赵来福",
                "30 4 - - 700 1 1 3 12 1", "28 4 4 4.8 700 1 1 2 12 1"),
    PersonFacts("庞德旺", "m", 84, 51, "", "all"),
    PersonFacts("赵桂英", "f", 66, 30, "", "physical", 6, "赵连生 赵三喜",
                "32 4 - - 690 1 1 3 12 1", "30 4 - - 680 1 1 3 12 1"),
    PersonFacts("李春生", "m", 41, 16, "", "", 8, "李顺义 李万全",
                "- 4 4 5.7 720 1 1 3 10 1", "29 4 4 5.6 700 1 1 3 10 1"),
    PersonFacts("靳志强", "m", 29, 0, "", "", 7, "靳长河 靳山",
                "30 4 5 6.0 730 1 1 3 12 1", "27 3 5 5.8 700 0 1 3 12 1"),
    PersonFacts("魏小军", "m", 35, 11, "", "", 7, "魏成 魏双全",
                "26 3 4 4.8 660 - 1 2 - 1", "28 3 4 5.0 680 1 1 3 10 1"),
    PersonFacts("庞洪亮", "m", 50, 26, "secretary", "", 0, "",
                "- - - - - - - - - -", "30 4 4 5.8 710 1 2 3 12 1"),
)  # fmt: skip
# People of the other areas whom pages name: (area, place on the sheet) → name and sex. The leader stands first.
OTHERS = {
    (1, 1): ("庞永强", "m"), (1, 3): ("庞春兰", "f"), (3, 1): ("庞国华", "m"), (3, 3): ("庞荣", "f"),
    (4, 1): ("赵振山", "m"), (4, 4): ("马玉兰", "f"), (4, 5): ("赵立秋", "m"), (4, 6): ("孙建国", "m"),
    (5, 1): ("庞连成", "m"),
    # Signs beyond the basic plane, which some software loses: wéi, qiú and fǔ.
    (1, 5): ("庞𣲗", "f"), (3, 5): ("庞金𨱇", "m"), (5, 4): ("张𫖯", "m"),
}  # fmt: skip
RETURN_REASON = "张国栋做好事 38 件次，台账只有 4 件，请核对；夏粮请按过磅单填。"

# Areas whose sheet of an older quarter closed as not reported: (quarters back, township, place, area).
NOT_REPORTED = {
    (1, TENTH, "庞村", 5),
    (1, "130183105", "大沙庄", 1),
    (3, TENTH, "屯尚村", 5),
    (3, "130183108", "东里庄村", 2),
    (3, "130183100", "西街村", 1),
}
PANGCUN_DRAFT_CELLS = 64  # of 110, in the fourth area
