"""The product: one folder per feature, on top of the kernel."""
