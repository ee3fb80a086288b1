"""SQLite as Django knows it, but for the size of a statement."""
