"""Reading: who has read which version, told to the tenant's managers, and in figures to the units above."""
