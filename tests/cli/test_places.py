"""Places where nothing can be kept: each is told in a line, and there is a way to go on without."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.cli.test_batch_crash import small_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs, makes a user namespace")


def test_a_read_only_place_for_answers_is_told_and_not_needed(cli, article, asked, home):
    disk = home / "disk"
    with small_disk(disk):
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        told = cli("extract", article, "--cache-dir", disk / "answers", code=1).stderr
        assert f"what is kept in {disk}/answers cannot be read or written" in told
        assert "--no-cache" in told
        assert asked.requests == []
        done = cli("extract", article, "--cache-dir", disk / "answers", "--no-cache", code=0)
        assert "fisheries" in done.stdout


def test_answers_recorded_on_a_disk_that_became_read_only_are_told_of(cli, article, asked, home):
    disk = home / "disk"
    with small_disk(disk, "8m"):
        cli("extract", article, "--cache-dir", disk / "answers", code=0)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        told = cli("extract", article, "--cache-dir", disk / "answers", "--date", "2031-06-04", code=1).stderr
        assert "Traceback" not in told
        assert "--no-cache" in told


@pytest.fixture
def nobody(environment):
    """Run a command as a user of whom the system knows nothing, as containers do."""
    unshare = shutil.which("unshare")
    mapped = [unshare or "unshare", "--user", "--map-user=54321", "--"]
    if unshare is None or subprocess.run([*mapped, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no right to make a user namespace here")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "EXTRACTOR_WEIGHTS_DIR"):
        environment.pop(name, None)

    def run(*arguments, **variables):
        command = [*mapped, sys.executable, "-m", "extractor", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment | variables
        )

    return run


def test_without_a_home_the_way_to_one_is_told(nobody, article, asked, tmp_path):
    done = nobody("extract", article)
    assert (done.returncode, asked.requests) == (2, [])
    assert done.stderr.splitlines() == [
        "error: this user has no home folder",
        "  hint: set HOME to a folder that may be written, /tmp/me for example",
    ]
    assert nobody("extract", article, HOME=str(tmp_path)).returncode == 0
    assert (tmp_path / ".cache/extractor/answers").is_dir()
    assert not os.path.lexists("~")
