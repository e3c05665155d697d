"""The front door's streams: one pure module each."""
