"""What a request passes before a page sees it, and the files that pages bring along."""
