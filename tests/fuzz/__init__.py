"""Coverage-guided fuzzing of whatever reads what others wrote; the seeds are kept beside it, and replayed in CI."""
