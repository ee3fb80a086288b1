"""Pages that bring several floors together: home, overview and figures, and the organization with its people."""
