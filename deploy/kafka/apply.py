"""Brings an Apache Kafka cluster to what the platform declares: its topics, its users and who may write and read what.

    python -m deploy.kafka.apply BOOTSTRAP --password-file FILE [--replication 3] [--passwords DIR]

It may be run again at any time, and changes only what differs. `--check` changes nothing and says what differs.
"""

import argparse
import sys
from pathlib import Path

from deploy.kafka.access import Access, Contradiction, access
from deploy.kafka.client import login
from deploy.kafka.rules import (
    AccessError,
    Difference,
    create_rules,
    difference,
    in_words,
    remove_rules,
    set_passwords,
)
from deploy.kafka.topics import TopicError, admin_client, broker_answers, create_topics, keep_as_declared
from shared.crypto.secret_files import UnsafeSecret, read_secret


def apply(
    bootstrap: str,
    administrator: dict[str, str],
    *,
    passwords: dict[str, str],
    replication: int = 1,
    remove_undeclared: bool = False,
    given: Access | None = None,
    timeout: float = 15,
) -> tuple[list[str], Difference]:
    """Creates what is declared and not there yet. Blocks.

    Args:
        bootstrap: the brokers' `host:port`.
        administrator: how the client makes itself known (`client.login`).
        passwords: of the services whose users are to be made, or given this password.
        replication: copies of each partition.
        remove_undeclared: whether rules that are not declared are taken away.
        given: other topics and rights than those that follow from the declarations of all teams.
        timeout: seconds that each request may take.

    Returns:
        The topics that were created, and how the rules differed before.

    Raises:
        TopicError, AccessError: the broker does not answer, refuses, or has a topic of another shape.
    """
    given = given or access()
    created = create_topics(
        bootstrap, declared=given.topics, replication=replication, timeout=timeout, login=administrator
    )
    keep_as_declared(bootstrap, given.topics, administrator, timeout)
    admin = admin_client(bootstrap, administrator)
    set_passwords(admin, passwords, timeout)
    found = difference(admin, given, timeout)
    create_rules(admin, found.missing, timeout)
    if remove_undeclared:
        remove_rules(admin, found.undeclared, timeout)
    return created, found


def main(arguments: list[str] | None = None) -> int:
    """The command line. Answers 0, or 1 when something differs, failed, or lets in who is not declared."""
    asked = _parser().parse_args(arguments)
    try:
        return _main(asked)
    except Contradiction as error:
        print(
            f"nothing was changed: the teams' declarations contradict each other:\n{error}", file=sys.stderr
        )
    except (TopicError, AccessError, UnsafeSecret) as error:
        print(error, file=sys.stderr)
    return 1


def _main(asked: argparse.Namespace) -> int:
    services = access().services
    password = read_secret(asked.password_file).decode().strip()
    administrator = login(
        asked.user, password, mechanism=asked.mechanism, tls=asked.tls, authority=asked.ca_file
    )
    if not broker_answers(asked.bootstrap, 10, administrator):
        print(
            f"the broker at {asked.bootstrap} does not answer, or refuses the user {asked.user}: "
            "see whether it runs, the user's password, --mechanism and --tls",
            file=sys.stderr,
        )
        return 1
    if asked.check:
        return _check(asked.bootstrap, administrator)
    passwords = {
        service: read_secret(asked.passwords / f"{service}.password").decode().strip()
        for service in services
        if asked.passwords is not None and (asked.passwords / f"{service}.password").exists()
    }
    created, found = apply(
        asked.bootstrap,
        administrator,
        passwords=passwords,
        replication=asked.replication,
        remove_undeclared=asked.remove_undeclared,
    )
    for name in created:
        print(f"created topic {name}")
    for user in passwords:
        print(f"set the password of {user}")
    for rule in found.missing:
        print(f"added: {in_words(rule)}")
    for rule in found.undeclared:
        print(f"{'removed' if asked.remove_undeclared else 'not declared'}: {in_words(rule)}")
    if found.undeclared and not asked.remove_undeclared:
        print(
            "Somebody may do what no team declares (docs/topics.md). Run this with --remove-undeclared to take "
            "such rules away.",
            file=sys.stderr,
        )
        return 1
    return 0


def _check(bootstrap: str, administrator: dict[str, str]) -> int:
    admin = admin_client(bootstrap, administrator)
    there = admin.list_topics(timeout=15).topics
    found = difference(admin, access())
    said = [f"no topic {topic.name}" for topic in access().topics if topic.name not in there]
    said += [f"missing: {in_words(rule)}" for rule in found.missing]
    said += [f"not declared: {in_words(rule)}" for rule in found.undeclared]
    print("\n".join(said) or "Everything is as declared.")
    return 1 if said else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.apply", description=__doc__.split("\n")[0])
    parser.add_argument("bootstrap", help="the brokers, host:port")
    parser.add_argument("--user", default="admin", help="the administrator (default: admin)")
    parser.add_argument(
        "--password-file", type=Path, required=True, help="with the administrator's password, mode 0600"
    )
    parser.add_argument("--mechanism", choices=["SCRAM-SHA-512", "PLAIN"], default="SCRAM-SHA-512")
    parser.add_argument("--tls", action="store_true", help="encrypt; needed anywhere but on loopback")
    parser.add_argument("--ca-file", type=Path, help="who signed the brokers' certificates")
    parser.add_argument(
        "--replication", type=int, default=1, help="copies of each partition; in production 3"
    )
    parser.add_argument(
        "--passwords", type=Path, help="folder of <service>.password, mode 0600: makes these users"
    )
    parser.add_argument(
        "--remove-undeclared", action="store_true", help="take away rules that are not declared"
    )
    parser.add_argument("--check", action="store_true", help="change nothing, and say what differs")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
