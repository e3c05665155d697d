"""The missing children's team: reports, returns and return interviews, the weekly panel, and what interviews say together."""
