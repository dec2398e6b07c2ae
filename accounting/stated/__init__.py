"""What a shop leaves unsaid, worked out before anything is built."""
