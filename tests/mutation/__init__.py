"""Mutation testing of login, authorization, audit and state."""
