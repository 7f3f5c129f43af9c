"""Waivers: approved, expiring exceptions of one tenant, asked of the level that set what they lift."""
