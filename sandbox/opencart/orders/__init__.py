"""Orders as OpenCart makes and stores them: its arithmetic, its tables, its verbs."""
