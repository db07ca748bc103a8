"""A seal to judge: proper by its profile, until a test changes one thing of it."""

from __future__ import annotations

import functools
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PIL import Image

from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal import naming
from govseal.seal.binding import SealFacts, judge, load_profile, standing
from govseal.seal.picture import SealPicture
from govseal.testing import Authority, Revoked

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
OLD = datetime(2016, 6, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def credit_code(division, organization="MB0000000"):
    """A code of that division with both check characters."""
    body = organization[:8]
    head = "11" + division + body + naming.organization_check(body)
    return head + naming.credit_check(head)


@functools.cache
def png(width=84, height=84, colour="red"):
    target = io.BytesIO()
    Image.new("RGBA", (width, height), colour).save(target, "png")
    return target.getvalue()


def picture(width_mm=42, height_mm=42, **image):
    return SealPicture("PNG", png(**image), width_mm, height_mm)


UNITS = {
    "test": ("测试市某局", "990000", "测试市某局行政审批专用章", AT),
    "government": ("测试市某局", "140500", "测试市某局行政审批专用章", AT),
    "national-2025": ("测试市某局", "140500", "测试市某局行政审批专用章", AT),
    "jincheng": ("测试市某局", "140500", "测试市某局行政审批专用章", AT),
    "ganzhou": ("赣州市某局", "360700", "赣州市某局行政审批专用章（4）", AT),
    "heilongjiang-2014": ("测试省某厅", "230000", "测试省某厅行政许可专用章", OLD),
}
"""By profile: an invented unit, its division, the name of its seal, and when it is judged."""


class Desk:
    """One profile, two CAs, and the answer to a seal that is proper but for what is changed."""

    def __init__(self, name, algorithm="sm2"):
        self.profile = load_profile(name)
        self.unit, self.division, self.name, self.at = UNITS[name]
        self.code = self.division + "00000001"
        self.ca = Authority.create("测试证书 CA", algorithm=algorithm, at=self.at)
        self.maker_ca = Authority.create("测试制章 CA", algorithm=algorithm, at=self.at)
        self.maker = self.maker_ca.issue("测试电子印章制作系统", organization="测试制章中心")
        self.trust = TrustStore((self.ca.certificate, self.maker_ca.certificate))
        self.signer = self.issue()

    def issue(self, *, authority=None, cn=None, o=None, **how):
        o = credit_code(self.division) + self.unit if o is None else o
        return (authority or self.ca).issue(cn or self.code, organization=o, **how).certificate

    def crls(self, *rows):
        return Materials(crls=(Crl.from_der(self.ca.crl(rows)), Crl.from_der(self.maker_ca.crl())))

    def facts(self, certificate=None, **changes):
        """The facts before making, of a certificate's whole period."""
        certificate = certificate or self.signer
        known = {
            key: changes.pop(key)
            for key in ("unit_name", "ownership", "region", "matter", "picture_words")
            if key in changes
        }
        known["imprint"] = changes.pop("imprint", png())
        known["imprint_matches"] = changes.pop("imprint_matches", None)
        made = SealFacts.from_arguments(
            self.maker.certificate,
            name=self.name,
            picture=picture(),
            signers=[certificate],
            at=self.at,
            es_id=self.code,
            not_before=certificate.not_before,
            not_after=certificate.not_after,
        )
        return replace(made.known(**known), **changes)

    def judge(self, certificate=None, *, facts=None, revoked=(), **how):
        """Every violation of a seal that is proper but for what is given."""
        certificate = certificate or self.signer
        at = how.pop("at", self.at)
        trust = how.pop("trust", self.trust)
        materials = how.pop("materials", None) or self.crls(
            *(Revoked(certificate, date) for date in revoked)
        )
        standings = how.pop("standings", None)
        if standings is None:
            standings = [standing(certificate, trust, materials, at=at)]
        maker = how.pop("maker", self.maker.certificate)
        return judge(
            how.pop("profile", self.profile),
            self.facts(certificate, **(facts or {})),
            standings,
            at=at,
            maker=maker and standing(maker, trust, materials, at=at),
            cas=how.pop("cas", TrustStore((self.ca.certificate,))),
            makers=how.pop("makers", TrustStore((self.maker_ca.certificate,))),
            **how,
        )


@functools.cache
def open_desk(name, algorithm="sm2"):
    return Desk(name, algorithm)


def codes(violations):
    return [(item.code, item.rule) for item in violations]
