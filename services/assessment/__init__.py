"""Referral and assessment: what follows when the front door accepts a contact."""
