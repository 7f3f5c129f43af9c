"""How records stand against their process: deviations, a figure of conformance, and progress against the plan."""
