"""What boxmgmtd does by itself, a module for each matter; what only a deployed one does is in deployment/."""
