"""What every service stands on: each module small, and named for what it does."""
