"""Where a request comes from when a reverse proxy stands in front.

Only the last address is taken: our own proxy wrote it, everything before it came with the request and may be invented.
"""

from django.http import HttpRequest


def forwarded_address(request: HttpRequest) -> str:
    """The address our proxy saw; the connection's own where the proxy wrote none."""
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return forwarded or request.META.get("REMOTE_ADDR", "")
