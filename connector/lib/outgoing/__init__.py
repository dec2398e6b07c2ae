"""The way out to shops and other remotes: where a connection may go, how it is made, and what
its answer means."""
