"""Rankings are fused, explained, narrowed and authorised; the encoders behind are tested in tests/search/encoders."""

from dataclasses import replace

import numpy as np
import pytest

from gallery.models import Photo, PhotoSource
from search.encoders.client import EncoderUnavailable, QueryVector
from search.ranking import ranker
from search.ranking.hybrid import continue_search, search_by_image, search_by_text, search_similar
from search.ranking.ranker import RRF_K, reciprocal_rank_fusion
from tests.factories import ENCODER, add_photo


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create_user("owner")


def found(page) -> list[str]:
    return [hit.photo.filename for hit in page.hits]


def test_fusion_adds_the_weighted_reciprocal_ranks():
    scores = reciprocal_rank_fusion([([7, 8], 1.0), ([8, 9], 2.0)])
    assert scores == {
        7: pytest.approx(1 / (RRF_K + 1)),
        8: pytest.approx(1 / (RRF_K + 2) + 2 / (RRF_K + 1)),
        9: pytest.approx(2 / (RRF_K + 2)),
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("encoder", "words_from_database")
class TestSearchByText:
    def test_what_both_rankings_hold_comes_before_words_before_likeness(self, user):
        add_photo(user, "likely.png", angle=0)
        add_photo(user, "words.png", text="a red porsche")
        add_photo(user, "both.png", text="porsche", angle=20)
        page = search_by_text("porsche", user=user)
        assert found(page) == ["both.png", "words.png", "likely.png"]
        assert [[reason.kind for reason in hit.reasons] for hit in page.hits] == [
            ["text", "picture"],
            ["text"],
            ["picture"],
        ]

    def test_others_than_the_given_ones_are_not_found(self, user):
        add_photo(user, "likely.png", angle=0)
        add_photo(user, "words.png", text="porsche")
        add_photo(user, "both.png", text="porsche", angle=0)
        given = Photo.objects.exclude(filename="both.png")
        assert found(search_by_text("porsche", user=user, among=given)) == ["words.png", "likely.png"]
        assert set(found(search_by_text("", user=user, among=given))) == {"words.png", "likely.png"}

    def test_vague_likeness_proposes_nothing(self, user):
        add_photo(user, "vague.png", angle=75)
        assert found(search_by_text("porsche", user=user)) == []

    def test_codes_ask_words_alone(self, user):
        add_photo(user, "likely.png", angle=0)
        assert found(search_by_text("NH961", user=user)) == []

    def test_excluded_words_and_filters_narrow_likeness_too(self, user):
        add_photo(user, "plain.png", angle=0)
        add_photo(user, "sold.png", angle=0, text="SOLD")
        add_photo(user, "small.png", angle=0, width=10)
        add_photo(user, "other.jpg", angle=0, extension="jpg")
        assert found(search_by_text("porsche -sold ext:png width:>=50", user=user)) == ["plain.png"]

    def test_camera_and_source_narrow_words_and_likeness(self, user):
        fuji = {"make": "FUJIFILM", "model": "X-T5"}
        photo = add_photo(user, "fuji.png", angle=0, text="porsche", metadata=fuji)
        add_photo(user, "other.png", angle=0, text="porsche", metadata={"model": "iPhone 15"})
        add_photo(user, "none.png", angle=0, text="porsche")
        PhotoSource.objects.create(photo=photo, path="/nas/WeChat/2023-05/a.png")
        for text in ("porsche camera:fuji", 'camera:"fujifilm x-t5"', "porsche source:wechat", "source:/nas/"):
            assert found(search_by_text(text, user=user)) == ["fuji.png"], text

    def test_the_kind_narrows_words_and_likeness(self, user):
        add_photo(user, "meme.png", angle=0, kind="meme")
        add_photo(user, "photo.png", angle=0, text="porsche", kind="photo")
        assert found(search_by_text("porsche kind:meme", user=user)) == ["meme.png"]

    def test_similar_versions_are_folded_into_the_best(self, user):
        add_photo(user, "best.png", angle=0, text="ok")
        add_photo(user, "copy.png", angle=1, text="ok")
        add_photo(user, "other words.png", angle=1, text="a very different sentence")
        add_photo(user, "other.png", angle=30, text="ok")
        page = search_by_text("porsche", user=user)
        assert found(page) == ["best.png", "other words.png", "other.png"]
        assert [[photo.filename for photo in hit.versions] for hit in page.hits] == [["copy.png"], [], []]

    def test_a_version_stands_in_for_the_best_when_that_is_gone(self, user):
        for number in range(3):
            add_photo(user, f"{number}.png", angle=number / 10)
            add_photo(user, f"other {number}.png", angle=30 + 10 * number)
        page = search_by_text("porsche", user=user, limit=1)
        best = page.hits[0].photo
        best.delete()
        again = continue_search(page.key, user=user, start=0, limit=1)
        assert again.hits[0].photo.pk == page.hits[0].versions[0].pk

    def test_what_does_not_stand_out_comes_below_the_divider(self, user):
        for number in range(60):
            add_photo(user, f"any {number}.png", angle=55 + number / 30, text=f"{number * 7919} unlike")
        add_photo(user, "said.png", text="porsche")
        add_photo(user, "shown.png", angle=0)
        page = search_by_text("porsche", user=user)
        assert found(page)[:2] == ["said.png", "shown.png"]
        assert page.divider == 2
        assert len(page.hits) > 2
        newest = search_by_text("porsche", user=user, order="newest")
        assert found(newest) == ["shown.png", "said.png"]
        assert (page.left_out, newest.left_out) == (0, 60)

    def test_filters_alone_list_newest_first(self, user):
        add_photo(user, "old.png")
        add_photo(user, "new.png")
        add_photo(user, "other.jpg", extension="jpg")
        page = search_by_text("ext:png", user=user, limit=1)
        assert found(page) == ["new.png"]
        assert page.has_more

    def test_neither_a_stranger_nor_an_administrator_finds_anything(self, user, django_user_model):
        add_photo(user, "private.png", text="porsche", angle=0)
        for stranger in (
            django_user_model.objects.create_user("stranger"),
            django_user_model.objects.create_superuser("admin"),
        ):
            assert found(search_by_text("porsche", user=stranger)) == []
            assert found(search_by_text("ext:png", user=stranger)) == []
            assert found(search_by_image(b"", user=stranger)) == []

    def test_a_photo_that_cannot_be_decoded_is_left_out(self, user):
        add_photo(user, "broken.png", text="porsche", angle=0, defect="It is cut off.")
        assert found(search_by_text("porsche", user=user)) == []

    def test_what_an_encoder_waits_for_only_administrators_are_told(self, user, monkeypatch):
        waiting = replace(ENCODER, state="waiting", reason="Put the weights into /models.")
        monkeypatch.setattr(ranker, "describe_encoders", lambda: [waiting, ENCODER])
        told = f"{waiting.title}: {waiting.reason}"
        assert told not in search_by_text("tea", user=user).notices
        user.is_staff = True
        assert told in search_by_text("tea", user=user).notices

    def test_everybody_is_told_while_every_encoder_is_loading(self, user, monkeypatch):
        waiting = replace(ENCODER, state="waiting", reason="It is being loaded.")
        monkeypatch.setattr(ranker, "describe_encoders", lambda: [waiting])
        monkeypatch.setattr(ranker, "choose_encoder", lambda scripts, *, user: None)
        assert any("cannot be compared" in notice for notice in search_by_text("tea", user=user).notices)

    def test_words_still_answer_when_no_encoder_does(self, user, monkeypatch):
        def refuse(*args, **kwargs):
            raise EncoderUnavailable("nobody there")

        monkeypatch.setattr(ranker, "choose_encoder", refuse)
        add_photo(user, "words.png", text="porsche")
        page = search_by_text("porsche", user=user)
        assert found(page) == ["words.png"]
        assert any("cannot be compared" in notice for notice in page.notices)

    def test_a_missing_index_is_said(self, user):
        add_photo(user, "words.png", text="porsche")
        page = search_by_text("porsche", user=user)
        assert any("keyword index" in notice for notice in page.notices)


@pytest.mark.django_db
@pytest.mark.usefixtures("encoder", "words_from_database")
class TestSearchByPicture:
    def test_the_most_alike_comes_first(self, user):
        add_photo(user, "alike.png", angle=20)
        add_photo(user, "same.png", angle=0)
        page = search_by_image(b"", user=user)
        assert found(page) == ["same.png", "alike.png"]
        assert page.hits[0].reasons[0].cosine == pytest.approx(1.0, abs=1e-3)

    def test_words_narrow_down_and_lift(self, user):
        add_photo(user, "same.png", angle=0)
        add_photo(user, "named.png", angle=10, text="porsche")
        assert found(search_by_image(b"", user=user, text="porsche")) == ["named.png", "same.png"]

    def test_excluded_words_push_away(self, user, monkeypatch):
        across = QueryVector(vector=np.array([0.0, 1.0], dtype=np.float32))
        monkeypatch.setattr(ranker, "encode_text", lambda text, *, model: across)
        for number in range(40):
            add_photo(user, f"{number}.png", angle=number * 4 - 80, text=f"{number * 7919}")
        towards = search_by_image(b"", user=user, text="up")
        away = search_by_image(b"", user=user, text="-up")
        angles = [float(page.hits[0].photo.filename[:-4]) * 4 - 80 for page in (towards, away)]
        assert angles[0] > 20
        assert angles[1] < -20

    def test_words_that_the_encoder_cannot_read_are_said(self, user):
        add_photo(user, "same.png", angle=0)
        page = search_by_image(b"", user=user, text="红色")
        assert found(page) == ["same.png"]
        assert any("cannot read “红色”" in notice for notice in page.notices)

    def test_similar_photos_are_found_without_the_photo_itself(self, user):
        photo = add_photo(user, "this.png", angle=40)
        add_photo(user, "near.png", angle=45)
        add_photo(user, "far.png", angle=-60)
        assert found(search_similar(photo, user=user)) == ["near.png"]

    def test_a_stranger_gets_nothing_from_anothers_photo(self, user, django_user_model):
        photo = add_photo(user, "this.png", angle=40)
        stranger = django_user_model.objects.create_user("stranger")
        add_photo(stranger, "theirs.png", angle=40)
        assert found(search_similar(photo, user=stranger)) == []
