"""SQLite as a database backend of Django, in which writers wait in turn."""
