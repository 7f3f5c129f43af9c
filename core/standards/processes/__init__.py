"""Processes as people look at them: flow chart, swim lanes, blueprint, SIPOC and touchpoints."""
