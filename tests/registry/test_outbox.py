"""Events arrive, if need be after several attempts, in their order, and once as far as one sees."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import bureaukit
from govseal.registry.outbox import FolderTarget


class Target:
    """Takes events, unless it is told to fail."""

    def __init__(self):
        self.got, self.failures = [], 0

    def send(self, message):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("secret password of the web hook")
        self.got.append(message.subject)


def tell(bureau, *subjects):
    with bureau.acting(bureaukit.person("handler")) as b, b.call("test.tell") as call:
        for subject in subjects:
            call.tell("thing.done", subject, count=1)


def test_events_arrive_in_their_order_and_once(any_bureau):
    tell(any_bureau, "a", "b")
    tell(any_bureau, "c")
    target = Target()
    done = any_bureau.outbox.deliver(target, limit=2)
    assert (done.sent, done.waiting, done.error) == (2, 1, "")
    assert any_bureau.outbox.deliver(target).sent == 1
    assert any_bureau.outbox.deliver(target).sent == 0
    assert target.got == ["a", "b", "c"]


def test_what_does_not_arrive_is_sent_again(bureau, clock):
    tell(bureau, "a", "b")
    target = Target()
    target.failures = 2
    failed = bureau.outbox.deliver(target)
    assert (failed.sent, failed.waiting, failed.error) == (0, 2, "ConnectionError")
    assert bureau.outbox.deliver(target).error == ""  # a minute has to go by
    assert target.failures == 1
    clock.forward(minutes=1)
    assert bureau.outbox.deliver(target).error == "ConnectionError"
    clock.forward(minutes=1, seconds=59)
    assert bureau.outbox.deliver(target).sent == 0
    clock.forward(seconds=1)
    assert bureau.outbox.deliver(target).sent == 2
    assert target.got == ["a", "b"]


def test_waiting_has_an_end(bureau, clock):
    tell(bureau, "a")
    target = Target()
    target.failures = 30
    for _ in range(30):
        assert bureau.outbox.deliver(target).error == "ConnectionError"
        clock.now += timedelta(hours=1)
    assert bureau.outbox.deliver(target).sent == 1


def test_no_word_of_an_error_is_kept(bureau, tmp_path):
    tell(bureau, "a")
    target = Target()
    target.failures = 1
    bureau.outbox.deliver(target)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ConnectionError" in kept
    assert b"secret password" not in kept


def test_a_program_fetches_from_where_it_is(bureau):
    tell(bureau, "a", "b", "c")
    first = bureau.outbox.fetch(limit=2)
    assert [message.subject for message in first] == ["a", "b"]
    assert [m.subject for m in bureau.outbox.fetch(after=first[-1].sequence)] == ["c"]
    with pytest.raises(ValueError, match="limit"):
        bureau.outbox.fetch(limit=0)


def test_a_folder_gets_a_file_an_event(bureau, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    tell(bureau, "甲")
    (message,) = bureau.outbox.fetch()
    target = FolderTarget(folder)
    target.send(message)
    assert bureau.outbox.deliver(target).sent == 1  # it had arrived: nothing is there twice
    (file,) = folder.iterdir()
    found = json.loads(file.read_bytes())
    assert found["id"] == message.id
    assert found["facts"] == {"count": 1}
    assert file.name.startswith("000000000001-out-")


def test_a_folder_that_is_gone_is_an_attempt(bureau, tmp_path):
    tell(bureau, "a")
    done = bureau.outbox.deliver(FolderTarget(tmp_path / "none"))
    assert (done.error, done.waiting) == ("FileNotFoundError", 1)
