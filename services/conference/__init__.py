"""Child protection conferences, plans and core groups."""
