"""What a store could be mapped to, and why: pure, local, never applied by itself."""
