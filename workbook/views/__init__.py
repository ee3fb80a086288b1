"""Pages of the county workbook: what comes in, what goes out."""
