"""The mark that every text of the access tests carries: it tells to which place the text belongs."""

import re

# With an underscore, so that no token or key of chance can hold one.
MARK = re.compile(r"Zq_([a-c][0-9]?[xy]?)_")
FIND_ALL = "zq"  # typed into a search it finds whatever there is to be found


def mark(key: str) -> str:
    return f"Zq_{key}_"
