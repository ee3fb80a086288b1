"""WHERE: places, the organization's units, service areas, households, and who holds which post."""

from service_areas.models.appointments import Appointment
from service_areas.models.areas import AreaTeam, ServiceArea
from service_areas.models.organization import Branch, SmallGroup
from service_areas.models.places import County, Household, ProductionTeam, Township, Village

__all__ = [
    "Appointment",
    "AreaTeam",
    "Branch",
    "County",
    "Household",
    "ProductionTeam",
    "ServiceArea",
    "SmallGroup",
    "Township",
    "Village",
]
