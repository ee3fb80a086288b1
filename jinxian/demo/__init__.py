"""The demo county: invented people in the real villages of 晋县, with four quarters of work. See county.py."""
