"""The plugin host: finds plugins, loads each alone, and calls them through one invoker."""
