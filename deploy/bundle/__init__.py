"""Bundles: one child's events of all services with everything that is needed to check them, for a court or an inquiry."""
