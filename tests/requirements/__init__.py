"""The requirements of the standards: which tests prove each, and why a few are not met."""
