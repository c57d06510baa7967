"""Sensitive numbers are masked, others are not. The numbers are invented, some with correct check digits."""

import re
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.assistant.masking import (
    IDENTITY_CHECKS,
    IDENTITY_WEIGHTS,
    _card_spans,
    is_card_number,
    is_identity_number,
    mask,
    mask_excerpt,
    mask_lines,
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证 11010519491231002X", "身份证 [identity card number]"),
        ("号码：110105 19491231 002x。", "号码：[identity card number]。"),
        ("１１０１０５１９４９１２３１００２Ｘ", "[identity card number]"),
        ("卡号 6222 0212 3456 7890 128 尾号", "卡号 [bank card number] 尾号"),
        ("Visa 4111-1111-1111-1111", "Visa [bank card number]"),
        ("电话13800138000", "电话[telephone number]"),
        ("Call +86 138 0013 8000 now", "Call [telephone number] now"),
        ("+44 20 7946 0958", "[telephone number]"),
        ("座机 010-62345678", "座机 [telephone number]"),
        ("(021) 6234 5678", "[telephone number]"),
        ("客服 400-810-1234", "客服 [telephone number]"),
        ("phone (555) 234-5678", "phone [telephone number]"),
        ("【某银行】您的验证码是482913，五分钟内有效", "【某银行】您的验证码是[one-time code]，五分钟内有效"),
        ("482913 is your login code", "[one-time code] is your login code"),
        ("Your code: 482-913", "Your code: [one-time code]"),
        ("动态密码为 5531", "动态密码为 [one-time code]"),
        # Other spellings of people and of text recognition.
        ("１３８００１３８０００", "[telephone number]"),
        ("+４４ 20 7946 0958", "[telephone number]"),
        ("1 3 8 0 0 1 3 8 0 0 0", "[telephone number]"),
        ("TEL13800138000", "TEL[telephone number]"),
        ("ID11010519491231002X", "ID[identity card number]"),
        ("4111  1111 - 1111—1111", "[bank card number]"),
        ("4111\u30001111\t1111_1111", "[bank card number]"),
        ("4111\u200b111111111111", "[bank card number]"),
        ("验 证 码：4 8 2 9 1 3", "验 证 码：[one-time code]"),
        ("G-482913 is your Google verification code.", "G-[one-time code] is your Google verification code."),
        ("Your code for example.org: 482913", "Your code for example.org: [one-time code]"),
        ("password1234", "password[one-time code]"),
        ("4111/1111/1111/1111", "[bank card number]"),
        ("4111,1111,1111,1111", "[bank card number]"),
        ("4111*1111*1111*1111", "[bank card number]"),
        ("4111    1111    1111    1111", "[bank card number]"),
        ("4111\n\n1111\n\n1111\n\n1111", "[masked]\n[masked]\n[masked]\n[masked]\n[masked]\n[masked]\n[masked]"),
        ("(138)00138000", "[telephone number]"),
        ("(138) 0013 8000", "[telephone number]"),
        ("4155552671", "[telephone number]"),
        ("07911 123456", "[telephone number]"),
        ("Your verification number is 123456", "Your verification number is [one-time code]"),
        ("TAN 123456", "TAN [one-time code]"),
        ("PIN: 12 34", "PIN: [one-time code]"),
        ("Code: G7K2PX", "Code: [one-time code]"),
        ("验证码：7GK2PX", "验证码：[one-time code]"),
        ("验证码\n\n482913", "验证码\n\n[one-time code]"),
        # Next to other numbers.
        ("4111 1111 1111 1111 12/27", "[bank card number] 12/27"),
        ("50 4111 1111 1111 1111", "50 [bank card number]"),
        ("2 110105 19491231 002X 2030", "2 [identity card number] 2030"),
    ],
)
def test_masks_sensitive_numbers(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002",  # 17 digits
        "110105194912310021",  # the check character is wrong
        "4111 1111 1111 1112",  # likewise
        "0000 0000 0000 0000",
        "航班 NH961 座位 12A",
        "2024-05-01 18:30",
        "订单号 2024050118300012",
        "总计 ¥1,234.56",
        "1920×1080",
        "ISBN 978-7-302-51184-3",
        "Room 2043",
        "https://example.org/photos/123456",
        "IMG_20240501183000123",
        "mmexport1714559400123",
        "shopping 2023, opinion 2024",
        "22, 23, 24, 25, 26, 27, 28, 29",
        "2023/10/11, 2023/10/12, 2023/10/13",
        "Order 2024051812",
        "At 1714559400",
        "code in python3, version2 of Code",
        "the tank 123456 and spinning 4711",
        "1380.00\n1200.50\n5900.00",
        "4111\n1111\n1111\n1111\n1380\n5900",
        "\n".join(" ".join(map(str, range(first, first + 7))) for first in (1, 8, 15, 22)),
    ],
)
def test_keeps_other_numbers(text):
    assert mask(text) == text


@given(
    st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True),
)
def test_recognises_only_valid_identity_numbers(body):
    check = IDENTITY_CHECKS[sum(int(d) * w for d, w in zip(body, IDENTITY_WEIGHTS, strict=True)) % 11]
    assert [c for c in IDENTITY_CHECKS if is_identity_number(body + c)] == [check]


@given(st.from_regex(r"[3-6][0-9]{11,17}", fullmatch=True))
def test_one_of_ten_check_digits_is_valid(body):
    valid = [digit for digit in "0123456789" if is_card_number(body + digit)]
    assert len(valid) == 1 or len(set(body)) == 1


@given(
    st.lists(
        st.tuples(
            st.text("0123456789", min_size=1, max_size=7), st.sampled_from([" ", "-", ".", " - ", "x", "    ", "/"])
        ),
        max_size=12,
    ),
)
def test_masks_exactly_the_card_numbers(pairs):
    text = "".join(group + gap for group, gap in pairs)
    groups = list(re.finditer(r"\d+", text))
    covered = set()
    for first, last in combinations_with_replacement(groups, 2):
        number = text[first.start() : last.end()]
        is_grouped = all(3 < len(group[0]) < 8 for group in groups[groups.index(first) : groups.index(last)])
        is_one = "x" not in number and (is_grouped or not re.search("/| {4}", number))
        if is_card_number(re.sub(r"\D", "", number)) and is_one:
            covered.update(range(first.start(), last.end()))
    assert {place for begin, end in _card_spans(text) for place in range(begin, end)} == covered


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing(text):
    once = mask(text)
    assert mask(once) == once


def test_masks_all_lines_of_a_number():
    assert mask_lines(["号码 110105 1949", "1231 002X", "NH961"]) == ["[masked]", "[masked]", "NH961"]
    assert mask_lines(["138", "0013", "8000"]) == ["[masked]"] * 3
    assert mask_lines(["4111", "1111", "1111", "1111"]) == ["[masked]"] * 4
    assert mask_lines(["call 13900139000 or 138", "0013 8000"]) == ["[masked]"] * 2
    assert mask_lines(["call 13800138000", "4111"]) == ["call [telephone number]", "4111"]
    assert mask_lines(["验证码", "482913"]) == ["验证码", "[one-time code]"]
    assert mask_lines([]) == []
    assert mask("a\n138 0013\n8000") == "a\n[masked]\n[masked]"


def test_an_excerpt_hides_parts_of_numbers():
    text = "号码 110105 19491231 002X 到期 2030"
    assert mask_excerpt("110105 1949…", text=text) == "[number]…"
    assert mask_excerpt("１１０１０５ 1949…", text=text) == "[number]…"
    assert mask_excerpt("到期 203", text=text) == "到期 203"
    assert mask_excerpt("110105 1949", text="号码 110105 1949\n1231 002X") == "[number]"
    assert mask_excerpt("Flight NH961 4 2030", text="Flight NH961 4 2030") == "Flight NH961 4 2030"
