"""An installation is named by address and token: what is wrong with either is said, and no token is repeated."""

from pathlib import Path

import pytest

import services
from deploy.cli.reaching import GivenToken, addresses, services_at
from deploy.cli.screen import TOKEN, Place
from deploy.play.errors import CannotGoOn

SECRET = "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{SECRET}\n")
    path.chmod(0o600)
    return path


def test_one_address_is_for_every_team():
    assert addresses(["https://care.example/{service}/"]) == {
        name: f"https://care.example/{name}" for name in services.names()
    }
    assert addresses(["https://{service}.care.example"])["mash"] == "https://mash.care.example"


def test_each_service_may_have_its_own():
    given = ["mash=http://127.0.0.1:8081", "people=https://care.example/p"]
    assert addresses(given) == {"mash": "http://127.0.0.1:8081", "people": "https://care.example/p"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["https://care.example"], "with {service} in it"),
        (["mash=https://a.example", "mash=https://b.example"], "names mash twice"),
        (["Mash=https://a.example"], "NAME=ADDRESS"),
        (["http://care.example/{service}"], "unencrypted"),
        (["ftp://care.example/{service}"], "this is no address"),
        (["mash=care.example"], "this is no address"),
        (["https://care.example:99999/{service}"], "this is no address"),
        (["https://u:geheim@care.example/{service}"], "no user, password, query or fragment"),
        (["https://care.example/{service}?token=geheim"], "no user, password, query or fragment"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(given: list[str], told: str):
    with pytest.raises(CannotGoOn) as refused:
        addresses(given)
    assert told in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_token_comes_from_its_file_or_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch):
    assert GivenToken(file).read() == SECRET
    file.write_text("another.one.now")  # as a renewal would
    assert GivenToken(file).token("A", "auditor", "police") == "another.one.now"
    monkeypatch.setenv(TOKEN, SECRET)
    assert GivenToken(None).read() == SECRET


@pytest.mark.parametrize("content", ["", " \n", f"Bearer {SECRET}", f"{SECRET}\nX-Other: 1", "sécret"])
def test_what_is_no_token_is_refused_without_repeating_it(file: Path, content: str):
    file.write_text(content)
    with pytest.raises(CannotGoOn) as refused:
        GivenToken(file).read()
    assert "token" in str(refused.value)
    assert SECRET not in str(refused.value)
    assert "sécret" not in str(refused.value)


def test_a_token_that_others_can_read_is_refused(file: Path):
    file.chmod(0o644)
    with pytest.raises(CannotGoOn, match="chmod 600"):
        GivenToken(file).read()
    with pytest.raises(CannotGoOn, match="does not exist"):
        GivenToken(file.with_name("none")).read()


def test_without_a_token_it_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(TOKEN, raising=False)
    with pytest.raises(CannotGoOn, match="--token-file"):
        services_at(Place(Path(".stack"), ["https://care.example/{service}"]))


def test_two_places_at_once_are_refused(file: Path, tmp_path: Path):
    with pytest.raises(CannotGoOn, match="name two places"):
        services_at(Place(tmp_path, ["https://care.example/{service}"], file))
