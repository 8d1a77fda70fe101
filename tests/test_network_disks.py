"""Which disks count as those of another machine, by what the system says is mounted; and who warns of them."""

import logging

import pytest

from extractor import network_disks
from extractor.batching.ledger import Ledger, Places, Terms
from extractor.llm.caching import DiskStore
from extractor.network_disks import network_disk


def line(point, kind):
    written = str(point).replace(" ", r"\040")
    return f"36 35 98:0 / {written} rw master:1 - {kind} from:/there rw\n"


@pytest.fixture
def mounted(tmp_path, monkeypatch):
    """Say what is mounted, in the form of the system's own file, beside the system's root."""

    def say(*lines):
        told = tmp_path / "mountinfo"
        told.write_text("".join((line("/", "ext4"), *lines)))
        monkeypatch.setattr(network_disks, "MOUNTS", told)

    return say


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "lustre", "ceph", "fuse.sshfs"])
def test_a_disk_of_another_machine_is_known_by_its_kind(kind, mounted, tmp_path):
    mounted(line(tmp_path / "there", kind))
    assert network_disk(tmp_path / "there" / "not made" / "yet") == kind
    assert network_disk(tmp_path / "therefore") is None


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fuse.ntfs-3g"])
def test_a_disk_of_this_machine_is_not(kind, mounted, tmp_path):
    mounted(line(tmp_path, kind))
    assert network_disk(tmp_path) is None


def test_what_is_mounted_deepest_and_last_counts(mounted, tmp_path):
    mounted(line(tmp_path / "a b", "nfs4"), line(tmp_path, "autofs"), line(tmp_path, "cifs"))
    assert network_disk(tmp_path / "a b") == "nfs4"
    assert network_disk(tmp_path / "other") == "cifs"
    mounted(line(tmp_path / "a b", "nfs4"), line(tmp_path / "a b" / "local", "ext4"))
    assert network_disk(tmp_path / "a b" / "local" / "file") is None


def test_a_link_counts_for_where_it_leads(mounted, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    mounted(line(tmp_path / "there", "nfs"))
    assert network_disk(tmp_path / "link" / "file") == "nfs"


def test_the_system_of_these_tests_is_read_and_where_none_tells_a_disk_is_local(tmp_path, monkeypatch):
    assert network_disk(tmp_path) is None
    monkeypatch.setattr(network_disks, "MOUNTS", tmp_path / "no such file")
    assert network_disk(tmp_path) is None


def test_a_run_and_the_answers_on_such_a_disk_are_warned_of_and_work(mounted, tmp_path, caplog):
    mounted(line(tmp_path, "nfs4"))
    notes = []
    with Ledger.opened(Places.of(tmp_path / "out.jsonl", spool_is_output=True), Terms({}), notes.append):
        pass
    assert "out.jsonl.journal lies on a network disk (nfs4)" in notes[0]
    with caplog.at_level(logging.WARNING):
        assert list(DiskStore(tmp_path / "answers")) == []
    assert "on a network disk (nfs4)" in caplog.text


def test_a_local_disk_is_not_warned_of(tmp_path, caplog):
    notes = []
    with Ledger.opened(Places.of(tmp_path / "out.jsonl", spool_is_output=True), Terms({}), notes.append):
        DiskStore(tmp_path / "answers").close()
    assert (notes, caplog.text) == ([], "")
