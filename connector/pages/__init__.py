"""What people see. One module a page."""
