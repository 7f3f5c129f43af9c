"""The schema, assembled from what the features contribute and checked before anything is served."""
