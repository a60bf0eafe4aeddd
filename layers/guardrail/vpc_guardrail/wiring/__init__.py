"""Puts the parts together: settings from the environment, event parsing, one builder a function."""
