"""Addresses and secrets are kept from other users."""

import stat

from photosearch.embedded.addresses import FILE, read_addresses, write_addresses


def test_reads_written_addresses(tmp_path):
    assert read_addresses(tmp_path) == {}
    write_addresses(tmp_path, {"SECRET_KEY": "old"})
    write_addresses(tmp_path, {"SECRET_KEY": "new", "REDIS_URL": "unix:///照片.sock"})
    assert read_addresses(tmp_path) == {"SECRET_KEY": "new", "REDIS_URL": "unix:///照片.sock"}
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_only_the_owner_can_read_the_file(tmp_path):
    write_addresses(tmp_path, {"SECRET_KEY": "hidden"})
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
