"""What a person does in Xero, and what a person sees of the books."""
