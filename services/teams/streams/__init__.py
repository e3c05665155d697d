"""The streams of the receiving teams."""
