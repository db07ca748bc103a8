"""Seals: applied for, reviewed, made, activated, kept, suspended, lost, renewed, ended."""

from __future__ import annotations

from govseal.registry.seals.activation import Activation
from govseal.registry.seals.applications import Applications
from govseal.registry.seals.custody import Custody
from govseal.registry.seals.ending import Ending
from govseal.registry.seals.forms import Attachment as Attachment
from govseal.registry.seals.forms import Papers as Papers
from govseal.registry.seals.forms import SealForm as SealForm
from govseal.registry.seals.incidents import Incidents
from govseal.registry.seals.listing import Listing
from govseal.registry.seals.making import Making
from govseal.registry.seals.making import Makings as Makings
from govseal.registry.seals.petitions import Petitions
from govseal.registry.seals.physical import Physical
from govseal.registry.seals.quotas import Quotas
from govseal.registry.seals.renewal import Renewal
from govseal.registry.seals.review import Review
from govseal.registry.seals.takeout import TakeOut
from govseal.registry.seals.tasks import Tasks
from govseal.registry.seals.vault import SignerReference as SignerReference


class Seals(
    Applications,
    Review,
    Making,
    Activation,
    Custody,
    TakeOut,
    Incidents,
    Renewal,
    Ending,
    Physical,
    Quotas,
    Petitions,
    Tasks,
    Listing,
):
    """Seals, as one person may deal with them: a family of steps in each of these rooms."""
