"""A month of a borough's front door, made up from a number: what happens, played, and how the deadlines stood."""
