"""Pages of intake: `desk_*` for the staff, `resident_*` for the person concerned and the public."""
