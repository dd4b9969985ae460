import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.errors import NotFound
from app.storage import PhotoStore, process
from app.storage.images import Processed
from tests.storage.pictures import encoded, quarters

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PHOTO = UUID("01912345-0000-7000-8000-0000000000ab")


@pytest.fixture
def store(tmp_path):
    return PhotoStore(tmp_path / "photos")


def picture(jpeg=b"full", thumbnail=b"small"):
    return Processed(jpeg, thumbnail, 1, 1, "")


def files(store):
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def age(store, photo_id, hours):
    for size in ("full", "thumbnail"):
        set_age(store.open(photo_id, size), hours)


def set_age(path, hours):
    at = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(path, (at, at))


def test_a_kept_photo_can_be_opened_in_both_sizes(store):
    kept = process(encoded("JPEG", quarters()))
    store.save(PHOTO, kept)
    assert store.open(PHOTO).read_bytes() == kept.jpeg
    assert store.open(PHOTO, "thumbnail").read_bytes() == kept.thumbnail
    assert PhotoStore(store.folder).open(PHOTO, size="full").read_bytes() == kept.jpeg


def test_photos_are_spread_over_folders_by_the_ids_last_digits(store):
    store.save(PHOTO, picture())
    assert store.open(PHOTO) == store.folder / "ab" / f"{PHOTO}.jpg"


def test_only_the_owner_may_read(store):
    mask = os.umask(0)
    try:
        store.save(PHOTO, picture())
    finally:
        os.umask(mask)
    modes = {path.name: path.stat().st_mode & 0o777 for path in [store.folder, *store.folder.rglob("*")]}
    assert modes == {"photos": 0o700, "ab": 0o700, f"{PHOTO}.jpg": 0o600, f"{PHOTO}.thumbnail.jpg": 0o600}


def test_a_photo_that_is_not_there_is_not_found(store):
    with pytest.raises(NotFound):
        store.open(PHOTO)
    with pytest.raises(NotFound):
        store.open(PHOTO, "thumbnail")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "/etc/passwd", f"{PHOTO}/../x", f"{PHOTO}.jpg"])
def test_nothing_but_an_id_names_a_photo(store, name):
    for use in (store.open, store.delete, lambda photo_id: store.save(photo_id, picture())):
        with pytest.raises(ValueError, match="UUID"):
            use(name)
    assert not store.folder.exists()


def test_a_size_there_is_not_is_an_error_and_no_path(store):
    with pytest.raises(KeyError):
        store.open(PHOTO, "../full")


def test_saving_again_replaces(store):
    store.save(PHOTO, picture())
    store.save(PHOTO, picture(b"other"))
    assert store.open(PHOTO).read_bytes() == b"other"
    assert files(store) == [f"{PHOTO}.jpg", f"{PHOTO}.thumbnail.jpg"]


def test_a_deleted_photo_is_gone_and_deleting_it_again_is_no_error(store):
    store.delete(PHOTO)
    other = uuid4()
    store.save(PHOTO, picture())
    store.save(other, picture())
    store.delete(PHOTO)
    store.delete(PHOTO)
    assert files(store) == [f"{other}.jpg", f"{other}.thumbnail.jpg"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_photo_whole_and_no_rubbish(store, step, monkeypatch):
    store.save(PHOTO, picture(b"old", b"old small"))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, step, full)
        with pytest.raises(OSError, match="No space"):
            store.save(PHOTO, picture(b"new", b"new small"))
    assert store.open(PHOTO).read_bytes() == b"old"
    assert store.open(PHOTO, "thumbnail").read_bytes() == b"old small"
    assert files(store) == [f"{PHOTO}.jpg", f"{PHOTO}.thumbnail.jpg"]


def test_bytes_are_on_disk_before_their_name_and_the_name_before_save_returns(store, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append(kind_of(fd)), sync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda *paths: (done.append("name"), replace(*paths))[1])
    store.save(PHOTO, picture())
    assert done[-5:] == ["bytes", "name", "bytes", "name", "folder"]


def kind_of(descriptor):
    return "bytes" if Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".part" else "folder"


def test_orphans_older_than_a_day_are_found_and_swept(store):
    known, young, old = uuid4(), uuid4(), uuid4()
    for photo_id, hours in ((known, 100), (young, 23), (old, 25)):
        store.save(photo_id, picture())
        age(store, photo_id, hours)
    assert store.orphans({known}, now=NOW) == [old]
    assert store.sweep([known], now=NOW) == [old]
    assert store.sweep([known], now=NOW) == []
    assert store.open(known)
    assert store.open(young)


def test_a_photo_of_which_one_size_is_young_is_left_alone(store):
    store.save(PHOTO, picture())
    set_age(store.open(PHOTO, "thumbnail"), 30)
    set_age(store.open(PHOTO), 1)
    assert store.sweep([], now=NOW) == []


def test_what_a_killed_process_left_behind_is_swept_after_a_day(store):
    store.save(PHOTO, picture())
    shard = store.open(PHOTO).parent
    young, old = shard / f"{PHOTO}.jpg.1-aa.part", shard / f"{PHOTO}.jpg.1-bb.part"
    for path, hours in ((young, 2), (old, 30)):
        path.write_bytes(b"half")
        set_age(path, hours)
    assert store.sweep([PHOTO], now=NOW) == []
    assert young.exists()
    assert not old.exists()


def test_files_of_others_in_the_folder_are_left_alone(store):
    store.save(PHOTO, picture())
    strange = store.open(PHOTO).parent / "holiday.jpg"
    strange.write_bytes(b"x")
    set_age(strange, 1_000)
    assert store.sweep([PHOTO], now=NOW) == []
    assert strange.exists()


def test_an_empty_installation_has_no_orphans(store):
    assert store.sweep([], now=NOW) == []
