"""What every demo shop is made of, whichever platform it answers as."""
