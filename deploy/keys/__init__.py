"""The key files of an installation's services."""
