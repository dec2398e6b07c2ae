"""Pages on orders and what became of them. One module a page; `sync/urls.py` names them."""
