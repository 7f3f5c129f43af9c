"""Sites: the places where one tenant serves customers."""
