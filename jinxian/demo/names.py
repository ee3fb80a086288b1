"""Invented people's names, and how they are written in Latin letters.

Surnames follow their frequency in Hebei, but for the family a village is called after. Nobody is meant.
"""

from __future__ import annotations

from functools import cache
from random import Random

from jinxian.lib import chinese

SURNAMES = dict(
    zip(
        "王李张刘赵杨高孙马郭陈宋田魏梁董许韩冯崔于程段贾曹靳吕安石孟彭常庞尹蒋贺纪万秦范焦苏谷郝侯白武康姚邢史任齐",
        [
            *(
                92,
                85,
                80,
                62,
                48,
                26,
                24,
                22,
                22,
                20,
                20,
                16,
                15,
                14,
                13,
                12,
                11,
                11,
                10,
                10,
                9,
                9,
                9,
                8,
                8,
                8,
                7,
                7,
                6,
                6,
            ),
            *(6, 6, 6, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3),
        ],
        strict=True,
    )
)
DIRECTIONS = "东西南北大小前后中上下"
FAMILY_SHARE = 0.38  # of a village called after a family, in that family
# First and second sign of a given name. None of them is read in two ways in a name.
OLDER = {
    "m": (
        "国建志文振永庆福玉金春新保全立双占万喜贵连树书德增俊海明同根银铁",
        "国军民强生山海林田江来旺满喜贵才成明祥义忠亮平安顺峰刚柱锁",
    ),
    "f": ("秀桂玉春淑素凤金银翠爱俊小瑞美彦丽红海立敬书新文", "英兰珍芬梅花荣香云霞娟琴敏莲平玲芳茹巧芝格彩娥"),
}
YOUNGER = {
    "m": ("浩宇子俊嘉晨泽鹏博志文建", "轩涵宇杰龙飞帅凯鑫阳辰昊超"),
    "f": ("雨思佳梦欣子雅晓若静文", "涵琪怡婷雯瑶萱颖妍琳月"),
}
YOUNG = 34  # born later than so many years ago: the younger names


class NamePool:
    """Names for the people of one village; no member's name comes twice."""

    def __init__(self, place: str, rng: Random) -> None:
        self.rng = rng
        self.family = family_of(place)
        self.taken: set[str] = set()

    def member(self, sex: str, age: int) -> str:
        name = self._draw(sex, age)
        while name in self.taken:
            name = self._draw(sex, age)
        self.taken.add(name)
        return name

    def head(self) -> str:
        """Of a household; heads may share a name, as they do."""
        return self._draw("f" if self.rng.random() < 0.18 else "m", 60)

    def _draw(self, sex: str, age: int) -> str:
        draw = self.rng.random
        first, second = (YOUNGER if age < YOUNG else OLDER)[sex]
        surname = self.family if self.family and draw() < FAMILY_SHARE else _ROLL[int(draw() * len(_ROLL))]
        one = first[int(draw() * len(first))]
        if draw() < 0.05:
            return surname + one
        return surname + one + second[int(draw() * len(second))]


_ROLL = "".join(surname * weight for surname, weight in SURNAMES.items())


def family_of(place: str) -> str:
    """The surname in a village's name (东曹村 → 曹); empty where there is none."""
    stem = place.lstrip(DIRECTIONS)
    return stem[0] if stem and stem[0] in SURNAMES else ""


def in_latin(name: str) -> str:
    """“Pang Lixin”. All names here have a surname of one sign, so its parts are looked up apart and kept."""
    return f"{_surname_in_latin(name[0])} {_given_in_latin(name[1:])}"


@cache
def _surname_in_latin(surname: str) -> str:
    return chinese.latin_name(f"{surname}一").split(" ")[0]


@cache
def _given_in_latin(given: str) -> str:
    return chinese.latin_name(f"王{given}").split(" ")[1]
