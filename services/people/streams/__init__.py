"""People's streams: one pure module each."""
