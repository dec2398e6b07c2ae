"""Pages on contacts."""
