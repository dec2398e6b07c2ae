"""The steps of tasks and commands, and the sweep."""
