"""`manage.py models` lists encoders and text recognition, and builds vector indexes."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from search.encoders.client import describe_encoders
from search.ocr.scripts import SCRIPTS
from search.vectors.index import has_vector_index
from tests.encoder_process import EncoderProcess, ready_encoder
from tests.factories import drop_vector_indexes, embed, make_photos, unit_vectors


@pytest.fixture(scope="module")
def process_without_clip(tmp_path_factory):
    """Run an encoder process whose CLIP is missing its weights; return their path."""
    path = tmp_path_factory.mktemp("empty") / "weights.pt"
    with EncoderProcess(CLIP_WEIGHTS=str(path)).running():
        yield path


def models(*arguments: str) -> str:
    output = StringIO()
    call_command("models", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_lists_models_with_state_and_photos(process_without_clip, user):
    photos, conse = make_photos(user, 3), ready_encoder("conse")
    embed(photos[:2], unit_vectors(2, conse.dimensions), model=conse.model)
    clip_line, conse_line, ocr_line, *script_lines = models().splitlines()
    assert clip_line.startswith("clip")
    assert f"CLIP_WEIGHTS names a missing file: {process_without_clip}." in clip_line
    assert conse.model in conse_line
    assert "2 of 3 photos, without index" in conse_line
    assert ocr_line.startswith("ocr")
    assert "script    korean  Tesseract" in script_lines
    assert len(script_lines) == len(SCRIPTS)


@pytest.mark.django_db
def test_reports_a_missing_encoder_process(settings, tmp_path):
    settings.ENCODER_SOCKET = tmp_path / "missing"
    assert "The encoder process does not answer." in models()
    with pytest.raises(CommandError, match="The encoder process does not answer"):
        models("--activate", "conse")


@pytest.mark.django_db(transaction=True)
def test_activate_builds_the_vector_index(process_without_clip, user):
    conse = ready_encoder("conse")
    embed(make_photos(user, 3), unit_vectors(3, conse.dimensions), model=conse.model)
    models("--activate", "conse")
    try:
        assert has_vector_index(conse.model)
        assert "3 of 3 photos, with index" in models()
    finally:
        drop_vector_indexes()


def test_activate_refuses_unknown_and_waiting_encoders(process_without_clip):
    with pytest.raises(CommandError, match=r"Unknown encoder magic\. Encoders: clip, conse"):
        models("--activate", "magic")
    (clip, _conse) = describe_encoders()
    with pytest.raises(CommandError) as caught:
        models("--activate", "clip")
    assert clip.reason in str(caught.value)


def test_fetch_explains_a_failed_download(settings, tmp_path, monkeypatch):
    settings.CLIP_MODEL, settings.CLIP_DOWNLOAD_ROOT = "ViT-Z/99", str(tmp_path)
    with pytest.raises(CommandError, match="CLIP_MODEL must be one of"):
        models("--fetch")
