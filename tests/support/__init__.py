"""What several tests share: boxes in a folder, a clock that stands still, the real programs."""
