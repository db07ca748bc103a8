"""``govseal stamp --timestamp``: levels, notes, what goes together, and what is refused."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from govseal.cli.clock import now
from govseal.formats.pdf.compose import compose_document
from govseal.pki.signer import load_signer
from govseal.pki.timestamping import (
    QUERY_TYPE,
    REPLY_TYPE,
    SignerTimestampSource,
    TimestampRequest,
    TimestampResponse,
)
from website import Site, running

PLACE = ("--place", "1,120,210")
NOBODY = "http://tsa.invalid/tsp"


@pytest.fixture
def permit(desk, tmp_path):
    """The documents to be stamped, by kind."""
    paper = tmp_path / "permit.pdf"
    paper.write_bytes(compose_document([["准予许可。"]], title="测试决定书"))
    return {"ofd": desk.path("permit.ofd"), "pdf": paper}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def stamp(ask, desk, permit, out):
    """Runs ``stamp`` on one of the documents, with further words."""

    def call(kind, *words):
        return ask("stamp", permit[kind], "-o", out, *desk.signing, *PLACE, *words)

    call.target = out
    return call


@pytest.fixture
def verified(ask, desk, out):
    """What ``verify`` says of the output: its status, and where the time comes from."""

    def call(*words, file=out):
        answer = ask("verify", file, *desk.trusted, *words, "--json")
        (found,) = answer.json["signatures"]
        return answer.status, found["time_source"]

    return call


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_a_time_stamp_by_a_key_at_hand(desk, stamp, verified, kind):
    answer = stamp(kind, "--timestamp", desk.path("pki/tsa.p12"), "--json")
    assert (answer.status, answer.err) == (0, "")
    assert (answer.json["level"], answer.json["notices"]) == ("t", [])
    assert verified() == (0, "timestamp")
    assert verified("--tsa", desk.path("pki/roots.pem")) == (0, "timestamp")
    assert verified("--tsa", desk.path("foreign/roots.pem")) == (1, "claimed")


def test_a_detached_stamp_has_one_too(ask, desk, out, verified):
    note = desk.path("note.txt")
    words = ("--detached", "-o", out, *desk.signing, "--timestamp", desk.path("pki/tsa.p12"))
    answer = ask("stamp", note, *words, "--level", "t")
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert verified("--detached", out, file=note) == (0, "timestamp")


def test_without_one_the_level_is_b(stamp, verified):
    for words in ((), ("--level", "b")):
        answer = stamp("ofd", *words, "--json")
        assert (answer.json["level"], answer.json["notices"], answer.err) == ("b", [], "")
        assert verified() == (0, "claimed")


def test_an_authority_across_a_network(desk, stamp, verified):
    authority = load_signer(desk.path("pki/tsa.p12"), password="govseal")
    site = Site()

    def respond(handler):
        source = SignerTimestampSource(authority, clock=now)
        body = source.respond(TimestampRequest.from_der(site.asked[-1][3])).encode()
        handler.send_response_only(200)
        handler.send_header("Content-Type", REPLY_TYPE)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    site.answers["/tsp"] = respond
    with running(site):
        assert stamp("ofd", "--timestamp", site.url("/tsp"), "--level", "t").status == 0
    assert verified() == (0, "timestamp")
    assert site.asked[0][2]["Content-Type"] == QUERY_TYPE


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "govseal: note: 签章没有加上时间戳：时间戳服务没有给出时间戳（"),
        ("en", "govseal: note: stamped without a time stamp: "),
    ],
)
@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_an_authority_that_nobody_reaches(stamp, verified, kind, lang, said):
    answer = stamp(kind, "--timestamp", NOBODY, "--lang", lang)
    assert (answer.status, answer.out) == (0, "")
    (line,) = answer.err.splitlines()
    assert line.startswith(said)
    assert NOBODY in line
    assert verified() == (0, "claimed")


def test_the_note_is_in_the_json_too(stamp):
    answer = stamp("ofd", "--timestamp", NOBODY, "--json")
    assert answer.json["level"] == "b"
    (notice,) = answer.json["notices"]
    assert notice["code"] == "timestamp_unavailable"
    assert answer.err == f"govseal: note: {notice['message']}\n"


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_whoever_insists_gets_no_file(out, stamp, kind):
    answer = stamp(kind, "--timestamp", NOBODY, "--level", "t", "--json")
    assert (answer.status, answer.json["code"]) == (1, "timestamp_unavailable")
    assert answer.error.startswith("timestamp_unavailable：时间戳服务没有给出时间戳，没有签章（")
    assert not out.exists()


def test_an_older_output_outlives_a_refusal(out, stamp):
    out.write_bytes(b"older")
    assert stamp("ofd", "--timestamp", NOBODY, "--level", "t").status == 1
    assert out.read_bytes() == b"older"


def test_a_stranger_is_not_among_those_named(desk, stamp, verified):
    words = ("ofd", "--timestamp", desk.path("foreign/tsa.p12"))
    named = ("--tsa", desk.path("pki/roots.pem"), "--json")
    answer = stamp(*words, *named)
    assert (answer.status, answer.json["level"]) == (0, "b")
    assert [item["code"] for item in answer.json["notices"]] == ["timestamp_untrusted"]
    assert verified() == (0, "claimed")
    answer = stamp(*words, *named, "--level", "t")
    assert (answer.status, answer.json["code"]) == (1, "timestamp_untrusted")
    # Whom to trust is for whoever verifies, where no roots are named.
    assert stamp(*words).err == ""
    assert verified()[0] == 3


def test_a_refusal_is_told_with_its_reason(stamp):
    answer = TimestampResponse("rejection", ("\x1b[2J闭馆",), ("time_not_available",)).encode()
    with running(Site()) as site:
        site.serve("/tsp", answer, Content_Type=REPLY_TYPE)
        told = stamp("ofd", "--timestamp", site.url("/tsp"))
    assert told.status == 0
    assert "时间戳服务拒绝" in told.err
    assert "time_not_available" in told.err
    assert "\x1b" not in told.err


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{desk}/pki/signer.p12", "key_unsupported"),
        ("{desk}/note.txt", "key_wrong_container"),
        ("absent.p12", "io"),
    ],
)
def test_a_key_that_is_no_authority_stops_before_signing(desk, stamp, source, code):
    answer = stamp("ofd", "--timestamp", source.format(desk=desk.root), "--json")
    assert (answer.status, answer.json["code"]) == (2, code)
    assert not stamp.target.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--level", "t"),
        ("--tsa", "roots.pem"),
        ("--level", "b", "--timestamp", NOBODY),
        ("--level", "lt", "--timestamp", NOBODY),
        ("--level", "", "--timestamp", NOBODY),
    ],
)
@pytest.mark.parametrize("step", ["stamp", "prepare", "finish"])
def test_what_does_not_go_together(ask, desk, out, step, words):
    steps = {
        "stamp": (desk.path("permit.ofd"), "-o", out, *desk.signing, *PLACE),
        "prepare": (
            *(desk.path("permit.ofd"), "--prepare", out, "--seal", desk.path("approval.esl")),
            *("--cert", desk.path("pki/signer.pem"), *PLACE),
        ),
        "finish": ("--finish", "p", "--signature", "v", "-o", out),
    }
    answer = ask("stamp", *steps[step], *words, "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert not out.exists()


@pytest.mark.parametrize("words", [("--level", "t"), ("--tsa", "roots.pem")])
def test_the_first_step_takes_no_terms_that_the_second_would_forget(ask, desk, out, words):
    """What waits does not hold them: --finish without --level t would stamp without a token."""
    named = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/signer.pem"))
    step = (desk.path("permit.ofd"), "--prepare", out, *named, *PLACE, "--timestamp", NOBODY)
    answer = ask("stamp", *step, *words, "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert words[0] in answer.json["message"]
    assert "--finish" in answer.json["hint"]
    assert not out.exists()


def test_the_authority_s_key_is_no_output(ask, desk, permit):
    key = desk.path("pki/tsa.p12")
    before = key.read_bytes()
    answer = ask("stamp", permit["ofd"], "-o", key, *desk.signing, *PLACE, "--timestamp", key)
    assert answer.status == 2
    assert key.read_bytes() == before


def test_stamps_of_2014_have_no_place_for_one(ask, desk, permit, out, make):
    assert make(generation="2014").status == 0
    words = ("-o", out, "--seal", make.target, "--key", desk.path("pki/signer.p12"), *PLACE)
    more = ("--password-file", desk.path("password"), "--timestamp", desk.path("pki/tsa.p12"))
    answer = ask("stamp", permit["ofd"], *words, *more, "--json")
    assert (answer.status, answer.json["code"]) == (1, "E_GENERATION")
    assert not out.exists()


# 两步 · two steps ------------------------------------------------------------------------------


@pytest.fixture
def prepared(ask, desk, permit, tmp_path, out):
    """Prepares a document, and signs what waits; gives the words of the second step."""

    def call(kind, *words):
        waiting, value = tmp_path / "p.json", tmp_path / "value"
        named = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/signer.pem"))
        answer = ask("stamp", permit[kind], "--prepare", waiting, *named, *PLACE, *words)
        assert answer.status == 0, answer.err
        signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
        value.write_bytes(signer.sign(b64decode(json.loads(waiting.read_bytes())["message"])))
        return ("stamp", "--finish", waiting, "--signature", value)

    call.target = out
    return call


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_the_token_is_asked_for_at_the_end(ask, desk, verified, prepared, kind):
    # Nobody is asked in the first step: an authority that is not there is no hindrance.
    words = prepared(kind, "--timestamp", NOBODY)
    key = ("--timestamp", desk.path("pki/tsa.p12"), "--password-file", desk.path("password"))
    answer = ask(*words, "-o", prepared.target, *key, "--level", "t", "--json")
    assert (answer.status, answer.json["level"], answer.json["notices"]) == (0, "t", [])
    assert verified() == (0, "timestamp")


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_an_outage_at_the_end(ask, out, verified, prepared, kind):
    words = prepared(kind, "--timestamp", NOBODY)
    answer = ask(*words, "-o", out, "--timestamp", NOBODY, "--level", "t", "--json")
    assert (answer.status, answer.json["code"]) == (1, "timestamp_unavailable")
    assert not out.exists()
    answer = ask(*words, "-o", out, "--timestamp", NOBODY, "--json")
    assert (answer.status, answer.json["level"]) == (0, "b")
    assert answer.json["notices"][0]["code"] == "timestamp_unavailable"
    assert verified() == (0, "claimed")


def test_the_second_step_does_not_forget(ask, out, verified, prepared):
    words = prepared("ofd", "--timestamp", NOBODY)
    answer = ask(*words, "-o", out, "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert "--level b" in answer.hint
    assert not out.exists()
    assert ask(*words, "-o", out, "--level", "b").status == 0
    assert verified() == (0, "claimed")


def test_the_second_step_cannot_add_one(ask, desk, out, prepared):
    key = ("--timestamp", desk.path("pki/tsa.p12"), "--password-file", desk.path("password"))
    answer = ask(*prepared("pdf"), "-o", out, *key, "--json")
    assert (answer.status, answer.json["code"]) == (1, "no_timestamp_room")
    assert "--prepare" in answer.hint
    assert not out.exists()


# sign -------------------------------------------------------------------------------------------


def test_a_signature_without_a_seal_has_one_too(ask, desk, permit, out, verified):
    key = ("--key", desk.path("pki/signer.p12"), "--password-file", desk.path("password"))
    for paper in permit.values():
        words = ("sign", paper, "-o", out, *key, "--timestamp")
        answer = ask(*words, desk.path("pki/tsa.p12"), "--level", "t", "--json")
        assert (answer.status, answer.json["level"], answer.json["notices"]) == (0, "t", [])
        assert verified() == (0, "timestamp")
        answer = ask(*words, NOBODY, "--json")
        assert (answer.status, answer.json["level"]) == (0, "b")
        assert answer.err.startswith("govseal: note: 签名没有加上时间戳：")
        assert verified() == (0, "claimed")


def test_sign_refuses_what_does_not_go_together(ask, desk, permit, out):
    key = ("--key", desk.path("pki/signer.p12"), "--password-file", desk.path("password"))
    answer = ask("sign", permit["ofd"], "-o", out, *key, "--level", "t", "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    answer = ask("sign", permit["ofd"], "-o", out, *key, "--timestamp", NOBODY, "--level", "t")
    assert answer.status == 1
    assert not out.exists()
