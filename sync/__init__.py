"""What moves between shops and Xero, in steps: each leaves rows, and the next one starts from them.

`ingest` keeps what shops say; `orders`, `items`, `contacts`, `summaries` and `stock` make
documents of it, which `outbox` writes down; `dispatch` sends them and looks up what nobody knows
of; `write_back` tells the shop. `backfill` reads past orders, `reconcile` compares the ends.
`flow` runs the steps, and `models` holds the rows.
"""
