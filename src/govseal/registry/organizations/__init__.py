"""Units and their departments: founded, renamed, merged, abolished."""

from govseal.registry.organizations.records import Department as Department
from govseal.registry.organizations.records import LegalName as LegalName
from govseal.registry.organizations.records import Organization as Organization
from govseal.registry.organizations.room import Organizations as Organizations
from govseal.registry.organizations.standing import check_organization as check_organization
from govseal.registry.organizations.standing import name_at as name_at
