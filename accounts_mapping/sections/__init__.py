"""A store's section of the configuration as one document: what versions, drafts and files hold."""

from __future__ import annotations
