"""The seed network: a headquarters, a region and three franchisees with standards that are worth looking at."""
