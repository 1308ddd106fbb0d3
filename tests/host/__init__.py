"""The services of the machine, with their real checkers."""
