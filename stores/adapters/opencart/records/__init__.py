"""OpenCart's rows as canonical records: pure."""
