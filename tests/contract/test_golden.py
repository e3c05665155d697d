"""Every version of every event can be read for as long as a log is kept: golden files pin how each was stored."""

import json

import orjson
import pytest

from deploy.catalogue import events
from deploy.generate.golden import FOLDER, golden, path_of, reads_as, sample, write
from shared.domain.codec import decode
from shared.domain.event import Event

FILES = sorted(FOLDER.glob("*.json"))


def held(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_stored_reads_the_same_today(path):
    file = held(path)
    name, version, stored = file["name"], file["version"], file["stored"]
    assert path == path_of(name, version)
    assert name in events(), f"{name} was stored once, so it is read for years: keep its class"
    now = events()[name].VERSION
    assert version == now or "reads_as" in file, f"run `make generate` for version {now} of {name}"
    assert reads_as(stored, name) == file.get("reads_as", stored), (
        f"{name} version {version} no longer reads as it did: what is stored cannot be changed. "
        "Give the event a new version with an upcaster instead, and leave this file as it is"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_sealed_reads_the_same_today(path):
    file = held(path)
    event = events()[file["name"]]
    text = dict(file["sealed"] or {})
    text.pop("recorded_by", None)
    if event.TEXT is None:
        assert not text
        return
    assert event.TEXT.model_validate(text).model_dump(mode="json", exclude_none=True) == text


@pytest.mark.parametrize("event", events().values(), ids=list(events()))
def test_a_golden_file_fills_every_field(event):
    """Else a field could change its type unseen."""
    file = held(path_of(event.NAME, event.VERSION))
    assert file["stored"].keys() >= event.model_fields.keys() - {"sealed"}
    if event.TEXT is not None:
        assert file["sealed"].keys() >= event.TEXT.model_fields.keys()


@pytest.mark.parametrize("event", events().values(), ids=list(events()))
def test_samples_are_the_same_each_time(event):
    assert sample(event) == sample(event)
    assert golden(event) == golden(event)


def test_a_golden_file_is_never_overwritten(tmp_path):
    write("mash.ContactHeld", tmp_path)
    with pytest.raises(FileExistsError):
        write("mash.ContactHeld", tmp_path)


def test_a_new_version_reads_the_old_through_its_upcaster(tmp_path, monkeypatch):
    class Noted(Event, name="test_golden.Noted"):
        words: str

    old = golden(Noted)

    class NotedAgain(Event, name="test_golden.NotedAgain", version=2):
        note: str

        @staticmethod
        def upcast_v1_v2(state):
            state["note"] = state.pop("words")

    old["name"] = NotedAgain.NAME
    path_of(NotedAgain.NAME, 1, tmp_path).write_text(json.dumps(old))
    monkeypatch.setattr("deploy.generate.golden.events", lambda: {NotedAgain.NAME: NotedAgain})
    new = held(write(NotedAgain.NAME, tmp_path))
    assert new["stored"]["class_version"] == 2
    first = held(path_of(NotedAgain.NAME, 1, tmp_path))
    assert first["stored"] == old["stored"]
    assert first["reads_as"]["note"] == old["stored"]["words"]
    assert decode(NotedAgain.NAME, orjson.dumps(first["stored"]))[0].note == old["stored"]["words"]
