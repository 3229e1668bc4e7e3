"""Open311 GeoReport v2, with the updates extension. What each open point of the standard means here stands in
docs/reference/open311.md."""
