"""What a shop has or its orders showed, and the rules of its store do not answer."""
