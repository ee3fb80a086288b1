"""Chinese text: how names are read in Latin letters, what is compared when somebody searches, what text may be stored.

A stored name is never normalised: that changes some rare characters. Only what is compared is folded. One reading is
kept per name, the surname's own where it differs (单 is Shan); a person with another reading has it written by hand
in the record.
"""

import re
import unicodedata
from functools import lru_cache

from django.utils.translation import gettext_noop
from pypinyin import lazy_pinyin

from jinxian.lib import Refused

# Surnames read otherwise than the same character at the beginning of a word (现代汉语词典).
# fmt: off
_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "区": "ou", "盖": "ge", "朴": "piao",
    "缪": "miao", "乐": "yue", "召": "shao", "员": "yun", "翟": "zhai", "折": "she", "黑": "he", "秘": "bi",
    "种": "chong", "重": "chong", "逢": "pang", "繁": "po", "阚": "kan", "能": "nai", "粘": "nian", "覃": "qin",
    "洗": "xian", "祭": "zhai", "都": "du", "佴": "nai", "隗": "wei", "郇": "xun", "牟": "mu", "乜": "nie",
    "句": "gou", "圈": "juan", "炅": "gui", "叚": "xia", "么": "yao", "卜": "bu",
}
# fmt: on
_COMPOUND = re.compile(
    "欧阳|司马|诸葛|上官|司徒|司空|东方|独孤|南宫|夏侯|皇甫|尉迟|公孙|慕容|长孙|宇文|令狐|轩辕|端木|百里|"
    "呼延|东郭|南郭|西门|钟离|闾丘|申屠|太史|公冶|宗政|濮阳|淳于|太叔|仲孙|赫连|拓跋|完颜|耶律|纳兰|万俟|"
    "澹台|鲜于|公羊|公西|谷梁|乐正|漆雕|巫马|子车|壤驷|梁丘|左丘|第五|司寇|段干|微生"
)
# What follows a family's name in a village's: 单家庄 and 单村 are read like the family.
_AFTER_FAMILY = tuple("家村庄营屯")
_ENDINGS = {"街道": "Subdistrict", "镇": "Town", "乡": "Township", "县": "County"}
_DIGITS = "零一二三四五六七八九"

_BETWEEN_NAMES = re.compile(r"[\s·•・‧・.．]+")
_WIDE_SET = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
# Written by machines, seen by nobody: zero-width characters and changes of writing direction.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKS = re.compile("[\u0300-\u036f]")
_UNSEARCHABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class TextRefused(Refused):
    """The text holds something no page can show and no database keeps."""


def pinyin_of(name: str) -> str:
    """“panglixin” for 庞立新: lower case, no tones, ü as v; characters without a known reading are left out."""
    return "".join(_plain(_syllables(name)))


def initials_of(name: str) -> str:
    """“plx” for 庞立新."""
    return "".join(syllable[0] for syllable in _plain(_syllables(name)))


def latin_name(name: str) -> str:
    """“Pang Lixin”, “Ouyang Xiu”, “Lü Bu”: surname first. A character without a known reading stays as it is."""
    words = [word for word in _BETWEEN_NAMES.split(_folded(name)) if word]
    if len(words) != 1:
        return " ".join(_joined(_read(word)) for word in words)
    size = _surname_length(words[0])
    syllables = _syllables(words[0])
    return f"{_joined(syllables[:size])} {_joined(syllables[size:])}".strip()


def latin_place(name: str) -> str:
    """“Pangcun” for 庞村; a township's or county's kind becomes its English word: 小樵镇 is “Xiaoqiao Town”."""
    folded = _folded(name)
    for ending, english in _ENDINGS.items():
        if folded.endswith(ending) and len(folded) > len(ending):
            return f"{_joined(_place_syllables(folded.removesuffix(ending)))} {english}"
    return _joined(_place_syllables(folded))


def search_key(name: str) -> str:
    """“庞立新 panglixin plx”: what a search looks through. Built from the name, stored beside it, never shown."""
    return " ".join(filter(None, (_comparable(name), pinyin_of(name), initials_of(name))))


def search_terms(query: str) -> list[str]:
    """The typed words, each to be found somewhere in a search key; at most five, an empty list for a blank query.

    Folded like the key: full-width letters, capitals, tone marks, ü and “lyu” for lv, apostrophes, points between
    names.
    """
    plain = _UNSEARCHABLE.sub(" ", query[:100])
    return [term for word in plain.split() if (term := _comparable(word))][:5]


def chinese_ordinal(number: int) -> str:
    """第一, 第十二, 第二十, 第九十九. ValueError outside 1 to 99."""
    if not 1 <= number <= 99:
        raise ValueError(f"Only 1 to 99 can be written, not {number}.")
    tens, ones = divmod(number, 10)
    return "第" + (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def clean_text(text: str, *, multiline: bool = True) -> str:
    """The text as it may be stored: no white space at its ends, line ends as \\n, invisible characters taken out.

    TextRefused for NUL and other control characters and for halves of a surrogate pair: they pass forms and break
    databases. Without `multiline`, line ends and tabs become one space. Nothing else is changed.
    """
    cleaned = _INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if _FORBIDDEN.search(cleaned):
        raise TextRefused(
            "unseen",
            gettext_noop("The text contains characters that cannot be stored: type it again instead of pasting"),
        )
    return cleaned.strip() if multiline else re.sub(r"[\t\n]+", " ", cleaned.strip())


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    """One syllable per Chinese character, the surname read as a surname; other writing in whole runs."""
    words = [word for word in _BETWEEN_NAMES.split(_folded(name)) if word]
    if len(words) != 1:
        return tuple(syllable for word in words for syllable in _read(word))
    size = _surname_length(words[0])
    surname, given = words[0][:size], words[0][size:]
    family = [_SURNAMES[surname]] if surname in _SURNAMES else _read(surname)
    return (*family, *_read(given))


def _surname_length(word: str) -> int:
    if word.isascii():
        return len(word)  # a single word in Latin letters has no surname to split off
    # A name of two characters is one and one, even 司马.
    return 2 if len(word) > 2 and _COMPOUND.match(word) else 1


def _place_syllables(name: str) -> list[str]:
    """A village read like the family it is called after, where a word for village follows the family's name."""
    family = _SURNAMES.get(name[:1])
    if family and name[1:2] in _AFTER_FAMILY:
        return [family, *_read(name[1:])]
    return _read(name)


def _read(text: str) -> list[str]:
    return lazy_pinyin(text) if text else []


def _plain(syllables: tuple[str, ...]) -> list[str]:
    return [folded for syllable in syllables if syllable.isascii() and (folded := re.sub(r"\W", "", syllable).lower())]


def _joined(syllables: list[str] | tuple[str, ...]) -> str:
    """“Lixin”, “Xi'an”: one capitalised word, an apostrophe before a syllable that begins with a vowel, ü as ü."""
    word = "".join(f"'{part}" if place and part[0] in "aoe" else part for place, part in enumerate(syllables) if part)
    # pypinyin writes ü as v, a letter pinyin does not have.
    return (word[:1].upper() + word[1:]).replace("v", "ü")


def _folded(text: str) -> str:
    # Lists set names of two characters wide: 单　明 is one name, not two words.
    return _WIDE_SET.sub("", unicodedata.normalize("NFKC", text).strip())


def _comparable(text: str) -> str:
    """Folded for comparing: NFKC, no capitals, no tones, no spaces or signs between the parts of a name."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    toneless = _MARKS.sub("", decomposed.replace("u\u0308", "v"))
    # No syllable ends in l, so “lyu” can only be the passport spelling of lü.
    plain = unicodedata.normalize("NFC", toneless).replace("lyu", "lv")
    return _BETWEEN_NAMES.sub("", plain.translate({ord("'"): None, ord("’"): None}))
