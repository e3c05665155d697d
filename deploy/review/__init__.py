"""The review of access: which looks somebody should account for, by rules as dated data over the record of who looked."""
