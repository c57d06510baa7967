"""Tests of the query language."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.text.canonical import forms
from search.query.dates import Period
from search.query.filters import Filters
from search.query.parser import parse, scripts_of
from search.query.values import InvalidQuery


@pytest.mark.parametrize(
    ("text", "words", "phrases", "excluded"),
    [
        ("pink porsche", ("pink", "porsche"), (), ()),
        ('"pink porsche" car', ("car",), ("pink porsche",), ()),
        ("“五一 调休”「放假」", (), ("五一 调休", "放假"), ()),
        ("cat -dog −fish -“red cat”", ("cat",), (), ("dog", "fish", "red cat")),
        ("ＮＨ９６１", ("NH961",), (), ()),
        ('"never closed', ("never", "closed"), (), ()),
        ("time: 12:30 http://example.org", ("time", "12:30", "http://example.org"), (), ()),
        ("well-known - 你好", ("well-known", "你好"), (), ()),
        ("a\x00b", ("a", "b"), (), ()),
        ("e-mail 2–3 A4–B5", ("e-mail", "2-3", "A4-B5"), (), ()),
        ('-"exact phrase". (-car)', (), (), ("exact phrase", "car")),
        ("--help", ("help",), (), ()),
        ("🎉 ☂ €", ("🎉", "☂", "€"), (), ()),
        ("C++ C# .NET R&B 100%", ("C++", "C#", "NET", "R&B", "100"), (), ()),
    ],
)
def test_reads_words_phrases_and_exclusions(text, words, phrases, excluded):
    query = parse(text)
    assert (query.words, query.phrases, query.excluded) == (words, phrases, excluded)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Parking until midnight?", ("Parking", "until", "midnight")),
        ("(midnight) #midnight ¿midnight? midnight…", ("midnight",) * 4),
        ("parking, until,midnight;now", ("parking", "until", "midnight", "now")),
        ("停车场收费标准。", ("停车场收费标准",)),
        ("凭票离场，请勿遗失", ("凭票离场", "请勿遗失")),
        ("【停车场】收费标准、说明", ("停车场", "收费标准", "说明")),
        ("时间：12:30出发", ("时间", "12:30出发")),
        ("《三体》.Vol.2", ("三体", "Vol.2")),
        ("1,043 3.14 12:30 a.b@c.de", ("1,043", "3.14", "12:30", "a.b@c.de")),
        ("餐饮.png", ("餐饮.png",)),
        ("don´t o’brien", ("don't", "o’brien")),
        ("Ko\u0301\u200b\ufefft", ("Kót",)),
    ],
)
def test_ignores_punctuation_beside_words(text, words):
    query = parse(text)
    assert (query.words, query.phrases) == (words, ())


@pytest.mark.parametrize(
    "text",
    [
        *('"red car"', "“red car”", "„red car“", "„red car”", "”red car”", "“red car“", "‟red car”", "〝red car〞"),
        *("«red car»", "»red car«", "»red car»", "‹red car›", "›red car‹", "「red car」", "『red car』", "｢red car｣"),
        *("＂red car＂", "‘red car’", "‚red car‘", "’red car’", "'red car'", '“red car"', '"red car”', "‘red car'"),
        *(" ”red car”.", "(“red car”)", "“red car”,"),
    ],
)
def test_reads_phrase_in_all_quotation_marks(text):
    assert parse(text).phrases == ("red car",)
    query = parse(f"blue {text} sky")
    assert (query.words, query.phrases) == (("blue", "sky"), ("red car",))
    assert parse(f"sky -{text.strip().strip('(')}").excluded == ("red car",)


@pytest.mark.parametrize(
    ("text", "words", "phrases"),
    [
        ("rock ’n’ roll", ("rock", "n", "roll"), ()),
        ("the ’90s and the dogs’ bone", ("the", "90s", "and", "the", "dogs", "bone"), ()),
        ("don’t say ‘I don’t know’", ("don’t", "say"), ("I don’t know",)),
        ('27" monitor 24" display', ("27", "monitor", "24", "display"), ()),
        ('say "hello', ("say", "hello"), ()),
        ("“五一 调休”放假「表", ("放假", "表"), ("五一 调休",)),
        ("他说“你好”吧", ("他说", "吧"), ("你好",)),
        ('"a","b" ""', (), ("a", "b")),
    ],
)
def test_tells_quotation_marks_from_apostrophes(text, words, phrases):
    query = parse(text)
    assert (query.words, query.phrases) == (words, phrases)


@pytest.mark.parametrize(
    "text", ["?! ……", "。。。", "- -", "-?!", "*", "?", "\\", "()", '"', '""', "“”", "—", "\u200b", "\x00", "-“!”"]
)
def test_knows_that_only_punctuation_was_typed(text):
    query = parse(text)
    assert query.is_punctuation
    assert query.terms + query.excluded == ()


@pytest.mark.parametrize("text", ["", "  ", "🎉", "-cat", "ext:png", "ext:png ?!", "2023-05", "！猫"])
def test_knows_that_more_than_punctuation_was_typed(text):
    assert not parse(text).is_punctuation


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("ext:PNG", Filters(extension="png")),
        ("ext:.jpeg", Filters(extension="jpg")),
        ("width:>1000 height:<=500", Filters(min_width=1001, max_height=500)),
        ("importance:3", Filters(min_importance=3)),
        ("importance：＝０", Filters(min_importance=0, max_importance=0)),
        ("after:2023-05 before:2023-06-15", Filters(after=datetime(2023, 5, 1), before=datetime(2023, 6, 15))),
        ("after:2023", Filters(after=datetime(2023, 1, 1))),
        ('filename:"my cat"', Filters(filename="my cat")),
        ("width:>=10 width:<20", Filters(min_width=10, max_width=19)),
        ("kind:Screenshots", Filters(kind="screenshot")),
        ("kind:表情包", Filters(kind="meme")),
        ('camera:"canon eos" source:微信', Filters(camera="canon eos", source="微信")),
        ("after:yesterday", Filters(after=datetime(2026, 11, 23))),
        ("ext: png", Filters(extension="png")),
        ("width:> 4000 height: ≤ 50", Filters(min_width=4001, max_height=50)),
        ("after： ２０２４", Filters(after=datetime(2024, 1, 1))),
        ("after: May 2023 before:last year", Filters(after=datetime(2023, 5, 1), before=datetime(2025, 1, 1))),
        ('before:"15 March 2024"', Filters(before=datetime(2024, 3, 15))),
        ("camera:“Fuji X” source:「微信」", Filters(camera="Fuji X", source="微信")),
        ("camera: 'Fuji X'", Filters(camera="Fuji X")),
        ("date:2023", Filters(after=datetime(2023, 1, 1), before=datetime(2024, 1, 1))),
        ("date:2023-05", Filters(after=datetime(2023, 5, 1), before=datetime(2023, 6, 1))),
        ("date: 2019..2021", Filters(after=datetime(2019, 1, 1), before=datetime(2022, 1, 1))),
        ("2019..2021", Filters(after=datetime(2019, 1, 1), before=datetime(2022, 1, 1))),
        ("yesterday today", Filters(after=datetime(2026, 11, 23), before=datetime(2026, 11, 25))),
        ("last summer", Filters(after=datetime(2026, 6, 1), before=datetime(2026, 9, 1))),
        ("去年夏天", Filters(after=datetime(2025, 6, 1), before=datetime(2025, 9, 1))),
    ],
)
def test_reads_filters(text, filters):
    query = parse(text, today=date(2026, 11, 24))
    assert query.filters == filters
    assert not query.has_terms


@pytest.mark.parametrize(
    "text",
    [
        "width:wide",
        "width:-1",
        "importance:6",
        "after:someday",
        "date:someday",
        "ext:abc",
        "ext:",
        "camera: ",
        "filename:?!",
        "kind:film",
        "after:2023-13",
        "before:2023-02-30",
        "-ext:png",
        "x" * 1001,
        "a " * 33,
    ],
)
def test_refuses_invalid_queries_with_message(text):
    with pytest.raises(InvalidQuery, match=r"\w+ .*\.$"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("海边 去年夏天", ("海边",)),
        ("去年夏天的海边", ("海边",)),
        ("beach May 2023", ("beach",)),
        ("2023", ("2023",)),
        ("May", ("May",)),
        ("5月1日", ("5月1日",)),
        ("10:30", ("10:30",)),
        ("出票日期：2024年3月15日。", ("出票日期",)),
        ("15 March 2024, gate 7", ("gate", "7")),
        ("去年今日此门中", ("去年今日此门中",)),
        ("2023-13", ("2023-13",)),
        ("32 May 2023", ("32",)),
        ("IMG-2023-05", ("IMG-2023-05",)),
    ],
)
def test_distinguishes_dates_from_words(text, words):
    assert parse(text).words == words


def test_reads_quoted_or_excluded_dates_as_text():
    assert parse('"2023-05"').phrases == ("2023-05",)
    assert parse("cat -2023-05").excluded == ("2023-05",)


def test_finds_photos_that_have_or_show_typed_date():
    query = parse("ticket 2024-03-15", today=date(2026, 11, 24))
    dates = query.filters.dates
    assert dates is not None
    assert dates.periods == (Period(date(2024, 3, 15), date(2024, 3, 16)),)
    assert {"15.3.2024", "15-3-2024", "march 15 2024", "2024年3月15日"} - {*dates.spellings[0]} == {"15.3.2024"}
    (typed,) = query.typed
    assert (typed.as_filter, typed.as_phrase) == ("ticket date:2024-03-15", 'ticket "2024-03-15"')
    assert parse(typed.as_filter).filters == Filters(after=datetime(2024, 3, 15), before=datetime(2024, 3, 16))
    several = parse("15 March 2024 2024年5月").filters.dates
    assert several is not None
    assert several.periods == (Period(date(2024, 3, 15), date(2024, 6, 1)),)
    assert [spellings[0] for spellings in several.spellings] == ["15 March 2024", "2024年5月"]


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("2023", ["date:2023"]),
        ("beach May 2019 sky", []),
        ("beach may", ["beach date:may"]),
        ("五月 海", ["date:五月 海"]),
        ("15 March party", ['date:"15 March" party']),
        ("圣诞节 and 2023", ["date:圣诞节 and 2023", "圣诞节 and date:2023"]),
        ("5月1日 summer", ["date:5月1日 summer", "5月1日 date:summer"]),
        ('"2023" -may 4711', []),
    ],
)
def test_offers_dates_that_words_may_mean(text, offers):
    query = parse(text, today=date(2026, 11, 24))
    assert [offer.query for offer in query.offers] == offers


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("kamera:fuji", ["camera"]),
        ("befor:2024 flename: cat", ["before", "filename"]),
        ("kamera:佳能", ["camera"]),
        ("time:12:30 http://example.org note: C:", []),
        ('"kamera:fuji" -befor:2024', []),
    ],
)
def test_names_filter_that_misspelt_key_may_mean(text, keys):
    notices = parse(text).notices
    assert [notice.rsplit("“")[-1] for notice in notices] == [f"{key}:”?" for key in keys]


def test_offers_query_without_filter_or_with_phrase():
    query = parse("beach last  summer ext:jpg", today=date(2026, 11, 24))
    when, kind = query.typed
    assert (when.without, when.as_phrase) == ("beach ext:jpg", 'beach "last summer" ext:jpg')
    assert when.period == Period(date(2026, 6, 1), date(2026, 9, 1))
    assert (kind.text, kind.without, kind.as_phrase) == ("ext:jpg", "beach last summer", "")
    assert parse(when.as_phrase).phrases == ("last summer",)


def test_prefers_typed_filters_to_form():
    query = parse("cat ext:png", filters=Filters(extension="gif", min_importance=2))
    assert query.filters == Filters(extension="png", min_importance=2)


@pytest.mark.parametrize(
    "text", ["NH961", "RE16", "user@example.org", "example.org", "13800138000", '"pink car"', "12:30", "🎉"]
)
def test_codes_addresses_and_phrases_are_exact(text):
    assert parse(text).is_exact


@pytest.mark.parametrize("text", ["cat", "调休", "boarding pass NH961", "5月1日", ""])
def test_other_queries_are_not_exact(text):
    assert not parse(text).is_exact


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("cat 12!", {"latin"}),
        ("猫 cat", {"han", "latin"}),
        ("кот", {"cyrillic"}),
        ("ねこ", {"kana"}),
        ("コーヒー", {"kana"}),
        ("人々", {"han"}),
        ("123", set()),
    ],
)
def test_recognises_scripts(text, scripts):
    assert scripts_of(text) == scripts


PIECES = st.sampled_from(
    [
        "ext:",
        "date:",
        "width:>",
        "2023",
        "-",
        " ",
        '"',
        "“",
        "”",
        "’",
        "5月",
        "年",
        "car",
        "猫",
        "。",
        "？",
        "..",
        "May",
        "\0",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
def test_raises_only_invalid_query_and_never_asks_for_all(text):
    try:
        query = parse(text)
    except InvalidQuery:
        return
    assert all(forms(term) and "\x00" not in term for term in query.terms + query.excluded)
    asks = query.has_terms or query.excluded or query.filters != Filters()
    assert asks or query.is_punctuation == bool(text.strip())
    for typed in query.typed:
        assert len(typed.without) < len(text.strip()) + 2
        if typed.as_phrase:
            assert parse(typed.as_phrase).phrases
    for offer in query.offers:
        assert parse(offer.query).filters.are_about_time
