"""WHERE: places, the organization's units, service areas, households, who holds which post, and what became of them."""

from service_areas.models.appointments import Appointment
from service_areas.models.areas import AreaTeam, ServiceArea
from service_areas.models.changes import PlaceChange, PlaceChangeUnit
from service_areas.models.ledger import LedgerEntry
from service_areas.models.organization import Branch, SmallGroup
from service_areas.models.places import County, Household, ProductionTeam, Township, Village

__all__ = [
    "Appointment",
    "AreaTeam",
    "Branch",
    "County",
    "Household",
    "LedgerEntry",
    "PlaceChange",
    "PlaceChangeUnit",
    "ProductionTeam",
    "ServiceArea",
    "SmallGroup",
    "Township",
    "Village",
]
