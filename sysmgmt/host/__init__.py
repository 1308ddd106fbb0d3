"""The machine below: the only place that runs programs."""
