"""The demonstration model: a synthetic data set, its training and its checks (development only)."""
