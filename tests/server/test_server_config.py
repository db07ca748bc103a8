"""Settings: from a mapping, from the environment, refused in one sentence, read again on change."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import govseal
import tokens
from govseal.seal.codec import decode_signature
from govseal_server import ConfigError, create_app
from govseal_server.config import Settings

ROOT = Path(__file__).resolve().parents[2]


def verdict(app, path):
    return app.test_client().post("/v1/verify", data=path.read_bytes()).json["verdict"]


def test_the_environment(demo, monkeypatch):
    monkeypatch.setenv("GOVSEAL_TRUST", str(demo / "pki" / "roots.pem"))
    monkeypatch.setenv("GOVSEAL_CRL", os.pathsep.join(map(str, (demo / "pki").glob("*.crl"))))
    monkeypatch.setenv("GOVSEAL_MAX_UPLOAD_BYTES", "2000000")
    monkeypatch.setenv("GOVSEAL_LANGUAGE", "en")
    app = create_app()
    assert verdict(app, demo / "stamped.ofd") == "passed"
    assert app.config["MAX_CONTENT_LENGTH"] == 2_000_000
    assert "Verify" in app.test_client().get("/").text


def test_the_mapping_goes_before_the_environment():
    found = Settings.load({"LANGUAGE": "zh"}, {"GOVSEAL_LANGUAGE": "en", "GOVSEAL_DEMO": "1"})
    assert (found.language, found.demo) == ("zh", True)


def test_without_settings_nobody_is_trusted(demo):
    app = create_app()
    assert verdict(app, demo / "stamped.ofd") == "indeterminate"
    assert "没有配置受信任的根证书" in app.test_client().get("/").text


def test_makers_of_their_own(demo, settings, tmp_path):
    (tmp_path / "others.pem").write_bytes((demo / "pki" / "signer.pem").read_bytes())
    app = create_app({**settings, "makers": tmp_path / "others.pem"})
    report = app.test_client().post("/v1/verify", data=(demo / "stamped.ofd").read_bytes()).json
    assert report["reasons"][0] == "maker_untrusted"


def test_authorities_of_time_stamps_of_their_own(demo, settings, tmp_path):
    tsa = govseal.load_signer(demo / "pki" / "tsa.p12", password="govseal")
    seal = govseal.load_seal(demo / "approval.esl")
    signer = govseal.load_signer(demo / "pki" / "signer.p12", password="govseal")
    stamp = govseal.stamp_detached(b"note", seal, signer)
    claimed = decode_signature(stamp).claimed_time.moment
    token = tokens.source(tsa, claimed).timestamp(tokens.stored_value(stamp))
    (tmp_path / "others.pem").write_bytes((demo / "pki" / "signer.pem").read_bytes())
    for more, reasons in (({}, []), ({"tsa": tmp_path / "others.pem"}, ["timestamp_untrusted"])):
        app = create_app({**settings, **more})
        form = {
            "file": (io.BytesIO(b"note"), "note"),
            "detached": (io.BytesIO(tokens.with_token(stamp, token)), "note.ses"),
        }
        report = app.test_client().post("/v1/verify", data=form).json
        assert report["reasons"] == reasons


def test_a_policy(demo, settings, tmp_path):
    (tmp_path / "policy.toml").write_text('name = "窗口"\nrequire_seal = true\n', encoding="utf-8")
    app = create_app({**settings, "policy": str(tmp_path / "policy.toml")})
    report = app.test_client().post("/v1/verify", data=(demo / "input.ofd").read_bytes()).json
    assert (report["policy"], report["verdict"]) == ("窗口", "failed")
    assert report["reasons"] == ["required_seal_missing"]


def test_a_policy_that_asks_for_certificate_policies(demo, settings, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('maker_policies = ["2.5.29.32.0"]')
    app = create_app({**settings, "policy": policy})
    report = app.test_client().post("/v1/verify", data=(demo / "stamped.ofd").read_bytes()).json
    assert report["reasons"] == ["certificate_policy_refused"]
    assert report["policy_settings"] == {"maker_policies": ["2.5.29.32.0"]}


def test_lists_are_read_again_when_they_change(demo, tmp_path):
    lists = tmp_path / "lists"
    lists.mkdir()
    app = create_app({"trust": [demo / "pki" / "roots.pem"], "crl": [lists]})
    assert verdict(app, demo / "stamped.ofd") == "indeterminate"
    for path in (demo / "pki").glob("*.crl"):
        (lists / path.name).write_bytes(path.read_bytes())
    assert verdict(app, demo / "stamped.ofd") == "passed"


def test_what_cannot_be_read_again_leaves_the_last_in_force(demo, tmp_path, caplog):
    roots = tmp_path / "roots.pem"
    roots.write_bytes((demo / "pki" / "roots.pem").read_bytes())
    app = create_app({"trust": [roots], "crl": [demo / "pki"]})
    roots.write_text("half a file")
    assert verdict(app, demo / "stamped.ofd") == "passed"
    assert "stay in force: GOVSEAL_TRUST: " in caplog.text
    roots.unlink()
    assert verdict(app, demo / "stamped.ofd") == "passed"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"trusts": "roots.pem"}, "the server has no setting 'trusts'"),
        ({"trust": "nowhere.pem"}, "GOVSEAL_TRUST: there is no nowhere.pem"),
        ({"crl": ["nowhere"]}, "GOVSEAL_CRL: there is no nowhere"),
        ({"trust": 7}, "GOVSEAL_TRUST: paths separated by"),
        ({"trust": [7]}, "GOVSEAL_TRUST: a path was expected, not 7"),
        ({"policy": "nowhere.toml"}, "GOVSEAL_POLICY: there is no nowhere.toml"),
        ({"max_upload_bytes": "32M"}, "GOVSEAL_MAX_UPLOAD_BYTES: a number of bytes was expected"),
        ({"max_upload_bytes": 0}, "GOVSEAL_MAX_UPLOAD_BYTES: a number of bytes was expected"),
        ({"max_upload_bytes": "٣"}, "GOVSEAL_MAX_UPLOAD_BYTES: a number of bytes was expected"),
        ({"language": "fr"}, "GOVSEAL_LANGUAGE: zh or en was expected, not 'fr'"),
        ({"demo": "maybe"}, "GOVSEAL_DEMO: 1 or 0 was expected, not 'maybe'"),
    ],
)
def test_a_setting_is_refused(values, why, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as refused:
        create_app(values)
    assert str(refused.value).startswith(why)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("trust", b"no certificate"),
        ("makers", b"0\x03\x02\x01\x01"),
        ("tsa", b"no certificate"),
        ("crl", b"no list"),
        ("policy", b"name = 7"),
        ("policy", b"\xff\xfe"),
        ("policy", b"colour = 'red'"),
        ("policy", b"signer_policies = ['1.2', 'one']"),
        ("policy", b"strict = true\n#" + b" " * 1024 * 1024),
    ],
)
def test_a_file_is_refused(name, content, tmp_path):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ConfigError, match=f"^GOVSEAL_{name.upper()}: .*"):
        create_app({name: tmp_path / "file"})


def test_the_program_says_it_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "govseal_server", "--port", "0"],
        env={**os.environ, "GOVSEAL_TRUST": "nowhere.pem"},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "govseal: error: GOVSEAL_TRUST: there is no nowhere.pem\n"


def test_every_setting_is_in_the_manual():
    text = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    told = [line.split("`")[1] for line in text.splitlines() if line.startswith("| `GOVSEAL_")]
    assert told == [f"GOVSEAL_{name.upper()}" for name in Settings.__dataclass_fields__]
