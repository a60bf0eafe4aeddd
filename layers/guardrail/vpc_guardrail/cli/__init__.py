"""The command line, over the same core; an extra that is not part of the functions."""
