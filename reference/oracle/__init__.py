"""Writes the fixtures that the TypeScript tests compare against. See ../README.md."""
