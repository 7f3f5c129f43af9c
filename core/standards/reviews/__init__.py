"""Reviews: a standard is looked at again after a while, half-yearly where nothing else is said."""
