"""Chaos: the production shape on servers of its own, while everything around it fails.

servers      a PostgreSQL and a Valkey in a temporary folder
processes    web, worker and beat, killed and started again
shops        shops that sell, and whose orders are changed, refunded and cancelled
person       what only a person can do: connect, start a backfill
faults       what goes wrong, drawn from the seed
timing       how fast the product's time passes, and when it begins
running      plays the faults, the restore of an old backup among them
resting      until the product has nothing left to do
expecting    what an order must have come to, by the shop's own figures: pure
checking     the shops' orders against Xero's ledger: pure
verdict      whether all of it is right, and the counts
report       the log of events
account      one whole run
"""
