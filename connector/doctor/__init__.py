"""Whether the product can work as it is set up, asked at four moments.

`system_checks` looks at the settings at each start, `key_check` at the keys before a process
takes work, `writable` at the database and the disk whenever /healthz is asked, and `examine` at
all of it and every connection, for `manage.py doctor`.
"""
