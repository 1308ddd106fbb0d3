"""Many clients at once, and kills: whether one box that does one thing after the other would have answered the same."""
