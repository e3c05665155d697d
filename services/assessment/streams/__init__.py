"""Assessment's streams: one pure module each."""
