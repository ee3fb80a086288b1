"""Pages of the sheets: lists, the grid, single cells and lines, moves, review."""
