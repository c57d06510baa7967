"""Folders of WeChat, QQ and DingTalk give account, conversation and kind; thumbnails are skipped."""

from pathlib import Path

import pytest

from gallery.sources.dated_folders import period_of_folders
from gallery.sources.source_files import SourceFile, SourceMetadata
from tests.gallery.sources.trees import FILM, JPEG, make_folder, make_zip, picture, scan_by_path, verdicts, xor

CHAT, ME = "0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"
STORE = "WeChat Files/wxid_abc123/FileStorage"
FOUND = {
    # WeChat for Windows 3
    f"{STORE}/Image/2023-05/{CHAT}.dat": SourceMetadata(account="wxid_abc123"),
    f"{STORE}/MsgAttach/{CHAT}/Image/2023-05/{ME}.dat": SourceMetadata(account="wxid_abc123", conversation=CHAT),
    f"{STORE}/CustomEmotion/a1/{ME}": SourceMetadata(account="wxid_abc123", kind="meme"),
    f"{STORE}/File/2023-05/trip.jpg": SourceMetadata(account="wxid_abc123"),
    "WeChat Files/my_alias/FileStorage/Image/2023-05/x.dat": SourceMetadata(account="my_alias"),
    # WeChat for Windows 4: files left by version 3
    f"xwechat_files/wxid_abc123_1f2e/msg/attach/{CHAT}/2023-05/Img/{ME}.dat": SourceMetadata(
        account="wxid_abc123", conversation=CHAT
    ),
    # WeChat on phones and a Mac
    "Pictures/WeiXin/mmexport1682913600000.jpg": SourceMetadata(),
    f"tencent/MicroMsg/{ME}/image2/ab/cd/abcd.jpg": SourceMetadata(account=ME),
    f"com.tencent.xinWeChat/2.0/{ME}/Message/MessageTemp/{CHAT}/Image/12_.pic.jpg": SourceMetadata(conversation=CHAT),
    # QQ for Windows, old and NT
    "Tencent Files/123456789/Image/Group2/A1/B2/HASH.jpg": SourceMetadata(account="123456789", conversation="Group"),
    "Tencent Files/123456789/Image/C2C/HASH.png": SourceMetadata(account="123456789", conversation="C2C"),
    "Tencent Files/123456789/CustomFaceRecv/x.gif": SourceMetadata(account="123456789", kind="meme"),
    "Tencent Files/123456789/FileRecv/MobileFile/IMG_1.jpg": SourceMetadata(account="123456789"),
    "Tencent Files/123456789/nt_qq/nt_data/Pic/2023-05/Ori/abc.jpg": SourceMetadata(account="123456789"),
    "Tencent Files/123456789/nt_qq/nt_data/Emoji/emoji-recv/2023-05/Ori/abc.gif": SourceMetadata(
        account="123456789", kind="meme"
    ),
    # QQ on phones
    "Tencent/QQ_Images/abc.jpg": SourceMetadata(),
    "com.tencent.mobileqq/Tencent/MobileQQ/chatpic/chatraw/3b0/Cache_d20372e27ef63b0": SourceMetadata(),
    # DingTalk
    "DingTalk/123456789_v2/ImageFiles/x.png": SourceMetadata(account="123456789"),
    "DingTalk/anna/Project team/2023-05/x.jpg": SourceMetadata(account="anna", conversation="Project team"),
    "钉钉/项目群/2023年5月/x.jpg": SourceMetadata(conversation="项目群"),
    "DingTalk/表情/x.gif": SourceMetadata(kind="meme"),
}
PASSED_OVER = {
    f"{STORE}/Image/Thumb/2023-05/{ME}.dat": "system",
    f"{STORE}/Video/2023-05/{ME}.jpg": "system",
    f"{STORE}/Video/2023-05/{ME}.mp4": "video",
    f"xwechat_files/wxid_abc123_1f2e/msg/attach/{CHAT}/2023-05/Img/{ME}_t.dat": "system",
    f"tencent/MicroMsg/{ME}/image2/ab/cd/th_abcd": "system",
    f"com.tencent.xinWeChat/2.0/{ME}/Message/MessageTemp/{CHAT}/Image/12_.pic_thumb.jpg": "system",
    "Tencent Files/123456789/nt_qq/nt_data/Pic/2023-05/Thumb/abc_0.jpg": "system",
    "Tencent Files/123456789/nt_qq/nt_data/avatar/user/x.jpg": "system",
    "com.tencent.mobileqq/Tencent/MobileQQ/chatpic/chatthumb/3b0/Cache_3b0": "system",
    "DingTalk/123456789_v2/resource_cache/x.jpg": "system",
}


def data_of(path: str) -> bytes:
    if path.endswith(".mp4"):
        return FILM
    return xor(JPEG, 0x5A) if path.endswith(".dat") else JPEG


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    return make_folder(tmp_path, {path: data_of(path) for path in (*FOUND, *PASSED_OVER)})


def test_recognises_folders_of_each_program(chats: Path) -> None:
    found = {path: item.metadata for path, item in scan_by_path(chats).items() if isinstance(item, SourceFile)}
    assert found == FOUND


def test_skips_thumbnails_covers_and_avatars(chats: Path) -> None:
    passed_over = {path: because for path, because in verdicts(chats).items() if because != "found"}
    folders = {path for path in passed_over if path.endswith("/")}
    for path, because in PASSED_OVER.items():
        whole = [folder for folder in folders if path.startswith(folder)]
        assert passed_over[whole[0] if whole else path] == because
    assert len(passed_over) == len(PASSED_OVER)


@pytest.mark.parametrize("above", ["Video", "avatar", "head"])
def test_ignores_folders_above_the_program_s(tmp_path: Path, above: str) -> None:
    root = make_folder(tmp_path / above, {path: data_of(path) for path in FOUND})
    assert set(verdicts(root).values()) == {"found"}


def test_reads_archive_like_folder(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "chats.zip", {path: data_of(path) for path in FOUND})
    found = {path: item.metadata for path, item in scan_by_path(archive).items() if isinstance(item, SourceFile)}
    assert found == FOUND


def test_recognises_inner_folder_by_its_parents(chats: Path) -> None:
    month = chats / STORE / "Image/2023-05"
    assert picture(month, f"{CHAT}.dat").metadata == SourceMetadata(account="wxid_abc123")


def test_decodes_disguised_picture(chats: Path) -> None:
    found = picture(chats, f"{STORE}/Image/2023-05/{CHAT}.dat")
    assert (found.filename, found.size, found.is_plain) == (f"{CHAT}.jpg", len(JPEG), False)
    with found.open() as file:
        assert file.read() == JPEG


def test_lists_encrypted_and_unknown_data(tmp_path: Path) -> None:
    root = make_folder(
        tmp_path / "xwechat_files",
        {
            "v1.dat": b"\x07\x08V1\x08\x07\0\4\0\0\0\0\0\0\1" + bytes(99),
            "v2.dat": b"\x07\x08V2\x08\x07\0\4\0\0\0\0\0\0\1" + bytes(99),
            "other.dat": bytes(range(64)),
            "short.dat": b"\xff",
        },
    )
    assert verdicts(root) == {
        "other.dat": "unsupported",
        "short.dat": "unsupported",
        "v1.dat": "encrypted",
        "v2.dat": "encrypted",
    }


def test_reads_picture_with_mac_extension(tmp_path: Path) -> None:
    root = make_folder(tmp_path, [f"{ME}/Img/{CHAT}/7.pic", f"{ME}/Img/{CHAT}/7.pic_thum"])
    assert verdicts(root, profile="wechat") == {
        f"{ME}/Img/{CHAT}/7.pic": "found",
        f"{ME}/Img/{CHAT}/7.pic_thum": "system",
    }
    found = picture(root, f"{ME}/Img/{CHAT}/7.pic", profile="wechat")
    assert (found.filename, found.metadata.conversation) == ("7.jpg", CHAT)


def test_finds_month_in_path() -> None:
    for path in FOUND:
        if "2023-05" in path or "2023年5月" in path:
            period = period_of_folders(f"/chats/{path}")
            assert period
            assert f"{period[0]:%Y-%m} {period[1]:%Y-%m}" == "2023-05 2023-06"
