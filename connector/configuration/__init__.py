"""The configuration file: read, checked, compared with the database, applied, written.

    import_configuration(text)   read → check → apply in one transaction; says what changes
    exported()                   the database as a file that the import reads back unchanged

`reading` and what it uses are pure: they see the database only as a `Known`.
"""

from __future__ import annotations
