"""Names in Latin letters, search, ordinals, and text that may be stored."""

import unicodedata

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from jinxian.lib.chinese import (
    TextRefused,
    chinese_ordinal,
    clean_text,
    initials_of,
    latin_name,
    latin_place,
    pinyin_of,
    search_key,
    search_terms,
)


@pytest.mark.parametrize(
    ("name", "pinyin", "initials", "latin"),
    [
        ("庞立新", "panglixin", "plx", "Pang Lixin"),
        ("单立新", "shanlixin", "slx", "Shan Lixin"),
        ("单　明", "shanming", "sm", "Shan Ming"),
        ("仇英", "qiuying", "qy", "Qiu Ying"),
        ("解珍", "xiezhen", "xz", "Xie Zhen"),
        ("查良镛", "zhaliangyong", "zly", "Zha Liangyong"),
        ("曾国", "zengguo", "zg", "Zeng Guo"),
        ("区小明", "ouxiaoming", "oxm", "Ou Xiaoming"),
        ("翟让", "zhairang", "zr", "Zhai Rang"),
        ("王解放", "wangjiefang", "wjf", "Wang Jiefang"),
        ("欧阳修", "ouyangxiu", "oyx", "Ouyang Xiu"),
        ("司马光", "simaguang", "smg", "Sima Guang"),
        ("诸葛亮", "zhugeliang", "zgl", "Zhuge Liang"),
        ("上官婉儿", "shangguanwaner", "sgwe", "Shangguan Wan'er"),
        ("尉迟恭", "yuchigong", "ycg", "Yuchi Gong"),
        ("司马", "sima", "sm", "Si Ma"),
        ("吕布", "lvbu", "lb", "Lü Bu"),
        ("𠮷田", "tian", "t", "𠮷 Tian"),
        ("买买提·吐尔逊", "maimaitituerxun", "mmttex", "Maimaiti Tu'erxun"),
        ("John Smith", "johnsmith", "js", "John Smith"),
        ("John", "john", "j", "John"),
        ("", "", "", ""),
    ],
)
def test_a_name_is_read_as_a_name(name, pinyin, initials, latin):
    assert (pinyin_of(name), initials_of(name), latin_name(name)) == (pinyin, initials, latin)


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("庞村", "Pangcun"),
        ("西关村", "Xiguancun"),
        ("秘家庄村", "Bijiazhuangcun"),
        ("单村", "Shancun"),
        ("泥安村", "Ni'ancun"),
        ("吕家庄", "Lüjiazhuang"),
        ("小樵镇", "Xiaoqiao Town"),
        ("周家庄乡", "Zhoujiazhuang Township"),
        ("晋县", "Jin County"),
        ("东平乡村", "Dongpingxiangcun"),
        ("", ""),
    ],
)
def test_a_place_is_written_as_on_a_map(name, latin):
    assert latin_place(name) == latin


def test_a_search_key_holds_name_pinyin_and_initials():
    assert search_key("庞立新") == "庞立新 panglixin plx"
    assert search_key("") == ""


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("庞立新", "庞立新"),
        ("立新", "庞立新"),
        (" 庞　立新 ", "庞立新"),
        ("PLX", "庞立新"),
        ("ｐａｎｇ", "庞立新"),
        ("Pang Lixin", "庞立新"),
        ("páng lìxīn", "庞立新"),
        ("Lü Bu", "吕布"),
        ("lǚbù", "吕布"),
        ("Lyu", "吕布"),
        ("shang'guan", "上官婉儿"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("smith", "John Smith"),
    ],
)
def test_somebody_is_found_by_what_people_type(query, name):
    terms = search_terms(query)
    assert terms
    assert all(term in search_key(name) for term in terms)


@pytest.mark.parametrize("query", ["", "  　", "·", "\x00", "\ud800"])
def test_a_blank_query_has_no_terms(query):
    assert search_terms(query) == []


def test_a_long_query_is_cut():
    assert len(search_terms("a b c d e f g h " * 1000)) == 5
    assert sum(map(len, search_terms("a" * 100_000))) == 100


@given(st.text())
def test_no_query_brings_what_a_database_refuses(query):
    "".join(search_terms(query)).encode()
    assert "\x00" not in "".join(search_terms(query))


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=5))
def test_every_name_is_found_by_its_own_spellings(name):
    for query in (name, pinyin_of(name), initials_of(name)):
        assert all(term in search_key(name) for term in search_terms(query))
    assert pinyin_of(name).isascii()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "第一"),
        (2, "第二"),
        (10, "第十"),
        (11, "第十一"),
        (20, "第二十"),
        (21, "第二十一"),
        (90, "第九十"),
        (99, "第九十九"),
    ],
)
def test_an_ordinal_is_written_in_chinese(number, words):
    assert chinese_ordinal(number) == words


def test_all_ordinals_differ_and_end_at_99():
    assert len({chinese_ordinal(number) for number in range(1, 100)}) == 99
    for number in (0, 100, -1):
        with pytest.raises(ValueError, match="1 to 99"):
            chinese_ordinal(number)


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "\ud800", "a\udfff", "\x7f", "\x85", "\x0b"])
def test_text_that_breaks_pages_or_databases_is_refused(text):
    with translation.override("en"), pytest.raises(TextRefused) as refused:
        clean_text(text)
    assert str(refused.value).startswith("The text contains characters that cannot be stored")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  庞立新　", "庞立新"),
        ("庞\u200b立新", "庞立新"),
        ("\u202egnaP", "gnaP"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("𠮷田 﨑", "𠮷田 﨑"),
        ("", ""),
    ],
)
def test_text_is_stored_as_it_was_meant(text, cleaned):
    assert clean_text(text) == cleaned


def test_a_name_is_never_normalised():
    rare = "\ufa11\u2f00"
    assert unicodedata.normalize("NFKC", rare) != rare
    assert clean_text(rare) == rare


def test_a_single_line_has_no_line_ends():
    assert clean_text(" one\r\n\ttwo ", multiline=False) == "one two"


@given(st.text())
def test_clean_text_can_be_stored_and_stays_the_same(text):
    try:
        cleaned = clean_text(text)
    except TextRefused:
        return
    cleaned.encode()
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned
