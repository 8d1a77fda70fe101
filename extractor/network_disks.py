"""Tells a disk of another machine from one of this: on the former SQLite's locks cannot be relied on.

Source: sqlite.org, "Write-Ahead Logging" (it does not work over a network file system) and "How To Corrupt
An SQLite Database File", 2.1 (locks that do not work). Looks at Linux alone; elsewhere every disk is local.
"""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where. Source of its form: proc_pid_mountinfo(5)."""
_OF_ANOTHER_MACHINE = frozenset(
    {
        "afs", "beegfs", "ceph", "cifs", "coda", "fuse.ceph", "fuse.gcsfuse", "fuse.glusterfs",
        "fuse.juicefs", "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
        "orangefs", "smb3", "smbfs", "wekafs",
    }
)  # fmt: skip
_ESCAPED = re.compile(r"\\([0-7]{3})")


def network_disk(path: Path) -> str | None:
    """Return the kind of network file system on which a path lies, "nfs4" for example, else None."""
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        place = path.resolve()
    except (OSError, RuntimeError):
        return None
    above = [line for line in mounts if place.is_relative_to(_point(line))]
    above.reverse()  # of those in one place the last covers the others
    kind = _kind(max(above, key=lambda line: len(_point(line).parts), default=""))
    return kind if kind in _OF_ANOTHER_MACHINE else None


def _point(line: str) -> Path:
    """Return where a line's file system is mounted; blanks in it are written in octal."""
    fields = line.split(" ")
    return Path(_ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[4] if len(fields) > 4 else ""))


def _kind(line: str) -> str:
    return line.partition(" - ")[2].partition(" ")[0]
