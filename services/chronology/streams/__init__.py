"""The chronology's streams: one pure module each."""
