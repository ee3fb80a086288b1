"""WHO: members, their affiliations and posts, transfers, exemptions, and the households they are linked with."""

from members.models.links import HouseholdLink, LinkTotal
from members.models.member import Affiliation, Exemption, Member, Post
from members.models.moves import ExemptionApplication, Transfer

__all__ = [
    "Affiliation",
    "Exemption",
    "ExemptionApplication",
    "HouseholdLink",
    "LinkTotal",
    "Member",
    "Post",
    "Transfer",
]
