"""Everything that is seen or typed."""
