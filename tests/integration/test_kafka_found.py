"""Java and Kafka's jars: found where they are, told in a sentence where they are not, and never run when altered."""

import os
import stat
from pathlib import Path

import pytest

from deploy.kafka.topics import create_topics
from deploy.local import java
from deploy.local.errors import StackError
from deploy.local.kafka import LocalKafka


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def says(version: str) -> str:
    return f"echo 'openjdk version \"{version}\" 2026-01-01' >&2"


@pytest.fixture
def bare(monkeypatch, tmp_path) -> Path:
    """A machine with nothing on its PATH and nothing fetched; its folder for programs."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv(java.LIBRARIES, raising=False)
    return tmp_path / "bin"


def test_java_is_taken_from_java_home_then_from_the_path_if_it_is_new_enough(bare, monkeypatch, tmp_path):
    with pytest.raises(StackError, match=r"needs Java 17 or later; there is none here\. Install one"):
        java.java_program()
    old = program(bare / "java", says("11.0.2"))
    with pytest.raises(StackError, match=r"bin/java is Java 11\. Install one"):
        java.java_program()
    program(old, says("21"))
    assert java.java_program() == str(old)
    home = program(tmp_path / "jdk" / "bin" / "java", says("17.0.15"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert java.java_program() == str(home)


def test_without_jars_and_maven_it_is_said_how_to_get_them(bare):
    with pytest.raises(StackError, match=r"neither is Maven(.|\n)*apt install maven(.|\n)*KAFKA_LIBS"):
        java.kafka_jars()


def test_what_maven_says_when_it_fails_is_told_and_nothing_is_kept(bare, tmp_path):
    program(bare / "mvn", "echo no route to the repository; exit 1")
    with pytest.raises(StackError, match=r"could not fetch(.|\n)*no route to the repository"):
        java.kafka_jars()
    assert [path.name for path in (tmp_path / "cache" / "safeguarding").iterdir()] == [
        f"kafka-{java.VERSION}.lock"
    ]


def test_jars_that_are_not_the_listed_ones_are_refused(bare, monkeypatch, tmp_path):
    libraries = tmp_path / "libs"
    libraries.mkdir()
    monkeypatch.setenv(java.LIBRARIES, str(libraries))
    with pytest.raises(StackError, match=r"libs, which has no readable \S+\.jar"):
        java.kafka_jars()
    for name in java._digests():
        (libraries / name).write_bytes(b"altered")
    with pytest.raises(StackError, match=r"whose \S+\.jar is not the one that jars\.sha256 lists"):
        java.kafka_jars()


def test_every_version_is_pinned_and_the_same_everywhere():
    pom = Path(java.__file__).parents[1].joinpath("kafka", "pom.xml").read_text()
    assert f"<artifactId>kafka_2.13</artifactId>\n      <version>{java.VERSION}</version>" in pom
    assert f"kafka_2.13-{java.VERSION}.jar" in java._digests()
    assert "log4j-slf4j-impl-2.25.4.jar" in java._digests()
    assert all(len(digest) == 64 for digest in java._digests().values())


@pytest.mark.kafka
def test_kafka_keeps_topics_users_and_rules_when_it_is_killed(tmp_path):
    with LocalKafka(tmp_path / "kafka") as kafka:
        where, password = kafka.bootstrap, kafka.password("lado")
        assert kafka.child is not None
        os.kill(kafka.child.pid, 9)
        assert kafka.child.wait(30)
        kafka.start()
        assert (kafka.bootstrap, kafka.password("lado")) == (where, password)
        assert create_topics(kafka.bootstrap, login=kafka.administrator) == []
    with LocalKafka(tmp_path / "kafka") as kafka:  # another day, on other ports
        assert create_topics(kafka.bootstrap, login=kafka.administrator) == []
    for path in (tmp_path / "kafka").rglob("*.p*"):
        if path.suffix in {".password", ".properties"} and path.parent.name in {"kafka", "secrets"}:
            secret = kafka.password("admin") in path.read_text() or path.suffix == ".password"
            assert not secret or stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(StackError, match=r"no user for nobody: the teams are"):
        kafka.login_of("nobody")
