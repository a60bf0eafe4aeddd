"""The decision core: standard-library values in, values out. No AWS, no environment, no clock."""
