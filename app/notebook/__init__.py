"""How it is kept: one file, its log, its safety. Knows the registry, not the trade."""
