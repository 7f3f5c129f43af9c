"""What a link opens for a customer: a page without scripts, and the same as JSON."""
