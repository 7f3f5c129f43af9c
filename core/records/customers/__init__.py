"""Customers: the persons that records are about, under keys of their own, with one history over channels and sites."""
