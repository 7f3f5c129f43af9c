"""The rules of standards as pure functions: typed values, bounds, and the fold of overlays into what holds."""
