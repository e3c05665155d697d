"""What the LADO decides on, one kind of stream a module."""
