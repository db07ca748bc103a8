"""What a seal binds: a unit, its name, its code and its certificates, by rules that are data.

A :class:`BindingProfile` holds the rules of one regulation; :func:`judge` finds every rule that a
seal does not meet, before it is made and when a stamp is verified.
"""

from govseal.seal.binding.facts import CertificateStanding, SealFacts, standing
from govseal.seal.binding.judgement import check_binding, judge
from govseal.seal.binding.profile import BindingProfile, load_profile, profile_names
from govseal.seal.binding.rule import Rule, Violation
from govseal.seal.binding.terms import BindingTerms, check_terms, make_bound_seal

__all__ = [
    "BindingProfile",
    "BindingTerms",
    "CertificateStanding",
    "Rule",
    "SealFacts",
    "Violation",
    "check_binding",
    "check_terms",
    "judge",
    "load_profile",
    "make_bound_seal",
    "profile_names",
    "standing",
]
