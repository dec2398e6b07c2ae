"""The accounting API: from a request that is let in to the elements of its answer."""
