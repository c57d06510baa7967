"""Tests that searches fuse, explain, narrow and authorise rankings, with an encoder of two dimensions."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User

from gallery.models import Photo, PhotoQuerySet, PhotoSource
from search.encoders.client import EncoderUnavailable, QueryVector
from search.query.parser import parse
from search.ranking import hybrid, ranker
from search.ranking.hybrid import (
    SearchOptions,
    continue_search,
    rank_photos,
    search_by_image,
    search_by_text,
    search_similar,
)
from search.ranking.results import CountedOffer, SearchPage
from search.ranking.scope import SearchScope
from search.vectors.examples import StoredPhoto
from tests.factories import ENCODER, add_photo


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create_user("owner")


def search(text: str, *, user: User, **options: Any) -> SearchPage:
    return search_by_text(parse(text), user=user, options=SearchOptions(**options))


def search_with_picture(text: str = "", *, user: User) -> SearchPage:
    return search_by_image(b"", user=user, query=parse(text))


def found(page: SearchPage) -> list[str]:
    return [hit.photo.filename for hit in page.hits]


@pytest.mark.django_db
@pytest.mark.usefixtures("encoder", "words_from_database")
class TestSearchByText:
    def test_ranks_photos_of_both_rankings_then_words_then_likeness(self, user):
        add_photo(user, "likely.png", angle=0)
        add_photo(user, "words.png", text="a red porsche")
        add_photo(user, "both.png", text="porsche", angle=20)
        page = search("porsche", user=user)
        assert found(page) == ["both.png", "words.png", "likely.png"]
        assert [[reason.kind for reason in hit.reasons] for hit in page.hits] == [
            ["text", "picture"],
            ["text"],
            ["picture"],
        ]

    def test_finds_only_photos_of_given_set(self, user):
        add_photo(user, "likely.png", angle=0)
        add_photo(user, "words.png", text="porsche")
        add_photo(user, "both.png", text="porsche", angle=0)
        given = Photo.objects.exclude(filename="both.png")
        assert found(search("porsche", user=user, among=given)) == ["words.png", "likely.png"]
        assert set(found(search("", user=user, among=given))) == {"words.png", "likely.png"}

    def test_drops_scores_below_floor(self, user):
        add_photo(user, "vague.png", angle=75)
        assert found(search("porsche", user=user)) == []

    def test_searches_codes_by_words_only(self, user):
        add_photo(user, "likely.png", angle=0)
        assert found(search("NH961", user=user)) == []

    def test_narrows_vector_ranking_by_exclusions_and_filters(self, user):
        add_photo(user, "plain.png", angle=0)
        add_photo(user, "sold.png", angle=0, text="SOLD")
        add_photo(user, "small.png", angle=0, width=10)
        add_photo(user, "other.jpg", angle=0, extension="jpg")
        assert found(search("porsche -sold ext:png width:>=50", user=user)) == ["plain.png"]

    def test_excludes_pictures_that_show_the_word(self, user):
        add_photo(user, "shows.png", angle=0)
        add_photo(user, "vague.png", angle=58)
        add_photo(user, "other.png", angle=90)
        add_photo(user, "says.png", angle=90, text="a porsche")
        assert found(search("-porsche", user=user)) == ["other.png", "vague.png"]
        assert found(search("-911", user=user)) == ["says.png", "other.png", "vague.png", "shows.png"]

    def test_narrows_by_camera_and_source(self, user):
        fuji = {"make": "FUJIFILM", "model": "X-T5"}
        photo = add_photo(user, "fuji.png", angle=0, text="porsche", metadata=fuji)
        add_photo(user, "other.png", angle=0, text="porsche", metadata={"model": "iPhone 15"})
        add_photo(user, "none.png", angle=0, text="porsche")
        PhotoSource.objects.create(photo=photo, path="/nas/WeChat/2023-05/a.png")
        for text in ("porsche camera:fuji", 'camera:"fujifilm x-t5"', "porsche source:wechat", "source:/nas/"):
            assert found(search(text, user=user)) == ["fuji.png"], text

    def test_narrows_by_kind(self, user):
        add_photo(user, "meme.png", angle=0, kind="meme")
        add_photo(user, "photo.png", angle=0, text="porsche", kind="photo")
        assert found(search("porsche kind:meme", user=user)) == ["meme.png"]

    def test_groups_near_duplicates_under_best(self, user):
        add_photo(user, "best.png", angle=0, text="ok")
        add_photo(user, "copy.png", angle=1, text="ok")
        add_photo(user, "other words.png", angle=1, text="a very different sentence")
        add_photo(user, "other.png", angle=30, text="ok")
        page = search("porsche", user=user)
        assert found(page) == ["best.png", "other words.png", "other.png"]
        assert [[photo.filename for photo in hit.near_duplicates] for hit in page.hits] == [["copy.png"], [], []]

    def test_shows_near_duplicate_when_best_is_deleted(self, user):
        for number in range(3):
            add_photo(user, f"{number}.png", angle=number / 10)
            add_photo(user, f"other {number}.png", angle=30 + 10 * number)
        page = search("porsche", user=user, page_size=1)
        best = page.hits[0].photo
        best.delete()
        again = continue_search(page.key, user=user, start=0, limit=1)
        assert again.hits[0].photo.pk == page.hits[0].near_duplicates[0].pk

    def test_puts_less_relevant_photos_below_cutoff(self, user):
        for number in range(60):
            add_photo(user, f"any {number}.png", angle=65 + number / 30, text=f"{number * 7919} unlike")
        add_photo(user, "words.png", text="porsche")
        add_photo(user, "picture.png", angle=0)
        page = search("porsche", user=user)
        assert found(page)[:2] == ["words.png", "picture.png"]
        assert page.cutoff == 2
        assert len(page.hits) > 2
        newest = search("porsche", user=user, order="newest")
        assert found(newest) == ["picture.png", "words.png"]
        assert (page.left_out, newest.left_out) == (0, 60)

    @pytest.mark.parametrize(("text", "cutoff"), [("porsche", 1), ("a red car", None)])
    def test_cuts_off_vague_pictures_beside_words(self, user, text, cutoff):
        add_photo(user, "vague.png", angle=58)
        add_photo(user, "words.png", text=text)
        assert search("porsche", user=user).cutoff == cutoff

    def test_lists_newest_first_for_filters_alone(self, user):
        add_photo(user, "old.png")
        add_photo(user, "new.png")
        add_photo(user, "other.jpg", extension="jpg")
        page = search("ext:png", user=user, page_size=1)
        assert found(page) == ["new.png"]
        assert page.has_more

    def test_counts_found_photos_on_every_page(self, user, monkeypatch):
        monkeypatch.setattr(hybrid, "MAX_LISTED_PHOTOS", 3)
        for number in range(4):
            add_photo(user, f"{number}.png", text="tea NH961")
        add_photo(user, "other.jpg", extension="jpg")
        page = search("NH961", user=user, page_size=3)
        again = continue_search(page.key, user=user, start=3, limit=3)
        assert [(found.found, found.is_cut) for found in (page, again)] == [(4, False)] * 2
        listed = search("ext:png", user=user, page_size=2)
        rest = continue_search(listed.key, user=user, start=2, limit=2)
        assert [(found.found, found.is_cut) for found in (listed, rest)] == [(4, True)] * 2
        assert len(listed.hits) + len(rest.hits) == 3
        assert listed.notices == ["4 photos match; only the first 3 are listed. More words or filters find fewer."]
        assert search("ext:png", user=user, max_results=2).found == 4

    def test_shows_nothing_and_says_why_for_punctuation(self, user):
        add_photo(user, "any.png", text="tea")
        for text in ("?!", "。。。", "- -", '"'):
            page = search(text, user=user)
            assert (page.hits, page.found) == ([], 0)
            assert page.notices[0].startswith("Only punctuation was typed.")
        assert found(search("-coffee", user=user)) == ["any.png"]
        assert found(search("-tea", user=user)) == []
        assert found(search("🎉", user=user)) == []

    def test_finds_photos_that_have_or_show_date(self, user):
        add_photo(user, "taken.png", taken_at=datetime(2024, 3, 15, 12))
        add_photo(user, "ticket.png", text="出票日期 2024年3月15日", taken_at=datetime(2024, 2, 1))
        add_photo(user, "boarding.png", description="Boarding 15 MAR 2024", taken_at=datetime(2024, 1, 1))
        add_photo(user, "other.png", text="2024-03-16 or 5 March 2024", taken_at=datetime(2024, 3, 16))
        for text in ("2024-03-15", "15 March 2024", "2024年3月15日"):
            page = search(text, user=user)
            assert found(page) == ["ticket.png", "boarding.png", "taken.png"], text
        assert [reason.kind for hit in (page.hits[0], page.hits[2]) for reason in hit.reasons] == ["text", "date"]
        assert page.hits[2].reasons[0].snippet == "Taken on Mar 15, 2024"
        assert "<mark>" in page.hits[0].reasons[0].snippet
        assert found(search("2024-03-15", user=user, order="oldest")) == ["boarding.png", "ticket.png", "taken.png"]
        assert found(search("出票日期 2024-03-15", user=user)) == ["ticket.png"]
        assert found(search("date:2024-03-15", user=user)) == ["taken.png"]
        assert found(search('"2024-03-15"', user=user)) == []

    def test_dates_photo_without_date_by_upload(self, user):
        add_photo(user, "dated.png", taken_at=datetime(2019, 5, 1))
        undated = add_photo(user, "undated.png", text="tea")
        for text in ("today", "this year", f"date:{undated.dated_at:%Y-%m}", f"after:{undated.dated_at:%Y-%m-%d} tea"):
            page = search(text, user=user)
            assert found(page) == ["undated.png"], text
            assert page.hits[0].reasons[-1].snippet.startswith("Uploaded on ")

    def test_offers_photos_of_year_or_month(self, user):
        add_photo(user, "taken.png", taken_at=datetime(2019, 5, 1))
        add_photo(user, "says.png", text="May 2019 report", taken_at=datetime(2020, 1, 1))
        page = search("2019", user=user)
        assert found(page) == ["says.png"]
        assert page.offers == (CountedOffer("2019", "date:2019", 1),)
        page = search("May", user=user, among=Photo.objects.filter(filename="says.png"))
        assert (found(page), page.offers) == (["says.png"], ())
        assert found(search("date:may", user=user)) == ["taken.png"]
        assert search("2018", user=user).offers == ()

    def test_shows_photos_taken_then_if_no_photo_shows_year(self, user):
        add_photo(user, "taken.png", taken_at=datetime(2019, 5, 1))
        add_photo(user, "small.png", taken_at=datetime(2019, 5, 1), width=10)
        page = search("2019 width:>50", user=user)
        assert (found(page), page.offers) == (["taken.png"], ())
        assert page.notices == ["“2019” is in no picture. These photos were taken then."]
        assert found(search("2019 report", user=user)) == []
        add_photo(user, "lake.png", text="杭州", taken_at=datetime(2019, 8, 1))
        add_photo(user, "later.png", text="杭州", taken_at=datetime(2020, 8, 1))
        page = search("杭州 2019", user=user)
        assert (found(page), page.offers) == (["lake.png"], ())
        assert page.notices[-1].startswith("No picture contains “2019” and the other words.")
        add_photo(user, "ticket.png", text="杭州 2019")
        assert found(search("杭州 2019", user=user)) == ["ticket.png"]
        add_photo(user, "blossom.png", angle=0, taken_at=datetime(2019, 8, 1))
        page = search("spring", user=user)
        assert (found(page), [offer.photos for offer in page.offers]) == (["blossom.png"], [2])

    def test_says_that_no_photo_was_taken_then(self, user):
        add_photo(user, "taken.png", taken_at=datetime(2019, 5, 1))
        for text, sentence in (
            ("2020-03-16", "No photo that matches was taken then or shows that date."),
            ("before:2018", "No photo that matches was taken then."),
            ("date:june", "No photo that matches was taken then."),
        ):
            page = search(text, user=user)
            assert not page.hits
            assert page.notices[0] == sentence

    def test_finds_nothing_for_stranger_or_administrator(self, user, django_user_model):
        add_photo(user, "private.png", text="porsche", angle=0)
        for stranger in (
            django_user_model.objects.create_user("stranger"),
            django_user_model.objects.create_superuser("admin"),
        ):
            assert found(search("porsche", user=stranger)) == []
            assert found(search("ext:png", user=stranger)) == []
            assert found(search_with_picture(user=stranger)) == []

    def test_checks_rights_in_each_retrieval_and_in_page(self, user, monkeypatch):
        add_photo(user, "both.png", text="porsche", angle=0)
        visible_to, checks = PhotoQuerySet.visible_to, []

        def count(photos: PhotoQuerySet, user: User) -> PhotoQuerySet:
            checks.append(user)
            return visible_to(photos, user)

        monkeypatch.setattr(PhotoQuerySet, "visible_to", count)
        assert found(search("porsche", user=user)) == ["both.png"]
        # Words, with a subquery for each word while the index is down, vectors, and the page of hits.
        assert checks == [user] * 4

    def test_finds_broken_photos_by_words_only(self, user):
        add_photo(user, "broken.png", text="porsche", angle=0, defect="It is cut off.")
        assert found(search("porsche", user=user)) == ["broken.png"]
        assert found(search("tea", user=user)) == []

    def test_shows_waiting_reason_to_administrators_only(self, user, monkeypatch):
        waiting = replace(ENCODER, state="waiting", reason="Put the weights into /models.")
        monkeypatch.setattr(ranker, "describe_encoders", lambda: [waiting, ENCODER])
        notice = f"{waiting.title}: {waiting.reason}"
        assert notice not in search("tea", user=user).notices
        user.is_staff = True
        assert notice in search("tea", user=user).notices

    def test_notifies_users_while_all_encoders_load(self, user, monkeypatch):
        waiting = replace(ENCODER, state="waiting", reason="It is being loaded.")
        monkeypatch.setattr(ranker, "describe_encoders", lambda: [waiting])
        monkeypatch.setattr(ranker, "choose_encoder", lambda scripts, *, user: None)
        assert any("cannot be compared" in notice for notice in search("tea", user=user).notices)

    def test_searches_words_when_encoder_is_unavailable(self, user, monkeypatch):
        def refuse(*args, **kwargs):
            raise EncoderUnavailable("connection refused")

        monkeypatch.setattr(ranker, "choose_encoder", refuse)
        add_photo(user, "words.png", text="porsche")
        page = search("porsche", user=user)
        assert found(page) == ["words.png"]
        assert any("cannot be compared" in notice for notice in page.notices)

    def test_notifies_that_long_queries_are_searched_exactly(self, user):
        notices = [search_by_text(parse("word " * number), user=user).notices for number in (12, 13)]
        assert [any("at most 12 words" in notice for notice in some) for some in notices] == [False, True]

    def test_notifies_when_index_is_missing(self, user):
        add_photo(user, "words.png", text="porsche")
        page = search("porsche", user=user)
        assert any("keyword index" in notice for notice in page.notices)


@pytest.mark.django_db
@pytest.mark.usefixtures("encoder", "words_from_database")
class TestSearchByPicture:
    def test_ranks_most_similar_first(self, user):
        add_photo(user, "alike.png", angle=20)
        add_photo(user, "same.png", angle=0)
        page = search_with_picture(user=user)
        assert found(page) == ["same.png", "alike.png"]
        assert page.hits[0].reasons[0].cosine == pytest.approx(1.0, abs=1e-3)

    @pytest.mark.parametrize("library", [0, 3, 40])
    @pytest.mark.parametrize("angle", [0, 20, None], ids=["like copies", "unlike", "not encoded yet"])
    def test_ranks_same_bytes_first(self, user, library, angle):
        for number in range(library):
            add_photo(user, f"alike {number}.png", angle=number / 100, text=f"{number * 7919} unlike")
        same = add_photo(user, "same.png", angle=angle)
        Photo.objects.filter(pk=same.pk).update(sha256=sha256(b"").hexdigest())
        page = search_with_picture(user=user)
        assert found(page)[0] == "same.png"
        assert page.hits[0].reasons[0].score == 1.0
        assert page.cutoff != 0

    @pytest.mark.parametrize("library", [0, 3, 60])
    def test_counts_copies_as_relevant(self, user, library):
        for number in range(library):
            add_photo(user, f"alike {number}.png", angle=17 + number / 100, text=f"{number * 7919} unlike")
        for number in range(3):
            add_photo(user, f"copy {number}.png", angle=15, text=f"{number * 104729} unlike")
        page = search_with_picture(user=user)
        assert {name[:4] for name in found(page)[: page.cutoff]} >= {"copy"}
        assert page.cutoff is None or page.cutoff >= 3

    def test_ranks_photos_with_words_higher(self, user):
        add_photo(user, "same.png", angle=0)
        add_photo(user, "named.png", angle=10, text="porsche")
        assert found(search_with_picture("porsche", user=user)) == ["named.png", "same.png"]

    def test_moves_away_from_excluded_words(self, user, monkeypatch):
        across = QueryVector(vector=np.array([0.0, 1.0], dtype=np.float32))
        monkeypatch.setattr(ranker, "encode_text", lambda text, *, model: across)
        for number in range(40):
            add_photo(user, f"{number}.png", angle=number * 4 - 80, text=f"{number * 7919}")
        towards = search_with_picture("up", user=user)
        away = search_with_picture("-up", user=user)
        angles = [float(page.hits[0].photo.filename[:-4]) * 4 - 80 for page in (towards, away)]
        assert angles[0] > 20
        assert angles[1] < -20

    def test_notifies_about_unreadable_words(self, user):
        add_photo(user, "same.png", angle=0)
        page = search_with_picture("红色", user=user)
        assert found(page) == ["same.png"]
        assert any("does not understand “红色”" in notice for notice in page.notices)

    def test_finds_similar_photos_without_photo_itself(self, user):
        photo = add_photo(user, "this.png", angle=40)
        add_photo(user, "near.png", angle=45)
        add_photo(user, "far.png", angle=-60)
        assert found(search_similar(photo, user=user)) == ["near.png"]

    def test_searches_one_scope_several_times(self, user):
        photo = add_photo(user, "this.png", text="porsche", angle=0)
        scope = SearchScope(parse("porsche"), user)
        assert rank_photos(scope, example=StoredPhoto(photo)).entries == ()
        assert [entry.photo_id for entry in rank_photos(scope).entries] == [photo.pk]

    def test_finds_nothing_similar_to_photo_of_other_user(self, user, django_user_model):
        photo = add_photo(user, "this.png", angle=40)
        stranger = django_user_model.objects.create_user("stranger")
        add_photo(stranger, "theirs.png", angle=40)
        assert found(search_similar(photo, user=stranger)) == []
