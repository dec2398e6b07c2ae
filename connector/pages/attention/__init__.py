"""What waits for a person: by its cause, and what is done to all that wait for the same."""
