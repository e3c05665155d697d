"""What an installation makes is made for every team there is, unless some are named."""

import pytest

from deploy.database import migrate, provision
from deploy.keys import make_keys
from services import names


def test_keys_are_made_for_every_team_or_for_those_named(tmp_path, capsys):
    assert make_keys.main([str(tmp_path / "one"), "mash"]) == 0
    assert "SAFEGUARDING_PEOPLE_KEYS" not in capsys.readouterr().out
    assert make_keys.main([str(tmp_path / "all")]) == 0
    said = capsys.readouterr().out
    for name in names():
        assert f"SAFEGUARDING_{name.upper()}_MASTER_KEY=" in said
        assert (tmp_path / f"all/secrets/{name}.master.key").exists()
        assert list((tmp_path / "all/secrets/transport").glob(f"safeguarding.{name}.v1/*"))


def test_keys_of_a_team_that_is_none_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        make_keys.main([str(tmp_path / "keys"), "mahs"])
    assert "no team: mahs; they are" in capsys.readouterr().err
    assert not (tmp_path / "keys").exists()


def test_a_named_teams_transport_keys_are_those_of_its_topics_alone(tmp_path):
    assert make_keys.main([str(tmp_path), "people"]) == 0
    assert {path.name for path in (tmp_path / "secrets/transport").iterdir()} == {
        "safeguarding.people.v1",
        "safeguarding.assessment.v1",
        "safeguarding.fws.v1",
        "safeguarding.resend.v1",
        "safeguarding.checkpoints.v1",
    }


def test_roles_and_schemas_are_provisioned_for_every_team(capsys):
    assert provision.main([]) == 0
    said = capsys.readouterr().out
    for name in names():
        made = f"CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {name}_owner;" in said
        assert made is (name != "lado")  # behind its wall it has a database of its own
    assert provision.main(["lado"]) == 0
    own = capsys.readouterr().out
    assert "current_database() <> 'safeguarding_lado'" in own
    assert "GRANT CONNECT ON DATABASE safeguarding_lado TO lado_owner, lado, lado_views" in own
    assert provision.main(["mash"]) == 0
    assert "people" not in capsys.readouterr().out


def test_every_team_is_migrated(monkeypatch, capsys):
    asked = []

    async def every(services):
        asked.extend(services)

    monkeypatch.setattr(migrate, "_migrate_all", every)
    assert migrate.main([]) == 0
    assert tuple(asked) == names()
