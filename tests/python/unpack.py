"""Unpacks a source distribution over an earlier one, touching only the files that differ: so the build is a short one."""

import sys
import tarfile
from pathlib import Path


def unpack(archive: str, target: Path) -> None:
    kept = set()
    with tarfile.open(archive) as tar:
        for member in tar:
            if not member.isfile():
                continue
            # Without the folder with name and version, in which all stands.
            path = target.joinpath(*Path(member.name).parts[1:])
            file = tar.extractfile(member)
            assert file is not None
            content = file.read()
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            kept.add(path)
    for path in target.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


unpack(sys.argv[1], Path(sys.argv[2]))
