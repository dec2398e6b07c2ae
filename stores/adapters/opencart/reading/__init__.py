"""Reading an OpenCart shop through its extension."""
