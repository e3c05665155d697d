"""The missing children's team's streams: one pure module, or package, each."""
