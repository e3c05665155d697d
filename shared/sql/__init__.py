"""The SQL of the kernel, applied by `shared.migrations`."""
