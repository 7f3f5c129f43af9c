"""What one operation may ask for; everything is known before anything is read, and counted in linear time."""
