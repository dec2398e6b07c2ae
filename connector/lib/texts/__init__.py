"""What people read: sentences of code that knows no framework, and figures by the locale."""
