"""People, their roles and certificates, and who stands in for whom."""

from govseal.registry.people.authority import Authority as Authority
from govseal.registry.people.authority import acting_for as acting_for
from govseal.registry.people.authority import check_password as check_password
from govseal.registry.people.authority import looks as looks
from govseal.registry.people.authority import may_look as may_look
from govseal.registry.people.authority import require_at_top as require_at_top
from govseal.registry.people.authority import supervises as supervises
from govseal.registry.people.certificates import certificate_statement as certificate_statement
from govseal.registry.people.records import Person as Person
from govseal.registry.people.records import PersonCertificate as PersonCertificate
from govseal.registry.people.records import RoleAssignment as RoleAssignment
from govseal.registry.people.records import Substitution as Substitution
from govseal.registry.people.room import People as People
