"""Live queries: a query marked ``@live`` is answered again whenever what it shows has changed."""
