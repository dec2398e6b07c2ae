"""`make bench`: what the product does in a second, a call and a megabyte.

Figures are printed beside the bound aimed at; nothing is asserted. Each scenario runs in a
process of its own with an empty database, and talks to a stand-in Xero in another process, on
loopback only. See `python -m tests.bench --help`.
"""
