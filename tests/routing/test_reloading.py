import gc
import os
import resource
import sys
import threading
from pathlib import Path

import pytest

from app.routing import RulesError, RulesFile
from tests.routing.files import write_rules

LARGER = ("days_to_due: 20", "days_to_due: 21")
BROKEN = ("group: lamps}", "group: lmps}")


def test_an_unchanged_file_is_not_read_again(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    before = kept.current
    assert kept.refresh() is None
    assert kept.current is before


def test_a_changed_file_is_taken_in(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    write_rules(tmp_path, LARGER)
    change = kept.refresh()
    assert change is not None
    assert change.error is None
    assert change.sha256 == kept.current.sha256
    assert kept.current.categories["lamp"].days_to_due == 21
    assert kept.refresh() is None


def test_a_broken_file_leaves_the_old_rules_in_force_and_says_so_once(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    before = kept.current
    write_rules(tmp_path, BROKEN)
    change = kept.refresh()
    assert change is not None
    assert "Did you mean “lamps”?" in change.error.problems[0].sentence
    assert kept.error is change.error
    assert kept.current is before
    assert kept.refresh() is None


def test_mending_a_broken_file_clears_the_error_also_when_it_is_the_old_one_again(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    write_rules(tmp_path, BROKEN)
    assert kept.refresh().error
    write_rules(tmp_path)
    assert kept.refresh().error is None
    assert kept.error is None


def test_a_removed_file_and_a_removed_polygon_are_errors_and_come_back(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    for name in ("rules.yaml", "town.geojson"):
        (tmp_path / name).rename(tmp_path / "away")
        assert "can not be read" in str(kept.refresh().error)
        assert propose_works(kept)
        (tmp_path / "away").rename(tmp_path / name)
        assert kept.refresh().error is None


def propose_works(kept: RulesFile) -> bool:
    return "lamp" in kept.current.categories


def test_a_changed_polygon_is_noticed(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    before = kept.current.sha256
    town = tmp_path / "town.geojson"
    town.write_text(town.read_text().replace("19.0", "19.1"))
    assert kept.refresh().sha256 != before


def test_a_rewrite_of_the_same_size_and_time_is_noticed(tmp_path):
    path = write_rules(tmp_path)
    kept = RulesFile(path)
    stamp = path.stat()
    path.write_text(path.read_text().replace("days_to_due: 20", "days_to_due: 21"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert path.stat().st_size == stamp.st_size
    assert kept.refresh() is not None
    assert kept.current.categories["lamp"].days_to_due == 21


def test_there_is_no_start_without_a_good_file(tmp_path):
    with pytest.raises(RulesError):
        RulesFile(write_rules(tmp_path, BROKEN))


def test_threads_that_refresh_at_once_read_the_change_once(tmp_path):
    kept = RulesFile(write_rules(tmp_path))
    write_rules(tmp_path, LARGER)
    changes = []
    gate = threading.Barrier(8)

    def refresh() -> None:
        gate.wait()
        changes.append(kept.refresh())

    threads = [threading.Thread(target=refresh) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(change is not None for change in changes) == 1
    assert kept.current.categories["lamp"].days_to_due == 21


def test_memory_is_flat_over_a_thousand_reloads(tmp_path):
    """Good, changed and broken files in turn, after a warm-up in which caches fill.

    Counted in Python's own memory blocks and, for what the libraries hold, in the process's pages.
    """
    path = write_rules(tmp_path)
    sound, broken = path.read_text(), path.read_text().replace(*BROKEN)
    kept = RulesFile(path)

    def reload(rounds: range) -> tuple[int, int]:
        for n in rounds:
            text = broken if n % 3 == 2 else sound.replace("days_to_due: 20", f"days_to_due: {1 + n % 300}")
            path.write_text(text)
            assert kept.refresh() is not None
        gc.collect()
        return sys.getallocatedblocks(), int(Path("/proc/self/statm").read_text().split()[1])

    blocks, pages = reload(range(100))
    more_blocks, more_pages = reload(range(100, 1100))
    assert more_blocks - blocks < 2_000, f"{(more_blocks - blocks) / 1000:.1f} blocks more for each reload"
    assert (more_pages - pages) * resource.getpagesize() < 4_000_000
