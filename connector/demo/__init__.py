"""The demo: a stand-in Xero, five shops full of orders, and the product between them.

    place        its own directory and environment: real data is never touched
    remotes      the stand-in and the shops as processes, and their own figures
    connecting   log in and connect over HTTP, import the configuration file
    watching     the progress bars
    figures      what the shops say that their orders come to, a reader for each platform
    checking     the shops' figures against the stand-in's ledger: pure
    report       what `--once` prints

The remotes are programs of their own: nothing of `sandbox` is imported here.
"""

from __future__ import annotations
