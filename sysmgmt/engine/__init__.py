"""What a command is, and the one road that it takes. Imports the domain only."""
