"""WHO: members, their affiliations and posts, exemptions, and the households they are linked with."""

from members.models.links import HouseholdLink, LinkTotal
from members.models.member import Affiliation, Exemption, Member, Post

__all__ = ["Affiliation", "Exemption", "HouseholdLink", "LinkTotal", "Member", "Post"]
