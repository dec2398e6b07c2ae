"""What of the configuration is of no store: the app at Xero, alerts, logging and retries.

apply.ApplyingInstallation(file)      what a checked file, or a page, says of it becomes so
change.standing()                     it as it stands, for forms
change.change(edits, …)               what a form holds, with the checks of `config import`
"""

from __future__ import annotations
