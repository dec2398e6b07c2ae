"""A store's configuration from one version to the next, as pages edit it.

    draft.draft(store)                    what is live, what was changed and by whom, what is wrong
    edit.edit(store, path, value, …)      one subject of the draft, or a section; edit.edit_many
    edit.keep, edit.discard               of a change that is in conflict, or not wanted
    publish.publish(store, revision, …)   the draft becomes the version in force
    publish.change(store, edits, …)       likewise at once, without a draft
    publish.roll_back, publish.promote    an older version, or another store's: the same checks

What an edit must pass is what `config import` and posting ask for. Where it does not, nothing is
written: DraftRefused says what is wrong, by field; Conflict whose change is in the way; Outdated
that what was shown is not what is there any more (`refusals`).
"""

from __future__ import annotations
