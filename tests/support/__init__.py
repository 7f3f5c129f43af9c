"""What every test stands on: a cluster, clones of a migrated database, networks and clients."""
