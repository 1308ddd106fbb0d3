"""Rules over values: standard library only, no clock, no disk, no randomness."""
