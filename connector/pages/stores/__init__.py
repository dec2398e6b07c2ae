"""Pages on stores."""
